"""Each database that can't be reached has one clear error, on PostgreSQL and on MySQL."""

from __future__ import annotations

from pathlib import Path

import pytest

from daybreak.edges.pgtemporary import free_port
from flows.wrong_inputs import Wrong, prove, said
from projects import VENUES, Project, make_project
from servers.postgresql import PostgreSQL
from servers.server import Server

pytestmark = pytest.mark.server


@pytest.fixture(params=["postgresql16", "mysql"])
def server(request: pytest.FixtureRequest) -> Server:
    found: Server = request.getfixturevalue(request.param)
    return found


def _project(folder: Path, server: Server) -> Project:
    project = make_project(folder / "myapp", server.dialect)
    project.add_revision("0001", None, VENUES, 'op.drop_table("venues")')
    return project


REFUSED = {
    "postgresql": "Connection refused",
    "mysql": "[Errno 111] Connection refused",
}


def test_a_server_that_is_down(server: Server, tmp_path: Path) -> None:
    port = free_port()
    wrong = Wrong(
        f"nothing answers at 127.0.0.1:{port} (prod, from PROD_DATABASE_URL): "
        + REFUSED[server.dialect],
        "check the address in PROD_DATABASE_URL and the way to it: daybreak doctor --settings",
        code=6,
        variables={
            "ENV": "prod",
            "PROD_DATABASE_URL": f"{server.dialect}://app:hunter-22@127.0.0.1:{port}/app",
        },
        plain=True,
    )
    prove(_project(tmp_path, server), wrong)


def test_a_name_with_several_addresses_that_refuse_is_told_of_once(
    postgresql16: Server, tmp_path: Path
) -> None:
    port = free_port()
    wrong = Wrong(
        f"nothing answers at localhost:{port} (prod, from PROD_DATABASE_URL): Connection refused",
        "check the address in PROD_DATABASE_URL and the way to it: daybreak doctor --settings",
        code=6,
        variables={
            "ENV": "prod",
            "PROD_DATABASE_URL": f"postgresql://app:hunter-22@localhost:{port}/app",
        },
    )
    prove(_project(tmp_path, postgresql16), wrong)


def test_a_word_in_the_query_that_the_driver_does_not_know(mysql: Server, tmp_path: Path) -> None:
    wrong = Wrong(
        "the query of the URL from DEV_DATABASE_URL has what the driver does not take: "
        "Connection.__init__() got an unexpected keyword argument 'sslmode'",
        "correct what follows the ? there",
        variables={"DEV_DATABASE_URL": f"{mysql.url('app')}?sslmode=require"},
        plain=True,
    )
    prove(_project(tmp_path, mysql), wrong)


def test_a_host_that_is_not_known(postgresql16: PostgreSQL, tmp_path: Path) -> None:
    wrong = Wrong(
        "nothing answers at nowhere.invalid:5432 (dev, from DEV_DATABASE_URL (.env)): could not "
        'translate host name "nowhere.invalid" to address: Name or service not known',
        "check the address in DEV_DATABASE_URL and the way to it: daybreak doctor --settings",
        code=6,
    )
    project = _project(tmp_path, postgresql16)
    project.write(".env", "DEV_DATABASE_URL=postgresql://app:hunter-22@nowhere.invalid/app\n")
    prove(project, wrong)


DENIED = {
    "postgresql": 'FATAL: password authentication failed for user "{user}"',
    "mysql": "Access denied for user '{user}'@'127.0.0.1' (using password: YES)",
}


def test_a_wrong_password(server: Server, database: str, tmp_path: Path) -> None:
    with server.fresh_user("the-right-one", database) as user:
        wrong = Wrong(
            f"127.0.0.1:{server.port} refused user {user!r} (dev, from DEV_DATABASE_URL): "
            + DENIED[server.dialect].format(user=user),
            "correct the user and password in DEV_DATABASE_URL",
            code=6,
            variables={"DEV_DATABASE_URL": server.url(database, user=user, password="wrong-one")},
            plain=True,
        )
        prove(_project(tmp_path, server), wrong)


def test_a_database_that_is_missing_in_dev(server: Server, tmp_path: Path) -> None:
    wrong = Wrong(
        f"the server at 127.0.0.1:{server.port} has no database 'test_missing' (dev, from "
        "DEV_DATABASE_URL)",
        "daybreak upgrade head --create-database",
        code=6,
        variables={"DEV_DATABASE_URL": server.url("test_missing")},
        plain=True,
    )
    prove(_project(tmp_path, server), wrong)


def test_elsewhere_a_missing_database_is_a_wrong_address(
    postgresql16: PostgreSQL, tmp_path: Path
) -> None:
    """It is not created, not even when asked for, and nobody is asked on a terminal."""
    variables = {"ENV": "prod", "PROD_DATABASE_URL": postgresql16.url("test_missing")}
    wrong = Wrong(
        f"the server at 127.0.0.1:{postgresql16.port} has no database 'test_missing' (prod, from "
        "PROD_DATABASE_URL)",
        "create it, or correct its name in PROD_DATABASE_URL",
        command="upgrade head --create-database",
        code=6,
        variables=variables,
    )
    project = _project(tmp_path, postgresql16)
    prove(project, wrong)

    asked = project.answer("y", "daybreak", "upgrade", "head", **variables)
    assert asked.out == f"error  {wrong.problem}\nnext   {wrong.cure}\n"
    assert asked.code == 6


def test_in_dev_a_missing_database_is_offered_to_be_created(server: Server, tmp_path: Path) -> None:
    name = "test_offered"
    project = _project(tmp_path, server)
    variables = {"DEV_DATABASE_URL": server.url(name)}
    missing = (
        f"the server at 127.0.0.1:{server.port} has no database {name!r} (dev, from "
        "DEV_DATABASE_URL)"
    )
    try:
        no = project.answer("n", "daybreak", "upgrade", "head", **variables)
        assert no.out == (
            f"{missing}. Create it? [y/N]: n\n"
            f"error  {missing}\nnext   daybreak upgrade head --create-database\n"
        )
        assert no.code == 6

        yes = project.answer("y", "daybreak", "upgrade", "head", **variables)
        asked, made, *_, done = yes.out.splitlines()
        assert asked == f"{missing}. Create it? [y/N]: y"
        assert made == f"made   {name}@127.0.0.1:{server.port}"
        assert done.startswith("done   at 0001 in ")
        assert yes.code == 0
        assert server.execute("SELECT * FROM venues", database=name) == []
    finally:
        server.drop_database(name)


def test_in_dev_a_missing_database_is_created_when_asked_for(
    server: Server, tmp_path: Path
) -> None:
    name = "test_asked_for"
    project = _project(tmp_path, server)
    try:
        done = project.run(
            *("daybreak", "upgrade", "head", "--create-database", "--json"),
            DEV_DATABASE_URL=server.url(name),
        )
        assert (done.code, done.err) == (0, "")
        assert '"changed": true' in said(project, done.out)
        assert server.execute("SELECT * FROM venues", database=name) == []
    finally:
        server.drop_database(name)


def test_a_user_who_may_not_read_the_recorded_revision(
    postgresql16: PostgreSQL, tmp_path: Path
) -> None:
    """As when the application's user migrates what another one made."""
    server = postgresql16
    with server.fresh_database() as name, server.fresh_user("hunter-22", name) as user:
        server.execute("CREATE TABLE alembic_version (version_num text)", database=name)
        wrong = Wrong(
            f"user {user!r} may not do this on {name}@127.0.0.1:{server.port} (prod, from "
            "PROD_DATABASE_URL): permission denied for table alembic_version",
            f"grant {user!r} the right, or let a user migrate who has it: migration_url, by "
            "default PROD_MIGRATION_DATABASE_URL",
            variables={
                "ENV": "prod",
                "PROD_DATABASE_URL": server.url(name, user=user, password="hunter-22"),
            },
            plain=True,
        )
        prove(_project(tmp_path, server), wrong)


def test_a_user_who_may_not_change_the_schema(
    server: Server, database: str, tmp_path: Path
) -> None:
    """The revision is not to blame, so the cure does not say to correct it."""
    with server.fresh_database() as own, server.fresh_user("hunter-22", own) as user:
        if server.dialect == "mysql":
            server.execute(f"GRANT SELECT ON {database}.* TO {user}@'%'")
        url = server.url(database, user=user, password="hunter-22")
        done = _project(tmp_path, server).run("daybreak", "upgrade", "head", DEV_DATABASE_URL=url)
    assert done.err.endswith(
        f"\nnext   grant {user!r} the right, or let a user migrate who has it: migration_url, by "
        "default DEV_MIGRATION_DATABASE_URL\n"
    )
    assert "denied" in done.err
    assert done.code == 1
