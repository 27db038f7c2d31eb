"""From the two sides to operations: those that lead to the models, and those that lead back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from daybreak.core.authoring import Asked
from daybreak.core.catalog import Address, Catalog, Table, View, address_of, objects_of
from daybreak.core.change import Change, Create, Rename
from daybreak.core.diff import diff
from daybreak.core.parts import FOLLOWING
from daybreak.edges.declared import OWNED, declaration
from daybreak.flows.settle import Settled, settle
from daybreak.flows.sides import Bench
from daybreak.flows.subject import Subject
from daybreak.writing.models import Models
from daybreak.writing.remark import Remark
from daybreak.writing.write import Written, write

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(frozen=True)
class Proposal:
    """What a revision should do, before the project's own hook has seen it.

    `back` are the changes from the goal to the history, which `downgrade` makes. `remarks` stand in
    front of the upgrade: what a later comparison has to know.
    """

    settled: Settled
    upgrade: Written
    back: tuple[Change, ...]
    downgrade: Written
    remarks: tuple[Remark, ...]

    @property
    def unexpressed(self) -> tuple[Change, ...]:
        return self.upgrade.unexpressed


def propose(bench: Bench, subject: Subject, asked: Asked, connection: Connection) -> Proposal:
    """The operations for a revision on top of the history.

    `connection` reaches a database where the history is, whose tables are reflected for the way
    back. Raises RenameUnclear where nobody can be asked what a change means.
    """
    sides, dialect = bench.sides, subject.dialect
    settled = settle(subject, sides, asked)
    schema = subject.home or sides.history.default_schema
    models = Models(subject.metadatas, default_schema=schema, dialect=connection.dialect)
    upgrade = write(
        settled.changes,
        before=sides.history,
        after=settled.goal,
        models=models,
        dialect=dialect,
        statements=sides.statements,
    )
    changes = diff(
        settled.goal,
        sides.history,
        fold=dialect.fold,
        renames=[_backwards(rename) for rename in reversed(settled.renames)],
        engine=dialect.engine(sides.history.version),
    )
    downgrade = write(
        changes,
        before=settled.goal,
        after=sides.history,
        models=Models.reflected(
            connection,
            [change.address for change in changes],
            default_schema=schema,
            conventions=models.conventions,
        ),
        dialect=dialect,
    )
    remarks = tuple(_remarks(settled.changes, sides.wanted))
    return Proposal(settled, upgrade, changes, downgrade, remarks)


def _backwards(rename: Rename) -> Rename:
    label = rename.label and (rename.label[1], rename.label[0])
    return replace(rename, address=rename.to, to=rename.address, label=label)


def _remarks(changes: Sequence[Change], wanted: Catalog) -> Iterator[Remark]:
    """Whoever takes a declared view out of the models wants it dropped: the file remembers.

    What is made again because of a change beneath it may be the history's, and stays so.
    """
    declared = frozenset(_addresses(wanted))
    for change in changes:
        address = change.address
        if isinstance(change, Create) and address.kind not in OWNED and address in declared:
            yield Remark(declaration(address))


def _addresses(catalog: Catalog) -> Iterator[Address]:
    for item in objects_of(catalog):
        yield address_of(item)
        if isinstance(item, Table | View):
            for name in FOLLOWING:
                yield from (address_of(part, item) for part in getattr(item, name, ()))
