"""A plan: lines for people, and the same for machines."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import Any

from daybreak.core.plan import Plan, Statement, Step, Weighed
from daybreak.report.style import style
from daybreak.report.text import done, revisions


def plan_lines(plan: Plan) -> list[str]:
    return [*(line for step in plan.steps for line in _step(step, plan)), done(_sum(plan))]


def plan_json(plan: Plan) -> dict[str, Any]:
    return {
        "changed": False,
        "before": list(plan.before),
        "after": list(plan.after),
        "steps": [
            {
                "revision": step.revision,
                "doc": step.doc,
                "path": step.path,
                "direction": step.direction,
                "opaque": step.opaque,
                "allows": list(step.allows),
                "statements": [
                    {
                        "sql": statement.sql,
                        "source": statement.source,
                        "transaction": statement.transaction,
                        "rows": statement.rows,
                        "opaque": statement.opaque,
                        "drops": [dropped.name for dropped in statement.drops],
                        "works": [_work(work) for work in statement.works],
                    }
                    for statement in step.statements
                ],
            }
            for step in plan.steps
        ],
    }


def _step(step: Step, plan: Plan) -> Iterator[str]:
    sign = style("↑", fg="green") if step.direction == "up" else style("↓", fg="yellow")
    yield f"{sign} {style(step.revision, bold=True)}  {step.doc}"
    before = _last_before(step, plan)
    within: int | None = -1  # no transaction's number
    for statement in step.statements:
        if statement.transaction != within:
            within = statement.transaction
            yield style(_border(within, before), dim=True)
        yield from _statement(statement)
    if step.opaque:
        yield f"  {style('?', fg='yellow', bold=True)} {step.opaque}"
        yield "    what else it does is not known before it runs"
    elif not step.statements:
        yield style("  no statement", dim=True)


def _border(transaction: int | None, before: int | None) -> str:
    if transaction is None:
        return "  ── outside a transaction"
    return f"  ── {'the same transaction' if transaction == before else 'transaction'}"


def _last_before(step: Step, plan: Plan) -> int | None:
    """The transaction in which the revision before this one ends."""
    last = None
    for earlier in plan.steps:
        if earlier is step:
            break
        for statement in earlier.statements:
            last = statement.transaction
    return last


def _statement(statement: Statement) -> Iterator[str]:
    source = statement.source or "(no line of the revision)"
    rows = "" if statement.rows is None else f"  × {statement.rows}"
    yield style(f"  {source}{rows}", fg="cyan")
    yield textwrap.indent(statement.sql, "      ")
    if statement.drops:
        names = ", ".join(dropped.name for dropped in statement.drops)
        yield f"      {style('drops', fg='red')} {names}"
    for work, allowed in statement.works:
        mark = style("allowed", fg="yellow") if allowed else style("refused", fg="red", bold=True)
        yield f"      {mark} {work.text}: {work.why}, and {work.blocks} wait"
    if statement.opaque:
        yield f"      {style('?', fg='yellow', bold=True)} {statement.opaque}"


def _work(work: Weighed) -> dict[str, Any]:
    heavy = work.heavy
    return {
        "work": heavy.allowance,
        "allowed": work.allowed,
        "rows": heavy.rows,
        "bytes": heavy.bytes,
        "lock": heavy.lock,
        "blocks": heavy.blocks,
        "why": heavy.why,
        "online": heavy.online,
    }


def _sum(plan: Plan) -> str:
    if not plan.steps:
        return f"a plan: nothing to do, at {revisions(plan.before)}"
    count = sum(len(step.statements) for step in plan.steps)
    unknown = f", {len(plan.opaque)} not known whole" if plan.opaque else ""
    return (
        f"a plan, from {revisions(plan.before)} to {revisions(plan.after)}: "
        f"{_many(len(plan.steps), 'revision')}{unknown}, {_many(count, 'statement')}; "
        "nothing was changed"
    )


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}{'s' if count != 1 else ''}"
