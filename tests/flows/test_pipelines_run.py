"""The commands of the pipelines, run in a shell with the real uv, in order, as their hosts do.

`daybreak` is a stand-in here, which notes how it was called and ends as the test asks; the real
one runs in tests/reference/test_s10_pipelines.py.
"""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import yaml

from flows.pipeline_files import render
from flows.pipeline_hosts import Host, stand_in_for_pip

URL = "postgresql://app:s3cret@writer.example:5432/myapp"

PROJECT = """\
[project]
name = "myapp"
version = "0.1.0"
requires-python = ">=3.11"
dependencies = ["daybreak"]

[tool.uv]
package = false

[tool.uv.sources]
daybreak = { path = "daybreak" }
"""
DAYBREAK = """\
[project]
name = "daybreak"
version = "0.1.0"
requires-python = ">=3.11"

[project.scripts]
daybreak = "daybreak:main"

[build-system]
requires = ["uv_build"]
build-backend = "uv_build"
"""
# What uv installs as `daybreak` hands over to the command under test.
LAUNCHER = """\
import os, sys

def main() -> None:
    command = os.environ["DAYBREAK_COMMAND"]
    os.execv(command, [command, *sys.argv[1:]])
"""
# Notes how it was called, then ends as the test asks: with a code, or after a signal with 7.
RECORDER = """\
#!{python}
import json, os, signal, sys, time

noted = {{name: os.environ.get(name) for name in ("ENV", "PROD_DATABASE_URL")}}
with open({record!r}, "a") as record:
    record.write(json.dumps({{"command": sys.argv[1:], **noted}}) + "\\n")
if os.environ.get("STAY") == sys.argv[1]:
    signal.signal(signal.SIGINT, lambda *_: sys.exit(7))
    print("running", flush=True)
    time.sleep(60)
sys.exit(int(os.environ.get("EXIT_" + sys.argv[1].upper(), "0")))
"""


class Project(Host):
    """A generated project, and what its `daybreak` was asked to do."""

    def calls(self) -> list[dict[str, Any]]:
        record = self.folder.parent / "record"
        return (
            [json.loads(line) for line in record.read_text().splitlines()]
            if record.exists()
            else []
        )

    def commands(self) -> list[str]:
        return [" ".join(call["command"]) for call in self.calls()]


@pytest.fixture
def project(tmp_path: Path) -> Project:
    folder = render(tmp_path / "myapp")
    (folder / "pyproject.toml").write_text(PROJECT)
    package = folder / "daybreak" / "src" / "daybreak"
    package.mkdir(parents=True)
    (folder / "daybreak" / "pyproject.toml").write_text(DAYBREAK)
    (package / "__init__.py").write_text(LAUNCHER)
    command = tmp_path / "recorder"
    command.write_text(RECORDER.format(python=sys.executable, record=str(tmp_path / "record")))
    command.chmod(0o755)
    bin_folder = tmp_path / "bin"
    stand_in_for_pip(bin_folder)
    return Project(
        folder,
        {
            "PATH": f"{bin_folder}:/usr/bin:/bin",
            "HOME": str(tmp_path),
            "UV_CACHE_DIR": str(tmp_path / "cache"),
            "UV_OFFLINE": "1",
            "UV_PYTHON": sys.executable,
            "DAYBREAK_COMMAND": str(command),
        },
        URL,
    )


def install_uv(project: Project) -> None:
    subprocess.run(["pip", "install", "uv"], env=project.environment, check=True)


def test_the_buildspec_migrates_prod_and_then_deploys(
    project: Project, capfd: pytest.CaptureFixture[str]
) -> None:
    codes = project.run_buildspec(project.read_buildspec())
    assert codes == {"install": 0, "pre_build": 0, "build": 0}
    assert project.commands() == ["heads", "upgrade head"]
    assert project.calls()[1] == {
        "command": ["upgrade", "head"],
        "ENV": "prod",
        "PROD_DATABASE_URL": URL,
    }
    output = capfd.readouterr().out
    assert output.splitlines()[-1].startswith("Nothing was deployed.")
    assert URL not in output


@pytest.mark.parametrize("code", [1, 2, 3, 4, 5, 6, 7])
def test_a_failed_migration_ends_the_build_and_nothing_is_deployed(
    project: Project, capfd: pytest.CaptureFixture[str], code: int
) -> None:
    spec = project.read_buildspec()
    spec["phases"]["post_build"] = {"commands": ["echo Nothing was deployed, said post_build"]}
    codes = project.run_buildspec(spec, EXIT_UPGRADE=str(code))
    assert codes == {"install": 0, "pre_build": 0, "build": code}
    assert "Nothing was deployed" not in capfd.readouterr().out


def test_a_history_that_can_not_be_read_ends_the_build_before_the_migration(
    project: Project,
) -> None:
    codes = project.run_buildspec(project.read_buildspec(), EXIT_HEADS="2")
    assert codes == {"install": 0, "pre_build": 2}
    assert project.commands() == ["heads"]


def test_a_lock_file_that_is_behind_pyproject_ends_the_build(project: Project) -> None:
    assert project.run_buildspec(project.read_buildspec())["build"] == 0
    assert (project.folder / "uv.lock").exists()
    pyproject = project.folder / "pyproject.toml"
    pyproject.write_text(pyproject.read_text().replace('["daybreak"]', "[]"))
    spec = project.read_buildspec()
    del spec["phases"]["install"]
    codes = project.run_buildspec(spec)
    assert list(codes) == ["pre_build"]
    assert codes["pre_build"] != 0
    assert project.commands() == ["heads", "upgrade head"]


def test_the_workflow_migrates_prod_and_then_deploys(
    project: Project, capfd: pytest.CaptureFixture[str]
) -> None:
    install_uv(project)
    assert project.run_workflow("deploy.yml") == {"build": 0, "migrate": 0, "deploy": 0}
    assert project.calls() == [
        {"command": ["heads"], "ENV": None, "PROD_DATABASE_URL": None},
        {"command": ["upgrade", "head"], "ENV": "prod", "PROD_DATABASE_URL": URL},
    ]
    output = capfd.readouterr().out
    assert "Nothing was deployed" in output.splitlines()[-1]
    assert URL not in output


@pytest.mark.parametrize("code", [1, 4, 7])
def test_a_failed_migration_fails_the_workflow_with_its_exit_code(
    project: Project, capfd: pytest.CaptureFixture[str], code: int
) -> None:
    install_uv(project)
    codes = project.run_workflow("deploy.yml", EXIT_UPGRADE=str(code))
    assert codes == {"build": 0, "migrate": code}
    assert "Nothing was deployed" not in capfd.readouterr().out


def test_a_pull_request_is_checked_with_dev_by_name_and_without_a_url(project: Project) -> None:
    install_uv(project)
    assert project.run_workflow("check.yml") == {"check": 0}
    assert project.calls() == [
        {"command": ["upgrade", "head"], "ENV": "dev", "PROD_DATABASE_URL": None},
        {"command": ["check"], "ENV": "dev", "PROD_DATABASE_URL": None},
    ]


def test_a_cancelled_run_tells_daybreak_to_stop(project: Project) -> None:
    """GitHub signals the process of the step alone, which without `exec` is a deaf shell."""
    install_uv(project)
    project.run_workflow("check.yml")  # installs
    workflow = yaml.safe_load((project.folder / ".github/workflows/deploy.yml").read_text())
    step = workflow["jobs"]["migrate"]["steps"][-1]
    process = subprocess.Popen(
        ["bash", "-e", str(project.write_step(step))],
        cwd=project.folder,
        env={**project.environment, "STAY": "upgrade"},
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "running\n"
        started = time.monotonic()
        os.kill(process.pid, signal.SIGINT)
        assert process.wait(timeout=7.5) == 7
        assert time.monotonic() - started < 7.5  # seconds until GitHub's next signal
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
