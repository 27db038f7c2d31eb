"""SQL for a PostgreSQL through the wheel's `psql`: no driver, no secret in a process list."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Mapping
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
    THEN 'ALTER ROLE %I LOGIN PASSWORD %L' ELSE 'CREATE ROLE %I LOGIN PASSWORD %L' END,
    :'role', :'password') \gexec
"""
MAKE_DATABASE = r"""
SELECT format('CREATE DATABASE %I OWNER %I', :'database', :'role')
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'database') \gexec
"""


@dataclass(frozen=True, slots=True)
class Admin:
    """Access to a server as one of its superusers."""

    host: str
    port: int
    user: str = "postgres"
    password: str = field(default="postgres", repr=False)


def provision(admin: Admin, *, role: str, password: str, database: str) -> None:
    """Make the role with this password and the database that it owns, where they are missing.

    A role that is there gets the password, so that the URL it came from works; the admin's own
    is left as it is. Raises DevServerFailed, which shows neither the SQL nor the password.
    """
    script = MAKE_DATABASE if role == admin.user else MAKE_ROLE + MAKE_DATABASE
    run_sql(admin, script, {"role": role, "password": password, "database": database})


def run_sql(
    admin: Admin, script: str, variables: Mapping[str, str] | None = None
) -> list[list[str]]:
    """Run SQL and psql's own commands; the columns of the rows, as text.

    `:'name'` in the script is the variable of that name. Raises DevServerFailed on the first
    error, with the server's message.
    """
    values = "".join(
        f"\\set {name} {_quoted(value)}\n" for name, value in (variables or {}).items()
    )
    with tempfile.TemporaryDirectory(prefix="daybreak-") as folder:
        secret = Path(folder, "pgpass")
        secret.touch(mode=0o600)
        secret.write_text(_pgpass_line(admin.password), encoding="utf-8")
        done = subprocess.run(
            [
                *(psql(), "--no-psqlrc", "--no-password", "--quiet", "--no-align", "--tuples-only"),
                *("--field-separator=\t", "--set=ON_ERROR_STOP=1", "--file=-"),
                *(f"--host={admin.host}", f"--port={admin.port}"),
                *(f"--username={admin.user}", "--dbname=postgres"),
            ],
            input=QUIET + values + script,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=False,
            env=clean_environment()
            | {"PGPASSFILE": str(secret), "PGCONNECT_TIMEOUT": "2", "PGCLIENTENCODING": "UTF8"},
        )
    if done.returncode != 0:
        raise DevServerFailed(
            f"the server at {admin.host}:{admin.port} refused: {done.stderr.strip()}",
            f"check that {admin.user} may do this there",
        )
    return [line.split("\t") for line in done.stdout.splitlines()]


def _quoted(value: str) -> str:
    r"""As psql's \set reads it: C's escapes between single quotes, on one line."""
    for plain, escaped in (("\\", "\\\\"), ("'", "\\'"), ("\n", "\\n"), ("\r", "\\r")):
        value = value.replace(plain, escaped)
    return f"'{value}'"


def _pgpass_line(password: str) -> str:
    r"""As libpq reads ~/.pgpass, in which `\` and `:` are escaped."""
    escaped = password.replace("\\", "\\\\").replace(":", "\\:")
    return f"*:*:*:*:{escaped}\n"
