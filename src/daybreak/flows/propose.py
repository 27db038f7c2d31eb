"""From the two sides to a revision: the changes, their operations, and the proof of both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from alembic.operations import ops

from daybreak.core.authoring import Asked, Compared, Danger, Proof
from daybreak.core.catalog import Catalog
from daybreak.core.change import Change, Create, Rename
from daybreak.core.diff import diff
from daybreak.core.hazards import hazards
from daybreak.edges.declared import OWNED, declaration
from daybreak.edges.filters import Filters
from daybreak.edges.replay import rendered
from daybreak.flows.prove import prove
from daybreak.flows.settle import Settled, settle
from daybreak.flows.sides import Bench, Subject
from daybreak.report.changes import change_text
from daybreak.writing import Models, write
from daybreak.writing.operations import Remark

if TYPE_CHECKING:
    from alembic.operations.ops import MigrationScript


@dataclass(frozen=True)
class Proposal:
    """What a revision should do, before the project's own hook has seen it."""

    settled: Settled
    upgrade: tuple[ops.MigrateOperation, ...]
    downgrade: tuple[ops.MigrateOperation, ...]
    unexpressed: tuple[Change, ...]


def propose(bench: Bench, subject: Subject, asked: Asked) -> Proposal:
    """The operations that lead from the history to the models, and those that lead back.

    Raises RenameUnclear where nobody can be asked what a change means.
    """
    sides = bench.sides
    settled = settle(subject, sides, asked)
    options = {"default_schema": sides.history.default_schema, "dialect": subject.compiler}
    forth = write(
        settled.changes,
        before=sides.history,
        after=settled.goal,
        models=Models(subject.metadatas, **options),
        statements=sides.statements,
    )
    ...
