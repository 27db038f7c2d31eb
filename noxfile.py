"""The project's own chores: `uv run nox -l` lists them, `uv run nox` runs the first two.

They run in the environment that nox itself is in; nothing is installed twice.
"""

from __future__ import annotations

import os
import sysconfig
from pathlib import Path

import nox

os.environ["PATH"] = sysconfig.get_path("scripts") + os.pathsep + os.environ["PATH"]
nox.needs_version = ">=2025.5"
nox.options.default_venv_backend = "none"
nox.options.sessions = ["check", "quick"]


@nox.session
def check(session: nox.Session) -> None:
    """What reads the code without running it: style, types, layers, the workflow."""
    session.run("ruff", "check")
    session.run("ruff", "format", "--check")
    session.run("mypy")
    session.run("lint-imports", "--no-logo")
    workflow = ".github/workflows/ci.yml"
    session.run("check-jsonschema", "--builtin-schema", "vendor.github-workflows", workflow)


@nox.session
def quick(session: nox.Session) -> None:
    """The tests that need no database: seconds."""
    layers = [f"tests/{layer}" for layer in ("core", "dialects", "edges", "contract")]
    session.run("pytest", "-m", "not server and not slow", *layers, *session.posargs)


@nox.session
def test(session: nox.Session) -> None:
    """Every test, on real servers that start and end with the run."""
    session.run("pytest", "-n", "auto", *session.posargs)


@nox.session
def full(session: nox.Session) -> None:
    """Every test, with many more random examples: long, for a release."""
    # a password is tried with whole commands, so a thousand would take a day
    longer = {
        "DAYBREAK_TEST_EXAMPLES": "5",
        "DAYBREAK_TEST_FAULTS": "all",
        "DAYBREAK_TEST_MATRIX": "all",
        "DAYBREAK_TEST_SCHEMAS": "1000",
    }
    session.run("pytest", "-n", "auto", "--hypothesis-profile=full", *session.posargs, env=longer)


@nox.session
def histories(session: nox.Session) -> None:
    """Public histories, installed from their wheels, adopted on real servers."""
    place = Path(".nox", "histories").resolve()
    theirs = {"UV_PROJECT_ENVIRONMENT": str(place)}
    extras = ("--extra", "postgresql", "--extra", "mysql")
    session.run("uv", "sync", "--frozen", "--no-default-groups", *extras, env=theirs)
    install = ("uv", "pip", "install", "--python", str(place), "--no-deps", "--require-hashes")
    session.run(*install, "-r", "tests/histories/requirements.txt")
    variables = {"DAYBREAK_TEST_HISTORIES": str(place)}
    session.run("pytest", "tests/histories", *session.posargs, env=variables)


@nox.session
def bench(session: nox.Session) -> None:
    """The promised speeds, each against plain Alembic in the same run."""
    session.run("python", "benchmarks/help.py", *session.posargs)
    session.run("python", "-m", "benchmarks.check", *session.posargs)
    session.run("python", "-m", "benchmarks.revision", *session.posargs)
    servers = {"PYTHONPATH": os.pathsep.join(["tests", "."])}
    session.run("python", "-m", "benchmarks.upgrade", *session.posargs[:1], env=servers)
    session.run("python", "-m", "benchmarks.noop", *session.posargs[:1], env=servers)
    for gentle in ("gentle", "alters", "polls", "builds"):
        session.run("python", "-m", f"benchmarks.{gentle}", env=servers)


@nox.session
def matrix(session: nox.Session) -> None:
    """Every kind of model change by plain Alembic and by Daybreak, stored for the documentation."""
    paths = os.pathsep.join(["tests", "."])
    session.run("python", "-m", "matrix.run", *session.posargs, env={"PYTHONPATH": paths})
    session.run("python", "docs/matrix_page.py")


@nox.session
def docs(session: nox.Session) -> None:
    """Writes what the documentation takes from the commands: commands.md and the picture."""
    session.run("python", "docs/commands_page.py")
    session.run("python", "docs/pictures/make.py")
