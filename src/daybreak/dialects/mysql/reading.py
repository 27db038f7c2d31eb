"""What a statement does on MySQL, from its text."""

from __future__ import annotations

import re

from daybreak.core.sqltext import Lexicon, Token, past, skeleton, tokens, values
from daybreak.core.statement import Aim, Effect, Place, Reading

# What stands in /*! */ is run, so it is no comment.
# A server tells the beginning of a long statement: what has no end goes on to where it is cut.
LEXICON = Lexicon(
    comment=r"--(?=\s)[^\n]* | \#[^\n]* | /\*(?!!).*?(?:\*/|\Z) | /\*!\d* | \*/",
    text=r"""(?:[bBxXnN])?'(?:[^'\\]|\\.?|'')*(?:'|\Z) | "(?:[^"\\]|\\.?|"")*(?:"|\Z) """,
    name=r"`(?:[^`]|``)*`",
)

_READS = frozenset(
    {"SELECT", "VALUES", "TABLE", "SHOW", "EXPLAIN", "DESCRIBE", "DESC", "HELP", "CHECKSUM"}
)
_SESSION = frozenset({"SET", "USE", "PREPARE", "DEALLOCATE", "LOCK", "UNLOCK", "HANDLER"})
_CHANGES_ROWS = frozenset({"INSERT", "UPDATE", "DELETE", "REPLACE", "LOAD"})
# Statements that end the transaction that is open, and are not rolled back.
# Source: "Statements That Cause an Implicit Commit" in MySQL's reference manual.
_SCHEMA = frozenset({"CREATE", "ALTER", "DROP", "RENAME", "TRUNCATE", "GRANT", "REVOKE"})
_SCHEMA |= frozenset({"ANALYZE", "OPTIMIZE", "REPAIR", "CHECK", "FLUSH", "INSTALL", "UNINSTALL"})
_REPEATABLE = frozenset({"TRUNCATE", "GRANT", "ANALYZE", "OPTIMIZE", "REPAIR", "CHECK", "FLUSH"})
_ROLLS_BACK = frozenset({"ROLLBACK", "BEGIN", "START", "SAVEPOINT", "RELEASE"})
_KINDS = frozenset(
    {"TABLE", "VIEW", "INDEX", "TRIGGER", "PROCEDURE", "FUNCTION", "EVENT", "DATABASE", "SCHEMA"}
)
_NO_COLUMN = frozenset(
    {"CONSTRAINT", "PRIMARY", "KEY", "INDEX", "UNIQUE", "FOREIGN", "CHECK", "FULLTEXT", "SPATIAL"}
)


def read_statement(sql: str) -> Reading:
    """What `sql` does."""
    found = tokens(sql, LEXICON)
    return _read(found)._replace(values=values(found))


def _read(found: list[Token]) -> Reading:
    words = [t.upper() if kind == "word" else "" for kind, t in found if t != "("] or [""]
    first, text = words[0], skeleton(found)
    if first == "COMMIT":
        return Reading(Effect.COMMIT, text)
    if first in _ROLLS_BACK:
        return Reading(Effect.ROLLBACK, text)
    if first in _SESSION or (first in {"CREATE", "DROP"} and "TEMPORARY" in words[1:4]):
        return Reading(Effect.SESSION, text)
    if first == "WITH" or (first in {"EXPLAIN", "DESCRIBE", "DESC"} and "ANALYZE" in words):
        return Reading(Effect.DATA if _CHANGES_ROWS & {*words} else Effect.NOTHING, text)
    if first in _READS:
        return Reading(Effect.NOTHING, text)
    if first in _CHANGES_ROWS:
        return Reading(Effect.DATA, text, place=_changed(found))
    if first not in _SCHEMA:
        # What it calls may commit.
        return Reading(Effect.UNKNOWN, text, alone=True)
    if first in _REPEATABLE:
        return Reading(Effect.SCHEMA, text, True, None, Aim.REPEATABLE)
    return _schema(found, text)


def tells_of_work(skeleton: str) -> bool:
    """Whether a statement locks a table by its own words, so that a closer look is worth while."""
    several = "; " in skeleton  # statements in one text
    return several or _WORK.match(skeleton) is not None


_WORK = re.compile(
    r"(?:ALTER|CREATE|DROP) .* (?:ALGORITHM (?:= )?COPY|LOCK (?:= )?(?:SHARED|EXCLUSIVE))\b",
    re.IGNORECASE | re.DOTALL,
)


def _changed(found: list[Token]) -> Place | None:
    """The table whose rows INSERT, REPLACE, UPDATE or DELETE change, if it is the first one."""
    words = [token.word for token in found[:6]]
    begins = next((i for i, word in enumerate(words) if word in {"INTO", "FROM"}), 0)
    named = name_at(past(found[begins + 1 :], {"LOW_PRIORITY", "IGNORE", "DELAYED", "QUICK"}))
    return Place("table", *named) if named else None


def _schema(found: list[Token], text: str) -> Reading:
    verb = found[0].word
    if verb == "RENAME":
        named = name_at(past(found[1:], {"TABLE"}))
        return _reading(text, "table", named, Aim.GONE) if named else _unplaced(text)
    at = next((i for i, token in enumerate(found) if i < 14 and token.word in _KINDS), None)
    if at is None:
        return _unplaced(text)
    kind, rest = found[at].word.lower(), past(found[at + 1 :], {"IF", "NOT", "EXISTS"})
    if kind == "index":
        return _index(verb, rest, text)
    named = name_at(rest)
    if named is None:
        return _unplaced(text)
    if kind in {"database", "schema"}:
        kind, named = "database", (None, named[1])
    replaces = verb == "CREATE" and any(token.word == "REPLACE" for token in found[1:3])
    match verb:
        case "CREATE" if not replaces:
            parts = _columns(found) if kind == "table" else ()
            new = kind == "table" and found[at + 1].word != "IF"
            made = _reading(text, kind, named, Aim.MADE, parts)
            return made._replace(new=made.place) if new else made
        case "DROP":
            return _reading(text, kind, named, Aim.GONE)
    if kind == "table" and _renames_itself(rest):
        return _reading(text, kind, named, Aim.GONE)
    if kind != "table" or not (parts := _added(rest)):
        return _reading(text, kind, named, Aim.ALTERED)
    adding = _reading(text, kind, named, Aim.ALTERED, parts)
    return adding._replace(adds=("column", parts[0].lower()))


def _index(verb: str, rest: list[Token], text: str) -> Reading:
    """An index has no state of its own here: its table's tells."""
    words = [token.word for token in rest]
    named = name_at(rest[words.index("ON") + 1 :]) if "ON" in words else None
    if named is None:
        return _unplaced(text)
    adds = ("index", rest[0].called.lower()) if verb == "CREATE" else None
    return _reading(text, "table", named, Aim.ALTERED)._replace(adds=adds)


def _reading(
    text: str, kind: str, named: tuple[str | None, str], aim: Aim, parts: tuple[str, ...] = ()
) -> Reading:
    return Reading(Effect.SCHEMA, text, True, Place(kind, *named), aim, parts)


def _unplaced(text: str) -> Reading:
    return Reading(Effect.SCHEMA, text, alone=True)


def _columns(found: list[Token]) -> tuple[str, ...]:
    """The names of the columns that CREATE TABLE gives in its parentheses."""
    names, depth, begins = [], 0, False
    for token in found:
        if token.text in "()":
            depth += 1 if token.text == "(" else -1
            begins = depth == 1 and token.text == "("
            if depth == 0:
                break
        elif depth == 1 and token.text == ",":
            begins = True
        elif begins:
            if token.kind == "name" or (token.word and token.word not in _NO_COLUMN):
                names.append(token.called)
            begins = False
    return tuple(names)


def _added(rest: list[Token]) -> tuple[str, ...]:
    """The column that ALTER TABLE … ADD [COLUMN] gives first."""
    words = [token.word for token in rest]
    if "ADD" not in words:
        return ()
    after = past(rest[words.index("ADD") + 1 :], {"COLUMN", "IF", "NOT", "EXISTS"})
    if not after or after[0].text == "(" or after[0].word in _NO_COLUMN:
        return ()
    return (after[0].called,)


def _renames_itself(rest: list[Token]) -> bool:
    """Whether ALTER TABLE t RENAME [TO] other; a RENAME of a part says of which kind it is."""
    words = [token.word for token in rest]
    if "RENAME" not in words:
        return False
    after = words[words.index("RENAME") + 1 :]
    return after[:1] not in (["COLUMN"], ["INDEX"], ["KEY"])


def name_at(found: list[Token]) -> tuple[str | None, str] | None:
    """Database and name at the beginning of `found`."""
    if not found or found[0].kind not in {"word", "name"}:
        return None
    if len(found) > 2 and found[1].text == ".":
        return found[0].called, found[2].called
    return None, found[0].called
