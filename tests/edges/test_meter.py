"""What a server tells of its work is read while it works, and of one statement at a time."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from itertools import dropwhile

import pytest
from sqlalchemy import Connection, text

from daybreak.core.events import SLOW_STATEMENT_OVER, Event, Progressed, Unmeasured
from daybreak.core.progress import Gauge
from daybreak.dialects import dialect_named
from daybreak.edges.apply import meter as metering
from daybreak.edges.apply.meter import Meter
from killing.holders import holding
from killing.runs import until
from killing.sessions import connect
from servers.mysql import MySQL
from servers.server import Server

ROWS = "CREATE TABLE t AS SELECT n AS id, repeat('x', 2000) AS x FROM generate_series(1, 400) AS n"
# 100 blocks, and a millisecond for each row.
SLOW = """
    CREATE FUNCTION slow(n int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS
    $$ BEGIN PERFORM pg_sleep(0.002); RETURN n; END $$
"""
LARGE = """
    CREATE TABLE t (id INT PRIMARY KEY, x CHAR(200)) AS
    WITH RECURSIVE n AS (SELECT 1 AS id UNION ALL SELECT id + 1 FROM n WHERE id < 30000)
    SELECT /*+ SET_VAR(cte_max_recursion_depth = 30000) */ id, REPEAT('x', 200) AS x FROM n
"""
CONSUMER = "UPDATE performance_schema.setup_consumers SET enabled = {!r} WHERE name = {!r}"
STAGES = "events_stages_current"

# The statements; the phase, the unit, and whether it is told how much there is.
POSTGRESQL = {
    "an index": ("CREATE INDEX ON t (slow(id))", "building index: scanning table", "blocks", True),
    "CONCURRENTLY": (
        "CREATE INDEX CONCURRENTLY ON t (slow(id))",
        "building index: scanning table",
        "blocks",
        True,
    ),
    "VACUUM": ("VACUUM (FREEZE, PROCESS_TOAST FALSE) t", "scanning heap", "blocks", True),
    "VACUUM FULL": ("VACUUM FULL t", "rebuilding index", "indexes", False),
    "COPY": ("COPY (SELECT slow(id) FROM t) TO '/dev/null'", "copying", "rows", False),
    "an index of partitions": (
        "CREATE INDEX ON parted (slow(id))",
        "building index: scanning table, partition 2 of 2",
        "blocks",
        True,
    ),
}
PREPARED = {
    "VACUUM": ("SET vacuum_cost_delay = 10", "SET vacuum_cost_limit = 20"),
    "VACUUM FULL": ("CREATE INDEX ON t (slow(id))",),
    "an index of partitions": (
        "CREATE TABLE parted (id int, x text) PARTITION BY RANGE (id)",
        "CREATE TABLE p1 PARTITION OF parted FOR VALUES FROM (0) TO (1)",
        "CREATE TABLE p2 PARTITION OF parted FOR VALUES FROM (1) TO (9999)",
        "INSERT INTO parted SELECT id, x FROM t",
    ),
}


@pytest.fixture
def sessions(server: Server, database: str) -> Iterator[list[Connection]]:
    """The worker's and the watcher's."""
    url = server.url(database)
    with connect(url) as worker, connect(url) as watching:
        yield [worker, watching]


@contextlib.contextmanager
def at_work(worker: Connection, sql: str) -> Iterator[threading.Thread]:
    def work() -> None:
        worker.execute(text(sql))

    thread = threading.Thread(target=work)
    thread.start()
    yield thread
    thread.join()


def seen(thread: threading.Thread, watching: Connection, query: str, session: str) -> list[Gauge]:
    """All that the server tells while the thread is at work."""
    found = []
    while thread.is_alive():
        found += [Gauge(*row) for row in watching.execute(text(query), {"session": session})]
        time.sleep(0.005)
    return found


@pytest.mark.parametrize(
    ("name", "sql", "phase", "unit", "has_total"),
    [(name, *case) for name, case in POSTGRESQL.items()],
    ids=POSTGRESQL,
)
@pytest.mark.parametrize("server", ["postgresql16", "postgresql18"], indirect=True)
def test_postgresql_tells_how_far_it_is(
    server: Server,
    sessions: list[Connection],
    name: str,
    sql: str,
    phase: str,
    unit: str,
    has_total: bool,
) -> None:
    worker, watching = sessions
    for prepared in (ROWS, SLOW, *PREPARED.get(name, ())):
        worker.execute(text(prepared))
    dialect = dialect_named("postgresql", "the test")
    session = str(worker.scalar(text(dialect.running.SESSION_ID)))
    with at_work(worker, sql) as thread:
        found = seen(thread, watching, dialect.watching.PROGRESS.query, session)
    told = [gauge for gauge in found if (gauge.phase, gauge.unit) == (phase, unit)]
    assert told, found
    assert any(gauge.total > 0 for gauge in told) is has_total
    # At a scan's first row the server says for a moment that all of it is done.
    counted = [gauge.done for gauge in dropwhile(lambda gauge: gauge.done >= gauge.total > 0, told)]
    assert counted == sorted(counted)
    assert len(set(counted)) > 3 or unit == "indexes"


@pytest.mark.parametrize("server", ["postgresql16", "postgresql18"], indirect=True)
def test_an_index_build_tells_that_it_waits_for_sessions_and_for_how_long(
    server: Server, database: str, sessions: list[Connection], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(metering, "BEGINS_S", 0.0)
    monkeypatch.setattr(metering, "EVERY_S", 0.01)
    worker, watching = sessions
    worker.execute(text(ROWS))
    dialect = dialect_named("postgresql", "the test")
    session = str(worker.scalar(text(dialect.running.SESSION_ID)))
    told: list[Event] = []
    meter = Meter(dialect.watching.PROGRESS, told.append)
    with contextlib.ExitStack() as stack:
        holder = stack.enter_context(holding(server.url(database), "DELETE FROM t WHERE id = 1"))
        stack.enter_context(meter.at_work())
        stack.enter_context(meter.sending())
        thread = stack.enter_context(at_work(worker, "CREATE INDEX CONCURRENTLY i ON t (id)"))

        def has_waited() -> bool:
            waited = meter.look(watching, session, locked_out=False)
            return waited is not None and waited > 0.1

        until(has_waited, "it is seen that the build waits")
        holder.execute(text("ROLLBACK"))
        thread.join()
    # looked at once, it may still be initializing
    waits = next(
        event for event in told if isinstance(event, Progressed) and "waiting" in event.phase
    )
    assert (waits.phase, waits.done, waits.total, waits.unit) == (
        "waiting for writers before build",
        0,
        1,
        "sessions",
    )
    assert told[-1] == SLOW_STATEMENT_OVER


@pytest.fixture
def stages(mysql: MySQL) -> Iterator[None]:
    mysql.execute(CONSUMER.format("YES", STAGES))
    yield
    mysql.execute(CONSUMER.format("NO", STAGES))


@pytest.mark.parametrize(
    ("sql", "phase", "whole"),
    [
        ("ALTER TABLE t ADD INDEX (x), ALGORITHM = INPLACE", "alter table (", True),
        ("ALTER TABLE t MODIFY x VARCHAR(150), ALGORITHM = COPY", "copy to tmp table", False),
    ],
)
@pytest.mark.parametrize("server", ["mysql"], indirect=True)
@pytest.mark.usefixtures("stages")
def test_mysql_tells_how_far_an_alter_is(
    server: Server, sessions: list[Connection], sql: str, phase: str, whole: bool
) -> None:
    worker, watching = sessions
    worker.execute(text("SET SESSION sql_mode = ''"))
    worker.execute(text(LARGE))
    dialect = dialect_named("mysql", "the test")
    session = str(worker.scalar(text(dialect.running.SESSION_ID)))
    with at_work(worker, sql) as thread:
        found = seen(thread, watching, dialect.watching.PROGRESS.query, session)
    assert found
    assert {(gauge.phase.startswith(phase), bool(gauge.whole)) for gauge in found} == {
        (True, whole)
    }
    assert all(gauge.total > 0 for gauge in found)
    assert watching.scalar(text(dialect.watching.PROGRESS.check or ""))


def unmeasured(server: Server, watching: Connection, times: int = 3) -> list[Event]:
    """What is told of a statement that takes long."""
    told: list[Event] = []
    meter = Meter(dialect_named(server.dialect, "the test").watching.PROGRESS, told.append)
    with meter.sending():
        for _ in range(times):
            assert meter.look(watching, "1", locked_out=False) is None
    return told


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    for limit in ("BEGINS_S", "EVERY_S", "MISSED_AFTER_S"):
        monkeypatch.setattr(metering, limit, 0.0)


@pytest.mark.usefixtures("at_once")
def test_where_mysql_records_no_stages_that_is_said_once(
    mysql: MySQL,
) -> None:
    needs = dialect_named("mysql", "the test").watching.PROGRESS.needs
    with mysql.fresh_database() as database, connect(mysql.url(database)) as watching:
        assert unmeasured(mysql, watching) == [Unmeasured(needs)]


@pytest.mark.usefixtures("at_once", "stages")
def test_a_user_who_may_not_read_them_is_told_once(mysql: MySQL) -> None:
    with mysql.fresh_database() as database:
        mysql.create_user("blind", "blind", database)
        try:
            with connect(mysql.url(database, user="blind", password="blind")) as watching:
                needs = dialect_named("mysql", "the test").watching.PROGRESS.needs
                assert unmeasured(mysql, watching) == [Unmeasured(needs)]
        finally:
            mysql.drop_user("blind", database)


@pytest.mark.usefixtures("at_once")
def test_of_a_statement_that_waits_for_a_lock_nothing_is_asked(mysql: MySQL) -> None:
    with mysql.fresh_database() as database, connect(mysql.url(database)) as watching:
        told: list[Event] = []
        meter = Meter(dialect_named("mysql", "the test").watching.PROGRESS, told.append)
        with meter.sending():
            assert meter.look(watching, "1", locked_out=True) is None
    assert told == []


def test_a_statement_is_told_of_while_it_takes_long_and_not_afterwards(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(metering, "BEGINS_S", 0.2)
    monkeypatch.setattr(metering, "EVERY_S", 0.02)
    told: list[Event] = []
    meter = Meter(dialect_named("postgresql", "the test").watching.PROGRESS, told.append)
    with meter.at_work():
        with meter.sending():
            time.sleep(0.05)
        time.sleep(0.05)
        assert told == []
        with meter.sending():
            until(lambda: told, "the statement takes long")
        after = len(told)
        time.sleep(0.1)
    assert len(told) == after
    assert told[-1] == SLOW_STATEMENT_OVER
    assert {type(event) for event in told[:-1]} == {Progressed}


def test_a_statement_that_is_sent_again_to_wait_on_has_taken_the_time_since_the_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(metering, "BEGINS_S", 0.0)
    monkeypatch.setattr(metering, "EVERY_S", 0.01)
    told: list[Event] = []
    meter = Meter(dialect_named("postgresql", "the test").watching.PROGRESS, told.append)

    def seconds(statement: str) -> float:
        told.clear()
        with meter.sending(statement):
            until(lambda: told, "it is told")
        assert isinstance(told[0], Progressed)
        return told[0].seconds

    with meter.at_work():
        with contextlib.suppress(TimeoutError), meter.sending("ALTER"):
            time.sleep(0.5)
            raise TimeoutError
        meter.keep()
        assert seconds("SELECT") < 0.5
        assert seconds("ALTER") >= 0.5
        assert seconds("ALTER") < 0.5, "it has run, and this is another one"
