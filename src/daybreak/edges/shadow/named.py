"""Where a statement of MySQL names a database: told from its text, by the grammar of names.

`a.b` is a table of a database where a table is expected, and a column of a table elsewhere. What
stands in texts and comments is no name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

# A text, a comment, a variable, a number: all stepped over. MySQL runs what stands in /*! */.
_TOKEN = re.compile(
    r"""'(?:[^'\\]|\\.|'')*' | "(?:[^"\\]|\\.|"")*" | (?:--\s|\#)[^\n]* | /\*(?!!) .*? \*/
        | /\*!\d* | \*/ | @@?[\w$.]+ | \d+\.\d+ | \s+
        | (?P<name> `(?P<quoted>(?:[^`]|``)+)` | [\w$]+ ) | (?P<other> . )""",
    re.VERBOSE | re.DOTALL,
)
_WORTH_READING = re.compile(r"\.|\b(?:DATABASE|SCHEMA|SHOW|USE)\b", re.IGNORECASE)
_SYSTEM = frozenset({"information_schema", "mysql", "performance_schema", "sys"})
_ROWS = frozenset({"new", "old"})  # of a trigger
# What only a table, view or routine can follow; and what a column may follow as well.
_SURELY = frozenset(
    {"CALL", "EVENT", "EXISTS", "FUNCTION", "INTO", "JOIN", "PROCEDURE", "REFERENCES"}
    | {"STRAIGHT_JOIN", "TABLE", "TABLES", "TRIGGER", "TRUNCATE", "VIEW"}
)
_MAYBE = frozenset({"FROM", "TO", "UPDATE"})
_OPTIONS = frozenset({"CHARACTER", "CHARSET", "COLLATE", "DEFAULT", "ENCRYPTION", "READ"})
_LISTED = frozenset({"EVENTS", "STATUS", "TABLES", "TRIGGERS"})  # SHOW … FROM a database


@dataclass(frozen=True)
class _Token:
    text: str
    start: int
    end: int
    name: str | None = None  # without quotes

    @property
    def word(self) -> str:
        return self.text.upper()


@dataclass(frozen=True)
class Named:
    """A database's name in a statement, at [start, end).

    `verb` is CREATE, ALTER, DROP or USE where the statement is about the database itself.
    """

    name: str
    start: int
    end: int
    verb: str | None = None


def databases_named(statement: str, known: Collection[str] = ()) -> list[Named]:
    """The names in the order of the statement; `known` are names that earlier ones had.

    A name that stands without a dot too may be that of a table, or its alias: then it is a
    database only where a table is expected, and after FROM, TO and UPDATE only if it is known.
    """
    if not _WORTH_READING.search(statement):
        return []
    tokens = list(_tokens(statement))
    about = dict(_about_databases(tokens))
    alone = {
        token.name
        for index, token in enumerate(tokens)
        if token.name and index not in about and not _is_dot(tokens, index + 1)
    }
    return [
        Named(token.name, token.start, token.end, about.get(index))
        for index, token in enumerate(tokens)
        if token.name is not None
        and not _is_never(token.name)
        and (
            index in about
            or (
                _is_dot(tokens, index + 1)
                and not _is_dot(tokens, index - 1)
                and (
                    token.name not in alone
                    or _place(tokens, index) == "table"
                    or (token.name in known and _place(tokens, index) == "maybe")
                )
            )
        )
    ]


def replaced(statement: str, named: Sequence[Named], name: Callable[[str], str]) -> str:
    """`statement` with `name(...)` of each name in its place, quoted where it was."""
    pieces, end = [], 0
    for each in named:
        quote = "`" if statement[each.start] == "`" else ""
        pieces += [statement[end : each.start], quote, name(each.name), quote]
        end = each.end
    return "".join([*pieces, statement[end:]])


def _tokens(statement: str) -> Iterator[_Token]:
    for found in _TOKEN.finditer(statement):
        if found["name"] is not None:
            quoted = found["quoted"]
            name = found["name"] if quoted is None else quoted.replace("``", "`")
            yield _Token(found[0], found.start(), found.end(), name)
        elif found["other"] is not None:
            yield _Token(found[0], found.start(), found.end())


def _about_databases(tokens: Sequence[_Token]) -> Iterator[tuple[int, str | None]]:
    """The indexes of names of whole databases, with the verb."""
    starts = [i for i in range(len(tokens)) if i == 0 or tokens[i - 1].text == ";"]
    for start in starts:
        match [token.word for token in tokens[start : start + 6]]:
            case ["CREATE" | "ALTER" | "DROP" as verb, "DATABASE" | "SCHEMA", *rest]:
                match rest:
                    case ["IF", "NOT", "EXISTS", _]:
                        yield start + 5, verb
                    case ["IF", "EXISTS", _, *_]:
                        yield start + 4, verb
                    case [name, *_] if verb != "ALTER" or name not in _OPTIONS:
                        yield start + 2, verb
            case ["USE", _, *_]:
                yield start + 1, "USE"
            case ["SHOW", *_]:
                for index in range(start + 1, len(tokens) - 1):
                    listed = tokens[index - 1].word in _LISTED
                    again = index > 2 and tokens[index - 2].word in {"FROM", "IN"}
                    if tokens[index].word in {"FROM", "IN"} and (listed or again):
                        yield index + 1, None
                    if tokens[index].text == ";":
                        break


def _place(tokens: Sequence[_Token], index: int) -> str:
    """What the place of the name `index`, a dot after it, is for: a table, maybe one, or not."""
    before = tokens[index - 1].word if index else ""
    if before in _SURELY or (_is_dot(tokens, index + 3) and tokens[index + 2].name):
        return "table"
    if before in _MAYBE and not (index > 1 and tokens[index - 2].word == "KEY"):
        return "maybe"
    return "column"


def _is_dot(tokens: Sequence[_Token], index: int) -> bool:
    return 0 <= index < len(tokens) and tokens[index].text == "."


def _is_never(name: str) -> bool:
    return name.lower() in _SYSTEM | _ROWS or name.isdecimal()
