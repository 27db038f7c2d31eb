"""The models against the history: for `revision`, which writes, and for a check, which tells."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from alembic import context

from daybreak.core.authoring import Asked, Compared, Proof
from daybreak.core.born import without_born_rights
from daybreak.core.catalog import Address, Catalog
from daybreak.core.diff import diff
from daybreak.core.errors import Refused, Unreachable
from daybreak.core.hazards import hazards
from daybreak.edges.replay import rendered, revision_in_force
from daybreak.flows.drifted import drift_of
from daybreak.flows.propose import Proposal, propose
from daybreak.flows.prove import prove
from daybreak.flows.settle import Settled, settle
from daybreak.flows.sides import Bench, Sides, Subject, on_shadow, remembered_sides
from daybreak.report.changes import change_text
from daybreak.writing.models import Models
from daybreak.writing.remark import Remark
from daybreak.writing.write import write

if TYPE_CHECKING:
    from alembic.operations.ops import MigrationScript
    from alembic.runtime.migration import MigrationContext
    from sqlalchemy import Engine

Hook = Callable[["MigrationContext", Any, "list[MigrationScript]"], None]
UNPROVED = "# not proved: this revision was not run on a shadow server before it was written"


def revise(subject: Subject, asked: Asked, hook: Hook | None, *, keep_empty: bool) -> Compared:
    """Let Alembic's `revision` in force write what leads from the history to the models.

    `hook` is the project's own `process_revision_directives`. With nothing to write there will be
    no file, unless `keep_empty`. Raises RenameUnclear, ProofFailed, and what `on_shadow` raises;
    then there is no file either.
    """
    sides = None if keep_empty else remembered_sides(subject)
    if sides is not None and not (settled := settle(subject, sides, asked)).changes:
        revision_in_force().generated_revisions.clear()
        return _compared(sides, settled)
    found: list[Compared] = []
    with on_shadow(subject) as bench, bench.scratch() as engine, engine.connect() as connection:

        def process(migration: MigrationContext, revision: Any, scripts: Any) -> None:
            with engine.connect() as reading:
                proposal = propose(bench, subject, asked, reading)
            _fill(scripts[0], proposal)
            if hook is not None:
                hook(migration, revision, scripts)
            found.append(_proved(bench, engine, subject, asked, proposal, scripts))
            if not keep_empty and all(script.upgrade_ops.is_empty() for script in scripts):
                scripts[:] = []

        options = {**subject.options, "process_revision_directives": process}
        context.configure(connection=connection, autogenerate_plugins=[], **options)
        with context.begin_transaction():
            context.run_migrations()
        return replace(found[0], drift=_drift(bench, subject))


def _drift(bench: Bench, subject: Subject) -> str:
    """That the database at hand is not what its history makes: said, and put into no file."""
    if bench.server.dedicated:  # the environment's own server was not connected to, and is not
        return ""
    try:
        drifted = drift_of(subject, bench.sides)
    except (Unreachable, Refused):  # a dev database that is not there yet, or of another branch
        return ""
    count = len(drifted.drift.changes)
    if not count:
        return ""
    return f"{drifted.place} differs from its history in {count} place{'s' if count > 1 else ''}"


def compare(subject: Subject, asked: Asked) -> tuple[Sides, Compared]:
    """What `revise` would write about, without asking anybody: a possible rename is two changes."""
    if (sides := remembered_sides(subject)) is None:
        with on_shadow(subject) as bench:
            sides = bench.sides
    return sides, _compared(sides, settle(subject, sides, asked, drops_unasked=True))


def tell_alembic(subject: Subject, asked: Asked) -> None:
    """Give Alembic's `check` in force the operations that are missing from the history."""
    sides, compared = compare(subject, asked)
    schema = sides.history.default_schema
    written = write(
        compared.changes,
        before=sides.history,
        after=sides.wanted,
        models=Models(subject.metadatas, default_schema=schema, dialect=subject.compiler),
        dialect=subject.dialect,
        statements=sides.statements,
    )
    told = [Remark(" ".join(change_text(change, schema))) for change in written.unexpressed]
    upgrade = revision_in_force().generated_revisions[-1].upgrade_ops
    if upgrade is None:
        raise AssertionError("Alembic gives one")
    upgrade.ops[:] = [*written.ops, *told]


def _fill(script: MigrationScript, proposal: Proposal) -> None:
    upgrade, downgrade = script.upgrade_ops, script.downgrade_ops
    if upgrade is None or downgrade is None:
        raise AssertionError("Alembic gives one of each")
    upgrade.ops[:] = [*proposal.remarks, *proposal.upgrade.ops] if proposal.upgrade.ops else []
    downgrade.ops[:] = proposal.downgrade.ops
    script.imports = {
        *(script.imports or ()),
        *proposal.upgrade.imports,
        *proposal.downgrade.imports,
    }


def _proved(
    bench: Bench,
    engine: Engine,
    subject: Subject,
    asked: Asked,
    proposal: Proposal,
    scripts: Sequence[Any],
) -> Compared:
    """What was found, with the proof, in `engine`'s database, of what the project's hook has left
    of it.
    """
    left = [script for script in scripts if not script.upgrade_ops.is_empty()]
    proof: Proof | None = None
    statements: tuple[str, ...] = ()
    if left and (not asked.proof or len(left) > 1):
        why = "--no-proof" if not asked.proof else "the project's hook wrote several revisions"
        proof = Proof(skipped=why)
        left[0].upgrade_ops.ops.insert(0, Remark(UNPROVED))
    elif left:
        unexpressed = {change.address for change in proposal.unexpressed}
        proved = prove(
            engine,
            subject,
            rendered(left[0]),
            history=bench.sides.history,
            goal=proposal.settled.goal,
            differences=lambda found, side: _words(
                subject, found, side, bench.sides.history, proposal.settled, unexpressed
            ),
            downgrade=not left[0].downgrade_ops.is_empty(),
        )
        proof, statements = Proof(proved.seconds, proved.downgrade), proved.statements
    return _compared(
        bench.sides,
        proposal.settled,
        hazards=hazards(
            proposal.settled.changes,
            bench.sides.history,
            proposal.settled.goal,
            quote=subject.dialect.quoted,
        ),
        unexpressed=proposal.unexpressed,
        statements=statements,
        proof=proof,
        passed_over=bench.server.passed_over,
    )


def _words(
    subject: Subject,
    found: Catalog,
    side: Catalog,
    history: Catalog,
    settled: Settled,
    ignored: set[Address],
) -> list[str]:
    """What leads from what was found to one of the sides, in words; nothing where both mean the
    same.
    """
    engine = subject.dialect.engine(found.version)
    changes = diff(found, side, fold=subject.dialect.fold, engine=engine)
    return [
        " ".join(change_text(change, found.default_schema))
        for change in without_born_rights(changes, history, settled.goal, settled.changes)
        if change.address not in ignored
    ]


def _compared(sides: Sides, settled: Settled, **more: Any) -> Compared:
    return Compared(
        shadow=sides.label,
        history=tuple(context.script.get_heads()),
        default_schema=sides.history.default_schema,
        changes=settled.changes,
        hidden=settled.hidden,
        **more,
    )
