"""The judge: it sees each way in which plain Alembic is known to go wrong."""

from __future__ import annotations

import pytest

from matrix.case import run_case
from matrix.judge import Content, Rows, entries, lost
from matrix.kind import kinds
from matrix.pool import prepare
from servers.postgresql import PostgreSQL


@pytest.fixture(scope="module")
def server(postgresql16: PostgreSQL) -> PostgreSQL:
    prepare(postgresql16)
    return postgresql16


@pytest.mark.parametrize(
    "name",
    [
        "varchar widened",
        "columns in another order only",
        "CHECK: named, changed",
        "tablespace",
        "enum: new, on an added column",
        "serial key to bigint",
        "table: renamed",
        "column: renamed",
    ],
)
def test_verdict_on_plain_alembic_is_what_was_measured(server: PostgreSQL, name: str) -> None:
    kind = kinds("postgresql")[name]
    assert run_case(server, kind, "alembic").verdict == (kind.alembic or "right")


def test_a_way_back_that_leaves_something_behind_is_told(
    server: PostgreSQL,
) -> None:
    outcome = run_case(server, kinds("postgresql")["enum: new, in a new table"], "alembic")
    assert (outcome.verdict, outcome.downgrade) == ("right", "differs")


def test_a_tablespace_is_told_of_every_object_that_is_in_it() -> None:
    dump = """\
SET default_tablespace = fast;
SET default_table_access_method = heap;
--
-- Name: a; Type: TABLE; Schema: public; Owner: -; Tablespace: fast
--

CREATE TABLE public.a (
);


--
-- Name: b; Type: TABLE; Schema: public; Owner: -; Tablespace: fast
--

CREATE TABLE public.b (
);

SET default_tablespace = '';
--
-- Name: c; Type: TABLE; Schema: public; Owner: -
--

CREATE TABLE public.c (
);
"""
    assert [(entry.name, entry.sql) for entry in entries(dump)] == [
        ("a", "SET default_tablespace = fast;\nCREATE TABLE public.a (\n);"),
        ("b", "SET default_tablespace = fast;\nCREATE TABLE public.b (\n);"),
        ("c", "CREATE TABLE public.c (\n);"),
    ]


def test_a_functions_body_is_compared_with_its_blank_lines_and_comments() -> None:
    body = "AS $$\n\n-- twice\nSET x = 1;\n\n$$;"
    dump = f"-- Name: f(); Type: FUNCTION; Schema: public; Owner: -\n--\n\n{body}\n\n\n"
    assert [entry.sql for entry in entries(dump)] == [body]


ROW: dict[str, str | None] = {"id": "1", "name": "a"}
NAMELESS: dict[str, str | None] = {"id": "1", "name": None}
NAME = frozenset({"name"})
HAD = {"events": Content([ROW])}
NO_NAME = "events.name: [\"'a'\"] before, ['NULL'] after"


@pytest.mark.parametrize(
    ("after", "renames", "gone"),
    [
        ({"events": Content([ROW])}, {}, []),
        ({"events": Content([])}, {}, ["events: 1 rows before, 0 after"]),
        ({}, {}, ["events: 1 rows before, 0 after"]),
        ({"events": Content([NAMELESS])}, {}, [NO_NAME]),
        ({"events": Content([NAMELESS], NAME)}, {}, [NO_NAME]),
        ({"events": Content([{"id": "1.00", "name": "a"}])}, {}, []),
        ({"events": Content([{"id": "true", "name": r"\x61"}])}, {}, []),
        ({"events": Content([{"id": "1"}])}, {}, []),
        ({"events": Content([{"id": "1", "title": "a"}])}, {"events.name": "events.title"}, []),
    ],
)
def test_rows_that_are_lost(after: Rows, renames: dict[str, str], gone: list[str]) -> None:
    assert lost(HAD, after, {"events": Content([])}, renames) == gone


@pytest.mark.parametrize(
    ("computed_after", "gone"), [(NAME, []), (frozenset(), [NO_NAME])], ids=["still", "no more"]
)
def test_only_a_column_that_stays_computed_may_hold_something_else(
    computed_after: frozenset[str], gone: list[str]
) -> None:
    had = {"events": Content([ROW], NAME)}
    after = {"events": Content([NAMELESS], computed_after)}
    assert lost(had, after, {"events": Content([])}, {}) == gone
