"""A string that may be used but not shown."""

from __future__ import annotations

MASK = "***"

# Every secret of this process, so that text from foreign code can be cleaned of them at the rim.
_known: set[str] = set()

# Shorter ones, or these, are words that occur in ordinary output: masking them would garble it.
_SHORTEST = 6
_ORDINARY = frozenset({"postgres", "mysql", "password"})


class Secret(str):
    """A `str` in all but its repr, so that drivers take it and tracebacks do not show it."""

    __slots__ = ()

    def __new__(cls, value: str) -> Secret:
        if len(value) >= _SHORTEST and value not in _ORDINARY:
            _known.add(value)
        return super().__new__(cls, value)

    def __repr__(self) -> str:
        return f"'{MASK}'"


def mask(text: str) -> str:
    """`text` with every secret of this process replaced by `***`.

    For messages that foreign code wrote (a driver, the project's own models). Ours hold none.
    """
    for value in sorted(_known, key=len, reverse=True):
        text = text.replace(value, MASK)
    return text
