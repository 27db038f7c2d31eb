"""What a revision would do is taken down without a database: no server runs for these tests."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config

from daybreak.core.plan import Dropped, Plan

ENV = """\
from alembic import context
from sqlalchemy.dialects.{dialect}.{driver} import dialect
from daybreak.edges.preview import preview

fn = context._proxy.context_opts["fn"]
plans = context.config.attributes.setdefault("plans", [])
plans.append(preview(dialect(), {options}, fn, context.config.attributes.get("start", ())))
"""

REVISION = '''\
"""the {name}"""
import sqlalchemy as sa
from alembic import context, op

revision = {name!r}
down_revision = {down!r}
venues = sa.table("venues", sa.column("id", sa.Integer), sa.column("name", sa.String))


def upgrade():
{body}


def downgrade():
    op.drop_table("venues")
'''

DRIVER = {"postgresql": "psycopg2", "mysql": "pymysql"}
Make = Callable[..., Config]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """A history of these revisions, by name their parents and the body of their upgrade()."""

    def history(
        dialect: str = "postgresql",
        options: dict[str, Any] | None = None,
        **revisions: tuple[object, str],
    ) -> Config:
        versions = tmp_path / "alembic/versions"
        versions.mkdir(parents=True)
        (tmp_path / "alembic/env.py").write_text(
            ENV.format(
                dialect=dialect,
                driver=DRIVER[dialect],
                options=options or {"transaction_per_migration": True},
            )
        )
        for name, (down, body) in revisions.items():
            indented = "".join(f"    {line}\n" for line in body.splitlines())
            (versions / f"{name}.py").write_text(
                REVISION.format(name=name, down=down, body=indented.rstrip())
            )
        config = Config()
        config.set_main_option("script_location", str(tmp_path / "alembic"))
        return config

    return history


def upgraded(config: Config, *start: str) -> Plan:
    config.attributes["start"] = start
    command.upgrade(config, "heads")
    plan: Plan = config.attributes["plans"][-1]
    return plan


def shown(plan: Plan) -> list[tuple[str, str | None, int | None]]:
    """Each statement in one line, the line of its file counted from its function's first."""
    return [
        (" ".join(one.sql.split()), _line(one.source), one.transaction) for one in plan.statements
    ]


def _line(source: str | None) -> str | None:
    """The body begins in line 11 of the file."""
    if source is None:
        return None
    file, _, line = source.rpartition(":")
    return f"{file} line {int(line) - 10}"


A1 = "versions/a1.py line"
# By name: the body, and what is taken down of it on PostgreSQL and on MySQL.
STATEMENTS: dict[str, tuple[Any, ...]] = {
    "nothing": ("pass", [], []),
    "operations and SQL, on MySQL each DDL by itself": (
        """\
op.execute("INSERT INTO venues VALUES (1, '100% sure: yes')")
op.add_column("venues", sa.Column("city", sa.String(9)))
op.execute(venues.update().values(name="O'Hara"))
op.execute("DELETE FROM venues")""",
        [
            ("INSERT INTO venues VALUES (1, '100% sure: yes')", f"{A1} 1", 1),
            ("ALTER TABLE venues ADD COLUMN city VARCHAR(9)", f"{A1} 2", 1),
            ("UPDATE venues SET name='O''Hara'", f"{A1} 3", 1),
            ("DELETE FROM venues", f"{A1} 4", 1),
        ],
        [
            ("INSERT INTO venues VALUES (1, '100% sure: yes')", f"{A1} 1", 1),
            ("ALTER TABLE venues ADD COLUMN city VARCHAR(9)", f"{A1} 2", None),
            ("UPDATE venues SET name='O''Hara'", f"{A1} 3", 2),
            ("DELETE FROM venues", f"{A1} 4", 2),
        ],
    ),
    "an autocommit block": (
        """\
op.execute("DELETE FROM venues")
with op.get_context().autocommit_block():
    op.execute("DELETE FROM venues")
op.execute("DELETE FROM venues")""",
        *[
            [
                ("DELETE FROM venues", f"{A1} 1", 1),
                ("DELETE FROM venues", f"{A1} 3", None),
                ("DELETE FROM venues", f"{A1} 4", 2),
            ]
        ]
        * 2,
    ),
    "a batch, by the line of its with": (
        """\
with op.batch_alter_table("venues") as batch:
    batch.drop_column("name")""",
        [("ALTER TABLE venues DROP COLUMN name", f"{A1} 1", 1)],
        [("ALTER TABLE venues DROP COLUMN name", f"{A1} 1", None)],
    ),
    "through the connection": (
        """\
bind = op.get_bind()
bind.execute(sa.text("DELETE FROM venues WHERE id = :id"), {"id": 1})
bind.exec_driver_sql("DELETE FROM venues WHERE name LIKE '%s'")
sa.Table("t", sa.MetaData(), sa.Column("id", sa.Integer, autoincrement=False)).create(bind)""",
        [
            ("DELETE FROM venues WHERE id = :id", f"{A1} 2", 1),
            ("DELETE FROM venues WHERE name LIKE '%s'", f"{A1} 3", 1),
            ("CREATE TABLE t ( id INTEGER )", f"{A1} 4", 1),
        ],
        [
            ("DELETE FROM venues WHERE id = :id", f"{A1} 2", 1),
            ("DELETE FROM venues WHERE name LIKE '%s'", f"{A1} 3", 1),
            ("CREATE TABLE t ( id INTEGER )", f"{A1} 4", None),
        ],
    ),
    "a function of its own": (
        """\
def clear():
    op.execute("DELETE FROM venues")
clear()""",
        *[[("DELETE FROM venues", f"{A1} 2", 1)]] * 2,
    ),
}


@pytest.mark.parametrize("dialect", ["postgresql", "mysql"])
@pytest.mark.parametrize(("body", "postgresql", "mysql"), STATEMENTS.values(), ids=STATEMENTS)
def test_each_statement_is_taken_down_with_its_line_and_its_transaction(
    make: Make, dialect: str, body: str, postgresql: list[object], mysql: list[object]
) -> None:
    plan = upgraded(make(dialect, a1=(None, body)))
    assert shown(plan) == (postgresql if dialect == "postgresql" else mysql)
    assert plan.opaque == ()


def test_many_rows_are_one_statement_whose_values_are_not_told(make: Make) -> None:
    body = 'op.bulk_insert(venues, [{"id": 1, "name": "a"}, {"id": 2, "name": "b"}])'
    [statement] = upgraded(make(a1=(None, body))).statements
    assert (statement.sql, statement.rows) == (
        "INSERT INTO venues (id, name) VALUES (:id, :name)",
        2,
    )


def test_what_is_made_only_if_it_is_not_there_says_so(make: Make) -> None:
    body = 'sa.Enum("a", name="kind").create(op.get_bind(), checkfirst=True)'
    [statement] = upgraded(make(a1=(None, body))).statements
    assert (statement.sql, statement.opaque) == (
        "CREATE TYPE kind AS ENUM ('a')",
        "depends on whether the object is there",
    )


def test_what_a_statement_drops_is_told(make: Make) -> None:
    body = 'op.drop_column("venues", "name")\nop.execute("DROP TABLE a, \\"B c\\"")'
    plan = upgraded(make(a1=(None, body)))
    assert [one.drops for one in plan.statements] == [
        (Dropped("venues", "name"),),
        (Dropped("a"), Dropped('"B c"')),
    ]


ROWS = 'op.get_bind().execute(sa.text("SELECT 1"))'
# By name: the body, and why the rest is not known. Each is preceded by a statement that is.
OPAQUE = {
    "a loop over rows": (f"for row in {ROWS}: pass", "reads data at versions/a1.py:12"),
    "a row": (f"next({ROWS})", "reads data at versions/a1.py:12"),
    "a block": (f"with {ROWS} as rows: pass", "reads data at versions/a1.py:12"),
    "a scalar": (f"{ROWS}.scalar()", "reads data at versions/a1.py:12"),
    "a test": (f"if {ROWS}: pass", "reads data at versions/a1.py:12"),
    "one that tries again": (
        f"while True:\n    try:\n        {ROWS}.all()\n    except Exception:\n        pass",
        "reads data at versions/a1.py:14",
    ),
    "one that catches everything": (
        f"try:\n    {ROWS}.all()\nexcept:\n    pass",
        "reads data at versions/a1.py:13",
    ),
    "a session": (
        'from sqlalchemy.orm import Session\nSession(op.get_bind()).execute(sa.text("SELECT 1"))',
        "needs a connection at versions/a1.py:13",
    ),
    "an inspector": ("sa.inspect(op.get_bind())", "needs a connection at versions/a1.py:12"),
    "a scalar of the connection": (
        'op.get_bind().scalar(sa.text("SELECT 1"))',
        "needs a connection at versions/a1.py:12",
    ),
    "what is wrong with the revision itself": (
        "1 / 0",
        "can't run without a database at versions/a1.py:12: ZeroDivisionError: division by zero",
    ),
}


@pytest.mark.parametrize(("body", "reason"), OPAQUE.values(), ids=OPAQUE)
def test_a_revision_that_needs_the_database_is_opaque_and_the_next_one_is_not(
    make: Make, body: str, reason: str
) -> None:
    known = 'op.execute("DELETE FROM venues")'
    plan = upgraded(make(a1=(None, f"{known}\n{body}"), b2=("a1", known)))
    assert [(step.revision, step.opaque) for step in plan.steps] == [("a1", reason), ("b2", None)]
    assert plan.steps[0].statements[0].sql == plan.steps[1].statements[0].sql
    assert plan.after == ("b2",)


@pytest.mark.parametrize("asks", ["context.is_offline_mode()", "op.get_context().as_sql"])
def test_a_revision_shows_what_it_does_with_a_database(make: Make, asks: str) -> None:
    plan = upgraded(make(a1=(None, f'if not {asks}:\n    op.execute("DELETE FROM venues")')))
    assert [one.sql for one in plan.statements] == ["DELETE FROM venues"]


def test_revisions_share_a_transaction_where_the_project_says_so(make: Make) -> None:
    body = 'op.execute("DELETE FROM venues")'
    together = make(options={"transaction_per_migration": False}, a1=(None, body), b2=("a1", body))
    assert [one.transaction for one in upgraded(together).statements] == [1, 1]


def test_the_steps_lead_from_the_heads_of_the_database_to_those_after(make: Make) -> None:
    config = make(
        a1=(None, "pass"), b2=("a1", "pass"), c3=("a1", "pass"), d4=(("b2", "c3"), "pass")
    )
    plan = upgraded(config, "b2")
    assert (plan.before, [step.revision for step in plan.steps], plan.after) == (
        ("b2",),
        ["c3", "d4"],
        ("d4",),
    )
    [step] = plan.steps[1:]
    assert (step.doc, step.path, step.direction) == ("the d4", "versions/d4.py", "up")


def test_a_downgrade_goes_the_other_way(make: Make) -> None:
    config = make(a1=(None, "pass"), b2=("a1", "pass"))
    config.attributes["start"] = ("b2",)
    command.downgrade(config, "-1")
    [plan] = config.attributes["plans"]
    assert (plan.before, plan.after) == (("b2",), ("a1",))
    assert [(step.direction, step.statements[0].sql) for step in plan.steps] == [
        ("down", "DROP TABLE venues")
    ]


def test_what_a_revision_prints_is_no_part_of_the_answer_and_nothing_is_logged(
    make: Make, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    upgraded(make(a1=(None, 'print("hello")')))
    assert capsys.readouterr() == ("", "hello\n")
    assert caplog.messages == []


def test_a_secret_in_a_statement_is_masked(make: Make) -> None:
    body = (
        "from daybreak.core.secret import Secret\n"
        "op.execute(f\"CREATE ROLE app PASSWORD '{Secret('k7Qz-hidden')}'\")"
    )
    [statement] = upgraded(make(a1=(None, body))).statements
    assert statement.sql == "CREATE ROLE app PASSWORD '***'"
