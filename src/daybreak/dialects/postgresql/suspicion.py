"""What the text of a statement tells of long work under a heavy lock on PostgreSQL.

Source: the locks of "ALTER TABLE" and "Explicit Locking" in PostgreSQL's manual; what rewrites and
what scans was seen on servers 16 and 18, and tests/edges/test_weight_postgresql.py sees it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from daybreak.core.sqltext import Token, past, split, tokens_apart, written
from daybreak.core.statement import Place
from daybreak.core.weight import Kind, Suspect
from daybreak.dialects.postgresql import online
from daybreak.dialects.postgresql.quoting import quoted
from daybreak.dialects.postgresql.reading import LEXICON, folded, name_at, name_length

_ALL = "ACCESS EXCLUSIVE"
_WRITES = "SHARE"
_KEYS = "SHARE ROW EXCLUSIVE"
_INDEX = "SHARE, and ACCESS EXCLUSIVE on the index"

# Words at which the type of a column ends, or its default.
_CLAUSES = frozenset(
    {"DEFAULT", "NOT", "NULL", "CHECK", "UNIQUE", "PRIMARY", "REFERENCES", "GENERATED"}
    | {"CONSTRAINT", "COLLATE", "STORAGE", "COMPRESSION", "USING", "DEFERRABLE", "INITIALLY"}
)
_CONSTRAINTS = frozenset({"CONSTRAINT", "CHECK", "UNIQUE", "PRIMARY", "FOREIGN", "EXCLUDE", "NOT"})
_SERIAL = frozenset({"SERIAL", "BIGSERIAL", "SMALLSERIAL", "SERIAL2", "SERIAL4", "SERIAL8"})
# Types that are no domain, and functions whose value is the same for all rows of a statement.
_PLAIN_TYPES = frozenset(
    {"INT", "INTEGER", "BIGINT", "SMALLINT", "INT2", "INT4", "INT8", "TEXT", "VARCHAR", "CHARACTER"}
    | {"CHAR", "BPCHAR", "NUMERIC", "DECIMAL", "REAL", "DOUBLE", "FLOAT", "FLOAT4", "FLOAT8"}
    | {"BOOLEAN", "BOOL", "DATE", "TIME", "TIMETZ", "TIMESTAMP", "TIMESTAMPTZ", "INTERVAL", "UUID"}
    | {
        "JSON",
        "JSONB",
        "BYTEA",
        "INET",
        "CIDR",
        "MACADDR",
        "XML",
        "BIT",
        "MONEY",
        "OID",
        "TSVECTOR",
    }
)
_STABLE = frozenset({"NOW", "TIMEZONE", "TRANSACTION_TIMESTAMP", "STATEMENT_TIMESTAMP"})


def suspects(sql: str) -> tuple[Suspect, ...]:
    """What the statements in `sql` may do that takes long and makes others wait."""
    found = tokens_apart(sql, LEXICON)
    return tuple(
        suspect for statement in split(found, ";") if statement for suspect in _of(statement)
    )


def _of(found: list[Token]) -> Iterator[Suspect]:
    words = [token.word for token in found]
    match words:
        case ["ALTER", "TABLE", *_]:
            yield from _table(found)
        case ["ALTER", "INDEX", *_] | ["ALTER", "MATERIALIZED", "VIEW", *_]:
            kind = "index" if words[1] == "INDEX" else "table"
            rest = past(found[2:], {"VIEW", "IF", "EXISTS"})
            if (place := _place(rest, kind)) is not None:
                for action in _actions(rest[name_length(rest) :]):
                    yield from _moved(place, action, written(found))
        case ["ALTER", "DOMAIN", *_]:
            yield from _domain(found[2:])
        case ["CREATE", *_] if "INDEX" in words[:3]:
            yield from _created_index(found, words)
        case ["REINDEX" | "VACUUM" | "CLUSTER" | "REFRESH", *_]:
            yield from _whole(found, words)


def _table(found: list[Token]) -> Iterator[Suspect]:
    rest = past(found[2:], {"IF", "EXISTS", "ONLY"})
    place = _place(rest, "table")
    if place is None:
        return
    actions = list(_actions(rest[name_length(rest) :]))
    firsts = [[token.word for token in action[:1]] for action in actions]
    several = firsts.count(["VALIDATE"]) < len(actions)
    for action in actions:
        for suspect in _action(place, action):
            # One statement takes its heaviest lock at once.
            only_keys = len(actions) == 1 and suspect.lock == _KEYS
            if suspect.test == "held" and several:
                suspect = replace(suspect, test="", lock=_ALL)
            yield suspect if only_keys or suspect.test == "held" else replace(suspect, lock=_ALL)


def _action(place: Place, action: list[Token]) -> Iterator[Suspect]:
    words = [token.word for token in action]
    match words:
        case ["ADD", following, *_] if following in _CONSTRAINTS:
            body = action[3:] if following == "CONSTRAINT" else action[1:]
            name = folded(action[2]) if following == "CONSTRAINT" else ""
            yield from _constraint(place, name, body)
        case ["ADD", *_]:
            yield from _column(place, past(action[1:], {"COLUMN", "IF", "NOT", "EXISTS"}))
        case ["ALTER", "CONSTRAINT", _, *rest] if "ENFORCED" in rest and "NOT" not in rest:
            name = quoted(folded(action[2]))
            yield Suspect(
                Kind.SCAN, place, _ALL, f"{name} is checked against all rows", online.ENFORCED
            )
        case ["ALTER", *_]:
            yield from _altered(place, past(action[1:], {"COLUMN"}))
        case ["VALIDATE", "CONSTRAINT", _]:
            why = "all rows are checked while this transaction holds a lock that it took before"
            step = online.validated(_shown(place), quoted(folded(action[2])))
            yield Suspect(Kind.SCAN, place, _ALL, why, step, "held")
        case ["ATTACH", "PARTITION", *_]:
            partition = _place(action[2:], "table")
            if partition is not None and "DEFAULT" not in words:
                why = "all rows of the partition are checked, unless a CHECK proves their place"
                step = online.attached(_shown(partition))
                yield Suspect(Kind.SCAN, partition, _ALL, why, step, "attach", (_shown(place),))
        case ["SET", *_]:
            yield from _moved(place, action, None)


def _constraint(place: Place, name: str, body: list[Token]) -> Iterator[Suspect]:
    words = [token.word for token in body]
    if not words:
        return
    is_key = words[0] in {"UNIQUE", "PRIMARY"}
    if is_key and "USING" in words and "INDEX" in words:
        if words[0] == "PRIMARY":
            index = folded(body[words.index("INDEX") + 1])
            why = "its columns may be NULL, so all rows are checked"
            step = online.primary_key(_shown(place))
            yield Suspect(Kind.SCAN, place, _ALL, why, step, "key", (index,))
    elif is_key or words[0] == "EXCLUDE":
        step = (
            online.constraint_index(_shown(place), name, written(body)) if is_key else online.NONE
        )
        yield Suspect(Kind.INDEX, place, _ALL, "it builds an index", step)
    elif not _has(words, "NOT", "VALID") and not _has(words, "NOT", "ENFORCED"):
        lock = _KEYS if words[0] == "FOREIGN" else _ALL
        if words[0] == "NOT":  # NOT NULL column, from 18 on
            column = folded(body[2]) if len(body) > 2 else ""
            yield _not_null(place, column)
            return
        step = online.not_valid(_shown(place), name, written(body))
        yield Suspect(Kind.SCAN, place, lock, "all rows are checked", step)


def _column(place: Place, found: list[Token]) -> Iterator[Suspect]:
    """A column that is added: `found` begins with its name."""
    if not found:
        return
    name, rest = folded(found[0]), found[1:]
    words = _outside(rest)
    ends = next((i for i, word in enumerate(words) if word in _CLAUSES), len(rest))
    about = (name,)

    def suspect(kind: Kind, why: str, step: str, test: str = "new column", *more: str) -> Suspect:
        return Suspect(kind, place, _ALL, why, step, test, (*about, *more))

    filled = online.filled(_shown(place), quoted(name), written(rest[:ends]))
    if (words[:1] and words[0] in _SERIAL) or _has(words, "AS", "IDENTITY"):
        yield suspect(Kind.REWRITE, "each row gets a value of its own", filled)
    elif "GENERATED" in words and "STORED" in words:
        yield suspect(Kind.REWRITE, "a value is stored in each row", online.STORED)
    elif functions := _functions(_default(rest, words)):
        why = "its default gives each row a value of its own"
        yield suspect(Kind.REWRITE, why, filled, "volatile", *functions)
    if words[:1] and words[0] not in _PLAIN_TYPES | _SERIAL:
        why = "its type is a domain with constraints"
        yield suspect(Kind.REWRITE, why, online.DOMAIN, "domain", written(rest[:ends]))
    virtual = "GENERATED" in words and "STORED" not in words and "IDENTITY" not in words
    if "CHECK" in words or (virtual and _has(words, "NOT", "NULL")):
        why = f"all rows are checked for what {quoted(name)} has to be"
        yield suspect(Kind.SCAN, why, online.column_check(_shown(place), quoted(name)))
    if "UNIQUE" in words or "PRIMARY" in words:
        yield suspect(Kind.INDEX, "it builds an index", online.unique_column(_shown(place), name))
    if "REFERENCES" in words and "DEFAULT" in words:
        why = f"all rows are checked for what {quoted(name)} refers to"
        yield suspect(Kind.SCAN, why, online.column_key(_shown(place), quoted(name)))


def _altered(place: Place, found: list[Token]) -> Iterator[Suspect]:
    """A column that is altered: `found` begins with its name."""
    if not found:
        return
    name, rest = folded(found[0]), found[1:]
    words = [token.word for token in rest]
    match words:
        case ["TYPE", *_] | ["SET", "DATA", "TYPE", *_]:
            rest = rest[words.index("TYPE") + 1 :]
            words = _outside(rest)
            type_ends = next((i for i, w in enumerate(words) if w in {"COLLATE", "USING"}), None)
            new = written(rest[:type_ends])
            using = written(rest[words.index("USING") + 1 :]) if "USING" in words else ""
            collation = ""
            if "COLLATE" in words[: words.index("USING") if "USING" in words else None]:
                named = name_at(rest[words.index("COLLATE") + 1 :])
                collation = named[1] if named else ""
            about = (name, new, using, collation)
            called, table = quoted(name), _shown(place)
            why = f"{called} becomes {new}, which is not stored as it was"
            step = online.retyped(table, called, new, using)
            yield Suspect(Kind.REWRITE, place, _ALL, why, step, "type", about)
            why = f"the indexes with {called} are built anew"
            step = online.retyped_index(called)
            yield Suspect(Kind.INDEX, place, _ALL, why, step, "type and index", about)
            why = f"the CHECKs of {called} are checked for all rows again"
            step = online.retyped_check(called)
            yield Suspect(Kind.SCAN, place, _ALL, why, step, "type and check", about)
        case ["SET", "NOT", "NULL"]:
            yield _not_null(place, name)
        case ["SET", "EXPRESSION", *_]:
            why = f"{quoted(name)} is computed again for each row"
            yield Suspect(Kind.REWRITE, place, _ALL, why, online.STORED, "stored", (name,))


def _not_null(place: Place, column: str) -> Suspect:
    why = f"all rows are checked for NULL in {quoted(column)}, since no valid CHECK proves it"
    step = online.not_null(_shown(place), quoted(column))
    return Suspect(Kind.SCAN, place, _ALL, why, step, "not null", (column,))


def _moved(place: Place, action: list[Token], whole: str | None) -> Iterator[Suspect]:
    words = [token.word for token in action]
    test, about = "", ""
    match words:
        case ["SET", "LOGGED" | "UNLOGGED" as logged]:
            test, about = "persistence", "p" if logged == "LOGGED" else "u"
        case ["SET", "TABLESPACE", _, *_]:
            test, about = "tablespace", folded(action[2])
        case ["SET", "ACCESS", "METHOD", _]:
            test, about = "method", folded(action[3])
    if test:
        why = "everything is written anew"
        index = place.kind == "index"
        step = online.moved_index(whole or "") if index else online.NONE
        kind = Kind.INDEX if index else Kind.REWRITE
        yield Suspect(kind, place, _ALL, why, step, test, (about,))


def _domain(found: list[Token]) -> Iterator[Suspect]:
    named = name_at(found)
    if named is None:
        return
    rest = found[name_length(found) :]
    words = [token.word for token in rest]
    place = Place("domain", *named)
    why = "all rows with a column of this type are checked"
    adds = words[:1] == ["ADD"] and not _has(words, "NOT", "VALID")
    if adds or words[:3] == ["SET", "NOT", "NULL"]:
        step = online.domain(_shown(place), written(rest)) if adds else online.NONE
        yield Suspect(Kind.SCAN, place, _WRITES, why, step)


def _created_index(found: list[Token], words: list[str]) -> Iterator[Suspect]:
    if "CONCURRENTLY" in words[:5] or "ON" not in words:
        return
    on = words.index("ON")
    if "ONLY" in words[on : on + 2]:  # of a partitioned table alone, which has no rows
        return
    place = _place(found[on + 1 :], "table")
    if place is None:
        return
    test = ""
    about: tuple[str, ...] = ()
    if "EXISTS" in words[:on]:
        schema = f"{quoted(place.schema)}." if place.schema else ""
        test, about = "new index", (f"{schema}{quoted(folded(found[on - 1]))}",)
    yield Suspect(
        Kind.INDEX, place, _WRITES, "it builds an index", online.index(written(found)), test, about
    )


def _whole(found: list[Token], words: list[str]) -> Iterator[Suspect]:
    """Statements that work through a whole table, or all of them."""
    if "CONCURRENTLY" in words:
        return
    rest = past(
        found[1:], {"FULL", "FREEZE", "VERBOSE", "ANALYZE", "TABLE", "MATERIALIZED", "VIEW"}
    )
    if rest and rest[0].text == "(":
        options = [token.word for token in rest[: next(_closing(rest), 0)]]
        if "CONCURRENTLY" in options:
            return
        rest = rest[next(_closing(rest), 0) + 1 :]
        words = [words[0], *options, *(token.word for token in rest)]
    everything = Place("database", None, "")
    match words[0]:
        case "REINDEX":
            what = next((word for word in words[1:] if word in _REINDEXED), "TABLE")
            rest = past(rest, _REINDEXED)
            place = _place(rest, what.lower()) if what in {"INDEX", "TABLE"} else everything
            if place is not None:
                step = online.reindexed(written(found))
                yield Suspect(Kind.INDEX, place, _INDEX, "it builds indexes anew", step)
        case "REFRESH" if not _has(words, "NO", "DATA"):
            if (place := _place(rest, "table")) is not None:
                why = "it runs the view's query and writes the rows anew"
                step = online.refreshed(_shown(place))
                yield Suspect(Kind.REFRESH, place, _ALL, why, step, "populated")
        case "CLUSTER" | "VACUUM":
            if words[0] == "CLUSTER" or "FULL" in words:
                place = _place(rest, "table") or everything
                yield Suspect(
                    Kind.REWRITE, place, _ALL, "everything is written anew", online.PACKED
                )


_REINDEXED = {"INDEX", "TABLE", "SCHEMA", "DATABASE", "SYSTEM"}


def _actions(found: list[Token]) -> Iterator[list[Token]]:
    """The parts of an ALTER behind the name; `*` asks for the children, which is the default."""
    rest = found[1:] if found and found[0].text == "*" else found
    return (action for action in split(rest, ",") if action)


def _place(found: Sequence[Token], kind: str) -> Place | None:
    named = name_at(list(found))
    return Place(kind, *named) if named else None


def _outside(found: Sequence[Token]) -> list[str]:
    """The words outside of parentheses; the rest is empty."""
    words, depth = [], 0
    for token in found:
        depth -= token.text == ")"
        words.append("" if depth else token.word)
        depth += token.text == "("
    return words


def _default(rest: Sequence[Token], words: Sequence[str]) -> Sequence[Token]:
    """The expression behind DEFAULT."""
    if "DEFAULT" not in words:
        return ()
    begins = words.index("DEFAULT") + 1
    ends = next((i for i in range(begins + 1, len(rest)) if words[i] in _CLAUSES), len(rest))
    return rest[begins:ends]


def _functions(expression: Sequence[Token]) -> tuple[str, ...]:
    """What it calls, but for functions that are known to give all rows the same."""
    return tuple(
        folded(token)
        for token, following in pairwise(expression)
        if following.text == "(" and token.kind in {"word", "name"} and token.word not in _STABLE
    )


def _closing(found: Sequence[Token]) -> Iterator[int]:
    return (number for number, token in enumerate(found) if token.text == ")")


def _has(words: Sequence[str], *wanted: str) -> bool:
    """Whether `wanted` stand there one after the other."""
    size = len(wanted)
    return any(tuple(words[i : i + size]) == wanted for i in range(len(words)))


def _shown(place: Place) -> str:
    return f"{quoted(place.schema)}.{quoted(place.name)}" if place.schema else quoted(place.name)
