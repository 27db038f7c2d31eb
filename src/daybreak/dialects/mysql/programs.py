"""Triggers, routines and events: each a text that CREATE could be given after the name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from daybreak.core.catalog import Event, Routine, Trigger
from daybreak.dialects.base import Rows
from daybreak.dialects.mysql import shown
from daybreak.dialects.mysql.texts import literal, quoted

_STATUS = {"DISABLED": " DISABLE", "SLAVESIDE_DISABLED": " DISABLE ON SLAVE"}
_STATUS["REPLICA_SIDE_DISABLED"] = " DISABLE ON REPLICA"


def triggers(rows: Rows, own: Sequence[Sequence[Any]], at: str) -> Iterator[Trigger]:
    """Of the table `at`, quoted: `own` is in the order in which the server fires them."""
    before: dict[tuple[str, str], str] = {}
    for schema, _, name, timing, event, _, told in own:
        body = _body(rows, "TRIGGER", schema, name, told, " FOR EACH ROW ")
        follows = before.get((timing, event))
        order = f" FOLLOWS {quoted(follows)}" if follows else ""
        before[timing, event] = name
        yield Trigger(
            name=name,
            definition=f"{timing} {event} ON {at} FOR EACH ROW{order} {body}",
        )


def routines(rows: Rows, default_schema: str) -> Iterator[Routine]:
    parameters: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for schema, routine, kind, mode, name, *typed in rows["parameters"]:
        word = f"{mode} " if kind == "PROCEDURE" else ""
        parameters[schema, routine, kind].append(f"{word}{quoted(name)} {_typed(*typed)}")
    functions = {tuple(row[:2]) for row in rows["routines"] if row[2] == "FUNCTION"}
    for row in rows["routines"]:
        schema, name, kind, *returned = row[:6]
        told, language, deterministic, access, security, comment = row[6:]
        body = _body(rows, kind, schema, name, told, "\n")
        arguments = ", ".join(parameters[schema, name, kind])
        clauses = [f"({arguments})"]
        if kind == "FUNCTION":
            clauses[0] += f" RETURNS {_typed(*returned)}"
        if language != "SQL":
            clauses.append(f"LANGUAGE {language}")
        if deterministic == "YES":
            clauses.append("DETERMINISTIC")
        if access != "CONTAINS SQL":
            clauses.append(access)
        if security != "DEFINER":
            clauses.append(f"SQL SECURITY {security}")
        yield Routine(
            schema="" if schema == default_schema else schema,
            name=name,
            # There are no overloads, but a function and a procedure may share a name.
            arguments="procedure" if kind != "FUNCTION" and (schema, name) in functions else "",
            kind="function" if kind == "FUNCTION" else "procedure",
            definition="\n".join([*clauses, body if language == "SQL" else f"AS {literal(body)}"]),
            comment=comment or None,
        )


def events(rows: Rows, default_schema: str) -> Iterator[Event]:
    for row in rows["events"]:
        schema, name, kind, at, value, unit, starts, ends = row[:8]
        completion, status, told, comment, starts_when_made = row[8:]
        said = f" COMMENT {literal(comment)}" if comment else ""
        body = _body(rows, "EVENT", schema, name, told, f"{said} DO ")
        if kind == "ONE TIME":
            schedule = f"AT '{at}'"
        else:
            schedule = f"EVERY {value} {unit}"
            if starts is not None and not starts_when_made:
                schedule += f" STARTS '{starts}'"
            if ends is not None:
                schedule += f" ENDS '{ends}'"
        preserve = " ON COMPLETION PRESERVE" if completion == "PRESERVE" else ""
        yield Event(
            schema="" if schema == default_schema else schema,
            name=name,
            definition=f"ON SCHEDULE {schedule}{preserve}{_STATUS.get(status, '')}\nDO {body}",
            comment=comment or None,
        )


def _body(rows: Rows, kind: str, schema: str, name: str, told: str, before: str) -> str:
    """What SHOW CREATE told of it in a column of its own, or information_schema."""
    asked = rows.get(shown.show(kind, schema, name))
    return shown.body(asked[0][3 if kind == "EVENT" else 2], told, before) if asked else told


def _typed(type_text: str, charset: str | None, collation: str | None) -> str:
    return type_text + (f" CHARSET {charset} COLLATE {collation}" if charset else "")
