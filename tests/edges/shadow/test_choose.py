"""The shadow is the first server that can be had, in the order of docs/shadow.md."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from sqlalchemy.exc import ProgrammingError

from daybreak.core.errors import (
    AuthenticationFailed,
    DaybreakError,
    ExtensionMissing,
    ExtraMissing,
    NoShadow,
    OtherDatabase,
    ServerDown,
    ShadowUnsuitable,
)
from daybreak.edges.account import server_account
from daybreak.edges.pgwheel import binaries
from daybreak.edges.settings import resolve_target
from daybreak.edges.shadow import choose
from daybreak.edges.shadow.choose import choose_shadow
from edges.shadow.open_shadow import open_with, settings_of, variables_of
from servers import Server

NOWHERE = "postgresql://nobody@127.0.0.1:1/none"


@pytest.fixture
def nothing_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without servers of its own."""
    monkeypatch.setattr(choose, "postgresql_programs", lambda _: {})
    monkeypatch.setattr(choose, "mysqld", lambda: None)


@pytest.fixture
def no_wheel(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*_: object) -> None:
        raise ExtraMissing("the embedded PostgreSQL", "dev")

    monkeypatch.setattr(choose, "embedded_programs", missing)


def test_a_configured_server_is_used_before_all_others(server: Server, root: Path) -> None:
    variables = {"DEV_DATABASE_URL": server.url("x"), "SHADOW_DATABASE_URL": server.url("")}
    with open_with(settings_of(root, variables)) as shadow:
        assert shadow.place.origin == "SHADOW_DATABASE_URL"
        assert shadow.passed_over == ()
        assert shadow.dedicated


def test_the_projects_own_variable_names_the_server(server: Server, root: Path) -> None:
    variables = {"SCRATCH_URL": server.url(""), "DEV_DATABASE_URL": f"{server.dialect}://h:1/x"}
    pyproject = '[tool.daybreak]\nshadow = { env = "SCRATCH_URL" }'
    with open_with(settings_of(root, variables, pyproject)) as shadow:
        assert shadow.place.origin == "SCRATCH_URL"


def test_in_dev_it_is_the_dev_server(server: Server, root: Path) -> None:
    with open_with(settings_of(root, {"DEV_DATABASE_URL": server.url("absent")})) as shadow:
        assert shadow.label.endswith(", the dev server")
        assert str(shadow.version) == server.version.split(".")[0]
        assert not shadow.dedicated


@pytest.mark.parametrize("environment", ["prod", "staging", "qa"])
@pytest.mark.usefixtures("nothing_installed", "no_wheel")
def test_no_other_environments_server_is_ever_used(
    server: Server, root: Path, environment: str
) -> None:
    variables = {
        "ENV": environment,
        f"{environment.upper()}_DATABASE_URL": server.url("shop"),
        "DEV_DATABASE_URL": server.url("shop"),
    }
    pyproject = "[tool.daybreak.environments.qa]"
    with pytest.raises(NoShadow):
        open_with(settings_of(root, variables, pyproject))


@pytest.mark.server
@pytest.mark.usefixtures("nothing_installed")
def test_without_a_dev_server_it_is_the_embedded_one_and_says_why(root: Path) -> None:
    with open_with(settings_of(root, {"DEV_DATABASE_URL": NOWHERE})) as shadow:
        assert shadow.label.startswith("PostgreSQL 16.")
        assert shadow.label.endswith(", embedded")
        assert [each.partition(":")[0] for each in shadow.passed_over] == ["the dev server"]
        assert "nothing answers at 127.0.0.1:1" in shadow.passed_over[0]


@pytest.mark.usefixtures("nothing_installed")
def test_a_dev_user_who_may_not_create_databases_leads_to_the_next_place(
    postgresql16: Server, root: Path
) -> None:
    with (
        postgresql16.fresh_database() as database,
        postgresql16.fresh_user("secret-4711", database) as user,
    ):
        url = postgresql16.url(database, user=user, password="secret-4711")
        with open_with(settings_of(root, {"DEV_DATABASE_URL": url})) as shadow:
            assert shadow.label.endswith(", embedded")
            assert shadow.passed_over == (
                f"the dev server: its user {user!r} may not create databases",
            )


@pytest.mark.usefixtures("nothing_installed")
def test_the_same_on_mysql_and_there_is_no_next_place(mysql: Server, root: Path) -> None:
    with mysql.fresh_database() as database, mysql.fresh_user("secret-4711", database) as user:
        url = mysql.url(database, user=user, password="secret-4711")
        with pytest.raises(NoShadow) as none:
            open_with(settings_of(root, {"DEV_DATABASE_URL": url}))

    assert none.value.tried == (
        f"the dev server: its user {user!r} may not create databases",
        "an installed MySQL: there is no mysqld on the PATH or in /usr/sbin",
    )
    assert none.value.cure == "name one in SHADOW_DATABASE_URL (docs/shadow.md)"


@pytest.mark.server
def test_an_installed_server_of_the_targets_version_goes_before_the_embedded_one(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs = binaries(18, server_account())
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    settings = settings_of(root, {"DEV_DATABASE_URL": NOWHERE})
    with open_with(settings, wanted_major=18) as shadow:
        assert shadow.label.startswith("PostgreSQL 18.")
        assert shadow.label.endswith(f", {programs}")


@pytest.mark.server
@pytest.mark.usefixtures("nothing_installed")
@pytest.mark.parametrize(("wanted", "major"), [(14, 16), (16, 16), (18, 18), (19, 18)])
def test_the_embedded_server_is_of_the_nearest_version(root: Path, wanted: int, major: int) -> None:
    settings = settings_of(root, {"DEV_DATABASE_URL": NOWHERE})
    with open_with(settings, wanted_major=wanted) as shadow:
        assert shadow.version == major


@pytest.mark.usefixtures("nothing_installed", "no_wheel")
def test_without_any_server_each_place_is_named(root: Path) -> None:
    with pytest.raises(NoShadow) as none:
        open_with(settings_of(root, {"ENV": "prod", "PROD_DATABASE_URL": NOWHERE}))

    assert none.value.problem == (
        "there is no PostgreSQL server for scratch databases:\n"
        "  the embedded PostgreSQL: the embedded PostgreSQL needs a part of Daybreak that is "
        "not installed"
    )
    assert none.value.exit_code == 2
    assert "daybreak[dev]" in none.value.cure


CONFIGURED: dict[str, tuple[str, type[DaybreakError]]] = {
    "down": ("postgresql://shadow@127.0.0.1:1/x", ServerDown),
    "of another engine": ("mysql://shadow@127.0.0.1:1/x", ShadowUnsuitable),
}


@pytest.mark.parametrize(("url", "error"), CONFIGURED.values(), ids=CONFIGURED)
def test_a_configured_server_that_cannot_serve_is_an_error_and_no_reason_to_look_further(
    root: Path, url: str, error: type[DaybreakError]
) -> None:
    variables = {"DEV_DATABASE_URL": NOWHERE, "SHADOW_DATABASE_URL": url}
    with pytest.raises(error) as failed:
        open_with(settings_of(root, variables))

    assert "SHADOW_DATABASE_URL" in str(failed.value)
    assert failed.value.exit_code == (6 if error is ServerDown else 2)


def test_a_wrong_password_of_a_configured_server_is_told_without_it(
    server: Server, root: Path
) -> None:
    variables = variables_of(server)
    variables["SHADOW_DATABASE_URL"] = server.url("", user="nobody", password="secret-4711")
    with pytest.raises(AuthenticationFailed) as failed:
        open_with(settings_of(root, variables))

    assert "SHADOW_DATABASE_URL" in failed.value.cure
    assert "secret-4711" not in str(failed.value)


@pytest.mark.usefixtures("nothing_installed")
def test_an_extension_that_no_server_has_is_named_with_the_choices(
    postgresql16: Server, root: Path
) -> None:
    settings = settings_of(root, {"DEV_DATABASE_URL": postgresql16.url("x")})
    with pytest.raises(ExtensionMissing) as missing:
        choose_shadow(settings, resolve_target(settings), extensions=["vector", "seven_bridges"])

    assert missing.value.names == ("seven_bridges",)
    assert missing.value.problem == (
        f"the shadow server (PostgreSQL {postgresql16.version}, embedded) lacks the extension "
        "seven_bridges\n  the dev server: it lacks seven_bridges"
    )
    assert "SHADOW_DATABASE_URL" in missing.value.cure


@pytest.mark.usefixtures("nothing_installed")
def test_a_dedicated_server_is_never_the_dev_server(postgresql16: Server, root: Path) -> None:
    settings = settings_of(root, {"DEV_DATABASE_URL": postgresql16.url("x")})
    with choose_shadow(settings, resolve_target(settings), dedicated=True) as shadow:
        assert shadow.dedicated
        assert shadow.passed_over == (
            "the dev server: it is not there for scratch databases alone",
        )


@pytest.mark.usefixtures("nothing_installed")
def test_a_database_that_a_history_names_is_made_only_where_nobody_else_is(
    postgresql16: Server, root: Path
) -> None:
    granting = 'GRANT CONNECT ON DATABASE "night shop" TO PUBLIC'
    settings = settings_of(root, {"DEV_DATABASE_URL": postgresql16.url("x")})
    with (
        choose_shadow(settings, resolve_target(settings), dedicated=True) as shadow,
        shadow.scratch() as engine,
        engine.connect() as connection,
    ):
        with pytest.raises(ProgrammingError) as refused:
            connection.exec_driver_sql(granting)
        connection.rollback()
        assert shadow.provide(refused.value)
        connection.exec_driver_sql(granting)
    with open_with(settings) as dev, pytest.raises(OtherDatabase):
        dev.create_database("night shop")
    names = "SELECT FROM pg_database WHERE datname = 'night shop'"
    assert postgresql16.execute(names) == []


@pytest.mark.usefixtures("nothing_installed")
def test_a_role_that_a_history_grants_to_is_made_only_where_nobody_else_is(
    postgresql16: Server, root: Path
) -> None:
    granting = 'GRANT ALL ON SCHEMA public TO "night watch"'
    settings = settings_of(root, {"DEV_DATABASE_URL": postgresql16.url("x")})
    with (
        choose_shadow(settings, resolve_target(settings), dedicated=True) as shadow,
        shadow.scratch() as engine,
        engine.connect() as connection,
    ):
        with pytest.raises(ProgrammingError) as refused:
            connection.exec_driver_sql(granting)
        connection.rollback()
        role = shadow.lacks_role(refused.value)
        assert role == "night watch"
        shadow.create_role(role)
        connection.exec_driver_sql(granting)
    with open_with(settings) as dev, pytest.raises(OtherDatabase):
        dev.create_role("night watch")
    assert postgresql16.execute("SELECT FROM pg_roles WHERE rolname = 'night watch'") == []
