"""How long `upgrade head` and `current` take where there is nothing to do, beside plain Alembic.

`uv run nox -s bench`, or `PYTHONPATH=tests:. python -m benchmarks.noop [TURNS] [REVISIONS …]`.
Whole processes, start to end, on servers that start and end here. Alembic's project is the one that
`alembic init` writes; both have the same revisions and the same database, and take turns. Bytecode
is cached: the first run of each, which compiles, is not counted.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from servers.mysql import running_mysql
from servers.postgresql import running_postgresql
from servers.server import Server

TURNS = 7
SIZES = ("10", "500", "5000")
COMMANDS = {"upgrade": ("upgrade", "head"), "current": ("current",)}
# Of plain Alembic's time, by driver, for the sizes above.
PROMISES = {
    "psycopg2": (0.4, 0.3, 0.15),
    "psycopg": (0.7, 0.5, 0.3),
    "pymysql": (0.5, 0.4, 0.25),
}
REVISION = '''\
"""revision {number}

Revision ID: {revision}
Revises: {down}
Create Date: 2026-01-01 12:00:00.000000

"""
from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision: str = {revision!r}
down_revision: Union[str, Sequence[str], None] = {down!r}
branch_labels: Union[str, Sequence[str], None] = None
depends_on: Union[str, Sequence[str], None] = None


def upgrade() -> None:
    """Upgrade schema."""
    op.add_column("table_{number}", sa.Column("column_{number}", sa.Integer(), nullable=True))
    op.create_index("index_{number}", "table_{number}", ["column_{number}"])


def downgrade() -> None:
    """Downgrade schema."""
    op.drop_index("index_{number}", "table_{number}")
    op.drop_column("table_{number}", "column_{number}")
'''
# The command where psycopg2 is not installed.
WITHOUT_PSYCOPG2 = (
    "import sys; sys.modules['psycopg2'] = None; from daybreak.cli.main import main; main()"
)


@dataclass(frozen=True)
class Pair:
    """The same history in two projects, on one database that is at its head."""

    ours: Path
    theirs: Path
    driver: str
    url: str

    def run(self, program: str, *words: str) -> float:
        """Seconds of one command of `daybreak` or `alembic`."""
        command: list[str | Path] = [Path(sysconfig.get_path("scripts"), program)]
        if program == "daybreak" and self.driver == "psycopg":
            command = [sys.executable, "-c", WITHOUT_PSYCOPG2]
        kept_out = {"PYTHONDONTWRITEBYTECODE", "PYTHONPATH"}
        environment = {name: text for name, text in os.environ.items() if name not in kept_out}
        environment |= {"ENV": "staging", "STAGING_DATABASE_URL": self.url}
        folder = self.ours if program == "daybreak" else self.theirs
        start = time.perf_counter()
        subprocess.run(
            [*command, *words], cwd=folder, env=environment, capture_output=True, check=True
        )
        return time.perf_counter() - start


def main() -> None:
    turns = int(sys.argv[1]) if len(sys.argv) > 1 else TURNS
    sizes = sys.argv[2:] or SIZES
    print(f"{turns} turns, Python {sys.version.split()[0]}, {os.cpu_count()} processors")
    print(f"\n{'':<26}{'daybreak':>20}{'alembic':>20}{'ratio':>9}{'middle half':>17}{'promise':>9}")
    broken = False
    with running_postgresql(16) as postgresql, running_mysql() as mysql:
        servers: dict[str, Server] = {"psycopg2": postgresql, "psycopg": postgresql}
        for driver in PROMISES:
            for size in sizes:
                with pair(servers.get(driver, mysql), driver, int(size)) as made:
                    for command, words in COMMANDS.items():
                        seconds = measure(made, words, turns)
                        most = PROMISES[driver][SIZES.index(size)]
                        name = f"{driver} {size} {command}"
                        print(_row(name, seconds, most), flush=True)
                        broken |= statistics.median(ratios(seconds)) > most
    sys.exit(1 if broken else 0)


@contextmanager
def pair(server: Server, driver: str, size: int) -> Iterator[Pair]:
    """Two projects of `size` revisions, each above the one before."""
    with tempfile.TemporaryDirectory() as folder, server.fresh_database() as database:
        url = server.url(database, driver)
        ours, theirs = Path(folder, "ours"), Path(folder, "theirs")
        alembic = Path(sysconfig.get_path("scripts"), "alembic")
        for project in (ours, theirs):
            project.mkdir()
            subprocess.run(
                [alembic, "init", "alembic"], cwd=project, capture_output=True, check=True
            )
            for number in range(size):
                text = REVISION.format(
                    number=number,
                    revision=_name(number),
                    down=_name(number - 1) if number else None,
                )
                (project / f"alembic/versions/{_name(number)}_revision_{number}.py").write_text(
                    text
                )
        (ours / "alembic/env.py").write_text("import daybreak.env\n\ndaybreak.env.run()\n")
        (ours / "pyproject.toml").write_text("[tool.daybreak]\n")
        _set_url(ours / "alembic.ini", None)
        _set_url(theirs / "alembic.ini", url)
        made = Pair(ours, theirs, driver, url)
        made.run("alembic", "stamp", "head")
        yield made


def _name(number: int) -> str:
    return f"{number * 2654435761 % 2**48:012x}"


def _set_url(ini: Path, url: str | None) -> None:
    lines = ini.read_text().splitlines(keepends=True)
    written = f"sqlalchemy.url = {url}\n".replace("%", "%%") if url else ""
    ini.write_text("".join(written if li.startswith("sqlalchemy.url") else li for li in lines))


def measure(made: Pair, words: tuple[str, ...], turns: int) -> dict[str, list[float]]:
    """Seconds by program and turn; who comes first in a turn alternates."""
    programs = ("daybreak", "alembic")
    for program in programs:
        made.run(program, *words)
    seconds: dict[str, list[float]] = {program: [] for program in programs}
    for turn in range(turns):
        for program in programs if turn % 2 else reversed(programs):
            seconds[program].append(made.run(program, *words))
    return seconds


def ratios(seconds: dict[str, list[float]]) -> list[float]:
    """Ours over theirs, turn by turn."""
    pairs = zip(seconds["daybreak"], seconds["alembic"], strict=True)
    return [ours / theirs for ours, theirs in pairs]


def _row(name: str, seconds: dict[str, list[float]], most: float) -> str:
    found = ratios(seconds)
    low, _, high = statistics.quantiles(found, n=4) if len(found) > 1 else (found[0],) * 3
    told = "".join(
        f"{f'{1000 * statistics.median(values):.0f} ms':>12}{f'≥ {1000 * min(values):.0f}':>8}"
        for values in (seconds["daybreak"], seconds["alembic"])
    )
    middle = statistics.median(found)
    half = f"{low:.3f} to {high:.3f}"
    verdict = "" if middle <= most else "  BROKEN"
    return f"{name:<26}{told}{middle:>9.3f}{half:>17}{most:>9}{verdict}"


if __name__ == "__main__":
    main()
