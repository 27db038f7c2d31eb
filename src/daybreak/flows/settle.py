"""What the difference of the two sides means: who owns what, what was renamed, what is hidden."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from alembic import context

from daybreak.core.authoring import Asked
from daybreak.core.catalog import Address, Catalog
from daybreak.core.change import Change, Rename
from daybreak.core.diff import diff
from daybreak.core.engine import Engine
from daybreak.core.errors import UsageError
from daybreak.core.hidden import keep_fields, keep_hidden
from daybreak.core.order import ordered_renames
from daybreak.core.ownership import carry, parse_drop
from daybreak.core.renames import Question, new_address, parse_rename, refuse, unanswered
from daybreak.core.renaming import renamed
from daybreak.core.spelling import spelled
from daybreak.edges.declared import declared_in
from daybreak.edges.filters import Filters
from daybreak.edges.hints import hinted_renames
from daybreak.flows.sides import Sides
from daybreak.flows.subject import NOT_COMPARED, Subject


@dataclass(frozen=True)
class Settled:
    """`goal` is what the database should be: the models, and what the history owns or hides.

    `hidden` counts changes that the project's filters keep out.
    """

    goal: Catalog
    changes: tuple[Change, ...]
    renames: tuple[Rename, ...]
    hidden: int


def settle(subject: Subject, sides: Sides, asked: Asked, *, drops_unasked: bool = False) -> Settled:
    """The goal and the changes that lead to it from the history.

    Renames come from `asked`, from hints in the models, or from the person that can be asked.
    Raises RenameUnclear, and UsageError for an answer that fits nothing. `drops_unasked` takes what
    may be a rename for a drop and an add, for a comparison that changes nothing.
    """
    history, dialect = sides.history, subject.dialect
    engine = dialect.engine(history.version)
    drops = {_drop(text, history, sides.wanted, engine) for text in asked.drops}
    renames = [parse_rename(text, history, sides.wanted) for text in asked.renames]
    said = {rename.address for rename in renames} | drops
    hints = hinted_renames(subject.metadatas, history, sides.wanted, home=subject.home)
    renames += [rename for rename in hints if rename.address not in said]
    # As for Alembic: False is "leave them alone". A function of the project's is not asked.
    not_compared = frozenset(
        field for option, field in NOT_COMPARED.items() if subject.options.get(option) is False
    )
    filters = Filters(subject.options, subject.metadatas, history, sides.wanted, home=subject.home)

    def goal_of(renames: Sequence[Rename]) -> tuple[Catalog, Catalog]:
        before = history
        for rename in ordered_renames(renames):
            before = renamed(before, rename, engine)
        wanted = keep_fields(sides.wanted, before, not_compared)
        gone = {new_address(address, renames) for address in drops | _declared(history)}
        goal = carry(wanted, before, gone)
        return goal, keep_hidden(goal, before, filters.hides) if filters.active else goal

    _, goal = goal_of(renames)
    while not drops_unasked and (open_ := unanswered(history, goal, renames, drops)):
        if asked.choose is None:
            refuse(open_, history.default_schema)
        answer = _ask(open_[0], asked, history.default_schema)
        if answer is None:
            drops.add(open_[0].old)
        else:
            renames.append(answer)
        _, goal = goal_of(renames)
    whole, goal = goal_of(renames)
    changes = diff(history, goal, fold=dialect.fold, renames=renames, engine=engine)
    hidden = 0
    if goal != whole:
        all_changes = diff(history, whole, fold=dialect.fold, renames=renames, engine=engine)
        hidden = max(0, len(all_changes) - len(changes))
    return Settled(goal, changes, tuple(renames), hidden)


def _drop(text: str, history: Catalog, wanted: Catalog, engine: Engine) -> Address:
    """What `--drop` means. Raises UsageError where the models still have it."""
    address = parse_drop(text, history)
    if address.kind == "schema" and engine.schemas_stay:
        raise UsageError(
            f"--drop {text}: a database may hold what others made, so no comparison drops it",
            f'write it by hand: op.execute("DROP DATABASE {address.name}")',
        )
    try:
        kept = parse_drop(text, wanted) == address
    except UsageError:  # as it should be: they have no such thing
        kept = False
    if kept:
        raise UsageError(
            f"--drop {text}: the models have it",
            "take it out of the models, or leave the option out",
        )
    return address


def _ask(question: Question, asked: Asked, default_schema: str) -> Rename | None:
    """What a person says of one question; None if it is a drop."""
    old = spelled(question.old, default_schema)
    what = "value" if question.choices[0].label else question.old.kind
    names = [
        rename.label[1] if rename.label else spelled(rename.to, default_schema)
        for rename in question.choices
    ]
    loses = "its data is lost" if question.old.kind in {"table", "column"} else "it is dropped"
    answers = (*(f"renamed to {name}" for name in names), f"no rename: {loses}")
    if asked.choose is None:
        raise AssertionError("nobody can be asked")
    number = asked.choose(f"the {what} {old} is gone. What became of it?", answers)
    return question.choices[number] if number < len(names) else None


def _declared(history: Catalog) -> frozenset[Address]:
    """What is there and some revision recorded as declared by the models."""
    found = set()
    for text in declared_in(context.script):
        try:
            found.add(parse_drop(text, history))
        except UsageError:  # a later revision dropped or renamed it
            continue
    return frozenset(found)
