"""The clauses of a dump, and which of them a change by hand touches.

A clause is a kind of entry, such as INDEX, and a word of SQL in it, such as INCLUDE.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher
from itertools import takewhile

from matrix.folds import Entry

Clause = tuple[str, str]

_TOKEN = re.compile(
    r"(?P<text>\$(\w*)\$.*?\$\2\$|'(?:[^']|'')*')|(?P<name>\"[^\"]*\")|(?P<word>\b[A-Z][A-Z_]+\b)"
    r"|\w+|[^\w\s]",
    re.DOTALL,
)


def told(entries: Iterable[Entry]) -> set[Clause]:
    """Every clause of a dump."""
    return {(entry.kind, word) for entry in entries for word in _words(_tokens(entry.sql))}


def touched(before: Iterable[Entry], after: Iterable[Entry]) -> set[Clause]:
    """The clauses that went, those whose value is another, and what says that a lost entry was."""
    left = {(entry.kind, entry.schema, entry.name): entry.sql for entry in after}
    found: set[Clause] = set()
    for entry in before:
        now = left.get((entry.kind, entry.schema, entry.name))
        if now != entry.sql:
            tokens = _tokens(entry.sql)
            moved = _head(tokens) if now is None else _moved(tokens, _tokens(now))
            found |= {(entry.kind, word) for word in moved}
    return found


def _tokens(sql: str) -> list[str]:
    return [found[0] for found in _TOKEN.finditer(sql)]


def _is_word(token: str) -> bool:
    found = _TOKEN.fullmatch(token)
    return found is not None and found["word"] is not None


def _words(tokens: Iterable[str]) -> Iterator[str]:
    return filter(_is_word, tokens)


def _head(tokens: list[str]) -> Iterator[str]:
    """The words of the statement itself; those of ALTER stand around the name of what it alters."""
    if tokens[0] != "ALTER":
        return _first_words(tokens)
    return _words(takewhile(lambda token: token != "(", tokens))


def _first_words(tokens: list[str]) -> Iterator[str]:
    for token in tokens:
        if not _is_word(token):
            return
        yield token


def _moved(old: list[str], new: list[str]) -> Iterator[str]:
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for verb, start, end, *_ in matcher.get_opcodes():
        if verb in {"replace", "delete"}:
            yield from _words(old[start:end])
            yield from _words_before(old, start)


def _words_before(tokens: list[str], place: int) -> Iterator[str]:
    """The words of SQL that what stands at `place` is the value of."""
    before = list(reversed(tokens[:place]))
    while before and not _is_word(before[0]):
        del before[0]
    yield from _first_words(before)
