"""What `check` found: lines for people, and the same for machines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from daybreak.core.change import Create, Drop
from daybreak.core.checked import Checked
from daybreak.report.changes import address_text, change_line
from daybreak.report.compared import change_json, compared_json, compared_lines, hidden_text
from daybreak.report.style import style
from daybreak.report.text import difference_line, done, not_compared_lines, revisions


def checked_lines(checked: Checked, *, columns: int) -> list[str]:
    lines = list(_lines(checked, columns))
    if checked.not_compared:
        lines += not_compared_lines(checked.not_compared, columns=columns)
    if checked.equal:
        lines.append(done(_equal(checked)))
    return lines


def _lines(checked: Checked, columns: int) -> Iterator[str]:
    yield from (difference_line(difference) for difference in checked.differences)
    if checked.compared is None:
        return
    yield from compared_lines(checked.compared, columns=columns)
    drift = checked.drift
    if drift is None:
        return
    schema = checked.compared.default_schema
    sign = "≠" if drift.changes else "="
    yield style(f"history ({revisions(checked.heads)}) {sign} {checked.place}", bold=True)
    if checked.behind:
        yield (
            f"{style('behind', fg='yellow')} the files are at {revisions(checked.behind)}; "
            "compared with the history as the database has it"
        )
    yield from (change_line(change, schema, columns) for change in drift.changes)
    if drift.undecided:
        yield (
            f"{style('undecided', fg='yellow')}: the shadow is of another major version, which may "
            "write these texts otherwise"
        )
        yield from (change_line(change, schema, columns) for change in drift.undecided)
    if checked.hidden:
        yield f"{style('hidden', fg='yellow')} {hidden_text(checked.hidden)}"
    if drift.partitions:
        yield f"       {drift.partitions} partitions made or dropped at run time, not compared"


def _equal(checked: Checked) -> str:
    if checked.compared is None:
        return "the models and the database are equal, as far as Alembic compares"
    if checked.drift is None:
        return "the models and the history are equal"
    if checked.behind:
        return "the models equal the history, and the database is where it says"
    return "the models, the history and the database are equal"


def verdict(checked: Checked) -> tuple[str, str]:
    """The problem and the cure, where something differs."""
    problems, cures = [], []
    if checked.differences:
        problems.append(_count("the models and the database differ in", len(checked.differences)))
        cures.append("daybreak revision -m '…'")
    if checked.compared is not None and checked.compared.changes:
        problems.append(
            _count("the models and the history differ in", len(checked.compared.changes))
        )
        cures.append("daybreak revision -m '…'")
    if checked.drift is not None and checked.drift.changes:
        problems.append(
            _count("the database differs from its history in", len(checked.drift.changes))
        )
        cures.append("daybreak check --fix-sql shows what would bring the database into line")
    return "; ".join(problems), "; ".join(cures)


def _count(words: str, count: int) -> str:
    return f"{words} {count} place{'s' if count != 1 else ''}"


def fix_lines(checked: Checked) -> list[str]:
    """SQL, and comments for what it can't say."""
    drift = checked.drift
    if drift is None or checked.compared is None:
        return ["-- the database was not compared"]
    if not drift.changes:
        return [f"-- {checked.place} is as its history says"]
    schema = checked.compared.default_schema
    lines = [f"-- brings {checked.place} to what {revisions(checked.heads)} makes; read it first"]
    lines += [f"{statement.rstrip(';')};" for statement in checked.fix]
    lines += [f"-- by hand: {address_text(it.address, schema)}: {it.why}" for it in checked.by_hand]
    return lines


def checked_json(checked: Checked) -> dict[str, Any]:
    compared, drift = checked.compared, checked.drift
    answer: dict[str, Any] = {
        "equal": checked.equal,
        "differences": list(checked.differences),
        "not_compared": list(checked.not_compared),
        "models": compared_json(compared) or None,
        "database": None,
    }
    if compared is not None and drift is not None:
        schema = compared.default_schema
        answer["database"] = {
            "place": checked.place,
            "heads": list(checked.heads),
            "behind": list(checked.behind),
            "changes": [
                {**change_json(change, schema), "in": _side(change)} for change in drift.changes
            ],
            "undecided": [change_json(change, schema) for change in drift.undecided],
            "partitions": drift.partitions,
            "hidden": checked.hidden,
            "fix_sql": list(checked.fix),
            "by_hand": [
                {"kind": it.address.kind, "name": address_text(it.address, schema), "why": it.why}
                for it in checked.by_hand
            ],
        }
    return answer


def _side(change: object) -> str:
    """Where the object is: changes lead from the history to the database."""
    match change:
        case Create():
            return "database"
        case Drop():
            return "history"
    return "both"
