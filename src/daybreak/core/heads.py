"""Where a history ends, from what its files say of themselves. A decision over values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

# Alembic refuses a revision with one of these in its name.
_ILLEGAL = "@-+:"


class Declared(NamedTuple):
    """What a revision file declares; `depends` may name a revision by a branch label."""

    revision: str
    down: tuple[str, ...]
    depends: tuple[str, ...]
    labels: tuple[str, ...]


class Ends(NamedTuple):
    """`known` are all the revisions; `heads` those that none builds on, in the files' order.

    `recorded` are the heads that a database records which has everything: not one that another
    revision depends on.
    """

    known: Mapping[str, Declared]
    heads: tuple[str, ...]
    recorded: tuple[str, ...]


def find_ends(declared: Sequence[Declared]) -> Ends | None:
    """The ends of the history of these files, as Alembic finds them.

    None for a history that is not in order: it names what is not there, names something twice, or
    goes in a circle. What is to be said of it is Alembic's to find out.
    """
    known = {each.revision: each for each in declared}
    labels = [(label, each.revision) for each in declared for label in each.labels]
    labelled = dict(labels)
    names = "".join(known)
    if (
        len(known) < len(declared)
        or len(labelled) < len(labels)
        or not labelled.keys().isdisjoint(known)
        or "" in known
        or any(sign in names for sign in _ILLEGAL)
    ):
        return None
    below = {each.revision: each.down for each in declared}
    for each in declared:
        if each.depends:
            named = [labelled.get(name, name) for name in each.depends]
            below[each.revision] = tuple({*each.down, *named})
    built_on = {name for each in declared for name in each.down}
    needed = {name for names in below.values() for name in names}
    if not needed <= known.keys() or _circular(below):
        return None
    return Ends(
        known,
        heads=tuple(name for name in known if name not in built_on),
        recorded=tuple(name for name in known if name not in needed),
    )


def _circular(below: Mapping[str, Sequence[str]]) -> bool:
    """Whether some revision comes before itself."""
    above: dict[str, list[str]] = {name: [] for name in below}
    for name, names in below.items():
        for lower in names:
            above[lower].append(name)
    waits_for = {name: len(names) for name, names in below.items()}
    ready = [name for name, count in waits_for.items() if not count]
    for name in ready:  # which grows meanwhile
        for higher in above[name]:
            waits_for[higher] -= 1
            if not waits_for[higher]:
                ready.append(higher)
    return len(ready) < len(below)


def is_done(target: str, recorded: Iterable[str], ends: Ends) -> bool:
    """Whether a database that records these has all of `target`, which is `head` or `heads`."""
    one = target == "heads" or len(ends.heads) <= 1
    return one and set(recorded) == set(ends.recorded)


def parents_of(ends: Ends) -> dict[str, tuple[str, ...]]:
    """Each revision with those that it builds on or depends on."""
    labelled = {label: each.revision for each in ends.known.values() for label in each.labels}
    return {
        name: (*each.down, *(labelled.get(other, other) for other in each.depends))
        for name, each in ends.known.items()
    }


def labels_of(revision: str, ends: Ends) -> frozenset[str]:
    """The branch labels of a head: its own, and those of the revisions that it is built on."""
    found: set[str] = set()
    seen, waiting = set(), [revision]
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            found.update(ends.known[name].labels)
            waiting += ends.known[name].down
    return frozenset(found)
