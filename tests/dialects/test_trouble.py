"""Why a connection failed is told from what real servers and every driver really raise."""

from __future__ import annotations

import pytest

from daybreak.core.secret import Secret
from daybreak.core.url import Url, parse_url
from daybreak.dialects.base import Trouble
from daybreak.edges.pgtemporary import free_port
from dialects.connecting import DRIVERS, PAIRS, connect, hanging_up, known
from servers.server import Server


def trouble_of(url: Url, driver: str) -> Trouble | None:
    """What the dialect makes of the error that `driver` raises for `url`."""
    dialect, _ = known(url.dialect, driver)
    with pytest.raises(Exception) as caught:  # noqa: PT011 - each driver has its own
        connect(url, driver)
    return dialect.trouble(caught.value)


def admin(server: Server, database: str) -> Url:
    return parse_url(server.url(database), "a test")


def test_the_right_address_is_no_trouble(server: Server, database: str) -> None:
    for driver in DRIVERS[server.dialect]:
        assert connect(admin(server, database), driver) == database


def test_a_wrong_password_is_told(server: Server, database: str) -> None:
    with server.fresh_user("right", database) as user:
        url = admin(server, database)._replace(username=user, password=Secret("wrong"))
        found = {driver: trouble_of(url, driver) for driver in DRIVERS[server.dialect]}
    assert found == dict.fromkeys(found, Trouble.AUTHENTICATION)


def test_no_password_is_told(server: Server, database: str) -> None:
    with server.fresh_user("right", database) as user:
        url = admin(server, database)._replace(username=user, password=None)
        found = {driver: trouble_of(url, driver) for driver in DRIVERS[server.dialect]}
    assert found == dict.fromkeys(found, Trouble.AUTHENTICATION)


def test_an_unknown_user_is_told(server: Server, database: str) -> None:
    url = admin(server, database)._replace(username="nobody", password=Secret("wrong"))
    found = {driver: trouble_of(url, driver) for driver in DRIVERS[server.dialect]}
    assert found == dict.fromkeys(found, Trouble.AUTHENTICATION)


def test_a_missing_database_is_told(server: Server) -> None:
    url = admin(server, "not_there")
    found = {driver: trouble_of(url, driver) for driver in DRIVERS[server.dialect]}
    assert found == dict.fromkeys(found, Trouble.NO_DATABASE)


@pytest.mark.parametrize(("dialect", "driver"), PAIRS)
def test_a_port_where_nobody_listens_is_told(dialect: str, driver: str) -> None:
    url = Url(dialect, None, "u", Secret("p"), "127.0.0.1", free_port(), "d")
    assert trouble_of(url, driver) is Trouble.DOWN


@pytest.mark.parametrize(("dialect", "driver"), PAIRS)
def test_a_host_that_does_not_exist_is_told(dialect: str, driver: str) -> None:
    url = Url(dialect, None, "u", Secret("p"), "no-such-host.invalid", 5432, "d")
    assert trouble_of(url, driver) is Trouble.DOWN


@pytest.mark.parametrize(("dialect", "driver"), PAIRS)
def test_a_listener_that_hangs_up_is_told(dialect: str, driver: str) -> None:
    with hanging_up() as port:
        url = Url(dialect, None, "u", Secret("p"), "127.0.0.1", port, "d")
        assert trouble_of(url, driver) is Trouble.DOWN


@pytest.mark.parametrize(("dialect", "driver"), PAIRS)
def test_what_is_not_about_connecting_is_not_told(dialect: str, driver: str) -> None:
    assert known(dialect, driver)[0].trouble(ValueError("boom")) is None
