"""The changes as they grow, with both catalogs at hand: what `around` and its parts work on."""

from __future__ import annotations

from collections.abc import Sequence

from daybreak.core.catalog import Address, Catalog, Object
from daybreak.core.change import Alter, Change, Create, Drop, Rename

Relation = tuple[str, str]  # schema and name


class Made:
    """The changes so far. What is made again is in `dropped`, under its old address."""

    def __init__(self, changes: Sequence[Change], before: Catalog, after: Catalog) -> None:
        self.changes = list(changes)
        self.before, self.after = before, after
        self.old = {(t.schema, t.name): t for t in before.tables}
        self.new = {(t.schema, t.name): t for t in after.tables}
        self.dropped = {c.address for c in changes if isinstance(c, Drop)}

    def named_before(self, address: Address) -> Address:
        """The address of an object before a rename of it."""
        for change in self.changes:
            if isinstance(change, Rename) and change.to == address:
                return change.address
        return address

    def again(self, address: Address, was: Object, now: Object) -> None:
        """`was` is dropped and `now` created, in place of whatever would alter it."""
        old = self.named_before(address)
        if old in self.dropped:
            return
        self.dropped.add(old)
        kept = [
            c
            for c in self.changes
            if not (c.address == address and isinstance(c, Alter))
            and not (isinstance(c, Rename) and c.to == address)
        ]
        self.changes = [*kept, Drop(old, was), Create(address, now)]
