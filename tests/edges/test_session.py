"""How the sessions of a run are set up."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from daybreak.dialects import dialect_named
from daybreak.edges.apply.session import set_up
from killing.sessions import DRIVERS, connect
from servers.server import Server

ONE = {
    "postgresql": ("idle_session_timeout", "7min", "SHOW idle_session_timeout"),
    "mysql": ("wait_timeout", "420", "SELECT @@wait_timeout"),
}


def test_a_session_in_autocommit_is_set_up_also_after_it_was_asked_something(
    server: Server, database: str
) -> None:
    running = dialect_named(server.dialect, "the test").running
    setting, value, shown = ONE[server.dialect]
    with connect(server.url(database, DRIVERS[server.dialect])) as connection:
        connection.execute(text("SELECT 1"))
        set_up(connection, running, {setting: value})
        assert str(connection.scalar(text(shown))) == value


def test_what_is_set_up_outlives_a_rollback_only_if_it_was_committed(
    postgresql16: Server,
) -> None:
    running = dialect_named("postgresql", "the test").running
    with postgresql16.fresh_database() as name, connect(postgresql16.url(name)) as connection:
        own = connection.execution_options(isolation_level="READ COMMITTED")
        set_up(own, running, {"idle_session_timeout": "7min"})
        own.rollback()
        assert own.scalar(text("SHOW idle_session_timeout")) == "0"
        set_up(own, running, {"idle_session_timeout": "7min"})
        own.commit()
        assert own.scalar(text("SHOW idle_session_timeout")) == "7min"


def test_a_setting_that_the_server_does_not_know_is_left_out(postgresql16: Server) -> None:
    running = dialect_named("postgresql", "the test").running
    with postgresql16.fresh_database() as name, connect(postgresql16.url(name)) as connection:
        set_up(connection, running, {"of_a_later_version": "1", "idle_session_timeout": "7min"})
        assert connection.scalar(text("SHOW idle_session_timeout")) == "7min"


@pytest.mark.parametrize(("own", "found"), [("", "0"), ("ALTER DATABASE {} SET {} = 3", "3")])
def test_an_index_is_built_by_one_process_unless_somebody_has_said_how_many(
    postgresql16: Server, own: str, found: str
) -> None:
    running = dialect_named("postgresql", "the test").running
    setting = "max_parallel_maintenance_workers"
    with postgresql16.fresh_database() as name:
        if own:
            postgresql16.execute(own.format(name, setting), database=name)
        with connect(postgresql16.url(name)) as connection:
            for _ in range(2):  # a session that lives on in a pool is set up anew
                set_up(connection, running, running.SESSION)
                assert connection.scalar(text(f"SHOW {setting}")) == found


@pytest.mark.parametrize(
    ("query", "called"), [("", "ours"), ("?application_name=theirs", "theirs")]
)
def test_a_name_from_the_url_stays(postgresql16: Server, query: str, called: str) -> None:
    running = dialect_named("postgresql", "the test").running
    with (
        postgresql16.fresh_database() as name,
        connect(postgresql16.url(name) + query) as connection,
    ):
        set_up(connection, running, {"idle_session_timeout": "0"}, "ours")
        assert connection.scalar(text("SHOW application_name")) == called
