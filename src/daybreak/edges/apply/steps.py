"""Alembic's steps, each revision's function run through the funnel."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from alembic import context
from alembic.script import Script

if TYPE_CHECKING:
    from alembic.runtime.migration import MigrationContext

# Alembic's own: heads and context to the steps that lead on from there.
Steps = Callable[[Any, "MigrationContext"], Any]


class Step(NamedTuple):
    """A revision's function that goes upwards or not, the `number`th `of` all of the run.

    `following` is the revision behind it, if that is applied, too.
    """

    script: Script
    is_upgrade: bool
    following: Script | None
    number: int
    of: int


def steps_in_force() -> Steps:
    """What the command that runs this env.py wants to be done."""
    steps: Steps = context._proxy.context_opts["fn"]  # type: ignore[attr-defined]
    return steps


def steps_around(
    steps: Steps,
    *,
    begin: Callable[[Sequence[str], Sequence[tuple[Script, bool]], int], None],
    around: Callable[[Step], AbstractContextManager[None]],
    committed: Callable[[str], None],
) -> Steps:
    """The same steps: `begin` before the first one, `around` each, `committed` behind it.

    `begin` is told the heads, the revisions and whether each is applied, and how many steps are
    done, `committed` the revision. A stamp has no function to be around. Asked again, the steps
    that are left go on from the heads of then: another `+1` would lead one further.
    """
    steps_and_functions: list[tuple[Any, Callable[..., None]]] = []

    def generate(heads: Any, migration: MigrationContext) -> Iterator[Any]:
        if steps_and_functions:
            taken = _left(steps_and_functions, heads)
        else:
            taken = [(step, step.migration_fn) for step in steps(heads, migration)]
            steps_and_functions.extend(taken)
        of = len(steps_and_functions)
        done = of - len(taken)
        for index, (step, function) in enumerate(taken):
            if index == 0:
                ways = [(script, step.is_upgrade) for step, _ in taken if (script := _script(step))]
                begin(heads, ways, done)
            if (script := _script(step)) is not None:
                following = _applied(taken[index + 1][0]) if index + 1 < len(taken) else None
                ours = Step(script, step.is_upgrade, following, done + index + 1, of)
                step.migration_fn = _within(around(ours), function)
            yield step
            if script is not None:
                committed(script.revision)

    # Alembic, and Daybreak with it, tells a command by the name of its function.
    generate.__name__, generate.__qualname__ = steps.__name__, steps.__qualname__
    return generate


def parents_of(script: Script) -> tuple[str, ...]:
    """The revisions on which it builds or depends."""
    return tuple(script._all_down_revisions)


def ancestors(heads: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Each revision that a database at `heads` has, with its parents."""
    if not heads:
        return {}
    found = context.script.iterate_revisions(tuple(heads), "base", inclusive=True)
    return {script.revision: parents_of(script) for script in found}


def revision_folders() -> tuple[str, ...]:
    """The folders of the revisions, as the names of their modules' files begin."""
    return tuple(f"{folder}/" for folder in context.script._version_locations)


def source_of(script: Script) -> str | None:
    """The text of a revision's file; None if there is only bytecode."""
    path = Path(script.path)
    return path.read_text(encoding="utf-8") if path.suffix == ".py" and path.is_file() else None


def has_own_transaction(migration: MigrationContext) -> bool:
    """Whether Alembic has begun a transaction: one for all revisions, or none of ours to end."""
    return migration._transaction is not None


def _left(
    steps: Iterable[tuple[Any, Callable[..., None]]], heads: Sequence[str]
) -> list[tuple[Any, Callable[..., None]]]:
    """Those of the steps that a database at `heads` has not gone."""
    there = ancestors(heads)
    return [pair for pair in steps if (pair[0].revision.revision in there) != pair[0].is_upgrade]


def _applied(step: Any) -> Script | None:
    """The revision that a step applies, if it is no stamp and leads upwards."""
    return _script(step) if step.is_upgrade else None


def _script(step: Any) -> Script | None:
    """The revision of a step that is no stamp."""
    script: Script | None = getattr(step, "revision", None)
    return script


def _within(
    around: AbstractContextManager[None], function: Callable[..., None]
) -> Callable[..., None]:
    def run(**kwargs: Any) -> None:
        with around:
            function(**kwargs)

    return run
