"""A plan, with what others would wait for at each of its statements."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError

from daybreak.core.plan import Plan, Statement, Step, Weighed
from daybreak.dialects import dialect_named
from daybreak.edges.apply.weighing import Weighing
from daybreak.edges.peek import peeking

if TYPE_CHECKING:
    from sqlalchemy import Connection


def weighed(plan: Plan, connection: Connection) -> Plan:
    """`plan`, its long work added, as the database at hand tells before anything of it is done."""
    dialect = dialect_named(connection.dialect.name, "the connection")
    weighing = Weighing(connection, dialect, partial(peeking, connection))

    def of_statement(statement: Statement, step: Step) -> Statement:
        reading = dialect.read_statement(statement.sql)
        try:
            heavy = weighing.heavy(statement.sql, reading)
        except DBAPIError:  # behind somebody's lock
            return statement
        works = tuple(Weighed(one, one.allowed_by(step.allows)) for one in heavy)
        return replace(statement, works=works)

    return replace(
        plan,
        steps=tuple(
            replace(step, statements=tuple(of_statement(one, step) for one in step.statements))
            for step in plan.steps
        ),
    )
