"""ALTER and CREATE INDEX in words that say how MySQL is to do it, so that none copies unasked.

Told nothing, the server takes the best way that there is, and that may be a copy of the table while
nobody writes. Told which way, it refuses in a millisecond where that one is not possible.
Source: "Online DDL Operations" in MySQL's manual, and what 9.7 was seen to refuse.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from daybreak.core.sqltext import Token, split, tokens
from daybreak.core.weight import Kind, Suspect
from daybreak.dialects.mysql.reading import LEXICON
from daybreak.dialects.mysql.weighing import ONLINE, SHARED, altered

# The first two let others read and write; of the others, the first that is possible is taken.
_INSTANT = "ALGORITHM=INSTANT"
_ONLINE = "ALGORITHM=INPLACE, LOCK=NONE"
_LOCKING = ("ALGORITHM=INPLACE, LOCK=SHARED", "ALGORITHM=COPY, LOCK=SHARED")

# ER_ALTER_OPERATION_NOT_SUPPORTED, the same with a reason, too many row versions for INSTANT.
_REFUSED = frozenset({1845, 1846, 4092})

_NAME = r"(?:`(?:[^`]|``)*`|[\w$]+)"
_ALTER = re.compile(rf"\s*ALTER\s+TABLE\s+{_NAME}(?:\s*\.\s*{_NAME})?\s+", re.IGNORECASE)
_PARTITIONED = re.compile(r"(?:PARTITION\s+BY|REMOVE\s+PARTITIONING)\b", re.IGNORECASE)

_WAYS = frozenset({"INSTANT", "INPLACE", "COPY", "DEFAULT", "NONE", "SHARED", "EXCLUSIVE"})
_KEYS = frozenset({"INDEX", "KEY", "UNIQUE", "PRIMARY", "CONSTRAINT", "FOREIGN", "CHECK"})
_KEYS |= frozenset({"FULLTEXT", "SPATIAL"})

_KEY = """\
op.execute("SET SESSION foreign_key_checks = 0")  # rows that are there are not checked then
… add it …
op.execute("SET SESSION foreign_key_checks = 1")"""


def gentle(sql: str) -> tuple[str, ...]:
    """The ways to say it by which nobody waits; none where it says one itself, or knows none."""
    return _told(sql, locking=False)


def locking(sql: str) -> tuple[str, ...]:
    """The ways by which nobody writes meanwhile; at last as it is, for what knows no way at all."""
    return (*_told(sql, locking=True), sql)


def is_not_gentle(error: BaseException) -> bool:
    """Whether the driver's `error` says that this way is not possible, so that nothing was done."""
    return bool(error.args) and error.args[0] in _REFUSED


def locked(sql: str, error: BaseException) -> tuple[Suspect, ...]:
    """What is done to the table by the ways that are left, after the server's `error`."""
    found = tokens(sql, LEXICON)
    place = altered(found)
    if place is None:
        return ()
    said = str(error.args[1]) if len(error.args) > 1 else ""
    reason = re.search(r"Reason: (.*?)\. Try", said)
    why = f"the server says: {reason[1]}" if reason else "the server has no other way"
    online = _KEY if any(token.word == "FOREIGN" for token in found) else ONLINE
    return (Suspect(Kind.COPY, place, SHARED, why, online),)


def _told(sql: str, *, locking: bool) -> tuple[str, ...]:
    found = tokens(sql, LEXICON)
    if found and found[-1].text == ";":
        found.pop()
    if altered(found) is None or _tells(found) or any(token.text == ";" for token in found):
        return ()
    by_alter = found[0].word == "ALTER"
    instant = () if not by_alter or _is_about_keys(found) else (_INSTANT,)
    ways = _LOCKING if locking else (*instant, _ONLINE)
    return tuple(said for way in ways if (said := _saying(sql, way, by_alter=by_alter)))


def _saying(sql: str, way: str, *, by_alter: bool) -> str | None:
    """Before all that is altered, since partitions stand at the end; an index has it there."""
    if not by_alter:
        return f"{sql.rstrip().removesuffix(';')}\n{way.replace(',', '')}"
    head = _ALTER.match(sql)
    if head is None:
        return None
    comma = "" if _PARTITIONED.match(sql, head.end()) else ","
    return f"{head[0]}{way}{comma} {sql[head.end() :]}"


def _tells(found: list[Token]) -> bool:
    """Whether it says by itself how it is to be done."""
    words = [token.word for token in found if token.text != "="]
    return any(one in {"ALGORITHM", "LOCK"} and other in _WAYS for one, other in pairwise(words))


def _is_about_keys(found: list[Token]) -> bool:
    """Whether it adds or drops an index or a constraint, which is never done in an instant."""
    return any(
        first in {"ADD", "DROP"} and second in _KEYS for first, second in _beginnings(found[3:])
    )


def _beginnings(found: list[Token]) -> Iterator[tuple[str, str]]:
    for action in split(found, ","):
        words = [token.word for token in action]
        verbs = [i for i, word in enumerate(words[:3]) if word in {"ADD", "DROP"}]
        if verbs and len(words) > verbs[0] + 1:
            yield words[verbs[0]], words[verbs[0] + 1]
