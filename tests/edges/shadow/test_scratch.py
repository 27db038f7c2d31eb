"""Scratch databases and templates come and go on a real server, and nothing stays behind."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, inspect

from daybreak.core.errors import ShadowFailed
from daybreak.edges.shadow import server as shadow_server
from daybreak.edges.shadow.scratchname import TEMPLATE, template_name
from daybreak.edges.shadow.server import ShadowServer
from edges.shadow.open_shadow import open_on, start_python, variables_of
from servers import Server


def make_events(connection: Connection) -> None:
    connection.exec_driver_sql("CREATE TABLE events (id int PRIMARY KEY, title varchar(20))")
    connection.exec_driver_sql("INSERT INTO events VALUES (7, 'spring')")


def tables(engine: Engine) -> list[str]:
    return sorted(inspect(engine).get_table_names())


def ours(server: Server) -> list[str]:
    """All databases of Daybreak's on the server."""
    asked = {
        "postgresql": "SELECT datname FROM pg_database",
        "mysql": "SELECT schema_name FROM information_schema.schemata",
    }
    found = sorted(name for (name,) in server.execute(asked[server.dialect]))
    return [name for name in found if name.startswith("daybreak_")]


def test_a_scratch_database_is_new_and_empty_and_dropped(
    shadow: ShadowServer, server: Server
) -> None:
    with shadow.scratch() as one, shadow.scratch() as other:
        with one.begin() as connection:
            make_events(connection)
        during = ours(server)
        found = tables(one), tables(other)

    assert len(during) == 2
    assert all(name.startswith(f"daybreak_shadow_{os.getpid()}_") for name in during)
    assert found == (["events"], [])
    assert ours(server) == []


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_a_scratch_database_is_dropped_whatever_happens(
    shadow: ShadowServer, server: Server, error: type[BaseException]
) -> None:
    def fail(connection: Connection) -> None:
        make_events(connection)  # not committed: its locks are still held
        raise error

    with pytest.raises(error), shadow.scratch() as engine, engine.connect() as connection:
        fail(connection)

    assert ours(server) == []


def test_a_template_is_built_once_and_copied_with_its_rows(
    shadow: ShadowServer, server: Server
) -> None:
    name = shadow.template("one", make_events)
    again = shadow.template("one", lambda _: pytest.fail("built twice"))
    with shadow.scratch(name) as engine, engine.connect() as connection:
        rows = connection.exec_driver_sql("SELECT * FROM events").all()

    assert name == again == template_name("one")
    assert rows == [(7, "spring")]
    assert ours(server) == [name]


def test_a_template_is_built_upon_another_one(shadow: ShadowServer) -> None:
    base = shadow.template("base", make_events)
    name = shadow.template(
        "more", lambda connection: connection.exec_driver_sql("CREATE TABLE venues (id int)"), base
    )
    with shadow.scratch(name) as both, shadow.scratch(base) as one:
        assert tables(both) == ["events", "venues"]
        assert tables(one) == ["events"]


def test_a_build_that_fails_leaves_no_template(shadow: ShadowServer, server: Server) -> None:
    def fail(connection: Connection) -> None:
        make_events(connection)
        raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011 it is the one above
        shadow.template("one", fail)

    assert ours(server) == []
    assert shadow.nearest(["one"]) is None


def test_the_nearest_template_is_that_of_the_longest_history(shadow: ShadowServer) -> None:
    shadow.template("1", make_events)
    second = shadow.template("2", make_events)

    assert shadow.nearest(["1", "2", "3", "4"]) == (second, 1)
    assert shadow.nearest(["3"]) is None
    assert shadow.nearest([]) is None


def test_the_templates_that_were_used_last_are_kept(
    shadow: ShadowServer, server: Server, root: Path
) -> None:
    names = [shadow.template(str(number), lambda _: None) for number in range(10)]
    shadow.template("0", lambda _: None)
    open_on(server, root).close()

    kept = [names[0], *names[-shadow_server.TEMPLATES_KEPT + 1 :]]
    assert ours(server) == sorted(kept)


def test_a_template_counts_as_used_before_it_is_recorded(
    shadow: ShadowServer, server: Server, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(shadow_server.TEMPLATES_KEPT):
        shadow.template(str(number), lambda _: None)
    # Another run comes before a template is recorded as used.
    use = shadow._use
    monkeypatch.setattr(
        shadow, "_use", lambda name: None if name.startswith(TEMPLATE) else use(name)
    )
    newest = shadow.template("newest", lambda _: None)
    open_on(server, root).close()

    assert newest in ours(server)


KILLED = {
    "with a scratch database": "with shadow.scratch(): print('there', flush=True); time.sleep(60)",
    "while it builds a template": """
    def build(connection):
        connection.exec_driver_sql("CREATE TABLE events (id int)")
        print('there', flush=True)
        time.sleep(60)
    shadow.template("one", build)""",
}


@pytest.mark.parametrize("body", KILLED.values(), ids=KILLED)
def test_what_a_killed_run_left_is_dropped_by_the_next(
    server: Server, root: Path, body: str
) -> None:
    with start_python(body, root, variables_of(server)) as process:
        assert process.stdout
        assert process.stdout.readline() == "there\n"
        open_on(server, root).close()  # another run, while that one lives
        during = ours(server)
        process.kill()
    open_on(server, root).close()

    assert len(during) == 1
    assert ours(server) == []


def test_of_two_that_want_a_template_at_once_one_builds_it(
    shadow: ShadowServer, server: Server, root: Path
) -> None:
    body = """
    def build(connection):
        connection.exec_driver_sql("CREATE TABLE events (id int)")
        time.sleep(1)
        print("built", flush=True)
    shadow.template("one", build)"""
    both = [start_python(body, root, variables_of(server)) for _ in range(2)]
    said = "".join(process.communicate(timeout=60)[0] for process in both)

    assert [process.returncode for process in both] == [0, 0]
    assert said == "built\n"
    assert ours(server) == [template_name("one")]
    shadow.template("one", lambda _: pytest.fail("not kept"))


def test_a_template_that_is_gone_is_an_error_with_the_servers_words(shadow: ShadowServer) -> None:
    with pytest.raises(ShadowFailed) as failed, shadow.scratch(template_name("never")):
        pytest.fail("it was made")

    assert "did not make a scratch database: " in failed.value.problem
    assert template_name("never") in failed.value.problem
