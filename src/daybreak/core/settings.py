"""`[tool.daybreak]` as a typed value. Every key is known, or named as a mistake."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from daybreak.core.environment import variable_of
from daybreak.core.errors import PlainPassword, ProjectInvalid
from daybreak.core.reference import parse_reference
from daybreak.core.target import Policy
from daybreak.core.url import parse_url
from daybreak.core.wanted import BUNDLE
from daybreak.core.wanted import SETTINGS as TLS_SETTINGS

SHADOW_VARIABLE = "SHADOW_DATABASE_URL"

_GENTLE = ("lock_budget", "attempts")
_TOP = ("dialect", "models", "metadata", "base", "shadow", *_GENTLE, "tls_ca", "environments")
_ENVIRONMENT = (
    *("url", "migration_url", "protected", "role", "statement_timeout", *_GENTLE),
    *("tls", "tls_ca"),
)
# Below that a look at who waits takes as long as the budget.
_SHORTEST_BUDGET_MS = 50
_UNITS = {"ms": 1, "s": 1000, "min": 60_000, "h": 3_600_000}


class UrlSetting(NamedTuple):
    """Either the variable that holds the URL, or a text without a password in the file itself."""

    variable: str | None = None
    text: str | None = None


class EnvironmentSettings(NamedTuple):
    url: UrlSetting | None = None
    migration_url: UrlSetting | None = None
    role: str | None = None
    policy: Policy = Policy()
    tls: str | None = None
    tls_ca: str | None = None


class ProjectSettings(NamedTuple):
    """What pyproject.toml says, None where it says nothing."""

    dialect: str | None = None
    models: tuple[str, ...] | None = None
    metadata: str | None = None
    base: str | None = None
    shadow: UrlSetting | None = None
    policy: Policy = Policy()
    tls_ca: str | None = None
    environments: Mapping[str, EnvironmentSettings] = MappingProxyType({})

    def environment(self, name: str) -> EnvironmentSettings:
        """The settings of `name`; `prod` is protected unless its table says otherwise."""
        default = EnvironmentSettings(
            policy=self.policy._replace(protected=name == "prod"), tls_ca=self.tls_ca
        )
        return self.environments.get(name, default)


def read_settings(table: Mapping[str, Any], file: str) -> ProjectSettings:
    """Read `[tool.daybreak]` of `file`. Raises ProjectInvalid, InvalidUrl or PlainPassword."""
    where = f"[tool.daybreak] in {file}"
    _check_keys(table, _TOP, where)
    models = table.get("models")
    if isinstance(models, list) and all(isinstance(name, str) for name in models):
        models = tuple(models)
    elif models is not None:
        models = (_text(models, "models", where, "models"),)
    environments = table.get("environments", {})
    if not isinstance(environments, dict):
        raise ProjectInvalid(
            f"environments in {where} is not a table",
            "write [tool.daybreak.environments.prod] and its settings below it",
        )
    dialect = table.get("dialect")
    policy = _gentle(table, Policy(), where)
    tls_ca = _bundle(table, None, where)
    return ProjectSettings(
        dialect=None if dialect is None else _text(dialect, "dialect", where, "postgresql"),
        models=models,
        metadata=_reference(table.get("metadata"), "metadata", where, "database:Base.metadata"),
        base=_reference(table.get("base"), "base", where, "first_models:Base.metadata"),
        shadow=_read_url(table.get("shadow"), "shadow", where, SHADOW_VARIABLE),
        policy=policy,
        tls_ca=tls_ca,
        environments={
            name: _read_environment(name, entry, policy, tls_ca, file)
            for name, entry in environments.items()
        },
    )


def _reference(value: Any, key: str, where: str, example: str) -> str | None:
    if value is not None and ":" not in _text(value, key, where, example):
        raise ProjectInvalid(
            f"{key} = {value!r} in {where} is not of the form module:attribute",
            f'write, for example, {key} = "{example}"',
        )
    return None if value is None else str(value)


def _read_environment(
    name: str, table: Any, policy: Policy, tls_ca: str | None, file: str
) -> EnvironmentSettings:
    where = f"[tool.daybreak.environments.{name}] in {file}"
    if not isinstance(table, dict):
        raise ProjectInvalid(f"{where} is not a table", "put its settings below that heading")
    _check_keys(table, _ENVIRONMENT, where)
    protected = table.get("protected", name == "prod")
    if not isinstance(protected, bool):
        raise ProjectInvalid(
            f"protected in {where} is not true or false",
            "write protected = true, or protected = false",
        )
    role = table.get("role")
    timeout = table.get("statement_timeout")
    return EnvironmentSettings(
        url=_read_url(table.get("url"), "url", where, variable_of(name)),
        migration_url=_read_url(
            *(table.get("migration_url"), "migration_url", where),
            variable_of(name, "MIGRATION_DATABASE_URL"),
        ),
        role=None if role is None else _text(role, "role", where, "migrator"),
        policy=_gentle(table, policy, where)._replace(
            protected=protected,
            statement_timeout_ms=(
                None if timeout is None else duration(timeout, "statement_timeout", where)
            ),
        ),
        tls=_tls(table, where),
        tls_ca=_bundle(table, tls_ca, where),
    )


def _tls(table: Mapping[str, Any], where: str) -> str | None:
    value = table.get("tls")
    if value is None or (isinstance(value, str) and value in TLS_SETTINGS):
        return value
    raise ProjectInvalid(
        f"tls = {value!r} in {where} is none of {', '.join(TLS_SETTINGS)}",
        'write tls = "verify-full"',
    )


def _bundle(table: Mapping[str, Any], above: str | None, where: str) -> str | None:
    value = table.get("tls_ca", above)
    return None if value is None else _text(value, "tls_ca", where, BUNDLE)


def _gentle(table: Mapping[str, Any], policy: Policy, where: str) -> Policy:
    """`policy` with what `table` says of how a migration stands in nobody's way."""
    if "lock_budget" in table:
        policy = policy._replace(lock_budget_ms=lock_budget(table["lock_budget"], where))
    attempts = table.get("attempts", policy.attempts)
    if isinstance(attempts, bool) or not isinstance(attempts, int) or attempts < 1:
        raise ProjectInvalid(
            f"attempts = {attempts!r} in {where} is not a number of attempts",
            "write, for example, attempts = 20",
        )
    return policy._replace(attempts=attempts)


def lock_budget(value: Any, where: str, key: str = "lock_budget") -> int:
    """How long anybody may be kept waiting, in milliseconds. Raises ProjectInvalid."""
    budget = duration(value, key, where)
    if budget < _SHORTEST_BUDGET_MS:
        raise ProjectInvalid(
            f"{key} = {value!r} in {where} is less than {_SHORTEST_BUDGET_MS}ms, in which nobody "
            "could see who waits",
            f'write, for example, {key} = "500ms"',
        )
    return budget


def _read_url(value: Any, key: str, where: str, variable: str) -> UrlSetting | None:
    if value is None:
        return None
    if isinstance(value, dict) and list(value) == ["env"]:
        return UrlSetting(variable=_text(value["env"], f"the variable of {key}", where, variable))
    if not isinstance(value, str):
        raise ProjectInvalid(
            f"{key} in {where} is neither a text nor {{ env = … }}",
            f'write {key} = {{ env = "{variable}" }}',
        )
    reference = parse_reference(value, f"{key} of {where}")
    url = parse_url(value, f"{key} of {where}") if reference is None else None
    query = reference.options if reference else url.query if url else ()
    if (url and url.password is not None) or any("pass" in name.lower() for name, _ in query):
        raise PlainPassword(
            f"{key} in {where} holds a password, and that file is committed",
            f'write {key} = {{ env = "{variable}" }}, put the URL into that variable, '
            "and change the password: whoever has the repository has it",
        )
    return UrlSetting(text=value)


def _check_keys(table: Mapping[str, Any], known: tuple[str, ...], where: str) -> None:
    unknown = [key for key in table if key not in known]
    if unknown:
        raise ProjectInvalid(
            f"unknown setting {unknown[0]!r} in {where}; known: {', '.join(known)}",
            "correct its name, or remove it",
        )


def _text(value: Any, key: str, where: str, example: str) -> str:
    if not isinstance(value, str) or not value:
        raise ProjectInvalid(
            f"{key} in {where} is not a text", f'write, for example, {key} = "{example}"'
        )
    return value


def duration_text(milliseconds: int) -> str:
    """`30min` for 1,800,000, as it would be written in the settings."""
    unit = next(
        unit for unit, size in reversed(_UNITS.items()) if milliseconds % size == 0 or size == 1
    )
    return f"{milliseconds // _UNITS[unit]}{unit}"


def duration(value: Any, key: str, where: str) -> int:
    """Milliseconds of `500ms`, `30s`, `10min`, `1h`. Raises ProjectInvalid."""
    match = re.fullmatch(r"(\d+)\s*(ms|s|min|h)", value) if isinstance(value, str) else None
    if match is None:
        raise ProjectInvalid(
            f"{key} = {value!r} in {where} is not a duration",
            'write "500ms", "30s", "10min" or "1h"',
        )
    return int(match[1]) * _UNITS[match[2]]
