"""doctor --settings: every value in force, and where it came from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from daybreak.core.errors import DaybreakError
from daybreak.core.settings import duration_text
from daybreak.core.target import Policy, Target
from daybreak.edges.connect import driver_for
from daybreak.edges.models import DEFAULT_METADATA, DEFAULT_MODELS
from daybreak.edges.project import locate_project
from daybreak.edges.settings import Purpose, Settings, load_settings, resolve_target, shadow_target
from daybreak.flows.session import Session

Resolved = TypeVar("Resolved")


@dataclass(frozen=True)
class Setting:
    """One value for people; it holds no secret. `source` is empty where there was no choice."""

    name: str
    value: str
    source: str


@dataclass(frozen=True)
class Diagnosis:
    """The settings, and the errors that the others wait for."""

    settings: tuple[Setting, ...]
    errors: tuple[DaybreakError, ...]


def show_settings(session: Session) -> Diagnosis:
    """Collect every effective value. What can't be resolved is an error beside the rest.

    Raises ProjectNotFound, ProjectInvalid, PlainPassword or UnknownEnvironment, without which
    there is nothing to show.
    """
    project = locate_project(session.options.config, session.cwd)
    settings = load_settings(project)
    declared = settings.declared
    environment = declared.environment(settings.choice.environment)
    in_table = f"environments.{settings.choice.environment} in pyproject.toml"
    policy = environment.policy
    timeout = policy.statement_timeout_ms
    written = settings.choice.environment in declared.environments
    dotenv = project.root / ".env"

    def gentle(name: str) -> str:
        value, above = getattr(policy, name), getattr(declared.policy, name)
        if value != above:
            return in_table
        return "pyproject.toml" if above != getattr(Policy(), name) else "default"

    rows = [
        Setting("project", project.name, str(project.root)),
        Setting("alembic", str(project.ini or "[tool.alembic] in pyproject.toml"), ""),
        Setting(".env", _counted(len(settings.variables.dotenv)), str(dotenv))
        if dotenv.is_file()
        else Setting(".env", "no file", str(dotenv)),
        Setting("deployment", settings.deployment or "none recognised", ""),
        Setting("environment", settings.choice.environment, settings.choice.source),
        _row("dialect", declared.dialect, "postgresql, or the URL's"),
        _row("models", ", ".join(declared.models or ()) or None, ", ".join(DEFAULT_MODELS)),
        _row("metadata", declared.metadata, DEFAULT_METADATA),
        Setting(
            "protected",
            "yes" if policy.protected else "no",
            in_table if written else "default",
        ),
        Setting(
            "statement timeout",
            duration_text(timeout) if timeout is not None else "none",
            in_table if timeout is not None else "default",
        ),
        Setting("lock budget", duration_text(policy.lock_budget_ms), gentle("lock_budget_ms")),
        Setting("attempts", str(policy.attempts), gentle("attempts")),
        Setting("role", environment.role or "none", in_table if environment.role else "default"),
        Setting("tls", environment.tls or "not set", in_table if environment.tls else "default"),
    ]
    errors: list[DaybreakError] = []
    for purpose in ("application", "migration"):
        rows += _target_rows(settings, purpose, errors)
    rows.append(_shadow_row(settings, errors))
    return Diagnosis(tuple(rows), tuple(errors))


def _counted(variables: int) -> str:
    return "1 variable" if variables == 1 else f"{variables} variables"


def _row(name: str, value: str | None, default: str) -> Setting:
    return Setting(name, value or default, "pyproject.toml" if value else "default")


def _target_rows(
    settings: Settings, purpose: Purpose, errors: list[DaybreakError]
) -> list[Setting]:
    target = _attempt(lambda: resolve_target(settings, purpose), errors)
    if target is None:
        return [Setting(f"{purpose} URL", "can't be resolved", "see below")]
    rows = [Setting(f"{purpose} URL", target.shown, target.source)]
    for kind, asynchronous in (("driver", False), ("async driver", True)):
        if asynchronous and purpose == "migration":
            continue
        # A driver that is missing is an error only for what can't do without it.
        bucket: list[DaybreakError] = [] if asynchronous else errors
        rows.append(Setting(f"{purpose} {kind}", *_driver(settings, target, asynchronous, bucket)))
    return rows


def _shadow_row(settings: Settings, errors: list[DaybreakError]) -> Setting:
    known = len(errors)
    configured = _attempt(lambda: shadow_target(settings), errors)
    if configured is not None:
        return Setting("shadow URL", configured.shown, configured.source)
    if len(errors) > known:
        return Setting("shadow URL", "can't be resolved", "see below")
    return Setting("shadow URL", "none: a server is found when it is needed", "default")


def _driver(
    settings: Settings, target: Target, asynchronous: bool, errors: list[DaybreakError]
) -> tuple[str, str]:
    driver = _attempt(
        lambda: driver_for(target, settings.project_driver, asynchronous=asynchronous), errors
    )
    if driver is None:
        return "none installed", ""
    if target.url.driver == driver.name:
        return driver.name, target.source
    if settings.project_driver is not None and settings.project_driver[0] == driver:
        return driver.name, settings.project_driver[1]
    return driver.name, "installed"


def _attempt(resolve: Callable[[], Resolved], errors: list[DaybreakError]) -> Resolved | None:
    try:
        return resolve()
    except DaybreakError as error:
        if str(error) not in {str(known) for known in errors}:
            errors.append(error)
        return None
