"""SQL that would bring a database into line, and what no SQL does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from daybreak.core.catalog import Catalog
from daybreak.core.change import Alter, Change
from daybreak.core.checked import ByHand
from daybreak.dialects.base import Dialect


def repair_sql(
    dialect: Dialect, changes: Sequence[Change], before: Catalog, after: Catalog
) -> tuple[tuple[str, ...], tuple[ByHand, ...]]:
    """The statements for `changes`, which lead from one catalog to the other, and what is left.

    What the server is known to refuse is no statement.
    """
    fix: list[str] = []
    left: list[ByHand] = []
    for change in changes:
        if (why := dialect.by_hand(change, before, after)) is not None:
            left.append(ByHand(change.address, why))
            continue
        fix += dialect.ddl(change, before, after)
        left += [ByHand(change.address, why) for why in _unsaid(dialect, change, before, after)]
    return tuple(fix), tuple(left)


def _unsaid(dialect: Dialect, change: Change, before: Catalog, after: Catalog) -> Iterator[str]:
    """Why nothing is said of the change; of an altered object, field by field."""
    if not isinstance(change, Alter):
        said = dialect.ddl(change, before, after) or dialect.words.implied(change.item, None)
        if not said:
            yield "no SQL is written for it"
        return
    for field in change.fields:
        part = replace(change, fields=(field,))
        if dialect.ddl(part, before, after) or dialect.words.implied(change.after, field):
            continue
        known = dialect.by_hand(part, before, after)
        yield known or f"no SQL is written for its {field.replace('_', ' ')}"
