"""SQL as a list of tokens: enough to tell what a statement does, and to leave its values out.

It does not parse. The words of a statement are told from its names, texts and comments; a dialect
says how these are written.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import sha256
from typing import NamedTuple


@dataclass(frozen=True)
class Lexicon:
    """How a dialect writes what is no word: regular expressions without groups of their own."""

    comment: str
    text: str
    name: str


class Token(NamedTuple):
    """`kind`: word, name (quoted), text, number, parameter or sign. `text` is as it was written."""

    kind: str
    text: str

    @property
    def word(self) -> str:
        """In capitals if it is a word, else empty: what is quoted is never a keyword."""
        return self.text.upper() if self.kind == "word" else ""

    @property
    def called(self) -> str:
        """The name that it is, without its quotes; as it was written, whatever its case."""
        if self.kind == "name":
            quote = self.text[0]
            return self.text[1:-1].replace(quote * 2, quote)
        return self.text


# Most tokens are words. One that a quote or U& may follow could be the beginning of a text.
_WORD = r"(?P<word> [^\W\d][\w$]*+ (?!['&]) )"
_REST = r"""
    | (?P<parameter> %\(\w+\)s | %s | :\w+ | \$\d+ )
    | [^\W\d][\w$]*
    | (?P<number> \d[\w.]* | \.\d[\w]* )
    | (?P<sign> :: | [^\w\s] )
"""


def tokens(sql: str, lexicon: Lexicon) -> list[Token]:
    """The tokens of `sql`, without its comments and white space."""
    found = []
    for one in _pattern(lexicon).finditer(sql):
        kind = one.lastgroup or "word"
        if kind != "comment":
            # Each statement of a run comes here, and Token(…) takes twice as long.
            found.append(_new(Token, (kind, one[0])))
    return found


def skeleton(found: list[Token]) -> str:
    """The statement without its values: what is the same each time that a revision runs it."""
    return " ".join(["?" if kind in _VALUES else text for kind, text in found])


def values(found: list[Token]) -> str:
    """What `skeleton` leaves out."""
    return " ".join([text for kind, text in found if kind in _VALUES])


def past(found: list[Token], words: set[str]) -> list[Token]:
    """The tokens behind those of `words` that they begin with."""
    for number, token in enumerate(found):
        if token.word not in words:
            return found[number:]
    return []


def digest(text: str) -> str:
    """What tells two texts apart, in 32 characters."""
    return sha256(text.encode(errors="surrogatepass")).hexdigest()[:32]


_VALUES = frozenset({"text", "number", "parameter"})
_new = tuple.__new__
_patterns: dict[Lexicon, re.Pattern[str]] = {}


def _pattern(lexicon: Lexicon) -> re.Pattern[str]:
    if lexicon not in _patterns:
        own = "".join(
            f"| (?P<{kind}> {pattern} )"
            for kind, pattern in (
                ("comment", lexicon.comment),
                ("text", lexicon.text),
                ("name", lexicon.name),
            )
        )
        _patterns[lexicon] = re.compile(_WORD + own + _REST, re.VERBOSE | re.DOTALL)
    return _patterns[lexicon]
