"""Changes of one rank, sorted so that each object comes after those that it stands on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from daybreak.core.catalog import Column, Object, Table, Trigger
from daybreak.core.change import Change, sides
from daybreak.core.mention import mentioned, words


def by_need(changes: Sequence[Change], *, goes: bool) -> list[Change]:
    """`changes`, as they stand where nothing is needed.

    The other way round where objects go, or what they need does: then it is what they needed before
    that counts.
    """
    if len(changes) < 2:
        return list(changes)
    step = 1 if goes else -1
    items = [next(s for s in sides(c)[::step] if s is not None) for c in changes]
    named: dict[str, list[int]] = {}
    for number, item in enumerate(items):
        named.setdefault(item.name, []).append(number)

    def found(number: int, names: frozenset[str]) -> set[int]:
        others = {other for name in names & named.keys() for other in named[name]} - {number}
        item = items[number]
        return {other for other in others if not _strangers(item, items[other])}

    hard = [found(number, _needs(item)) for number, item in enumerate(items)]
    soft = [found(number, _likes(item)) for number, item in enumerate(items)]
    # What is only liked may stand in a circle, and a circle must not break a need.
    wished = _topological(range(len(items)), [h | s for h, s in zip(hard, soft, strict=True)])
    order = _topological(wished, hard)
    return [changes[number] for number in (reversed(order) if goes else order)]


def _needs(item: Object) -> frozenset[str]:
    if isinstance(item, Table):
        parent = item.partition_of[1:2] if item.partition_of else ()
        return frozenset((*parent, *(name for _, name in item.inherits)))
    return words(item.generated) if isinstance(item, Column) else mentioned(item)


def _strangers(item: Object, other: Object) -> bool:
    """Whether a word of `item` can't mean `other`: a trigger names another one after FOLLOWS."""
    if not (isinstance(item, Trigger) and isinstance(other, Trigger)):
        return False
    return f" FOLLOWS `{other.name.replace('`', '``')}` " not in item.definition


def _likes(item: Object) -> frozenset[str]:
    """A table reads better behind those that it refers to, though its keys come later."""
    if isinstance(item, Table):
        return frozenset(key.referred[1] for key in item.constraints if key.referred)
    return frozenset()


def _topological(numbers: Iterable[int], needs: list[set[int]]) -> list[int]:
    """Numbers so that each follows those it needs; a cycle is broken where it is met."""
    order: list[int] = []
    state: dict[int, bool] = {}  # False: being looked at
    for root in numbers:
        stack = [(root, iter(sorted(needs[root])))]
        if root in state:
            continue
        state[root] = False
        while stack:
            number, left = stack[-1]
            for other in left:
                if other not in state:
                    state[other] = False
                    stack.append((other, iter(sorted(needs[other]))))
                    break
            else:
                state[number] = True
                order.append(number)
                stack.pop()
    return order
