"""What a comparison found, in lines: the changes, their SQL, the proof, and what to look at."""

from __future__ import annotations

from typing import Any

from daybreak.core.authoring import Compared, Proof
from daybreak.core.change import Alter, Change
from daybreak.core.hazards import Hazard
from daybreak.report.changes import change_line, change_text, cut
from daybreak.report.style import style
from daybreak.report.text import duration

_SHOWN = 40  # lines of SQL: a first revision of many tables is read in its file


def compared_lines(compared: Compared, *, columns: int = 95) -> list[str]:
    """The screen of `revision`, without what was written; changes and SQL are cut to `columns`."""
    lines = [_head(compared)]
    lines += [style(cut(f"       not {why}", columns), dim=True) for why in compared.passed_over]
    lines += [change_line(change, compared.default_schema, columns) for change in compared.changes]
    statements = compared.statements[:_SHOWN]
    lines += [style(cut(f"    {statement}", columns), dim=True) for statement in statements]
    if more := len(compared.statements) - len(statements):
        lines.append(style(f"    … and {more} statements more, in the file", dim=True))
    for change in compared.unexpressed:
        lines.append(f"{style('by hand', fg='yellow')}  no operation can express this yet:")
        lines.append(change_line(change, compared.default_schema, columns))
    for hazard in compared.hazards:
        lines += _hazard_lines(style("data", fg="red", bold=True), "", hazard)
    for hazard in compared.downgrade_hazards:
        lines += _hazard_lines(style("data", fg="yellow"), "downgrade: ", hazard)
    if compared.hidden:
        lines.append(f"{style('hidden', fg='yellow')} {hidden_text(compared.hidden)}")
    if compared.drift:
        lines.append(f"{style('drift', fg='yellow')}  {compared.drift}: daybreak check")
    if compared.proof is not None:
        lines.append(proof_line(compared.proof))
    return lines


def _hazard_lines(head: str, when: str, hazard: Hazard) -> list[str]:
    return [
        f"{head}   {when}{hazard.text}",
        *(f"       or {choice}" for choice in hazard.choices),
        style(f"       find it: {hazard.query}", dim=True),
    ]


def _head(compared: Compared) -> str:
    sign = "≠" if compared.changes else "="
    at = ", ".join(compared.history) or "empty"
    left = f"models {sign} history ({at})"
    return f"{style(left, bold=True):<44} shadow: {compared.shadow}"


def hidden_text(count: int) -> str:
    many = "s" if count != 1 else ""
    return f"{count} difference{many} that include_name or include_object of env.py hides"


def proof_line(proof: Proof) -> str:
    head = style("proof", fg="green" if not proof.skipped else "yellow", bold=True)
    if proof.skipped:
        return f"{head}  none: {proof.skipped}"
    back = "downgrade = before ✓" if proof.downgrade else "no downgrade"
    return f"{head}  upgrade = models ✓   {back}      {duration(proof.seconds)}"


def compared_json(compared: Compared | None) -> dict[str, Any]:
    """The same for a machine; nothing where Alembic compared."""
    if compared is None:
        return {}
    schema = compared.default_schema
    return {
        "shadow": compared.shadow,
        "passed_over": list(compared.passed_over),
        "history": list(compared.history),
        "changes": [change_json(change, schema) for change in compared.changes],
        "by_hand": [change_json(change, schema) for change in compared.unexpressed],
        "hazards": [_hazard_json(hazard) for hazard in compared.hazards],
        "downgrade_hazards": [_hazard_json(hazard) for hazard in compared.downgrade_hazards],
        "hidden": compared.hidden,
        "drift": compared.drift or None,
        "statements": list(compared.statements),
        "proved": compared.proof is not None and not compared.proof.skipped,
    }


def _hazard_json(hazard: Hazard) -> dict[str, Any]:
    return {"text": hazard.text, "choices": list(hazard.choices), "query": hazard.query}


def change_json(change: Change, default_schema: str) -> dict[str, Any]:
    address = change.address
    return {
        "change": type(change).__name__.lower(),
        "kind": address.kind,
        "schema": address.schema,
        "table": address.table,
        "name": address.name,
        "fields": list(change.fields) if isinstance(change, Alter) else [],
        "text": " ".join(change_text(change, default_schema)),
    }
