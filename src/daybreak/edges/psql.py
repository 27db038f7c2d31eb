"""SQL for a PostgreSQL through the wheel's `psql`: no driver, no secret in a process list."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from daybreak.core.errors import DevServerFailed
from daybreak.edges.account import clean_environment
from daybreak.edges.pgwheel import psql

# Messages without an excerpt of the statement, and failed statements not in the server's log.
QUIET = r"""
\set VERBOSITY terse
SET log_min_error_statement = panic;
SET log_statement = none;
"""

# \gexec runs what a query gives; the variables are quoted by psql.
MAKE_ROLE = r"""
SELECT format(
    CASE WHEN EXISTS (SELECT FROM pg_roles WHERE rolname = :'role')
    THEN 'ALTER ROLE %I LOGIN CREATEDB PASSWORD %L'
    ELSE 'CREATE ROLE %I LOGIN CREATEDB PASSWORD %L' END,
    :'role', :'password') \gexec
"""
MAKE_DATABASE = r"""
SELECT format('CREATE DATABASE %I OWNER %I', :'database', :'role')
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'database') \gexec
"""


@dataclass(frozen=True, slots=True)
class Access:
    """A server and one of its users, the superuser if not said otherwise."""

    host: str
    port: int
    user: str = "postgres"
    password: str = field(default="postgres", repr=False)


def provision(admin: Access, *, role: str, password: str, database: str) -> None:
    """Make the role with this password and the database that it owns, where they are missing.

    The role may make further databases. One that is there gets the password, so that the URL it
    came from works; the admin's own stays. Raises DevServerFailed, without SQL and password.
    """
    script = MAKE_DATABASE if role == admin.user else MAKE_ROLE + MAKE_DATABASE
    run_sql(admin, script, {"role": role, "password": password, "database": database})


def run_sql(
    admin: Access, script: str, variables: Mapping[str, str] | None = None
) -> list[list[str]]:
    """Run SQL and psql's own commands; the columns of the rows, as text.

    `:'name'` in the script is the variable of that name. Raises DevServerFailed on the first
    error, with the server's message.
    """
    given = (variables or {}).items()
    values = "".join(f"\\set {name} {_quoted(value)}\n" for name, value in given)
    with _password_file(admin.password) as secret:
        done = subprocess.run(
            [
                *(psql(), "--no-psqlrc", "--no-password", "--quiet", "--no-align", "--tuples-only"),
                *("--field-separator=\t", "--set=ON_ERROR_STOP=1", "--file=-"),
                *_address(admin, "postgres"),
            ],
            input=QUIET + values + script,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=False,
            env=clean_environment()
            | {"PGPASSFILE": secret, "PGCONNECT_TIMEOUT": "2", "PGCLIENTENCODING": "UTF8"},
        )
    if done.returncode != 0:
        raise DevServerFailed(
            f"the server at {admin.host}:{admin.port} refused: {done.stderr.strip()}",
            f"check that {admin.user} may do this there",
        )
    return [line.split("\t") for line in done.stdout.splitlines()]


def talk(access: Access, database: str, arguments: Sequence[str]) -> int:
    """Give the terminal to `psql`, with the user's own settings; its exit code."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    command: list[str | Path] = [psql(), *_address(access, database), "--no-password", *arguments]
    with _password_file(access.password) as secret:
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # ^C is for psql
        try:
            return subprocess.run(
                command,
                env={**own, "PGPASSFILE": secret},
                check=False,
            ).returncode
        finally:
            signal.signal(signal.SIGINT, before)


def _address(access: Access, database: str) -> list[str]:
    return [
        *(f"--host={access.host}", f"--port={access.port}"),
        *(f"--username={access.user}", f"--dbname={database}"),
    ]


@contextmanager
def _password_file(password: str) -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="daybreak-") as folder:
        file = Path(folder, "pgpass")
        file.touch(mode=0o600)
        file.write_text(_pgpass_line(password), encoding="utf-8")
        yield str(file)


def _quoted(value: str) -> str:
    r"""As psql's \set reads it: C's escapes between single quotes, on one line."""
    for plain, escaped in (("\\", "\\\\"), ("'", "\\'"), ("\n", "\\n"), ("\r", "\\r")):
        value = value.replace(plain, escaped)
    return f"'{value}'"


def _pgpass_line(password: str) -> str:
    r"""As libpq reads ~/.pgpass, in which `\` and `:` are escaped."""
    escaped = password.replace("\\", "\\\\").replace(":", "\\:")
    return f"*:*:*:*:{escaped}\n"
