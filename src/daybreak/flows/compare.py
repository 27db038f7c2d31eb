"""The models against the history: for `revision`, which writes, and for a check, which tells."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alembic import context
from sqlalchemy.exc import DBAPIError

from daybreak.core.authoring import Asked, Compared, Proof
from daybreak.core.born import born_with
from daybreak.core.catalog import Address, Catalog
from daybreak.core.change import Alter, Change
from daybreak.core.diff import diff
from daybreak.core.errors import DaybreakError, HistoryChanged, Refused, Unreachable
from daybreak.core.following import with_following
from daybreak.core.hazards import downgrade_hazards, hazards
from daybreak.core.outline import Outline
from daybreak.core.said import said
from daybreak.core.stale import stale_texts
from daybreak.edges.collector import collector_at_rest
from daybreak.edges.directives import Hook
from daybreak.edges.history import revision_files
from daybreak.edges.once import locked_folder
from daybreak.edges.replay import rendered, revision_in_force
from daybreak.edges.shadow.server import label_in
from daybreak.flows.against import copied_database
from daybreak.flows.drift import drift_at_hand
from daybreak.flows.propose import Proposal, propose
from daybreak.flows.prove import prove
from daybreak.flows.settle import Settled, settle
from daybreak.flows.sides import (
    Bench,
    Sides,
    known_as_equal,
    on_shadow,
    remember_as_equal,
    remembered_sides,
)
from daybreak.flows.subject import Subject
from daybreak.report.changes import change_text
from daybreak.writing.models import Models
from daybreak.writing.remark import Remark
from daybreak.writing.write import write

if TYPE_CHECKING:
    from alembic.operations.ops import MigrationScript
    from alembic.runtime.migration import MigrationContext
    from sqlalchemy import Engine

UNPROVED = "# not proved: this revision was not run on a shadow server before it was written"


def revise(
    subject: Subject, asked: Asked, hook: Hook | None, *, keep_empty: bool, held: ExitStack
) -> Compared:
    """Let Alembic's `revision` in force write what leads from the history to the models.

    `hook` is the project's own `process_revision_directives`. With nothing to write there will be
    no file, unless `keep_empty`. Raises RenameUnclear, ProofFailed, HistoryChanged if another
    revision was written meanwhile, and what `on_shadow` raises; then there is no file either.
    Until `held` is closed nobody else's revision is written.
    """
    files = revision_files(context.script)
    # A hook may write what no comparison finds, and only Alembic can give it the connection.
    through = keep_empty or asked.against_database or hook is not None
    sides = None if through else remembered_sides(subject)
    if sides is not None and not (settled := settle(subject, sides, asked)).changes:
        revision_in_force().generated_revisions.clear()
        return _compared(sides, settled)
    found: list[Compared] = []
    with (
        on_shadow(subject, copied_database if asked.against_database else None) as bench,
        bench.scratch() as engine,
        engine.connect() as connection,
    ):

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
        drift = "" if asked.against_database else _drift(bench, subject)
    # Last of all: until here another run may write, and both would build on the same one.
    held.enter_context(locked_folder(Path(context.script.dir)))
    if others := revision_files(context.script) - files:
        raise HistoryChanged(sorted(others))
    return replace(found[0], drift=drift)


def _drift(bench: Bench, subject: Subject) -> str:
    """That the database at hand is not what its history makes: said, and put into no file."""
    if bench.server.dedicated:  # the environment's own server was not connected to, and is not
        return ""
    try:
        checked = drift_at_hand(subject, bench.sides, bench.server)
    except (Unreachable, Refused):  # a dev database that is not there yet, or of another branch
        return ""
    except DaybreakError as error:  # the revision is proved, whatever became of this look
        return f"{subject.target.place} was not compared with its history ({error.problem})"
    except DBAPIError as error:
        return f"{subject.target.place} was not compared with its history ({said(error)})"
    count = len(checked.drift.changes) if checked.drift else 0
    if not count:
        return ""
    return f"{checked.place} differs from its history in {count} place{'s' if count > 1 else ''}"


def compare(subject: Subject, asked: Asked) -> tuple[Sides, Compared]:
    """What `revise` would write about, without asking anybody: a possible rename is two changes."""
    with collector_at_rest():
        if (sides := remembered_sides(subject)) is None:
            with on_shadow(subject) as bench:
                sides = bench.sides
        compared = _compared(sides, settle(subject, sides, asked, drops_unasked=True))
    if not compared.changes and _remembers(subject, asked):
        remember_as_equal(subject, sides)
    return sides, compared


def compared_before(subject: Subject, asked: Asked, outline: Outline | None) -> Compared | None:
    """What `compare` would come to, if it did so before and nothing differed; None if not.

    `outline` is the history's, remembered. No catalog is loaded, let alone compared: what both
    were made from is the same.
    """
    if outline is None or not _remembers(subject, asked):
        return None
    if not known_as_equal(subject, outline):
        return None
    heads = tuple(context.script.get_heads())
    return Compared(label_in(subject.last_shadow or ""), heads, outline.rest.default_schema)


def _remembers(subject: Subject, asked: Asked) -> bool:
    """What a filter is made of, no key can tell."""
    filters = ("include_name", "include_object")
    return asked == Asked() and all(subject.options.get(name) is None for name in filters)


def tell_alembic(subject: Subject, asked: Asked) -> None:
    """Give Alembic's `check` in force the operations that are missing from the history."""
    sides, compared = compare(subject, asked)
    schema, own = sides.history.default_schema, subject.home
    written = write(
        compared.changes,
        before=sides.history,
        after=sides.wanted,
        models=Models(subject.metadatas, default_schema=own or schema, dialect=subject.compiler),
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
    history, goal, quote = bench.sides.history, proposal.settled.goal, subject.dialect.quoted
    proof: Proof | None = None
    statements: tuple[str, ...] = ()
    if left and (not asked.proof or len(left) > 1):
        why = "--no-proof" if not asked.proof else "the project's hook wrote several revisions"
        proof = Proof(skipped=why)
        left[0].upgrade_ops.ops.insert(0, Remark(UNPROVED))
    elif left:
        unexpressed = _said(proposal.unexpressed)

        def differences(one: Catalog, other: Catalog) -> list[Change]:
            if other is history:
                return _unlike(subject, one, history, goal, unexpressed)
            reached = with_following(other, one, bench.sides.wanted)
            return _unlike(subject, one, reached, history, unexpressed)

        proved = prove(
            engine,
            subject,
            rendered(left[0]),
            history=history,
            goal=goal,
            differences=differences,
            downgrade=not left[0].downgrade_ops.is_empty(),
        )
        proof, statements = Proof(proved.seconds, proved.downgrade), proved.statements
    goes_back = any(not script.downgrade_ops.is_empty() for script in left)
    back = proposal.back if goes_back else ()
    changes = proposal.settled.changes
    return _compared(
        bench.sides,
        proposal.settled,
        hazards=(
            *hazards(changes, history, goal, quote=quote),
            *stale_texts(changes, history, goal),
        ),
        downgrade_hazards=downgrade_hazards(back, goal, history, quote=quote),
        unexpressed=proposal.unexpressed,
        statements=statements,
        proof=proof,
        passed_over=bench.server.passed_over,
    )


def _said(changes: Sequence[Change]) -> set[tuple[Address, str]]:
    """Every single difference that the changes tell: of an altered object, field by field."""
    return {
        (change.address, part)
        for change in changes
        for part in (change.fields if isinstance(change, Alter) else (type(change).__name__,))
    }


def _unlike(
    subject: Subject,
    one: Catalog,
    other: Catalog,
    start: Catalog,
    ignored: set[tuple[Address, str]],
) -> list[Change]:
    """What leads from one catalog to the other; nothing where both mean the same.

    `start` is where the statements began that made `one`.
    """
    engine = subject.dialect.engine(one.version)
    changes = diff(one, other, fold=subject.dialect.fold, engine=engine)
    return [
        change
        for change in changes
        if not _said([change]) <= ignored and not born_with(change, start)
    ]


def _compared(sides: Sides, settled: Settled, **more: Any) -> Compared:
    return Compared(
        shadow=label_in(sides.server),
        history=tuple(context.script.get_heads()),
        default_schema=sides.history.default_schema,
        changes=settled.changes,
        hidden=settled.hidden,
        **more,
    )
