"""The PARTITION BY clause of a table, from the rows that tell of its partitions."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from daybreak.dialects.mysql.texts import literal, quoted


def partition_clause(rows: Sequence[Sequence[Any]]) -> str | None:
    """`rows` are in the order of the partitions, one for each subpartition; None without any."""
    if not rows:
        return None
    method, inner, by, inner_by = rows[0][4:8]
    partitions = [list(parts) for _, parts in groupby(rows, key=lambda row: row[2])]
    clauses = [f"PARTITION BY {_by(method, by)}"]
    if inner:
        clauses.append(f"SUBPARTITION BY {_by(inner, inner_by)}")
        clauses.append(f"SUBPARTITIONS {len(partitions[0])}")
    named = _listed(partitions, bool(inner))
    if named:
        clauses.append("(\n  " + ",\n  ".join(named) + "\n)")
    else:
        clauses.append(f"PARTITIONS {len(partitions)}")
    return "\n".join(clauses)


def _by(method: str, expression: str | None) -> str:
    return f"{method} ({expression or ''})"


def _listed(partitions: list[list[Sequence[Any]]], subpartitioned: bool) -> list[str]:
    """Each partition's own clause; none where the server made the names by itself."""
    first = partitions[0][0]
    if first[8] is None and all(
        parts[0][2] == f"p{number}" and not parts[0][9] for number, parts in enumerate(partitions)
    ):
        return []
    return [_partition(parts, subpartitioned) for parts in partitions]


def _partition(parts: list[Sequence[Any]], subpartitioned: bool) -> str:
    name, subname, method, _, _, _, description, comment = parts[0][2:]
    text = f"PARTITION {quoted(name)}"
    if description is not None:
        text += f" VALUES {_values(method, description)}"
    if comment:
        text += f" COMMENT = {literal(comment)}"
    if subpartitioned and subname != f"{name}sp0":
        text += " (" + ", ".join(f"SUBPARTITION {quoted(part[3])}" for part in parts) + ")"
    return text


def _values(method: str, description: str) -> str:
    if method.startswith("LIST"):
        return f"IN ({description})"
    return "LESS THAN " + ("MAXVALUE" if description == "MAXVALUE" else f"({description})")
