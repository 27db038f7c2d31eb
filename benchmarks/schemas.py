"""Models of a size that is asked for, alike in each process, and a project that has them.

A table has what those of a real application have: a serial key, foreign keys to earlier tables, a
unique constraint, checks, an enum, defaults, indexes (one partial), columns of ten types.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Enum,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Numeric,
    String,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.engine.mock import create_mock_engine

TABLES_A_REVISION = 25

FILES = {
    "pyproject.toml": """\
[project]
name = "bench"
version = "0.1.0"

[tool.daybreak]
dialect = "postgresql"
models = "models"
metadata = "models:metadata"
""",
    "alembic.ini": """\
[alembic]
script_location = %(here)s/alembic
prepend_sys_path = %(here)s
path_separator = os
""",
    "alembic/env.py": """\
import daybreak.env

daybreak.env.run(include_schemas=True)
""",
    "models.py": """\
from benchmarks.schemas import make_models

metadata = make_models({tables}, {schemas})
""",
}
REVISION = """\
from alembic import op

revision = {revision!r}
down_revision = {down!r}
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.get_bind().exec_driver_sql({sql!r})


def downgrade() -> None:
    pass
"""


def make_models(tables: int, schemas: int = 1) -> MetaData:
    """`tables` in as many schemas, the default one if there is to be only one."""
    metadata = MetaData()
    kinds = {
        schema: Enum("open", "paid", "void", name="state", schema=schema, metadata=metadata)
        for schema in _schemas(schemas)
    }
    made: list[Table] = []
    for number in range(tables):
        schema = list(kinds)[number % len(kinds)]
        made.append(_table(metadata, number, schema, kinds[schema], made))
    return metadata


def _schemas(count: int) -> list[str | None]:
    return [None] if count == 1 else [f"tenant_{number:02}" for number in range(count)]


def _table(
    metadata: MetaData, number: int, schema: str | None, kind: Enum, made: list[Table]
) -> Table:
    def refers_to(table: Table) -> ForeignKey:
        return ForeignKey(table.c.id, ondelete="CASCADE")

    name = f"items_{number:04}"
    parents: list[Column[Any]] = []
    if made:
        parents = [
            Column("owner_id", Integer, refers_to(made[number // 2]), nullable=False),
            Column("source_id", Integer, refers_to(made[number // 7])),
        ]
    table = Table(
        name,
        metadata,
        Column("id", Integer, primary_key=True),
        *parents,
        Column("code", String(40), nullable=False),
        Column("title", String(255), nullable=False, server_default=""),
        Column("state", kind, nullable=False, server_default="open"),
        Column("amount", Numeric(12, 2), nullable=False, server_default=text("0")),
        Column("size", BigInteger),
        Column("active", Boolean, nullable=False, server_default=text("true")),
        Column("body", Text, comment="what people read"),
        Column("extra", JSONB, nullable=False, server_default=text("'{}'")),
        Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
        UniqueConstraint("code", name=f"uq_{name}_code"),
        CheckConstraint("amount >= 0", name=f"ck_{name}_amount"),
        schema=schema,
    )
    Index(f"ix_{name}_title", table.c.title, table.c.created_at)
    Index(f"ix_{name}_open", table.c.created_at, postgresql_where=table.c.state == "open")
    return table


def write_project(root: Path, tables: int, schemas: int = 1) -> None:
    """A project of these models, whose history makes just them, some tables a revision."""
    for name, content in FILES.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content.format(tables=tables, schemas=schemas))
    versions = root / "alembic/versions"
    versions.mkdir()
    down = None
    for number, sql in enumerate(_history(make_models(tables, schemas), schemas)):
        revision = f"r{number:04}"
        text_ = REVISION.format(revision=revision, down=down, sql=sql)
        (versions / f"{revision}.py").write_text(text_)
        down = revision


def _history(metadata: MetaData, schemas: int) -> Iterator[str]:
    statements: list[str] = [
        f"CREATE SCHEMA {schema}" for schema in _schemas(schemas) if schema is not None
    ]

    def collect(element: Any, *_: Any, **__: Any) -> None:
        statements.append(str(element.compile(dialect=mock.dialect)).strip())

    mock = create_mock_engine("postgresql://", collect)
    metadata.create_all(mock, checkfirst=False)
    tables = 0
    chunk: list[str] = []
    for statement in statements:
        tables += statement.startswith("CREATE TABLE")
        if tables > TABLES_A_REVISION:
            yield ";\n".join(chunk)
            tables, chunk = 1, []
        chunk.append(statement)
    yield ";\n".join(chunk)
