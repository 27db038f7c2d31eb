"""What `tls`, `tls_ca`, the URL and the host's name make of a target, before any connection."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path

import pytest

from daybreak import Database
from daybreak.core.errors import BundleMissing, DaybreakError, InvalidUrl, TlsContradicted
from daybreak.core.target import Target
from daybreak.core.tls import NotVerified
from daybreak.core.url import parse_url
from daybreak.edges import tls
from daybreak.edges.lookup import located
from daybreak.edges.project import project_at
from daybreak.edges.settings import load_settings, resolve_target, shadow_target
from edges.project_of import name_database
from servers.moto import Moto

RDS = "app.cluster-c1x2.eu-west-1.rds.amazonaws.com"
PROD = "[tool.daybreak.environments.prod]\n"
FETCH = "curl -fO https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem"


@pytest.fixture(autouse=True)
def _nobody_was_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tls, "_warned", set())


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty project on a machine on which nobody has put a bundle."""
    monkeypatch.setattr(tls, "PLACES", (str(tmp_path / "elsewhere" / "global-bundle.pem"),))
    folder = tmp_path / "myapp"
    folder.mkdir()
    return folder


def resolve(root: Path, url: str, settings: str = "", **variables: str) -> Target:
    (root / "pyproject.toml").write_text(f'[project]\nname = "myapp"\n{settings}')
    environ = {"ENV": "prod", "PROD_DATABASE_URL": url, **variables}
    return resolve_target(load_settings(project_at(root), environ))


def bundle(file: Path) -> str:
    file.parent.mkdir(exist_ok=True)
    file.touch()
    return str(file)


QUERIES: list[tuple[str, str, str]] = [
    ("postgresql://db.example/app", "", ""),
    ("postgresql://db.example/app?sslmode=verify-full", "", "sslmode=verify-full"),
    ("postgresql://db.example/app", 'tls = "require"', "sslmode=require"),
    ("postgresql://db.example/app", 'tls = "off"', "sslmode=disable"),
    ("postgresql://db.example/app?sslmode=verify-ca", 'tls = "require"', "sslmode=verify-ca"),
    (f"postgresql://{RDS}/app", "", "sslmode=require"),
    (f"postgresql:///app?host={RDS}", "", f"host={RDS}&sslmode=require"),
    (f"postgresql://{RDS}/app", 'tls = "off"', "sslmode=disable"),
    (f"postgresql://{RDS}/app?sslmode=disable", "", "sslmode=disable"),
    (f"postgresql://{RDS}/app?sslmode=prefer", "", "sslmode=require"),
    (f"postgresql://{RDS}/app?sslmode=verify-full", "", "sslmode=verify-full"),
    ("mysql://db.example/app", "", ""),
    ("mysql://db.example/app", 'tls = "require"', "ssl_mode=REQUIRED"),
    ("mysql://db.example/app", 'tls = "off"', "ssl_mode=DISABLED"),
    (f"mysql://{RDS}/app", "", "ssl_mode=REQUIRED"),
    (f"mysql://{RDS}/app?ssl_ca=own.pem", "", "ssl_ca=own.pem"),
]


@pytest.mark.parametrize(("url", "setting", "query"), QUERIES)
@pytest.mark.filterwarnings("ignore::daybreak.core.tls.NotVerified")
def test_what_is_decided_stands_in_the_query_of_the_url(
    url: str, setting: str, query: str, root: Path
) -> None:
    found = resolve(root, url, PROD + setting).url.query
    assert "&".join(f"{name}={text}" for name, text in found) == query


# who names the bundle, the one before it winning: the settings, the variables, where it lies
PLACES: dict[str, tuple[Callable[[Path], str], str, dict[str, str]]] = {
    "tls_ca of the environment": (
        lambda root: bundle(root / "own.pem"),
        f'[tool.daybreak]\ntls_ca = "nowhere.pem"\n{PROD}tls_ca = "own.pem"\n',
        {"PGSSLROOTCERT": "/another.pem"},
    ),
    "tls_ca of all": (
        lambda root: bundle(root / "certs" / "all.pem"),
        f'[tool.daybreak]\ntls_ca = "certs/all.pem"\n{PROD}',
        {},
    ),
    "the variable of libpq": (lambda _: "/own.pem", PROD, {"PGSSLROOTCERT": "/own.pem"}),
    "beside pyproject.toml": (lambda root: bundle(root / "global-bundle.pem"), PROD, {}),
    "in certs": (lambda root: bundle(root / "certs" / "global-bundle.pem"), PROD, {}),
    "where people put it": (lambda _: bundle(Path(tls.PLACES[0])), PROD, {}),
}


@pytest.mark.parametrize(("put", "settings", "variables"), PLACES.values(), ids=PLACES)
def test_the_bundle_is_found(
    put: Callable[[Path], str], settings: str, variables: dict[str, str], root: Path
) -> None:
    expected = put(root)
    found = resolve(
        root, "postgresql://db.example/app", f'{settings}tls = "verify-full"', **variables
    )
    assert found.url.query == (("sslmode", "verify-full"), ("sslrootcert", expected))


def test_tls_ca_is_for_a_url_that_asks_to_verify_too(root: Path) -> None:
    own = bundle(root / "own.pem")
    found = resolve(root, "postgresql://h/app?sslmode=verify-full", f'{PROD}tls_ca = "own.pem"')
    assert dict(found.url.query)["sslrootcert"] == own


def test_mysql_asks_no_variable_of_libpq(root: Path) -> None:
    own = bundle(root / "global-bundle.pem")
    found = resolve(root, "mysql://h/app", f'{PROD}tls = "verify-full"', PGSSLROOTCERT="/other.pem")
    assert found.url.query == (("ssl_mode", "VERIFY_IDENTITY"), ("ssl_ca", own))


WRONG: dict[str, tuple[str, str, dict[str, str], type[DaybreakError], str]] = {
    "no bundle": (
        *("", 'tls = "verify-full"', {}, BundleMissing),
        'tls = "verify-full" of prod needs the certificates of the authorities, and none of these '
        "is there: {root}/global-bundle.pem, {root}/certs/global-bundle.pem, "
        "{elsewhere}/global-bundle.pem",
    ),
    "tls_ca is not there": (
        *("", 'tls = "verify-full"\ntls_ca = "certs/own.pem"', {}, BundleMissing),
        "{root}/certs/own.pem, which tls_ca names, is not there",
    ),
    "the URL asks for less": (
        *("?sslmode=require", 'tls = "verify-full"', {}, TlsContradicted),
        "the URL from PROD_DATABASE_URL has sslmode=require, and pyproject.toml has "
        'tls = "verify-full" for prod',
    ),
    "the variable asks for less": (
        *("", 'tls = "require"', {"PGSSLMODE": "disable"}, TlsContradicted),
        'the process has PGSSLMODE=disable, and pyproject.toml has tls = "require" for prod',
    ),
    "the URL asks for more than off": (
        *("?sslmode=require", 'tls = "off"', {}, TlsContradicted),
        "the URL from PROD_DATABASE_URL has sslmode=require, and pyproject.toml has "
        'tls = "off" for prod',
    ),
    "the URL names another bundle": (
        "?sslmode=verify-full&sslrootcert=/another.pem",
        *('tls = "verify-full"\ntls_ca = "own.pem"', {}, TlsContradicted),
        "the URL from PROD_DATABASE_URL has the certificates of /another.pem, and pyproject.toml "
        'has tls_ca = "own.pem" for prod',
    ),
}


@pytest.mark.parametrize(
    ("query", "setting", "variables", "kind", "problem"), WRONG.values(), ids=WRONG
)
def test_what_does_not_fit_together_is_one_error(
    query: str,
    setting: str,
    variables: dict[str, str],
    kind: type[DaybreakError],
    problem: str,
    root: Path,
) -> None:
    with pytest.raises(kind) as caught:
        resolve(root, f"postgresql://db.example/app{query}", PROD + setting, **variables)
    elsewhere = root.parent / "elsewhere"
    assert caught.value.problem == problem.format(root=root, elsewhere=elsewhere)
    if kind is BundleMissing:
        assert f"in {root}: {FETCH};" in caught.value.cure


WARNED: list[tuple[str, str, bool]] = [
    (f"postgresql://{RDS}/app", "", True),
    (f"postgresql://{RDS}/app?sslmode=require", "", True),
    (f"mysql://{RDS}/app", "", True),
    (f"postgresql://{RDS}/app", 'tls = "require"', False),
    (f"postgresql://{RDS}/app?sslmode=verify-full", "", False),
    (f"postgresql://{RDS}/app?sslmode=disable", "", False),
    ("postgresql://db.example/app", "", False),
]


@pytest.mark.parametrize(("url", "setting", "warned"), WARNED)
def test_only_an_unverified_server_of_rds_without_the_setting_is_warned_of_and_once(
    url: str, setting: str, warned: bool, root: Path
) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for _ in range(2):
            resolve(root, url, PROD + setting)
    said = f"the connection to app@{RDS} is encrypted, but neither"
    assert [str(warning.message).startswith(said) for warning in caught] == [True] * warned
    assert all(warning.category is NotVerified for warning in caught)


def test_a_shadow_server_of_rds_is_reached_through_tls_too(root: Path) -> None:
    (root / "pyproject.toml").write_text('[project]\nname = "myapp"\n')
    environ = {"SHADOW_DATABASE_URL": f"postgresql://{RDS}/scratch"}
    found = shadow_target(load_settings(project_at(root), environ))
    assert found
    assert found.url.query == (("sslmode", "require"),)


def test_a_url_that_would_protect_less_is_not_given_out(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = f'{PROD}tls = "require"\n'
    database = Database(name_database(root, "mysql://h/app", monkeypatch, settings))

    assert database.url("pymysql") == "mysql+pymysql://h/app?ssl_check_hostname=false"
    with pytest.raises(InvalidUrl) as caught:
        database.url("aiomysql")
    assert str(caught.value) == (
        "no URL tells aiomysql to use TLS, and prod requires it\n"
        'Next: take database.async_engine, or what database.dsn("aiomysql") gives'
    )


@pytest.mark.parametrize(
    ("setting", "query"),
    [
        ("", "sslmode=require"),
        ('tls = "verify-full"', "sslmode=verify-full&sslrootcert={bundle}"),
    ],
)
@pytest.mark.filterwarnings("ignore::daybreak.core.tls.NotVerified")
@pytest.mark.usefixtures("aws")
def test_a_reference_is_protected_when_its_address_is_known(
    setting: str, query: str, root: Path
) -> None:
    own = bundle(root / "global-bundle.pem")
    target = resolve(root, f"rds-iam://app@{RDS}/app", PROD + setting)
    assert target.url.query == ()

    found = located(target).url
    assert (found.host, found.query) == (
        RDS,
        parse_url(f"postgresql://h?{query.format(bundle=own)}", "X").query,
    )


def test_a_token_is_not_for_an_environment_without_tls(root: Path, aws: Moto) -> None:
    target = resolve(root, f"rds-iam://app@{RDS}/app", f'{PROD}tls = "off"')
    with pytest.raises(InvalidUrl, match=r'^tls = "off" could send the token of rds-iam://'):
        located(target)
