"""`Database`, the application's side: on real servers, with every driver."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from daybreak import Database
from daybreak.core.errors import DaybreakError, UnknownDriver
from dialects.connecting import CONNECT, DRIVERS
from edges.project_of import (
    ASYNC,
    PASSWORD,
    SYNC,
    ask,
    ask_async,
    disposed,
    name_database,
)
from servers.server import Server

CURRENT = {"postgresql": "SELECT current_database()", "mysql": "SELECT database()"}
SESSION = {"postgresql": "SELECT pg_backend_pid()", "mysql": "SELECT connection_id()"}


def end_session(server: Server, session: int) -> None:
    """End it from the server's side, as a restart or an idle timeout of a proxy does."""
    if server.dialect == "postgresql":
        server.execute("SELECT pg_terminate_backend(%s, 5000)", [session])
        return
    server.execute(f"KILL {session}")
    listed = "SELECT 1 FROM information_schema.processlist WHERE id = %s"
    deadline = time.monotonic() + 5
    while server.execute(listed, [session]):
        assert time.monotonic() < deadline, "the session did not end"
        time.sleep(0.01)


def test_the_engine_connects_with_each_synchronous_driver(
    server: Server, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for driver in SYNC[server.dialect]:
        anchor = name_database(tmp_path, server.url(database, driver), monkeypatch)
        with disposed(Database(anchor).engine) as engine:
            assert (engine.driver, ask(engine, CURRENT[server.dialect])) == (driver, database)


def test_the_async_engine_connects_with_each_asynchronous_driver(
    server: Server, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def connect(project: Database) -> tuple[str, Any]:
        engine = project.async_engine
        try:
            return engine.driver, await ask_async(engine, CURRENT[server.dialect])
        finally:
            await engine.dispose()

    for driver in ASYNC[server.dialect]:
        anchor = name_database(tmp_path, server.url(database, driver), monkeypatch)
        assert asyncio.run(connect(Database(anchor))) == (driver, database)


def test_a_url_without_a_driver_serves_both_engines(
    server: Server, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = Database(name_database(tmp_path, server.url(database), monkeypatch))
    drivers = (project.engine.driver, project.async_engine.driver)
    assert drivers == (SYNC[server.dialect][0], ASYNC[server.dialect][0])
    project.engine.dispose()


def test_an_engine_is_made_once_and_its_sessions_use_it(
    server: Server, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = Database(name_database(tmp_path, server.url(database), monkeypatch))
    with disposed(project.engine) as engine:
        assert project.engine is engine
        with project.sessionmaker() as session:
            assert session.get_bind() is engine
            assert session.execute(text(CURRENT[server.dialect])).scalar_one() == database


def test_asynchronous_sessions_keep_their_objects_after_a_commit(
    server: Server, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def use(project: Database) -> tuple[Any, bool]:
        async with project.async_sessionmaker() as session:
            found = (await session.execute(text(CURRENT[server.dialect]))).scalar_one()
            expires = session.sync_session.expire_on_commit
        await project.async_engine.dispose()
        return found, expires

    project = Database(name_database(tmp_path, server.url(database), monkeypatch))
    assert asyncio.run(use(project)) == (database, False)


def test_the_engine_heals_when_the_server_ended_its_idle_connections(
    server: Server, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for driver in SYNC[server.dialect]:
        anchor = name_database(tmp_path, server.url(database, driver), monkeypatch)
        with disposed(Database(anchor).engine) as engine:
            before = ask(engine, SESSION[server.dialect])
            assert ask(engine, SESSION[server.dialect]) == before, "the pool keeps a connection"
            end_session(server, before)
            assert ask(engine, SESSION[server.dialect]) != before


def test_the_async_engine_heals_too(
    server: Server, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def use(engine: AsyncEngine) -> tuple[int, int]:
        try:
            before = await ask_async(engine, SESSION[server.dialect])
            await asyncio.to_thread(end_session, server, before)
            return before, await ask_async(engine, SESSION[server.dialect])
        finally:
            await engine.dispose()

    for driver in ASYNC[server.dialect]:
        anchor = name_database(tmp_path, server.url(database, driver), monkeypatch)
        before, after = asyncio.run(use(Database(anchor).async_engine))
        assert before != after


def test_options_of_the_engine_win_so_without_the_ping_it_does_not_heal(
    server: Server, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    anchor = name_database(tmp_path, server.url(database), monkeypatch)
    with disposed(Database(anchor, pool_pre_ping=False).engine) as engine:
        end_session(server, ask(engine, SESSION[server.dialect]))
        with pytest.raises(DBAPIError):
            ask(engine, SESSION[server.dialect])


def test_the_url_and_the_dsn_of_each_driver_connect_with_any_password(
    server: Server, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def use(engine: AsyncEngine) -> Any:
        try:
            return await ask_async(engine, CURRENT[server.dialect])
        finally:
            await engine.dispose()

    with server.fresh_user(PASSWORD, database) as user:
        url = server.url(database, user=user, password=PASSWORD)
        project = Database(name_database(tmp_path, url, monkeypatch))
        for driver in DRIVERS[server.dialect]:
            assert CONNECT[driver](project.dsn(driver)) == database, f"dsn of {driver}"
        for driver in SYNC[server.dialect]:
            with disposed(create_engine(project.url(driver))) as engine:
                assert ask(engine, CURRENT[server.dialect]) == database, f"url of {driver}"
        for driver in ASYNC[server.dialect]:
            asynchronous = create_async_engine(project.url(driver))
            assert asyncio.run(use(asynchronous)) == database, f"async url of {driver}"
        with disposed(project.engine) as engine:
            assert ask(engine, CURRENT[server.dialect]) == database
        assert asyncio.run(use(project.async_engine)) == database


def test_a_timeout_in_the_url_wins_over_ours(
    server: Server, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = server.url(database) + "?connect_timeout=3"
    project = Database(name_database(tmp_path, url, monkeypatch))
    with disposed(project.engine) as engine, engine.connect() as connection:
        raw: Any = connection.connection.driver_connection
        found = (
            raw.info.dsn_parameters["connect_timeout"]
            if server.dialect == "postgresql"
            else raw.connect_timeout
        )
    assert int(found) == 3


def test_nothing_that_is_shown_holds_the_password(
    server: Server, database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with server.fresh_user("hunter22", database) as user:
        url = server.url(database, user=user, password="hunter22")
        project = Database(name_database(tmp_path, url, monkeypatch))
        with disposed(project.engine) as engine:
            ask(engine, CURRENT[server.dialect])
            shown = [
                *(project, project.target, project.engine, project.async_engine),
                *(project.sessionmaker, project.url(), vars(project)),
            ]
            if server.dialect == "mysql":
                shown.append(project.dsn("pymysql"))
            assert "hunter22" not in "".join(repr(value) for value in shown)
    assert repr(project) == f"Database({str(tmp_path / 'database.py')!r})"


def test_a_server_that_is_not_there_fails_when_it_is_asked_and_not_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = "postgresql://u:hunter22@127.0.0.1:1/d"
    engine = Database(name_database(tmp_path, url, monkeypatch)).engine
    with pytest.raises(OperationalError) as caught:
        engine.connect()
    assert "hunter22" not in str(caught.value)


def test_a_driver_of_another_engine_is_an_error_that_names_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = Database(name_database(tmp_path, "postgresql://h/d", monkeypatch))
    with pytest.raises(UnknownDriver, match="unknown driver 'pymysql' for postgresql"):
        project.dsn("pymysql")


def test_making_a_database_needs_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    anchor = name_database(tmp_path, "", monkeypatch)
    project = Database(anchor)
    with pytest.raises(DaybreakError, match="PROD_DATABASE_URL is set but empty"):
        project.engine  # noqa: B018
