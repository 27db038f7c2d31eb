"""Who is at the address of the dev server: a decision over what was observed there."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from pathlib import Path

CLUSTER_NAME = "daybreak"  # what a dev server answers to SHOW cluster_name


class Standing(Enum):
    """What stands at the address, seen from one project."""

    NOTHING = "nothing listens"
    RUNNING = "our server runs"
    ELSEWHERE = "our server runs on another port"
    STALE = "our server crashed; its data are there"
    OTHER_PROJECT = "the dev server of another project"
    FOREIGN = "a server that `daybreak dev` did not start"


@dataclass(frozen=True, slots=True)
class PidFile:
    """What `postmaster.pid` in our data folder says, and whether it is true."""

    pid: int
    port: int
    alive: bool  # that process exists and is the server of this folder


@dataclass(frozen=True, slots=True)
class Listener:
    """Somebody who accepts connections; what it told about itself, if it let us in."""

    host: str
    cluster_name: str | None = None
    data: Path | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    data: Path
    port: int
    pid_file: PidFile | None
    listeners: tuple[Listener, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """`standing`, and by whom: the listener or the process that decided it."""

    standing: Standing
    listener: Listener | None = None
    pid_file: PidFile | None = None


def judge(facts: Facts) -> Finding:
    """Whoever could be mistaken for our server comes first: a client asks it for our data."""
    ours = facts.pid_file if facts.pid_file and facts.pid_file.alive else None
    here = ours is not None and ours.port == facts.port
    strangers = [listener for listener in facts.listeners if not _is_ours(listener, facts, here)]
    for listener in strangers:
        daybreak = listener.cluster_name == CLUSTER_NAME
        standing = Standing.OTHER_PROJECT if daybreak else Standing.FOREIGN
        return Finding(standing, listener, facts.pid_file)
    if facts.listeners or here:
        return Finding(Standing.RUNNING, next(iter(facts.listeners), None), facts.pid_file)
    if ours:
        return Finding(Standing.ELSEWHERE, None, ours)
    if facts.pid_file:
        return Finding(Standing.STALE, None, facts.pid_file)
    return Finding(Standing.NOTHING)


def _is_ours(listener: Listener, facts: Facts, here: bool) -> bool:
    """By its own word; or, if it did not let us in (a changed password), by the process."""
    if listener.data is not None:
        return listener.data == facts.data
    return here and listener.host == "127.0.0.1"
