"""How long `daybreak revision` takes, proof included, on the reference system.

`uv run nox -s bench`, or `python -m benchmarks.revision [TURNS]`. A field is added to a copy of
examples/myapp and the command run as people run it, start of the process to its end; the shadow is
the embedded PostgreSQL. `cold` is the first time in a project: its server, its template and both
catalogs are made. `warm` is every later time: the history is the same, the field another one.
"""

from __future__ import annotations

import os
import secrets
import shutil
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
from pathlib import Path

from daybreak.edges.account import server_account
from daybreak.edges.shadow.kept import kept_folder
from daybreak.edges.shadow.programs import embedded_programs

PROMISES = {"cold": 3.0, "warm": 1.5}  # seconds, on two processors of 2024
TURNS = 5
EXAMPLE = Path(__file__).parents[1] / "examples" / "myapp"
FIELD = "    {name}: Mapped[int | None]\n"


def main() -> None:
    turns = int(sys.argv[1]) if len(sys.argv) > 1 else TURNS
    print(f"{turns} turns, Python {sys.version.split()[0]}, {os.cpu_count()} processors\n")
    print(f"{'':<18}{'median':>9}{'fastest':>10}{'slowest':>10}")
    seconds = measure(turns)
    for name, values in seconds.items():
        figures = (statistics.median(values), min(values), max(values))
        print(f"{f'revision, {name}':<18}" + "".join(f"{figure:>8.2f} s" for figure in figures))
    kept = {name: statistics.median(seconds[name]) <= most for name, most in PROMISES.items()}
    print()
    for name, most in PROMISES.items():
        print(f"promise: {name} at most {most} s, {'kept' if kept[name] else 'BROKEN'}")
    sys.exit(0 if all(kept.values()) else 1)


def measure(turns: int) -> dict[str, list[float]]:
    """Seconds by name and turn. Each cold turn is followed by a warm one."""
    seconds: dict[str, list[float]] = {name: [] for name in PROMISES}
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder).resolve() / "myapp"
        ignored = shutil.ignore_patterns("__pycache__", ".venv", "uv.lock")
        shutil.copytree(EXAMPLE, project, ignore=ignored)
        account = server_account()
        major, programs = embedded_programs(16, account)  # unpacked here, if never before
        kept = kept_folder(project, programs, str(major), account)
        try:
            for _ in range(turns):
                shutil.rmtree(kept, ignore_errors=True)
                for revision in (project / "alembic/versions").glob("*.py"):
                    with revision.open("a") as file:  # so that no catalog of it is remembered
                        file.write(f"# {secrets.token_hex(8)}\n")
                for name in PROMISES:
                    seconds[name].append(_revision(project))
        finally:
            shutil.rmtree(kept, ignore_errors=True)
    return seconds


def _revision(project: Path) -> float:
    """Seconds of one that adds a field; the file that it writes is removed."""
    models = project / "models" / "event.py"
    before = models.read_text()
    models.write_text(before + FIELD.format(name=f"field_{secrets.token_hex(4)}"))
    program = str(Path(sysconfig.get_path("scripts"), "daybreak"))
    environment = {
        **{name: value for name, value in os.environ.items() if "DATABASE_URL" not in name},
        "ENV": "staging",
        "STAGING_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/asked_by_nobody",
    }
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    start = time.perf_counter()
    done = subprocess.run(
        [program, "revision", "-m", "measured"],
        cwd=project,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    seconds = time.perf_counter() - start
    models.write_text(before)
    if done.returncode != 0 or "downgrade = before ✓" not in done.stdout:
        raise AssertionError(done.stdout + done.stderr)
    for file in (project / "alembic/versions").glob("*_measured.py"):
        file.unlink()
    return seconds


if __name__ == "__main__":
    main()
