"""Which server is the shadow: the first that can be had, and never another one.

The order is that of docs/shadow.md. The target of an environment other than `dev` is not among
the places, so nothing is ever created there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from daybreak.core.errors import DaybreakError, ExtensionMissing, NoShadow, ShadowUnsuitable
from daybreak.core.settings import SHADOW_VARIABLE
from daybreak.core.target import Target
from daybreak.core.url import Url
from daybreak.dialects import dialect_named
from daybreak.dialects.base import Dialect
from daybreak.edges.account import server_account
from daybreak.edges.connect import dialect_of, driver_for
from daybreak.edges.lookup import home_of, located
from daybreak.edges.pgcluster import HOST
from daybreak.edges.settings import Settings, shadow_target
from daybreak.edges.shadow.cluster import Started, start_cluster
from daybreak.edges.shadow.mysql import MysqlShadow
from daybreak.edges.shadow.mysqld import start_mysqld
from daybreak.edges.shadow.place import Place, Unsuitable
from daybreak.edges.shadow.postgresql import PostgresqlShadow
from daybreak.edges.shadow.programs import (
    embedded_programs,
    mysqld,
    mysqld_version,
    postgresql_programs,
)
from daybreak.edges.shadow.server import ShadowServer

DEFAULT_MAJOR = 16  # what `daybreak dev` starts, where the target's version is not known

Candidate = tuple[str, Callable[[], Place]]
SERVERS: Mapping[str, type[ShadowServer]] = {
    "postgresql": PostgresqlShadow,
    "mysql": MysqlShadow,
}


def choose_shadow(
    settings: Settings,
    target: Target,
    wanted_major: int | None = None,
    extensions: Sequence[str] = (),
    *,
    dedicated: bool = False,
) -> ShadowServer:
    """The shadow for comparisons with `target`, whose major version is the wanted one if known.

    `extensions` must be available on it; `dedicated` leaves the dev server out. Raises NoShadow
    with every place that was tried, and ExtensionMissing. Where the project configures a server,
    no other is tried: Unreachable's kin if it is down, ShadowUnsuitable if it can't serve.
    """
    dialect = dialect_of(target)
    configured = _configured(settings, dialect)
    if configured is not None:
        configured = replace(configured, home=home_of(target))
        shadow = _configured_shadow(configured, dialect)
        if lacking := shadow.lacking(extensions):
            shadow.close()
            raise ExtensionMissing(lacking, shadow.label)
        return shadow
    passed_over: list[str] = []
    lacked: ExtensionMissing | None = None
    for name, open_place in _candidates(settings, target, dialect, wanted_major):
        try:
            place = open_place()
            if dedicated and not place.dedicated:
                passed_over.append(f"{name}: it is not there for scratch databases alone")
                continue
            place = replace(place, home=home_of(target))
            shadow = SERVERS[dialect.NAME](place, passed_over)
        except (DaybreakError, Unsuitable) as why:
            passed_over.append(f"{name}: {why.problem}")
            continue
        if lacking := shadow.lacking(extensions):
            shadow.close()
            passed_over.append(f"{name}: it lacks {', '.join(lacking)}")
            lacked = ExtensionMissing(lacking, shadow.label, passed_over[:-1])
            continue
        return shadow
    if lacked is not None:
        raise lacked
    raise NoShadow(
        dialect.LABEL,
        passed_over,
        f"name one in {SHADOW_VARIABLE} (docs/shadow.md)"
        + (", or: uv add --dev 'daybreak[dev]'" if dialect.EMBEDDED else ""),
    )


def _configured_shadow(place: Place, dialect: Dialect) -> ShadowServer:
    try:
        return SERVERS[dialect.NAME](place)
    except Unsuitable as why:
        raise ShadowUnsuitable(
            f"the server of {place.target.source} can't be the shadow: {why.problem}",
            f"name another server in {SHADOW_VARIABLE}, or let Daybreak find one: leave it unset",
        ) from why


def _configured(settings: Settings, dialect: Dialect) -> Place | None:
    """The server that the project names, None if it names none. Raises ShadowUnsuitable."""
    configured = shadow_target(settings)
    if configured is None:
        return None
    url, source = configured.url, configured.source
    if url.dialect != dialect.NAME:
        other = dialect_named(url.dialect, source)
        raise ShadowUnsuitable(
            f"the server of {source} can't be the shadow: it is {other.LABEL}, and the "
            f"database is {dialect.LABEL}",
            f"let it name a server of {dialect.LABEL}",
        )
    return _place(settings, _from(configured, dialect), source, dedicated=True)


def _candidates(
    settings: Settings, target: Target, dialect: Dialect, wanted_major: int | None
) -> Iterator[Candidate]:
    if target.environment == "dev":
        yield (
            "the dev server",
            lambda: _place(*(settings, _from(target, dialect), "the dev server"), dedicated=False),
        )
    yield from OWN_SERVERS[dialect.NAME](settings, wanted_major)


def _own_postgresql(settings: Settings, wanted_major: int | None) -> Iterator[Candidate]:
    """Installed servers of the very version, the wheel's nearest, then any installed one."""
    account, wanted = server_account(), wanted_major or DEFAULT_MAJOR
    installed = postgresql_programs(account)
    if wanted in installed:
        yield _installed(settings, wanted, installed.pop(wanted))
    yield (
        "the embedded PostgreSQL",
        lambda: _started(settings, *embedded_programs(wanted, account), "embedded"),
    )
    for major in sorted(installed, key=lambda known: abs(known - wanted)):
        yield _installed(settings, major, installed[major])


def _installed(settings: Settings, major: int, programs: Path) -> Candidate:
    return str(programs), lambda: _started(settings, major, programs, str(programs))


def _own_mysql(settings: Settings, wanted_major: int | None) -> Iterator[Candidate]:
    """An installed server, whatever its version: none comes with Daybreak."""
    program = mysqld()
    if program is None:
        yield "an installed MySQL", _no_mysqld
        return
    version = mysqld_version(program, server_account())
    yield (
        str(program),
        lambda: _of_ours(
            settings, "mysql", start_mysqld(settings.project.root, program, version), str(program)
        ),
    )


def _no_mysqld() -> Place:
    raise Unsuitable("there is no mysqld on the PATH or in /usr/sbin")


def _started(settings: Settings, major: int, programs: Path, origin: str) -> Place:
    started = start_cluster(settings.project.root, programs, major)
    return _of_ours(settings, "postgresql", started, origin)


def _of_ours(settings: Settings, dialect: str, started: Started, origin: str) -> Place:
    url = Url(
        dialect,
        username=started.user,
        password=started.password,
        host=HOST,
        port=started.port,
        database=dialect_named(dialect, origin).MAINTENANCE_DATABASE,
    )
    try:
        target = Target("shadow", url, "the shadow server")
        place = _place(settings, target, origin, dedicated=True)
    except BaseException:
        started.end.close()
        raise
    return replace(place, stop=started.end.close)


def _from(target: Target, dialect: Dialect) -> Target:
    """The same server and user, in the database that always exists."""
    there = located(target)
    url = there.url._replace(database=dialect.MAINTENANCE_DATABASE)
    return Target("shadow", url, there.source, tls=there.tls, reference=there.reference)


def _place(settings: Settings, target: Target, origin: str, *, dedicated: bool) -> Place:
    driver = driver_for(target, settings.project_driver)
    return Place(target, driver, origin, dedicated=dedicated)


OWN_SERVERS: Mapping[str, Callable[[Settings, int | None], Iterator[Candidate]]] = {
    "postgresql": _own_postgresql,
    "mysql": _own_mysql,
}
