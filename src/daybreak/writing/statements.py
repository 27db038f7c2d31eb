"""The statements that the models ran themselves, for what Alembic has no operation for."""

from __future__ import annotations

import re
from collections.abc import Sequence

_NAME = r'(?:(?:"(?:[^"]|"")+"|`[^`]+`|[\w$]+)\s*\.\s*)?("(?:[^"]|"")+"|`[^`]+`|[\w$]+)'
_HEAD = re.compile(
    r"\s*CREATE\s+(?P<replace>OR\s+REPLACE\s+)?(?:\w+\s*=\s*\S+\s+|SQL\s+SECURITY\s+\w+\s+)*"
    r"(?:CONSTRAINT\s+|RECURSIVE\s+)?"
    r"(?P<kind>MATERIALIZED\s+VIEW|VIEW|FUNCTION|PROCEDURE|AGGREGATE|TRIGGER|POLICY|RULE|EVENT)\s+"
    r"(?:IF\s+NOT\s+EXISTS\s+)?" + _NAME,
    re.IGNORECASE,
)


def own_words(sql: str, statements: Sequence[str]) -> str:
    """The models' statement that makes the same object as `sql`, else `sql` itself."""
    head = _HEAD.match(sql)
    if head is None:
        return sql
    same = [text for text in statements if _same(head, _HEAD.match(text))]
    if len(same) != 1:  # overloads, or one made in several steps
        return sql
    text = re.sub(r"[;\s]+\Z", "", same[0].lstrip())
    if head["replace"] and not re.match(r"CREATE\s+OR\s+REPLACE\b", text, re.IGNORECASE):
        return re.sub(r"\ACREATE\b", "CREATE OR REPLACE", text, flags=re.IGNORECASE)
    return text


def _same(one: re.Match[str], other: re.Match[str] | None) -> bool:
    return other is not None and _object(one) == _object(other)


def _object(head: re.Match[str]) -> tuple[str, str]:
    name = head[3]
    bare = name[1:-1] if name[0] in '"`' else name.lower()
    return " ".join(head["kind"].upper().split()), bare
