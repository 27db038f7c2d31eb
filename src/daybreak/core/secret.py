"""A string that may be used but not shown."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

MASK = "***"

# Every secret of this process, so that text from foreign code can be cleaned of them at the rim.
_known: set[str] = set()

# Shorter ones, or these, are words that occur in ordinary output: masking them would garble it.
_SHORTEST = 6
_ORDINARY = frozenset({"postgres", "mysql", "password"})

# What makes a signed URL of AWS a secret, also percent-encoded, once or twice.
_SIGNED = re.compile(r"(X-Amz-(?:Signature|Security-Token)(?:=|%(?:25)*3D))[\w.~%+/=-]+")

# What an exception keeps its words in, beside `args`: SQLAlchemy's, a SyntaxError's, an OSError's.
_WORDS = ("statement", "msg", "text", "strerror")


class Secret(str):
    """A `str` in all but its repr, so that drivers take it and tracebacks do not show it."""

    __slots__ = ()

    def __new__(cls, value: str) -> Secret:
        if len(value) >= _SHORTEST and value not in _ORDINARY:
            _known.add(str(value))
        return super().__new__(cls, value)

    def __repr__(self) -> str:
        return f"'{MASK}'"


class Token(Secret):
    """A signed URL of AWS as a password. It goes over an encrypted connection or not at all.

    There is one for each connection: too many to remember. `mask` knows them by their shape.
    """

    __slots__ = ()

    def __new__(cls, value: str) -> Token:
        return str.__new__(cls, value)


def mask(text: str) -> str:
    """`text` with every secret of this process replaced by `***`, in whatever form it stands.

    For messages that foreign code wrote (a driver, the project's own models). Ours hold none.
    """
    text = _SIGNED.sub(rf"\1{MASK}", text)
    for value in sorted(_known, key=len, reverse=True):
        text = _pattern(value).sub(MASK, text)
    return text


def mask_error(error: BaseException) -> None:
    """Mask the words of `error` and of every error that it came from, where they are kept.

    For errors that leave Daybreak as they are: whoever prints their traceback knows no secrets.
    """
    for link in _chain(error):
        link.args = tuple(mask(part) if isinstance(part, str) else part for part in link.args)
        for name in _WORDS:
            words = getattr(link, name, None)
            if isinstance(words, str):
                setattr(link, name, mask(words))
        if notes := getattr(link, "__notes__", None):
            link.__notes__ = [mask(note) for note in notes]


def _chain(error: BaseException) -> Iterator[BaseException]:
    """`error`, what it came from, what a group holds, SQLAlchemy's driver error; each once."""
    waiting: list[object] = [error]
    seen: set[int] = set()
    while waiting:
        link = waiting.pop()
        if isinstance(link, BaseException) and id(link) not in seen:
            seen.add(id(link))
            yield link
            waiting += [link.__cause__, link.__context__, getattr(link, "orig", None)]
            waiting += getattr(link, "exceptions", ())


@functools.cache
def _pattern(value: str) -> re.Pattern[str]:
    """Finds `value` as it is, percent-encoded, or escaped as Python, JSON, SQL or an .ini does."""
    return re.compile("".join(f"(?:{'|'.join(_forms(character))})" for character in value))


def _forms(character: str) -> list[str]:
    """The ways to write one character, the longest first, as regular expressions."""
    octets = character.encode("utf-8", "surrogatepass")
    forms = ["".join(f"%{octet:02X}" for octet in octets)]
    forms += [form.lower() for form in forms if form.lower() != form]
    if not character.isascii() or not character.isprintable():
        utf16 = character.encode("utf-16-be", "surrogatepass").hex()
        forms.append("".join(rf"\\u{utf16[at : at + 4]}" for at in range(0, len(utf16), 4)))
        forms.append(rf"\\U{ord(character):08x}")
        forms.append("".join(rf"\\x{octet:02x}" for octet in octets))
        forms.append(rf"\\x{ord(character):02x}")
        forms.append(re.escape(repr(character)[1:-1]))
    elif character in "'\"":
        forms.append(rf"\\{{1,4}}{character}|{character}{{2}}")
    elif character == "\\":
        forms.append(r"\\{1,4}")
    elif character == "%":
        forms.append("%%")
    elif character == " ":
        forms.append(r"\+")
    return [*forms, re.escape(character)]
