"""A model change carried out on a real server: both ways, as text, on rows."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from alembic.autogenerate import render_python_code
from alembic.operations import Operations, ops
from alembic.runtime.migration import MigrationContext

from daybreak.core.catalog import Catalog
from daybreak.core.change import Change, Rename
from daybreak.core.diff import diff
from daybreak.core.renames import parse_rename
from daybreak.dialects import dialect_named
from daybreak.edges.catalog import read_catalog
from daybreak.writing.models import Models
from daybreak.writing.write import Written, write
from servers.server import Server

DRIVERS = {"postgresql": "psycopg2", "mysql": "pymysql"}
Declare = Callable[[sa.MetaData], Any]


@dataclass(frozen=True)
class Revised:
    """The texts of both functions, and what nothing could express."""

    upgrade: str
    downgrade: str
    unexpressed: tuple[Change, ...]


def revise(
    server: Server,
    old: Declare,
    new: Declare,
    *,
    rows: Sequence[str] = (),
    renames: Sequence[str] = (),
) -> Revised:
    """Change a database of `old` with `rows` into one of `new` and back, and compare each time."""
    with (
        server.fresh_database() as wanted_name,
        server.fresh_database() as name,
    ):
        wanted_models, old_models = sa.MetaData(), sa.MetaData()
        ran: list[str] = []
        wanted = _made(server, wanted_name, new, wanted_models, ran)
        before = _made(server, name, old, old_models, [])
        for sql in rows:
            server.execute(sql, database=name)
        dialect = dialect_named(server.dialect, "the test")
        said = [parse_rename(text, before, wanted) for text in renames]
        engine = sa.create_engine(server.url(name, DRIVERS[server.dialect]))
        with engine.connect() as connection:
            default = connection.dialect.default_schema_name or ""
            default = wanted.default_schema if server.dialect == "mysql" else default
            models = Models(wanted_models, default_schema=default, dialect=connection.dialect)
            forth = diff(
                before,
                wanted,
                fold=dialect.fold,
                renames=said,
                engine=dialect.engine(wanted.version),
            )
            back = diff(
                wanted,
                before,
                fold=dialect.fold,
                renames=[_backwards(rename) for rename in reversed(said)],
                engine=dialect.engine(wanted.version),
            )
            up = write(
                forth, before=before, after=wanted, models=models, dialect=dialect, statements=ran
            )
            reflected = Models.reflected(
                connection, [change.address for change in back], default_schema=default
            )
            connection.rollback()
            down = write(back, before=wanted, after=before, models=reflected, dialect=dialect)
            upgrade, downgrade = rendered(connection, up), rendered(connection, down)
        print(upgrade, downgrade, sep="\n# downgrade\n")
        run(engine, upgrade)
        reached = _read(engine)
        assert _left(reached, wanted, dialect, up) == []
        run(engine, downgrade)
        assert _left(_read(engine), before, dialect, up, down) == []
        engine.dispose()
    return Revised(upgrade, downgrade, up.unexpressed)


def rendered(connection: sa.Connection, written: Written) -> str:
    context = MigrationContext.configure(connection)
    text = render_python_code(ops.UpgradeOps(list(written.ops)), migration_context=context)
    lines = [line for line in text.splitlines() if not line.strip().startswith("# ###")]
    return textwrap.dedent("\n".join(lines)) + "\n"


def run(engine: sa.Engine, text: str) -> None:
    """Run the rendered text as a revision would."""
    from sqlalchemy.dialects import mysql, postgresql

    with engine.connect() as connection:
        context = MigrationContext.configure(connection)
        names = {"sa": sa, "postgresql": postgresql, "mysql": mysql, "op": Operations(context)}
        with context.begin_transaction(_per_migration=True):
            exec(compile(text, "<revision>", "exec"), names)
        connection.commit()


def _made(
    server: Server, name: str, declare: Declare, metadata: sa.MetaData, ran: list[str]
) -> Catalog:
    engine = sa.create_engine(server.url(name, DRIVERS[server.dialect]))
    declare(metadata)
    sa.event.listen(
        engine,
        "before_cursor_execute",
        lambda connection, cursor, statement, *rest: ran.append(statement),
    )
    metadata.create_all(engine)
    catalog = _read(engine)
    engine.dispose()
    return catalog


def _read(engine: sa.Engine) -> Catalog:
    with engine.connect() as connection:
        return read_catalog(connection)


def _backwards(rename: Rename) -> Rename:
    label = rename.label and (rename.label[1], rename.label[0])
    return replace(rename, address=rename.to, to=rename.address, label=label)


def _left(one: Catalog, other: Catalog, dialect: Any, *written: Written) -> list[Change]:
    """What still differs, without what was said to."""
    told = {change.address for half in written for change in half.unexpressed}
    return [c for c in diff(one, other, fold=dialect.fold) if c.address not in told]
