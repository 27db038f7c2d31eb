"""The settings in force: pyproject.toml, `.env` and the process's variables, read together."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, NamedTuple

from daybreak.core.deployment import recognise_deployment
from daybreak.core.environment import (
    Choice,
    Found,
    UrlChoice,
    Variables,
    choose_environment,
    choose_url,
    variable_of,
)
from daybreak.core.errors import DaybreakError, ProjectInvalid
from daybreak.core.reference import SecretRef, parse_reference
from daybreak.core.secret import Secret
from daybreak.core.settings import (
    SHADOW_VARIABLE,
    EnvironmentSettings,
    ProjectSettings,
    read_settings,
)
from daybreak.core.target import Target
from daybreak.core.url import Url
from daybreak.core.wanted import VARIABLES as TLS_VARIABLES
from daybreak.core.wanted import Wanted, is_asked
from daybreak.dialects import dialect_named, split_dialect
from daybreak.dialects.base import Driver
from daybreak.edges.credential import read_credential
from daybreak.edges.project import Project

Purpose = Literal["application", "migration"]


class Settings(NamedTuple):
    """Everything that was read. What follows from it is computed when asked for."""

    project: Project
    declared: ProjectSettings
    variables: Variables
    choice: Choice
    deployment: str | None

    @property
    def project_driver(self) -> tuple[Driver, str] | None:
        """The driver that `dialect = "postgresql+asyncpg"` names, and where it stands."""
        if self.declared.dialect is None:
            return None
        _, driver = split_dialect(self.declared.dialect, "dialect in pyproject.toml")
        return (driver, "dialect in pyproject.toml") if driver else None


def load_settings(project: Project, environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings of `project`; `environ` is the process's own unless given.

    Raises ProjectInvalid, PlainPassword or UnknownEnvironment. Opens no connection.
    """
    process = os.environ if environ is None else environ
    file = str(project.toml or project.root / "pyproject.toml")
    declared = read_settings(project.daybreak, file)
    if declared.dialect is not None:
        split_dialect(declared.dialect, f"dialect in {file}")
    variables = Variables(process, read_dotenv(project.root / ".env"))
    _learn_secrets(variables, declared)
    return Settings(
        project=project,
        declared=declared,
        variables=variables,
        choice=choose_environment(variables, list(declared.environments)),
        deployment=recognise_deployment(process, os.getpid()),
    )


def read_dotenv(path: Path) -> Mapping[str, str]:
    """The variables of a `.env` file, literally: `$` stands for itself. No file, none.

    Raises ProjectInvalid for a line that can't be read: skipped, it would leave its variable unset
    and the next one, perhaps `ENV=prod`, in force. The line is not quoted.
    """
    if not path.is_file():
        return {}
    from dotenv.parser import parse_stream  # only where there is a file: start-up is measured

    try:
        with path.open(encoding="utf-8-sig") as file:
            bindings = list(parse_stream(file))
    except (OSError, UnicodeDecodeError) as error:
        raise ProjectInvalid(f"{path} can't be read", "make it readable UTF-8") from error
    for binding in bindings:
        if binding.error:
            raise ProjectInvalid(
                f"{path}:{binding.original.line} can't be read",
                "write NAME='value', with both quotation marks, or # before a comment",
            )
    return {
        binding.key: binding.value
        for binding in bindings
        if binding.key is not None and binding.value is not None
    }


def _learn_secrets(variables: Variables, declared: ProjectSettings) -> None:
    """Read every URL at hand, whoever's turn it is, so that `mask` knows its password.

    The project's own code may quote one in an error before Daybreak has any use for it.
    """
    settings = [
        setting
        for environment in declared.environments.values()
        for setting in (environment.url, environment.migration_url)
    ]
    names = {setting.variable for setting in (*settings, declared.shadow) if setting is not None}
    for layer in (variables.process, variables.dotenv):
        for name, text in layer.items():
            if text.strip() and (name in names or name.endswith("DATABASE_URL")):
                with contextlib.suppress(DaybreakError):  # said when it is the one to use
                    if parse_reference(text.strip(), name) is None:
                        read_credential(Secret(text.strip()), name, None)


def choose_target_url(settings: Settings, purpose: Purpose) -> UrlChoice:
    """Which variable or setting gives the URL for `purpose`. Raises MissingVariable.

    Migrations prefer the environment's `…_MIGRATION_DATABASE_URL`, when it is set.
    """
    environment = settings.choice.environment
    declared = settings.declared.environment(environment)
    asked = [(declared.url, "DATABASE_URL")]
    if purpose == "migration":
        asked.insert(0, (declared.migration_url, "MIGRATION_DATABASE_URL"))
    names: list[str] = []
    written = None
    for setting, suffix in asked:
        if setting is not None and setting.text is not None:
            written = Found("url in pyproject.toml", setting.text, "environment")
            break
        variable = setting.variable if setting is not None else None
        names.append(variable or variable_of(environment, suffix))
    return choose_url(
        settings.variables, settings.choice, names, written, deployment=settings.deployment
    )


def shadow_target(settings: Settings) -> Target | None:
    """The server that the project configures for scratch databases. Raises InvalidUrl's kin."""
    setting = settings.declared.shadow
    if setting is not None and setting.text is not None:
        text, source = setting.text, "shadow in pyproject.toml"
    else:
        name = setting.variable if setting and setting.variable else SHADOW_VARIABLE
        found = settings.variables.find(name)
        if found is None:
            return None
        text, source = found.value, found.source
    url, reference = _read(text, source, settings)
    return _protected(Target("shadow", url, source, tls=_wanted_tls(settings), reference=reference))


def resolve_target(settings: Settings, purpose: Purpose = "application") -> Target:
    """The database to use. Raises MissingVariable, InvalidUrl, UnknownDialect and their kin.

    A reference is not looked up: see `daybreak.edges.lookup`.
    """
    choice = choose_target_url(settings, purpose)
    declared = settings.declared.environment(choice.environment)
    role = declared.role if purpose == "migration" else None
    if choice.found is None:
        dialect = dialect_named(
            (settings.declared.dialect or "postgresql").partition("+")[0], "pyproject.toml"
        )
        url, source = dialect.dev_fallback(settings.project.database_name), "the local fallback"
        reference = None
    else:
        source = choice.found.source
        url, reference = _read(choice.found.value, source, settings)
    target = Target(
        environment=choice.environment,
        url=url,
        source=source,
        policy=declared.policy,
        role=role,
        fallback=choice.found is None,
        tls=_wanted_tls(settings, declared),
        reference=reference,
    )
    return _protected(target)


def _protected(target: Target) -> Target:
    if not is_asked(target.tls, target.url):
        return target
    from daybreak.edges.tls import protected  # a run with nothing to do is fast

    return protected(target)


def _wanted_tls(settings: Settings, declared: EnvironmentSettings | None = None) -> Wanted:
    process = settings.variables.process
    return Wanted(
        setting=declared.tls if declared else None,
        ca=declared.tls_ca if declared else None,
        root=str(settings.project.root.absolute()),
        variables=tuple((name, process[name]) for name in TLS_VARIABLES if process.get(name)),
    )


def _read(text: str, source: str, settings: Settings) -> tuple[Url, SecretRef | None]:
    """The URL that `text` is; or the reference, of which the dialect alone is known."""
    dialect = settings.declared.dialect
    reference = parse_reference(text, source)
    if reference is None:
        return read_credential(text, source, dialect), None
    return Url(split_dialect(dialect or "postgresql", source)[0].NAME), reference
