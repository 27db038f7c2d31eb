"""What happens, as values. Edges and flows send them; reports put them into words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Noted:
    """Something that the user should know and that stops nothing."""

    text: str


@dataclass(frozen=True)
class Connected:
    """`place` is database@host:port; `server` the engine and its version; `heads` its revisions."""

    environment: str
    place: str
    server: str
    heads: tuple[str, ...]


@dataclass(frozen=True)
class Applied:
    """One revision was applied (`upgrade`) or taken back, in `seconds`."""

    revision: str
    doc: str
    is_upgrade: bool
    seconds: float


@dataclass(frozen=True)
class Finished:
    """The run is over and the database is at `heads`, read back from it."""

    heads: tuple[str, ...]


@dataclass(frozen=True)
class DatabaseCreated:
    """The empty database of the dev environment was made."""

    place: str


Event = Noted | Connected | Applied | Finished | DatabaseCreated
Emit = Callable[[Event], None]


def ignore(_event: Event) -> None:
    """For a run that nobody listens to."""
