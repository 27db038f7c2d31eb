"""What a statement does on PostgreSQL, from its text."""

from __future__ import annotations

import re

from daybreak.core.sqltext import Lexicon, Token, past, skeleton, tokens, values
from daybreak.core.statement import Aim, Effect, Place, Reading

# A server tells the beginning of a long statement: what has no end goes on to where it is cut.
LEXICON = Lexicon(
    comment=r"--[^\n]* | /\*.*?(?:\*/|\Z)",
    text=r"""[eE]'(?:[^'\\]|\\.?|'')*(?:'|\Z) | (?:[bBxXnN]|[uU]&)?'(?:[^']|'')*(?:'|\Z)
        | \$\$.*?(?:\$\$|\Z) | \$(?P<tag>[^\W\d]\w*)\$.*?(?:\$(?P=tag)\$|\Z)""",
    name=r'(?:[uU]&)?"(?:[^"]|"")*"',
)

_READS = frozenset({"SELECT", "VALUES", "TABLE", "SHOW", "FETCH", "MOVE", "EXPLAIN"})
_SESSION = frozenset(
    {"SET", "RESET", "DISCARD", "PREPARE", "DEALLOCATE", "DECLARE", "CLOSE", "LISTEN", "UNLISTEN"}
    | {"LOAD", "LOCK"}
)
_CHANGES_ROWS = frozenset({"INSERT", "UPDATE", "DELETE", "MERGE", "COPY", "TRUNCATE"})
# What changes the catalog, though it may also run code.
_SCHEMA = frozenset({"CREATE", "ALTER", "DROP", "COMMENT", "GRANT", "REVOKE", "SECURITY", "IMPORT"})
_SCHEMA |= frozenset({"REASSIGN", "REINDEX", "CLUSTER", "REFRESH", "VACUUM", "ANALYZE"})
_COMMITS = frozenset({"COMMIT", "END"})
_ROLLS_BACK = frozenset({"ROLLBACK", "ABORT", "BEGIN", "START", "SAVEPOINT", "RELEASE"})


def read_statement(sql: str) -> Reading:
    """What `sql` does. One that is several statements is read by its first."""
    found = tokens(sql, LEXICON)
    return _read(found)._replace(values=values(found))


def _read(found: list[Token]) -> Reading:
    words = [t.upper() if kind == "word" else "" for kind, t in found if t != "("] or [""]
    first, text = words[0], skeleton(found)
    if first in _COMMITS:
        return Reading(Effect.COMMIT, text)
    if first in _ROLLS_BACK:
        return Reading(Effect.ROLLBACK, text)
    if first in _SESSION or _is_temporary(words) or "SET_CONFIG" in words:
        return Reading(Effect.SESSION, text)
    if first == "WITH" or (first == "EXPLAIN" and "ANALYZE" in words):
        return Reading(Effect.DATA if _CHANGES_ROWS & {*words} else Effect.NOTHING, text)
    if first in _READS:
        return Reading(Effect.SCHEMA if "INTO" in words else Effect.NOTHING, text)
    if first in _CHANGES_ROWS:
        return Reading(Effect.DATA, text)
    if first not in _SCHEMA:
        return Reading(Effect.UNKNOWN, text)
    return _schema(found, words, text)


def _is_temporary(words: list[str]) -> bool:
    return words[0] == "CREATE" and bool({"TEMP", "TEMPORARY"} & {*words[1:5]})


def _schema(found: list[Token], words: list[str], text: str) -> Reading:
    """Only what can't run in a transaction needs a place that tells what has become of it."""
    rest = found[1:]
    match words:
        case ["CREATE", *_] if "INDEX" in words[:3] and "CONCURRENTLY" in words[:5]:
            name, table = _index(rest)
            if name is None:
                place = Place("indexes of", table.schema, table.name) if table else None
                return Reading(Effect.SCHEMA, text, True, place, Aim.ALTERED)
            schema = table.schema if table else None
            return Reading(Effect.SCHEMA, text, True, Place("index", schema, name), Aim.MADE)
        case ["DROP", "INDEX", "CONCURRENTLY", *_]:
            named = name_at(past(rest, {"INDEX", "CONCURRENTLY", "IF", "EXISTS"}))
            place = Place("index", *named) if named else None
            return Reading(Effect.SCHEMA, text, True, place, Aim.GONE)
        case ["ALTER", "TABLE", *_] if "DETACH" in words and "CONCURRENTLY" in words:
            after = rest[[token.word for token in rest].index("PARTITION") + 1 :]
            named = name_at(after)
            place = Place("partition", *named) if named else None
            return Reading(Effect.SCHEMA, text, True, place, Aim.GONE)
        case ["REINDEX" | "VACUUM" | "CLUSTER", *_] | ["ALTER", "SYSTEM", *_]:
            alone = words[0] != "CLUSTER" or len(found) == 1
            alone = alone and (words[0] != "REINDEX" or "CONCURRENTLY" in words)
            return Reading(Effect.SCHEMA, text, alone, None, Aim.REPEATABLE)
        case ["CREATE" | "DROP" as verb, "DATABASE", *_]:
            named = name_at(past(rest, {"DATABASE", "IF", "EXISTS"}))
            place = Place("database", None, named[1]) if named else None
            aim = Aim.MADE if verb == "CREATE" else Aim.GONE
            return Reading(Effect.SCHEMA, text, True, place, aim)
        case ["CREATE", "TABLE" | "UNLOGGED" | "MATERIALIZED", following, *_] if following != "IF":
            named = name_at(past(rest, {"TABLE", "UNLOGGED", "MATERIALIZED", "VIEW"}))
            new = Place("table", *named) if named and "IF" not in words[3:5] else None
            return Reading(Effect.SCHEMA, text, new=new)
    return Reading(Effect.SCHEMA, text)


def tells_of_work(skeleton: str) -> bool:
    """Whether a statement may do long work, so that a closer look at it is worth while."""
    several = "; " in skeleton  # statements in one text
    return several or (_WORK.match(skeleton) is not None and not _SHORT.fullmatch(skeleton))


# What most revisions do, a plain column that is added, is told at once.
_SHORT = re.compile(
    r"""ALTER\ TABLE\ [^ ]+\ (?: \.\ [^ ]+\ )? ADD\ COLUMN\ [^ ]+\ (?: INTEGER | BIGINT | SMALLINT
        | VARCHAR | TEXT | BOOLEAN | DATE | NUMERIC | FLOAT | UUID | JSONB? | BYTEA | INTERVAL
        | TIMESTAMP (?: \ WITH (?: OUT )?\ TIME\ ZONE )? )(?: \ \(\ \?\ (?: ,\ \?\ )? \) )?
        (?: \ DEFAULT\ (?: \? | TRUE | FALSE | NOW\ \(\ \) ) )? (?: \ (?: NOT\ )? NULL )?""",
    re.IGNORECASE | re.VERBOSE,
)
_WORK = re.compile(
    r"""ALTER\ .*\ (?: TYPE | ADD | NULL | LOGGED | UNLOGGED | TABLESPACE | METHOD | VALIDATE
        | ATTACH | EXPRESSION | ENFORCED )\ ?
    | CREATE\ (?: UNIQUE\ )? INDEX\ (?! CONCURRENTLY )
    | (?: REINDEX | VACUUM | CLUSTER | REFRESH )\b""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)


def _index(rest: list[Token]) -> tuple[str | None, Place | None]:
    """The name of the index that CREATE INDEX makes, None if it says none, and its table."""
    words = [token.word for token in rest]
    on = words.index("ON") if "ON" in words else len(words)
    before = past(rest[:on], {"UNIQUE", "INDEX", "CONCURRENTLY", "IF", "NOT", "EXISTS"})
    named = name_at(past(rest[on:], {"ON", "ONLY"}))
    table = Place("table", *named) if named else None
    return (folded(before[0]) if before else None), table


def name_at(found: list[Token]) -> tuple[str | None, str] | None:
    """Schema and name at the beginning of `found`, as the server keeps them."""
    if not found or found[0].kind not in {"word", "name"}:
        return None
    if len(found) > 2 and found[1].text == ".":
        return folded(found[0]), folded(found[2])
    return None, folded(found[0])


def name_length(found: list[Token]) -> int:
    """How many tokens that name has."""
    return 3 if len(found) > 2 and found[1].text == "." else 1


def folded(token: Token) -> str:
    """A name as the server keeps it."""
    return token.called if token.kind == "name" else token.text.lower()
