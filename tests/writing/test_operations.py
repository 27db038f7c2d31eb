"""SQL and expressions come out of the rendered text, and out of `sa.text`, as they went in."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import render_python_code
from alembic.operations import ops
from alembic.runtime.migration import MigrationContext

from daybreak.writing.operations import (
    AlterColumn,
    CreatePrimaryKey,
    Execute,
    ExecuteAlone,
    RenameTable,
    expression,
)

SQL = (
    "SELECT 1",
    "SELECT ':name', 'a''b', \"c\"",
    "SELECT '12:30:00', x::text, '{\"a\":1}', '\\:x', y[1:2]",
    "SELECT '100%', 'a\\b', '(:a:)'",
    "CREATE VIEW v AS\nSELECT 'it''s' AS a,\n    \"b\"\nFROM t",
    "CREATE FUNCTION f() RETURNS text AS $$\n    SELECT 'a\n  b'  \n$$ LANGUAGE sql",
    "SELECT 'two\n  lines', '''', \"\"\"\"",
    "CREATE VIEW v AS\nSELECT '\\' AS a",
)


@pytest.mark.parametrize("sql", SQL)
def test_a_statement_runs_as_it_was(sql: str) -> None:
    ran = _ran(_rendered(Execute(sql)))

    spaces = "$" in sql or "two" in sql  # a body or a literal keeps its lines to the letter
    assert ran == [sql] if spaces else [" ".join(ran[0].split())] == [" ".join(sql.split())]


@pytest.mark.parametrize(
    "condition",
    ["a > 0", "a LIKE '10%'", "a <> ':b'", "a::text = 'it''s'", "a ~ '^\\d+:\\d+$'"],
)
def test_a_condition_is_not_changed_by_rendering(condition: str) -> None:
    text = _rendered(ops.CreateCheckConstraintOp("ck", "t", expression(condition)))
    found: list[str] = []

    exec(text, {"op": type("op", (), {"create_check_constraint": lambda *a: found.append(a[2])})})

    assert _compiled(found[0]) == condition


def test_several_lines_of_sql_stay_several_lines() -> None:
    assert (
        _rendered(Execute("CREATE VIEW v AS\nSELECT 1"))
        == '''\
op.execute(
    """
    CREATE VIEW v AS
    SELECT 1
    """
)
'''
    )


def test_what_has_to_be_committed_first_has_a_block_of_its_own() -> None:
    sql = "ALTER TYPE mood ADD VALUE 'sad'"

    assert (
        _rendered(ExecuteAlone([sql]), Execute("SELECT 1"))
        == f"""\
with op.get_context().autocommit_block():
    op.execute("{sql}")

op.execute("SELECT 1")
"""
    )


def test_what_alembic_can_not_render_is_rendered() -> None:
    text = _rendered(
        AlterColumn("t", "a", modify_type=sa.Integer(), postgresql_using="a::integer"),
        AlterColumn("t", "a", modify_name="b"),
        CreatePrimaryKey("t_pkey", "t", ["a", "b"], schema="s"),
        RenameTable("t", "u"),
    )

    assert (
        text
        == """\
op.alter_column('t', 'a', type_=sa.Integer(), postgresql_using="a::integer")
op.alter_column('t', 'a', new_column_name='b')
op.create_primary_key('t_pkey', 't', ['a', 'b'], schema='s')
op.rename_table('t', 'u')
"""
    )


def _rendered(*operations: ops.MigrateOperation) -> str:
    context = MigrationContext.configure(dialect_name="postgresql")
    text = render_python_code(ops.UpgradeOps(list(operations)), migration_context=context)
    lines = [line.removeprefix("    ") for line in text.splitlines() if "# ###" not in line]
    return "\n".join(lines) + "\n"


def _ran(text: str) -> list[str]:
    """What reaches a driver of the statements that `text` executes."""
    found: list[str] = []
    exec(text, {"op": type("op", (), {"execute": lambda sql: found.append(_compiled(sql))})})
    return found


def _compiled(sql: str) -> str:
    dialect: Any = sa.create_mock_engine("postgresql+psycopg2://", lambda *_: None).dialect
    return str(sa.text(sql).compile(dialect=dialect)) % ()
