"""What a person asked of a run: how long to wait, and what to take for done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from daybreak.core.errors import UsageError

if TYPE_CHECKING:
    from daybreak.core.resume import Said

# A pipeline that comes second waits for the first one: nearly all of them are done by then.
WAIT_S = 600.0


@dataclass(frozen=True)
class Wishes:
    """`wait_s`: how long to wait for another run. `said`: of statements that nobody can decide."""

    wait_s: float = WAIT_S
    said: Said = field(default_factory=dict)


def wishes(wait: str | None, done: Sequence[str] = (), redo: Sequence[str] = ()) -> Wishes:
    """From what a command line says: seconds, and statements as `4f2a:3`. Raises UsageError."""
    said: dict[tuple[str, int], str] = {}
    for what, given in (("done", done), ("redo", redo)):
        for text in given:
            statement = _statement(text, what)
            if said.setdefault(statement, what) != what:
                raise UsageError(
                    f"{text} is said to be done and to be run again", "say one of the two"
                )
    return Wishes(_seconds(wait) if wait is not None else WAIT_S, said)


def _statement(text: str, option: str) -> tuple[str, int]:
    revision, _, number = text.rpartition(":")
    if not revision or not number.isdecimal() or int(number) < 1:
        raise UsageError(
            f"--{option} {text} names no statement",
            f"give revision and number as the error did: --{option} 4f2a91c03b7d:3",
        )
    return revision, int(number)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds < float("inf"):
        raise UsageError(f"--wait {text} is no number of seconds", "write --wait 60")
    return seconds


def wishes_from(arguments: Sequence[str]) -> Wishes:
    """From plain Alembic's -x arguments: `wait=60`, `done=4f2a:3`, `redo=4f2a:3`."""
    given: Mapping[str, list[str]] = {"wait": [], "done": [], "redo": []}
    for argument in arguments:
        name, _, value = argument.partition("=")
        if name in given:
            given[name].append(value)
    wait = given["wait"][-1] if given["wait"] else None
    return wishes(wait, given["done"], given["redo"])
