"""Who holds the run's lock, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol


class Holder(Protocol):
    """A session as the server tells of it: see `LockSession`."""

    @property
    def pid(self) -> int: ...
    @property
    def user(self) -> str: ...
    @property
    def application(self) -> str: ...
    @property
    def host(self) -> str: ...
    @property
    def seconds(self) -> float: ...


def called(holder: Holder, run: Mapping[str, Any] | None) -> str:
    """`web-1, process 4242 (session 881), for 12 s`, as far as anything tells.

    `run` is what the journal says of it, None before it has anything to do.
    """
    host, process = (run["host"], run["process"]) if run else _named(holder.application)
    user = f"{holder.user} from {holder.host}" if holder.host else holder.user
    who = f"{host}, process {process}" if process else user
    seconds = run["seconds"] if run else holder.seconds
    since = f", for {_seconds(seconds)}" if seconds >= 1 else ""
    return f"{who} (session {holder.pid}){since}"


def _named(application: str) -> tuple[str, str]:
    """Host and process, from the name that a run gives its session: `daybreak lock 1a2b web:42`."""
    words = application.split()
    if len(words) == 4 and words[0] == "daybreak":
        host, _, process = words[3].rpartition(":")
        return host, process
    return "", ""


def _seconds(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds // 60:.0f} min"
