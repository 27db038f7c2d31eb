"""Every property that pg_dump tells of every kind of object, each changed by hand.

`BASE` is a schema that has them all. What the properties are is pg_dump's own word: a test takes
the clauses of its output for `BASE` and demands that some change here touches each of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

_HERE = Path(__file__)
_FILES = (_HERE.parents[1] / "edges" / "catalog_everything.sql", _HERE.with_suffix(".sql"))
# A statement ends with its line.
BASE = tuple(
    sql
    for file in _FILES
    for sql in re.split(r"(?<=;)\n+", file.read_text(encoding="utf-8"))
    if sql
)
READER = "catalog_reader"


def by_hand() -> Iterator[tuple[str, str]]:
    """What `check` has to name, as `kind schema.table.name`, and the statement that changes it."""
    named = ""
    for line in _BY_HAND.strip().splitlines():
        if line.startswith("    "):
            yield named, line.strip()
        else:
            named = line


_BY_HAND = """
@@@
"""
