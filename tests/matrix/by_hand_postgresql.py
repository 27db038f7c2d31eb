"""Every property that pg_dump tells of every kind of object, each changed by hand.

`BASE` is a schema that has them all. What the properties are is pg_dump's own word: a test takes
the clauses of its output for `BASE` and demands that some change here touches each of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

READER = "by_hand_reader"
_HERE = Path(__file__)
_BASE = (_HERE.parents[1] / "edges" / "catalog_everything.sql", _HERE.with_suffix(".sql"))
_CHANGES = _HERE.with_name("by_hand_postgresql_changes.sql")

_SQL = "\n".join(file.read_text("utf-8") for file in _BASE).replace("catalog_reader", READER)
# A statement ends with its line.
BASE = tuple(filter(None, re.split(r"(?<=;)\n+", _SQL)))


@dataclass(frozen=True)
class ByHand:
    """`sql` changes the object `what`, in the words `kind schema.table.name`.

    `stays` is why the SQL that `check` gives does not mend it; empty where it does.
    """

    what: str
    sql: str
    stays: str = ""


def _by_hand() -> Iterator[ByHand]:
    what = ""
    for line in _CHANGES.read_text("utf-8").splitlines()[2:]:
        if line.startswith("-- "):
            what = line.removeprefix("-- ")
        elif line:
            sql, _, stays = line.partition(" -- stays: ")
            yield ByHand(what, sql, stays)


BY_HAND = tuple(_by_hand())

# Words that say what stands where, which nothing can change and leave the rest.
_STRUCTURE = {"CREATE", "ALTER", "TABLE", "ONLY", "ADD", "AS", "ON", "TO", "FOR", "IS", "COLUMN"}
_ELSEWHERE = {
    # names of objects, which are dropped and made under other ones
    *(("ACL", "IN"), ("ACL", "VARIADIC"), ("COMMENT", "IN"), ("SEQUENCE", "NAME")),
    *(("USER MAPPING", "SERVER"), ("OPERATOR FAMILY", "USING"), ("VIEW", "SELECT")),
    # of a domain: one that is validated stands in CREATE DOMAIN
    *(("CHECK CONSTRAINT", "NOT"), ("CHECK CONSTRAINT", "VALID")),
    # a password is nothing to be read, compared or shown
    ("USER MAPPING", "OPTIONS"),
    # pg_dump says it of every materialised view where it leaves out the data
    *(("MATERIALIZED VIEW", "NO"), ("MATERIALIZED VIEW", "DATA")),
}


def can_change(clause: tuple[str, str]) -> bool:
    """Whether a clause of pg_dump's has a value that somebody could change."""
    return clause[1] not in _STRUCTURE and clause not in _ELSEWHERE
