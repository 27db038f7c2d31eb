"""Rights that new objects get from default privileges, whoever makes them."""

from __future__ import annotations

from collections.abc import Sequence

from daybreak.core.catalog import Address, Catalog, address_of, objects_of
from daybreak.core.change import Alter, Change, Create, Drop


def without_born_rights(
    differences: Sequence[Change], history: Catalog, goal: Catalog, changes: Sequence[Change]
) -> list[Change]:
    """`differences` without the grants of objects that `changes` make, where the database grants
    to what is new: neither the models nor a revision say these.
    """
    others = (*history.others, *goal.others)
    if all(other.what != "default privileges" for other in others):
        return list(differences)
    made = {change.address for change in changes if isinstance(change, Create | Drop)}
    kept = (_addresses(history) & _addresses(goal)) - made
    return [
        change
        for change in differences
        if change.address in kept
        or not (isinstance(change, Alter) and change.fields == ("grants",))
    ]


def _addresses(catalog: Catalog) -> set[Address]:
    return {address_of(item) for item in objects_of(catalog)}
