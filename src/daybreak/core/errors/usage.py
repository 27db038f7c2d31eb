"""Exit code 2: the command, the project or its surroundings are not as they have to be."""

from __future__ import annotations

from collections.abc import Sequence

from daybreak.core.errors.base import DaybreakError


class UsageError(DaybreakError):
    exit_code = 2


class ProjectNotFound(UsageError):
    def __init__(self, searched: str) -> None:
        super().__init__(
            f"no project here: neither {searched} nor a folder above it has an alembic.ini, "
            "a [tool.alembic] or a [tool.daybreak]",
            "cd into the project, or make one with: daybreak init",
        )


class ProjectInvalid(UsageError):
    pass


class UnknownEnvironment(UsageError):
    def __init__(self, name: str, source: str, known: Sequence[str]) -> None:
        super().__init__(
            f"unknown environment {name!r} (from {source}); known: {', '.join(known)}",
            f"use one of these, or declare [tool.daybreak.environments.{name}] in pyproject.toml",
        )
        self.name = name
        self.known = tuple(known)


class MissingVariable(UsageError):
    def __init__(self, variable: str, environment: str, problem: str, cure: str) -> None:
        super().__init__(problem, cure)
        self.variable = variable
        self.environment = environment


class InvalidUrl(UsageError):
    pass


class UnknownDialect(UsageError):
    def __init__(self, dialect: str, source: str, known: Sequence[str]) -> None:
        super().__init__(
            f"unknown dialect {dialect!r} (from {source}); Daybreak knows: {', '.join(known)}",
            f"name one of these there; a URL starts with {' or '.join(f'{n}://' for n in known)}",
        )
        self.dialect = dialect


class UnknownDriver(UsageError):
    def __init__(self, driver: str, dialect: str, source: str, known: Sequence[str]) -> None:
        super().__init__(
            f"unknown driver {driver!r} for {dialect} (from {source}); "
            f"Daybreak knows: {', '.join(known)}",
            f"write {dialect}+{known[0]}, or leave the driver out: {dialect}",
        )
        self.driver = driver


class DriverMissing(UsageError):
    def __init__(self, problem: str, package: str) -> None:
        super().__init__(problem, f"uv add {package}")
        self.package = package


class ExtraMissing(UsageError):
    def __init__(self, what: str, extra: str) -> None:
        super().__init__(
            f"{what} needs a part of Daybreak that is not installed",
            f"uv add 'daybreak[{extra}]', or: pip install \"daybreak[{extra}]\"",
        )
        self.extra = extra


class TlsContradicted(UsageError):
    def __init__(self, source: str, words: str, setting: str, environment: str) -> None:
        super().__init__(
            f"{source} has {words}, and pyproject.toml has {setting} for {environment}",
            "remove one of the two, or let them agree",
        )


class BundleMissing(UsageError):
    pass


class RoleRefused(UsageError):
    def __init__(self, role: str, environment: str, said: str) -> None:
        super().__init__(
            f"the migration's user can't take the role {role!r} of {environment}: "
            f"{' '.join(said.split())}. Nothing was changed",
            f"correct role in [tool.daybreak.environments.{environment}], or grant it: "
            f"GRANT {role} TO the user",
        )
        self.role = role


class RightMissing(UsageError):
    pass


class PlainPassword(UsageError):
    pass


class LookupRefused(UsageError):
    pass


class ModelsFailed(UsageError):
    pass


class ModelsRejected(UsageError):
    """`table` is the one whose statement was refused, None if that can't be told."""

    def __init__(self, problem: str, cure: str, table: str | None = None) -> None:
        super().__init__(problem, cure)
        self.table = table


class NoShadow(UsageError):
    """`tried` has a sentence for each place that was tried."""

    def __init__(self, label: str, tried: Sequence[str], cure: str) -> None:
        places = "".join(f"\n  {place}" for place in tried)
        super().__init__(f"there is no {label} server for scratch databases:{places}", cure)
        self.tried = tuple(tried)


class ShadowUnsuitable(UsageError):
    pass


class ExtensionMissing(UsageError):
    def __init__(self, names: Sequence[str], shadow: str, passed_over: Sequence[str] = ()) -> None:
        many = "s" if len(names) > 1 else ""
        others = "".join(f"\n  {place}" for place in passed_over)
        super().__init__(
            f"the shadow server ({shadow}) lacks the extension{many} {', '.join(names)}{others}",
            "name a server that has it in SHADOW_DATABASE_URL, or install PostgreSQL with that "
            "extension on this machine (its binaries are found by themselves): docs/shadow.md",
        )
        self.names = tuple(names)


class HistoryNotReplayed(UsageError):
    pass


class DatabaseNotCopied(UsageError):
    pass


class HistoryMissing(UsageError):
    """`what` is not there, so that nobody knows which schema the code needs."""

    def __init__(self, what: str, cure: str) -> None:
        super().__init__(f"{what}, so nothing tells which schema this code needs", cure)


class HistoryInvalid(UsageError):
    pass


class AlembicUntested(UsageError):
    """`version` is the one that is installed, `oldest` to `before` those that were tested."""

    def __init__(self, version: str, oldest: str, before: str) -> None:
        super().__init__(
            f"Alembic {version} is not one that Daybreak was tested with: it takes {oldest} and "
            f"later, before {before}. Nothing was changed",
            f'uv add "alembic>={oldest},<{before}", or a newer Daybreak',
        )
