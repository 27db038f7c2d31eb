"""Long work under a lock on MySQL: what a text asks for by itself, and how large the table is."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from daybreak.core.sqltext import Token, past, split, tokens
from daybreak.core.statement import Place
from daybreak.core.weight import SMALL_BYTES, Heavy, Kind, Suspect
from daybreak.dialects.mysql.reading import LEXICON, name_at
from daybreak.dialects.mysql.texts import literal

# Estimates, as fresh as the session's information_schema_stats_expiry lets them be.
_FACTS = """
SELECT JSON_OBJECT(
    'name', IF(t.table_schema = DATABASE(), t.table_name,
        CONCAT(t.table_schema, '.', t.table_name)),
    'rows', t.table_rows,
    'bytes', t.data_length)
FROM information_schema.tables AS t
WHERE t.table_schema = COALESCE({schema}, DATABASE()) AND t.table_name = {name}
"""
# A copy lets nobody write, and its last moment nobody read.
SHARED, EXCLUSIVE = "LOCK=SHARED", "LOCK=EXCLUSIVE"

ONLINE = (
    "add a column or table beside it, fill that in batches, and swap the names; or gh-ost, "
    "pt-online-schema-change, Spirit, which do that for a whole table"
)
_LET = "leave ALGORITHM and LOCK away: the quickest way is taken by which nobody waits"


def suspects(sql: str) -> tuple[Suspect, ...]:
    """The tables that the statements in `sql` lock by their own words."""
    found = tokens(sql, LEXICON)
    return tuple(
        suspect for statement in split(found, ";") if statement for suspect in _of(statement)
    )


def _of(found: list[Token]) -> Iterator[Suspect]:
    words = [token.word for token in found if token.text != "="]
    chosen = {
        word: following for word, following in pairwise(words) if word in {"ALGORITHM", "LOCK"}
    }
    lock = {"SHARED": SHARED, "EXCLUSIVE": EXCLUSIVE}.get(chosen.get("LOCK", ""))
    copies = chosen.get("ALGORITHM") == "COPY"
    place = altered(found)
    if place is not None and (copies or lock):
        kind = Kind.COPY if copies else Kind.REWRITE
        why = "it says so itself"
        yield Suspect(kind, place, lock or SHARED, why, _LET)


def altered(found: Sequence[Token]) -> Place | None:
    """The table that ALTER TABLE, CREATE INDEX or DROP INDEX changes."""
    words = [token.word for token in found]
    match words:
        case ["ALTER", "TABLE", *_]:
            named = name_at(list(found[2:]))
        case ["CREATE" | "DROP", *_] if "INDEX" in words[:3] and "ON" in words:
            named = name_at(past(list(found[words.index("ON") :]), {"ON"}))
        case _:
            return None
    return Place("table", *named) if named else None


def facts_query(suspects: Sequence[Suspect]) -> str:
    """SQL that asks for the size of the one table that `suspects` are about."""
    place = suspects[0].place
    schema = "NULL" if place.schema is None else literal(place.schema)
    return _FACTS.format(schema=schema, name=literal(place.name))


def judge(suspects: Sequence[Suspect], answer: Any) -> tuple[Heavy, ...]:
    """Those of `suspects` whose table is there and not small, as the `answer` tells."""
    facts: dict[str, Any] = json.loads(answer) if answer else {"bytes": 0}
    if (facts["bytes"] or 0) <= SMALL_BYTES:
        return ()
    return tuple(
        Heavy(
            suspect.kind,
            facts["name"],
            facts["rows"],
            facts["bytes"],
            suspect.lock,
            "reads and writes" if suspect.lock == EXCLUSIVE else "writes",
            suspect.why,
            suspect.online,
        )
        for suspect in suspects
    )
