"""Whether PostgreSQL's catalog confirms what a statement's text makes one suspect."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any

from daybreak.core.weight import SMALL_BYTES, Heavy, Suspect
from daybreak.dialects.postgresql.quoting import literal, quoted
from daybreak.dialects.postgresql.retyping import is_reindexed, is_rewritten

# One row with one JSON object, whatever is asked. Sizes are those of the table with its TOAST and
# of all that inherit from it; asking for one waits for who has locked the table exclusively.
_FACTS = """
WITH RECURSIVE subject AS ({subject}),
tree AS (
    SELECT oid FROM subject
    UNION
    SELECT i.inhrelid FROM tree AS t JOIN pg_inherits AS i ON i.inhparent = t.oid
),
one AS (SELECT c.* FROM pg_class AS c WHERE c.oid = (SELECT min(oid) FROM subject))
SELECT json_build_object(
    'name', (SELECT oid::regclass::text FROM one),
    'rows', (SELECT sum(CASE WHEN c.reltuples < 0 THEN pg_stat_get_live_tuples(c.oid)
        ELSE c.reltuples END) FROM tree JOIN pg_class AS c USING (oid))::bigint,
    'bytes', (SELECT sum(pg_table_size(t.oid)) FROM tree AS t)::bigint,
    'persistence', (SELECT relpersistence FROM one),
    'populated', (SELECT relispopulated FROM one),
    'timezone', current_setting('TimeZone')
    {more}
)
"""
_TABLE = """
    SELECT coalesce(i.indrelid, c.oid) AS oid
    FROM pg_class AS c LEFT JOIN pg_index AS i ON i.indexrelid = c.oid
    WHERE c.oid = to_regclass({name})
"""
_OF_DOMAIN = """
    SELECT DISTINCT a.attrelid AS oid
    FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid
    WHERE a.atttypid = to_regtype({name}) AND NOT a.attisdropped AND c.relkind IN ('r', 'm')
"""
_OF_DATABASE = """
    SELECT c.oid FROM pg_class AS c WHERE c.relkind IN ('r', 'm') AND c.relpersistence <> 't'
        AND c.relnamespace <> 'pg_catalog'::regnamespace
"""
_SUBJECTS = {"domain": _OF_DOMAIN, "database": _OF_DATABASE}

_COLUMNS = """
    , 'columns', (
        SELECT json_object_agg(a.attname, json_build_object(
            'name', t.typname,
            'type', t.typname,
            'base', coalesce(b.typname, t.typname),
            'full', format_type(a.atttypid, a.atttypmod),
            'not_null', a.attnotnull,
            'collation', (SELECT collname FROM pg_collation WHERE oid = a.attcollation),
            'generated', a.attgenerated))
        FROM pg_attribute AS a JOIN pg_type AS t ON t.oid = a.atttypid
        LEFT JOIN pg_type AS b ON b.oid = t.typbasetype
        WHERE a.attrelid = (SELECT oid FROM one) AND a.attnum > 0 AND NOT a.attisdropped)
    , 'checks', (
        SELECT coalesce(json_agg(json_build_object(
            'text', pg_get_constraintdef(k.oid),
            'columns', (SELECT json_agg(a.attname) FROM pg_attribute AS a
                WHERE a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey)))), '[]')
        FROM pg_constraint AS k
        WHERE k.conrelid = (SELECT oid FROM one) AND k.contype = 'c' AND k.convalidated)
    , 'indexes', (
        SELECT coalesce(json_object_agg(c.relname, json_build_object(
            'columns', (SELECT json_agg(DISTINCT a.attname)
                FROM pg_depend AS d JOIN pg_attribute AS a
                    ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
                WHERE d.classid = 'pg_class'::regclass AND d.objid = i.indexrelid
                    AND d.refclassid = 'pg_class'::regclass AND d.refobjid = i.indrelid),
            'keys', (SELECT json_agg(a.attname) FROM pg_attribute AS a
                WHERE a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)),
            'plain', i.indexprs IS NULL AND i.indpred IS NULL AND i.indisvalid)), '{{}}')
        FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid
        WHERE i.indrelid = (SELECT oid FROM one))
"""
_TYPE = """
    , 'type', (
        SELECT json_build_object(
            'name', t.typname,
            'base', coalesce(b.typname, t.typname),
            'constrained', t.typtype = 'd' AND (t.typnotnull OR t.typtypmod <> -1
                OR b.typtype = 'd'
                OR EXISTS (SELECT FROM pg_constraint AS k WHERE k.contypid = t.oid)),
            'collation', (SELECT collname FROM pg_collation WHERE oid = t.typcollation),
            'coercions', (SELECT coalesce(json_object_agg(s.typname, x.castmethod), '{{}}')
                FROM pg_cast AS x JOIN pg_type AS s ON s.oid = x.castsource
                WHERE x.casttarget = t.oid))
        FROM pg_type AS t LEFT JOIN pg_type AS b ON b.oid = t.typbasetype
        WHERE t.oid = to_regtype({type}))
"""
_VOLATILE = """
    , 'volatile', (SELECT coalesce(json_agg(DISTINCT p.proname), '[]') FROM pg_proc AS p
        WHERE p.provolatile = 'v' AND p.proname IN ({names}))
"""
_HELD = """
    , 'held', (SELECT max(l.mode) FROM pg_locks AS l
        WHERE l.pid = pg_backend_pid() AND l.granted AND l.relation IN (SELECT oid FROM tree)
            AND l.mode IN ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock',
                'AccessExclusiveLock'))
"""
_THERE = ", 'there', to_regclass({name}) IS NOT NULL"
_STORED_AT = """
    , 'tablespace', (SELECT coalesce(s.spcname, 'pg_default') FROM pg_class AS c
        LEFT JOIN pg_tablespace AS s ON s.oid = c.reltablespace WHERE c.oid = to_regclass({name}))
    , 'method', (SELECT m.amname FROM one JOIN pg_am AS m ON m.oid = one.relam)
"""
_KEYS_OF = """
    , 'keys', (SELECT json_agg(a.attname)
        FROM pg_partitioned_table AS p CROSS JOIN unnest(p.partattrs::int[]) AS k
        LEFT JOIN pg_attribute AS a ON a.attrelid = p.partrelid AND a.attnum = k
        WHERE p.partrelid = to_regclass({name}))
"""
_OF_COLUMNS = frozenset(
    {
        "type",
        "type and index",
        "type and check",
        "not null",
        "key",
        "attach",
        "new column",
        "volatile",
        "domain",
    }
)
_OF_COLUMNS |= {"stored"}
_MOVES = frozenset({"persistence", "tablespace", "method"})

_TYPE_TEXT = re.compile(r'[\w\s".,()\[\]]+')


def facts_query(suspects: Sequence[Suspect]) -> str:
    """SQL that asks for all that `judge` needs of `suspects`, which are of one place."""
    place = suspects[0].place
    name = literal(_name(place.schema, place.name))
    more = _COLUMNS if any(suspect.test in _OF_COLUMNS for suspect in suspects) else ""
    for suspect in suspects:
        match suspect.test, suspect.about:
            case "type", (_, new, *_) if _TYPE_TEXT.fullmatch(new):
                more += _TYPE.format(type=literal(new))
            case "domain", (_, new) if _TYPE_TEXT.fullmatch(new):
                more += _TYPE.format(type=literal(new))
            case "volatile", (_, *functions):
                more += _VOLATILE.format(names=", ".join(literal(one) for one in functions))
            case "held", _:
                more += _HELD
            case "new index", (index,):
                more += _THERE.format(name=literal(index))
            case "attach", (parent,):
                more += _KEYS_OF.format(name=literal(parent))
            case test, _ if test in _MOVES:
                more += _STORED_AT.format(name=name)
    subject = _SUBJECTS.get(place.kind, _TABLE).format(name=name)
    return _FACTS.format(subject=subject, more=more.replace("{{", "{").replace("}}", "}"))


def judge(suspects: Iterable[Suspect], answer: Any) -> tuple[Heavy, ...]:
    """Those of `suspects` that the `answer` to their query confirms; none of a small table."""
    facts: dict[str, Any] = answer if isinstance(answer, dict) else json.loads(answer)
    if (facts["bytes"] or 0) <= SMALL_BYTES or facts["persistence"] == "t":
        return ()
    return tuple(_heavy(suspect, facts) for suspect in suspects if _is_long(suspect, facts))


def _heavy(suspect: Suspect, facts: dict[str, Any]) -> Heavy:
    lock, place = suspect.lock, suspect.place
    if suspect.test == "held":
        lock = _WORDS[facts["held"]]
    writes_only = lock in {"SHARE", "SHARE ROW EXCLUSIVE"}
    table = "all tables" if place.kind == "database" else facts["name"]
    return Heavy(
        suspect.kind,
        table,
        facts["rows"],
        facts["bytes"],
        lock,
        "writes" if writes_only else "reads and writes",
        suspect.why,
        suspect.online,
    )


_WORDS = {
    "ShareLock": "SHARE",
    "ShareRowExclusiveLock": "SHARE ROW EXCLUSIVE",
    "ExclusiveLock": "EXCLUSIVE",
    "AccessExclusiveLock": "ACCESS EXCLUSIVE",
}


def _is_long(suspect: Suspect, facts: dict[str, Any]) -> bool:
    columns = facts.get("columns") or {}
    about = suspect.about
    match suspect.test:
        case "type" | "type and index" | "type and check":
            return suspect.test == _retyped(suspect, facts)
        case "not null":
            return not _is_not_null(about[0], facts)
        case "key":
            index = facts["indexes"].get(about[0], {"keys": []})
            return any(not _is_not_null(key, facts) for key in index["keys"])
        case "new column":
            return about[0] not in columns
        case "volatile":
            return about[0] not in columns and bool(facts["volatile"])
        case "domain":
            new = facts.get("type")
            return about[0] not in columns and (new is not None and new["constrained"])
        case "stored":
            return about[0] not in columns or columns[about[0]]["generated"] == "s"
        case "held":
            return facts["held"] is not None
        case "new index":
            return not facts["there"]
        case "populated":
            return bool(facts["populated"])
        case "attach":
            keys = facts["keys"] or [None]
            proved = [column for check in facts["checks"] for column in check["columns"] or ()]
            return not {*keys} <= {*proved}
        case "persistence" | "tablespace" | "method" as what:
            return bool(facts[what] != about[0])
    return True


def _retyped(suspect: Suspect, facts: dict[str, Any]) -> str:
    """Which of the tests of a new type holds: the longest work; empty if none does."""
    name, text, using, collation = suspect.about
    old, new = (facts["columns"] or {}).get(name), facts.get("type")
    if old is None or new is None or not _is_itself(using, name, text):
        return "type"
    if is_rewritten(old, new, text, facts["timezone"]):
        return "type"
    recollated = (collation or new["collation"]) != old["collation"]
    if any(
        name in (index["columns"] or ()) and (recollated or is_reindexed(old, new, index))
        for index in facts["indexes"].values()
    ):
        return "type and index"
    checked = any(name in (check["columns"] or ()) for check in facts["checks"])
    return "type and check" if checked else ""


def _is_itself(using: str, column: str, text: str) -> bool:
    """Whether USING says no more than leaving it out would."""
    names = {column.lower(), quoted(column).lower()}
    plain = {"", *names}
    plain |= {f"{name}::{text.lower()}" for name in names}
    plain |= {f"cast({name} as {text.lower()})" for name in names}
    return using.lower() in plain


def _is_not_null(column: str, facts: dict[str, Any]) -> bool:
    known = (facts["columns"] or {}).get(column)
    if known is not None and known["not_null"]:
        return True
    proof = f"({quoted(column)} IS NOT NULL)"
    return any(
        proof in check["text"] and " OR " not in check["text"] and "NOT (" not in check["text"]
        for check in facts["checks"]
    )


def _name(schema: str | None, name: str) -> str:
    return f"{quoted(schema)}.{quoted(name)}" if schema else quoted(name)
