"""Whether a database's schema is at least as new as the files. A decision over values."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass

# Each revision with those that it builds on or depends on.
Parents = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Standing:
    """How a database stands to the files.

    `recorded` is where it is, `required` where the files end. `missing` are the revisions of the
    files that it lacks, the oldest first. `unplaced` are revisions that it has or builds on and of
    which nobody knows what they build on: any that is missing may be among their ancestors.
    `half_gone` are those of the missing that are half taken back.
    """

    recorded: tuple[str, ...]
    required: tuple[str, ...]
    missing: tuple[str, ...]
    unplaced: tuple[str, ...]
    half_gone: tuple[str, ...] = ()

    @property
    def reached(self) -> bool:
        """Whether all that the files require is there."""
        return not self.missing

    @property
    def unknown(self) -> bool:
        """Whether nobody can tell: what seems to be missing may be there."""
        return bool(self.missing and self.unplaced and not self.half_gone)

    @property
    def ahead(self) -> bool:
        """Whether the database has what the files do not know."""
        return self.reached and set(self.recorded) != set(self.required)


def find_standing(
    files: Parents,
    recorded: Iterable[str],
    journal: Parents,
    half_gone: Container[str] = frozenset(),
) -> Standing:
    """How a database that records these revisions stands to the `files`.

    The files tell of their own revisions what they build on; `journal`, what the database itself
    has recorded, tells it of the others. Those that are `half_gone` it no longer has.
    """
    heads = tuple(sorted(recorded))
    there: set[str] = set()
    unplaced: set[str] = set()
    waiting = list(heads)
    while waiting:
        name = waiting.pop()
        if name in there:
            continue
        there.add(name)
        below = files.get(name, journal.get(name))
        if below is None:
            unplaced.add(name)
        else:
            waiting += below
    gone = tuple(name for name in _oldest_first(files) if name in there and name in half_gone)
    built_on = {name for below in files.values() for name in below}
    return Standing(
        recorded=heads,
        required=tuple(sorted(files.keys() - built_on)),
        missing=tuple(name for name in _oldest_first(files) if name not in there or name in gone),
        unplaced=tuple(sorted(unplaced)),
        half_gone=gone,
    )


def named(revisions: Sequence[str]) -> str:
    """`a2`, `a2 and a3`, `12 revisions, from a2 to b7`."""
    if len(revisions) > 2:
        return f"{len(revisions)} revisions, from {revisions[0]} to {revisions[-1]}"
    return " and ".join(revisions)


def _oldest_first(files: Parents) -> list[str]:
    """The revisions, each behind those that it builds on."""
    placed: dict[str, None] = {}
    for name in sorted(files):
        waiting = [name]
        while waiting:
            below = [each for each in sorted(files[waiting[-1]]) if each not in placed]
            if below:
                waiting += below
            else:
                placed.setdefault(waiting.pop())
    return list(placed)
