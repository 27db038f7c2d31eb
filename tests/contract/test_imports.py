"""What stays unloaded until it is needed: start-up time is a promise."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

HEAVY = [
    *("sqlalchemy", "alembic", "rich", "boto3", "dotenv", "psycopg2", "pymysql", "asyncio", "ssl"),
]

COMMAND_LINE = """
import contextlib
from daybreak.cli.main import main
with contextlib.suppress(SystemExit):
    main({words!r})
"""

CASES = {
    "import daybreak": ("import daybreak", []),
    "daybreak.__version__": ("import daybreak; daybreak.__version__", []),
    "the errors": ("from daybreak import DaybreakError", []),
    "Target and Policy": ("from daybreak import Target, Policy", []),
    "Database": ("from daybreak import Database; Database(__name__)", []),
    "--version": (COMMAND_LINE.format(words=["--version"]), []),
    "--help": (COMMAND_LINE.format(words=["--help"]), []),
    "upgrade --help": (COMMAND_LINE.format(words=["upgrade", "--help"]), []),
    "a usage error": (COMMAND_LINE.format(words=["upgrade"]), []),
    "an unknown command": (COMMAND_LINE.format(words=["nonsense"]), []),
    "dotenv, to see that the test sees": ("import dotenv", ["dotenv"]),
}


@pytest.mark.parametrize(("code", "expected"), CASES.values(), ids=CASES)
def test_nothing_heavy_loads(code: str, expected: list[str]) -> None:
    report = f"import sys, json; print(json.dumps([m for m in {HEAVY} if m in sys.modules]))"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\n{report}"], capture_output=True, text=True, check=True
    )
    assert json.loads(done.stdout.splitlines()[-1]) == expected
