"""GitHub and CodeBuild, as far as their manuals say what becomes of a project's commands.

A step or command that fails ends its job or phase. The hosts themselves can't be had here.
"""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uv
import yaml


@dataclass(frozen=True)
class Host:
    """A checked-out project, what its commands find around them, and the URL in the store."""

    folder: Path
    environment: Mapping[str, str]
    url: str = field(repr=False)

    def run_buildspec(self, spec: dict[str, Any], **more: str) -> dict[str, int]:
        """Exit code by phase. As CodeBuild: a failed command ends its phase, and a failed phase
        the build; but post_build follows even a failed `build`, unless that says `on-failure:
        ABORT`. Unlike CodeBuild each command has a shell of its own, so that none may lean on
        another's."""
        secrets = {"myapp/prod/database-url": self.url}
        declared = spec["env"]["secrets-manager"]
        fetched = {variable: secrets[name] for variable, name in declared.items()}
        environment = {**self.environment, **spec["env"]["variables"], **fetched, **more}
        codes: dict[str, int] = {}
        for name, phase in spec["phases"].items():
            codes[name] = 0
            for command in phase["commands"]:
                codes[name] = self.run(["bash", "-c", command], environment)
                if codes[name]:
                    break
            if codes[name] and (name != "build" or phase.get("on-failure") == "ABORT"):
                break
        return codes

    def read_buildspec(self) -> dict[str, Any]:
        spec: dict[str, Any] = yaml.safe_load((self.folder / "buildspec.yml").read_text())
        return spec

    def run_workflow(self, name: str, **more: str) -> dict[str, int]:
        """Exit code by job. As GitHub: `bash -e FILE` for a step; a job waits for what it needs."""
        path = self.folder / ".github/workflows" / name
        workflow = yaml.load(path.read_text(), Loader=yaml.BaseLoader)
        codes: dict[str, int] = {}
        for job_name, job in workflow["jobs"].items():
            if "needs" in job and codes.get(job["needs"]) != 0:
                continue
            codes[job_name] = 0
            for step in job["steps"]:
                if "run" in step and not codes[job_name]:
                    script = self.write_step(step)
                    environment = {**self.environment, **self._variables(job, step), **more}
                    codes[job_name] = self.run(["bash", "-e", str(script)], environment)
        return codes

    def write_step(self, step: dict[str, Any]) -> Path:
        script = self.folder.parent / "step.sh"
        script.write_text(step["run"])
        return script

    def _variables(self, job: dict[str, Any], step: dict[str, Any]) -> dict[str, str]:
        declared = {**job.get("env", {}), **step.get("env", {})}
        expression = "${{ secrets.PROD_DATABASE_URL || vars.PROD_DATABASE_URL }}"
        return {name: value.replace(expression, self.url) for name, value in declared.items()}

    def run(self, command: list[str], environment: Mapping[str, str]) -> int:
        return subprocess.run(command, cwd=self.folder, env=environment, check=False).returncode


def stand_in_for_pip(folder: Path) -> None:
    """Make the folder, with a `pip` in it that can install uv there, without a download."""
    folder.mkdir()
    pip = folder / "pip"
    pip.write_text(
        f'#!/bin/sh\ntest "$*" = "install uv" && ln -sf "{uv.find_uv_bin()}" "{folder}"\n'
    )
    pip.chmod(0o755)
