"""The table `events` on PostgreSQL, on which revisions and others work at the same time."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import text

from killing.sessions import connect
from projects import Project

BUDGET_S = 0.5
# A busy machine may be late; benchmarks/gentle.py measures how late.
LATE = 4
READ = "SELECT * FROM events"
TABLE = """
op.execute("CREATE SEQUENCE tries")
op.execute("CREATE TABLE events (id int PRIMARY KEY, title varchar(10))")
op.execute("INSERT INTO events SELECT n, 'x' FROM generate_series(1, 1000) AS n")
"""
COLUMN = 'op.add_column("events", sa.Column("price", sa.Integer))'
# Ten statements, of which one is slow the first two times: no rollback takes a sequence back.
SLOW_STATEMENT = """
for number in range(10):
    op.execute(f"ALTER TABLE events ADD COLUMN c{number} int")
    if number == 4:
        op.execute("UPDATE events SET title = 'y' WHERE id = 1 AND"
                   " pg_sleep(CASE WHEN nextval('tries') < 3 THEN 20 ELSE 0 END) IS NOT NULL")
"""
INDEX = """
with op.get_context().autocommit_block():
    op.execute("INSERT INTO events VALUES (0, 'once')")
    op.create_index("ix_title", "events", ["title"], postgresql_concurrently=True)
op.add_column("events", sa.Column("price", sa.Integer))
"""
# A project whose next revision has this body, on a database in which the table is.
Prepare = Callable[[str], Project]


def rows(url: str, sql: str) -> list[tuple[object, ...]]:
    with connect(url) as connection:
        return [tuple(row) for row in connection.execute(text(sql))]
