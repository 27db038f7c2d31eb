"""One case of the matrix on MySQL: a history, rows, other models, a revision, the judge."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

import pymysql
from pymysql.connections import Connection
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from matrix.judge_mysql import Contents, Dump, differences, losses, read_contents, read_dump
from matrix.kinds.mysql.kind import Kind
from servers.mysql import MySQL

Verdict = Literal[
    "right", "missed", "fails", "fails half-way", "partly", "loses", "altered", "reported"
]

INITIAL = '''\
"""What there is."""
import runpy
from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    before = runpy.run_path(str(Path(__file__).parents[2] / "before.py"))
    before["metadata"].create_all(op.get_bind())


def downgrade():
    before = runpy.run_path(str(Path(__file__).parents[2] / "before.py"))
    before["metadata"].drop_all(op.get_bind())
'''


@dataclass(frozen=True)
class Made:
    """What generating a revision gave: whether it has operations, and what was said."""

    empty: bool
    said: str = ""


@dataclass(frozen=True)
class Project:
    """A folder with `models.py`, `before.py` and a history of one revision; its database."""

    root: Path
    url: str
    schemas: tuple[str, ...]


class Subject(Protocol):
    """What is measured."""

    def prepare(self, project: Project) -> None: ...

    def generate(self, project: Project, kind: Kind) -> Made: ...

    def upgrade(self, project: Project) -> None: ...

    def downgrade(self, project: Project) -> None: ...


@dataclass(frozen=True)
class Outcome:
    kind: str
    verdict: Verdict
    detail: str = ""
    downgrade: Literal["right", "differs", "fails", "not tried"] = "not tried"
    downgrade_detail: str = ""


def run_case(kind: Kind, subject: Subject, server: MySQL, folder: Path) -> Outcome:
    """How `subject` does on `kind`. `folder` must be empty."""
    wanted = _wanted(kind, server)
    with _schemas(kind, server), server.fresh_database() as name:
        return _run(kind, subject, server, folder, name, wanted)


def _wanted(kind: Kind, server: MySQL) -> Dump:
    """What create_all of the models after makes."""
    with _schemas(kind, server), server.fresh_database() as name:
        engine = create_engine(server.url(name, "pymysql"), poolclass=NullPool)
        models: dict[str, object] = {}
        exec(compile(kind.after, f"{kind.name}: after", "exec"), models)
        models["metadata"].create_all(engine)  # type: ignore[attr-defined]
        with _connection(server, name) as connection:
            return read_dump(connection, name, kind.schemas)


def _run(
    kind: Kind, subject: Subject, server: MySQL, folder: Path, name: str, wanted: Dump
) -> Outcome:
    project = Project(folder, server.url(name, "pymysql"), kind.schemas)
    (folder / "alembic" / "versions").mkdir(parents=True)
    (folder / "alembic" / "versions" / "0001_initial.py").write_text(INITIAL)
    (folder / "before.py").write_text(kind.before)
    (folder / "models.py").write_text(kind.before)
    subject.prepare(project)
    subject.upgrade(project)
    with _connection(server, name) as connection:
        for sql in kind.rows:
            connection.cursor().execute(sql)
        before = read_dump(connection, name, kind.schemas)
        contents = read_contents(connection, name, kind.schemas)
        same = _ask(connection, kind.same[0]) if kind.same else []

    (folder / "models.py").write_text(kind.after)
    try:
        made = subject.generate(project, kind)
    except Exception as error:
        return Outcome(kind.name, "fails", f"generate: {_said(error)}")
    if kind.expected == "unchanged" and not made.empty:
        return Outcome(kind.name, "altered", made.said)

    try:
        subject.upgrade(project)
    except Exception as error:
        with _connection(server, name) as connection:
            moved = differences(before, read_dump(connection, name, kind.schemas))
        verdict: Verdict = "fails half-way" if moved else "fails"
        return Outcome(kind.name, verdict, _said(error))
    with _connection(server, name) as connection:
        after = read_dump(connection, name, kind.schemas)
        new_contents = read_contents(connection, name, kind.schemas)
        if kind.same:
            had, has = same, _ask(connection, kind.same[1])
            lost = [] if had == has else [f"had {had}; has {has}"]
        else:
            lost = losses(contents, new_contents, wanted, kind.renames)
    if lost:
        return Outcome(kind.name, "loses", "\n".join(lost))
    if wrong := differences(wanted, after):
        missed = made.empty or after == before
        return Outcome(kind.name, "missed" if missed else "partly", "\n".join(wrong))
    return _downgraded(kind, subject, server, project, name, before, contents)


def _downgraded(
    kind: Kind,
    subject: Subject,
    server: MySQL,
    project: Project,
    name: str,
    before: Dump,
    contents: Contents,
) -> Outcome:
    try:
        subject.downgrade(project)
    except Exception as error:
        return Outcome(kind.name, "right", "", "fails", _said(error))
    with _connection(server, name) as connection:
        restored = read_dump(connection, name, kind.schemas)
    if wrong := differences(before, restored):
        return Outcome(kind.name, "right", "", "differs", "\n".join(wrong))
    return Outcome(kind.name, "right", "", "right")


def _connection(server: MySQL, name: str) -> Connection:  # type: ignore[type-arg]
    return pymysql.connect(
        host=server.host,
        port=server.port,
        user=server.user,
        password=server.password.encode(),
        database=name,
        autocommit=True,
    )


def _ask(connection: Connection, sql: str) -> list[str]:  # type: ignore[type-arg]
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return sorted(repr(row) for row in cursor.fetchall())


@contextmanager
def _schemas(kind: Kind, server: MySQL) -> Iterator[None]:
    """Dropped after the database, whose foreign keys may name them."""
    for schema in kind.schemas:
        server.drop_database(schema)
        server.create_database(schema)
    try:
        yield
    finally:
        for schema in kind.schemas:
            server.drop_database(schema)


def _said(error: Exception) -> str:
    return traceback.format_exception_only(error)[0].strip()[:400]
