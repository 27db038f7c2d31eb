"""A public history, taken from its wheel and adopted, and the commands that run in it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

VARIABLE = "DAYBREAK_TEST_HISTORIES"  # the folder of the virtual environment

NOTHING = (
    "done   nothing differs, so no file was written; an empty one: daybreak revision --empty -m '…'"
)


@dataclass(frozen=True)
class Done:
    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


@dataclass(frozen=True)
class Adopted:
    """A project in `root`, whose dev database is at `url`."""

    root: Path
    url: str

    def daybreak(self, *words: str) -> Done:
        return self._run("daybreak", *words)

    def python(self, source: str) -> Done:
        """A script of the application."""
        done = self._run("python", "-c", source)
        assert done.code == 0, done.err
        return done

    def write(self, name: str, text: str) -> None:
        (self.root / name).write_text(text, encoding="utf-8")

    def _run(self, program: str, *words: str) -> Done:
        scripts = Path(os.environ[VARIABLE]).resolve() / "bin"
        done = subprocess.run(
            [scripts / program, *words],
            cwd=self.root,
            env={
                "PATH": f"{scripts}{os.pathsep}{os.environ['PATH']}",
                "HOME": os.environ.get("HOME", "/"),
                "LANG": "C.UTF-8",
                "NO_COLOR": "1",
                "PYTHONWARNINGS": "ignore",
                "DEV_DATABASE_URL": self.url,
            },
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )
        return Done(done.returncode, done.stdout, done.stderr)


def adopt(root: Path, url: str, revisions: str, files: Mapping[str, str]) -> Adopted:
    """A project with the history of the wheel's folder `revisions`, and `files` of ours."""
    environment = Path(os.environ[VARIABLE]).resolve()
    (installed,) = environment.glob("lib/python3.*/site-packages")
    shutil.copytree(installed / revisions, root / "alembic")
    project = Adopted(root, url)
    for name, text in files.items():
        project.write(name, text)
    return project


def differences(project: Adopted) -> list[str]:
    """What `check` tells of the models and the history, a line each, however wide a screen is."""
    models = json.loads(project.daybreak("check", "--json").out)["models"]
    return [change["text"] for change in models["changes"]]
