"""pyproject.toml, `.env` and the process's variables, read together into one target."""

from __future__ import annotations

from pathlib import Path

import pytest

from daybreak.core.errors import (
    DaybreakError,
    InvalidUrl,
    MissingVariable,
    PlainPassword,
    ProjectInvalid,
    UnknownDialect,
    UnknownDriver,
    UnknownEnvironment,
)
from daybreak.core.target import Policy, Target
from daybreak.edges.project import project_at
from daybreak.edges.settings import Purpose, load_settings, read_dotenv, resolve_target


@pytest.fixture(autouse=True)
def _on_a_laptop(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test's own process may be the first one of a container; nobody's laptop is."""
    monkeypatch.setattr("os.getpid", lambda: 4711)


def resolve(
    folder: Path,
    environ: dict[str, str],
    pyproject: str = "",
    dotenv: str | None = None,
    purpose: Purpose = "application",
) -> Target:
    (folder / "pyproject.toml").write_text('[project]\nname = "myapp"\n' + pyproject)
    if dotenv is not None:
        (folder / ".env").write_text(dotenv)
    return resolve_target(load_settings(project_at(folder), environ), purpose)


LINES = {
    "plain": ("A=postgresql://u:p@h/d", "postgresql://u:p@h/d"),
    "a dollar stands for itself": ("A=p$HOME", "p$HOME"),
    "braces too": ("A=p${HOME}", "p${HOME}"),
    "in double quotes too": ('A="p$HOME"', "p$HOME"),
    "single quotes are taken off": ("A='p $x \\n'", "p $x \\n"),
    "export is allowed": ("export A=x", "x"),
    "spaces around = are nothing": ("A = x", "x"),
    "a # inside is no comment": ("A=p#x", "p#x"),
    "a # after a space is one": ("A=x # note", "x"),
    "an = inside stays": ("A=a=b=c", "a=b=c"),
    "unicode": ("A=é雪", "é雪"),
    "percent signs": ("A=%20%%", "%20%%"),
    "empty": ("A=", ""),
    "the last one wins": ("A=1\nA=2", "2"),
}


@pytest.mark.parametrize(("line", "value"), LINES.values(), ids=LINES)
def test_a_dotenv_file_is_read_literally(line: str, value: str, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"# a comment\n{line}\n", encoding="utf-8")
    assert read_dotenv(tmp_path / ".env") == {"A": value}


def test_a_name_without_a_value_is_not_set(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("A\nB=1\n")
    assert read_dotenv(tmp_path / ".env") == {"B": "1"}


def test_no_dotenv_file_is_no_variable(tmp_path: Path) -> None:
    assert read_dotenv(tmp_path / ".env") == {}


def test_a_dotenv_line_that_cannot_be_read_is_named_and_not_skipped(tmp_path: Path) -> None:
    """Skipped, it would leave the URL unset and let the next line choose the environment."""
    (tmp_path / ".env").write_text("A=1\nDEV_DATABASE_URL='mysql://u:hunter22@h/d\nENV=prod\n")
    with pytest.raises(ProjectInvalid) as caught:
        read_dotenv(tmp_path / ".env")
    assert caught.value.problem == f"{tmp_path / '.env'}:2 can't be read"


def test_a_dotenv_file_that_is_not_text_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"A=\xff")
    with pytest.raises(ProjectInvalid) as caught:
        read_dotenv(tmp_path / ".env")
    assert caught.value.problem == f"{tmp_path / '.env'} can't be read"


TARGETS = {
    "dev's own": ({}, "", None, "dev postgresql://postgres:***@localhost:5432/myapp_dev"),
    "dev's own on MySQL": (
        *({}, '[tool.daybreak]\ndialect = "mysql"\n', None),
        "dev mysql://root@localhost:3306/myapp_dev",
    ),
    "dev's own with a driver": (
        *({}, '[tool.daybreak]\ndialect = "postgresql+asyncpg"\n', None),
        "dev postgresql://postgres:***@localhost:5432/myapp_dev",
    ),
    "a variable": (
        *({"ENV": "prod", "PROD_DATABASE_URL": "postgres://u:p@h/d"}, "", None),
        "prod postgresql://u:***@h/d",
    ),
    ".env": (
        *({}, "", "ENV=staging\nSTAGING_DATABASE_URL=mysql://u:p$x@h/d\n"),
        "staging mysql://u:***@h/d",
    ),
    "a variable of another name": (
        {"ENV": "prod", "MAIN": "mysql://u:p@h/d"},
        '[tool.daybreak.environments.prod]\nurl = { env = "MAIN" }\n',
        None,
        "prod mysql://u:***@h/d",
    ),
    "a declared environment": (
        {"ENV": "eu-west", "EU_WEST_DATABASE_URL": "mysql://h/d"},
        "[tool.daybreak.environments.eu-west]\n",
        None,
        "eu-west mysql://h/d",
    ),
    "a URL in pyproject.toml": (
        {"ENV": "qa"},
        '[tool.daybreak.environments.qa]\nurl = "mysql://app@h/d"\n',
        None,
        "qa mysql://app@h/d",
    ),
    "DATABASE_URL": ({"DATABASE_URL": "mysql://h/d"}, "", None, "unnamed mysql://h/d"),
}


@pytest.mark.parametrize(
    ("environ", "pyproject", "dotenv", "expected"), TARGETS.values(), ids=TARGETS
)
def test_a_target_is_resolved(
    environ: dict[str, str], pyproject: str, dotenv: str | None, expected: str, tmp_path: Path
) -> None:
    target = resolve(tmp_path, environ, pyproject, dotenv)
    assert f"{target.environment} {target.url.masked()}" == expected


OWNER = """
[tool.daybreak.environments.prod]
role = "owner"
statement_timeout = "5s"
"""


@pytest.mark.parametrize(
    ("purpose", "expected"),
    [
        ("application", ("app", "PROD_DATABASE_URL", None)),
        ("migration", ("migrator", "PROD_MIGRATION_DATABASE_URL", "owner")),
    ],
)
def test_migrations_may_run_as_another_user_and_role(
    purpose: Purpose, expected: tuple[str, str, str | None], tmp_path: Path
) -> None:
    environ = {
        "ENV": "prod",
        "PROD_DATABASE_URL": "mysql://app:p@h/d",
        "PROD_MIGRATION_DATABASE_URL": "mysql://migrator:p@h/d",
    }
    target = resolve(tmp_path, environ, OWNER, purpose=purpose)
    assert (target.url.username, target.source, target.role) == expected


def test_the_policy_is_the_one_of_the_environment_in_force(tmp_path: Path) -> None:
    prod = {"ENV": "prod", "PROD_DATABASE_URL": "mysql://h/d"}
    assert resolve(tmp_path, prod, OWNER).policy == Policy(
        protected=True, statement_timeout_ms=5000
    )
    assert resolve(tmp_path, {"DATABASE_URL": "mysql://h/d"}, OWNER).policy == Policy()
    assert resolve(tmp_path, {}, OWNER).policy == Policy()


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("mysql://u:p@h:3307/d", "d@h:3307"),
        ("mysql://h", "(no database)@h"),
        ("postgresql:///d", "d@local socket"),
        ("postgresql:///d?host=/var/run", "d@/var/run"),
    ],
)
def test_a_place_is_named_for_people(url: str, place: str, tmp_path: Path) -> None:
    assert resolve(tmp_path, {"DATABASE_URL": url}).place == place


def test_no_repr_of_the_settings_shows_a_password(tmp_path: Path) -> None:
    environ = {"ENV": "prod", "PROD_DATABASE_URL": "mysql://u:hunter22@h/d"}
    target = resolve(tmp_path, environ, "", "OTHER=hunter22\n")
    settings = load_settings(project_at(tmp_path), environ)
    assert "hunter22" not in repr(target) + str(target) + repr(settings) + str(settings)


PROD = '[tool.daybreak.environments.prod]\nurl = "{}"\n'
ERRORS: dict[str, tuple[dict[str, str], str, type[DaybreakError], str]] = {
    "a misspelt environment": (
        *({"ENV": "prdo"}, "", UnknownEnvironment),
        "unknown environment 'prdo' (from ENV); known: dev, staging, prod",
    ),
    "a missing variable": (
        *({"ENV": "prod"}, "", MissingVariable),
        "PROD_DATABASE_URL is not set; it names the database of prod (chosen by ENV)",
    ),
    "no dev in a pipeline": (
        *({"CI": "true"}, "", MissingVariable),
        "no environment was chosen, and this is CI, where the local dev database is not used "
        "unasked",
    ),
    "no URL": (
        *({"DATABASE_URL": "hunter22"}, "", InvalidUrl),
        "DATABASE_URL is not a database URL: it has no :// in it",
    ),
    "an unknown dialect": (
        *({"DATABASE_URL": "sqlite:///hunter22"}, "", UnknownDialect),
        "unknown dialect 'sqlite' (from DATABASE_URL); Daybreak knows: postgresql, mysql",
    ),
    "an unknown driver": (
        *({"DATABASE_URL": "mysql+mysqldb://u:hunter22@h/d"}, "", UnknownDriver),
        "unknown driver 'mysqldb' for mysql (from DATABASE_URL); Daybreak knows: pymysql, aiomysql",
    ),
    "the other engine's driver": (
        *({"DATABASE_URL": "mysql+asyncpg://h/d"}, "", UnknownDriver),
        "unknown driver 'asyncpg' for mysql (from DATABASE_URL); Daybreak knows: pymysql, aiomysql",
    ),
    "an unknown dialect of the project": (
        *({}, '[tool.daybreak]\ndialect = "oracle"\n', UnknownDialect),
        "unknown dialect 'oracle' (from dialect in {file}); Daybreak knows: postgresql, mysql",
    ),
    "an unknown driver of the project": (
        *({}, '[tool.daybreak]\ndialect = "mysql+asyncpg"\n', UnknownDriver),
        "unknown driver 'asyncpg' for mysql (from dialect in {file}); "
        "Daybreak knows: pymysql, aiomysql",
    ),
    "a reference that names nothing": (
        *({"ENV": "prod", "PROD_DATABASE_URL": "ssm://"}, "", InvalidUrl),
        "PROD_DATABASE_URL says ssm:// and names nothing",
    ),
    "a password in the options of a reference": (
        *({}, PROD.format("ssm://app?sslpassword=hunter22"), PlainPassword),
        "url in [tool.daybreak.environments.prod] in {file} holds a password, and that file is "
        "committed",
    ),
    "a password in the file": (
        *({}, PROD.format("mysql://u:hunter22@h/d"), PlainPassword),
        "url in [tool.daybreak.environments.prod] in {file} holds a password, and that file is "
        "committed",
    ),
}


@pytest.mark.parametrize(("environ", "pyproject", "kind", "problem"), ERRORS.values(), ids=ERRORS)
def test_a_wrong_setting_has_one_clear_error(
    environ: dict[str, str],
    pyproject: str,
    kind: type[DaybreakError],
    problem: str,
    tmp_path: Path,
) -> None:
    with pytest.raises(kind) as caught:
        resolve(tmp_path, environ, pyproject)
    assert caught.value.problem == problem.format(file=tmp_path / "pyproject.toml")
    assert caught.value.cure
    assert "hunter22" not in str(caught.value)


def test_the_first_process_of_a_container_is_a_deployment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """tests/reference/test_s03 plays it in a process namespace, which not every machine allows."""
    monkeypatch.setattr("os.getpid", lambda: 1)
    settings = load_settings(project_at(tmp_path), {})
    assert settings.deployment == "a container (process 1)"
    with pytest.raises(MissingVariable, match=r"this is a container \(process 1\)"):
        resolve_target(settings)
