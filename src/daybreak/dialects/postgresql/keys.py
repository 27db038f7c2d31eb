"""Constraints and indexes: from their rows to values."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

from daybreak.core.catalog import Constraint, Index, IndexKey
from daybreak.dialects.postgresql.columns import options_of

KINDS = {
    "p": "primary key",
    "u": "unique",
    "f": "foreign key",
    "c": "check",
    "x": "exclude",
    "n": "not null",
}
ACTIONS = {
    "a": "NO ACTION",
    "r": "RESTRICT",
    "c": "CASCADE",
    "n": "SET NULL",
    "d": "SET DEFAULT",
}
MATCHES = {"s": "SIMPLE", "f": "FULL", "p": "PARTIAL"}
CHECK_MARKS = (" NOT VALID", " NOT ENFORCED", " NO INHERIT")
DESCENDING, NULLS_FIRST = 1, 2  # bits of indoption


def constraints_of(
    rows: Iterable[Sequence[Any]], names: Mapping[tuple[int, int], str]
) -> dict[int, tuple[Constraint, ...]]:
    """The constraints of each table, or domain, by name; `names` are those of the columns."""
    found: dict[int, list[Constraint]] = defaultdict(list)
    for row in rows:
        owner, _, name, code, definition, numbers = row[:6]
        columns = tuple([names[owner, number] for number in numbers or () if number > 0])
        found[owner].append(
            _not_null(name, columns, row)
            if code == "n"
            else _constraint(name, code, definition or "", columns, names, row)
        )
    return {owner: tuple(constraints) for owner, constraints in found.items()}


def _not_null(name: str, columns: tuple[str, ...], row: Sequence[Any]) -> Constraint:
    validated, enforced, no_inherit, comment, local = row[16], row[17], row[18], row[22], row[26]
    marks = f"{' NO INHERIT' if no_inherit else ''}{'' if validated else ' NOT VALID'}"
    return Constraint(
        name,
        "not null",
        f"NOT NULL{marks}",
        columns,
        validated=validated,
        enforced=enforced,
        no_inherit=no_inherit,
        comment=comment,
        local=local,
    )


def _constraint(
    name: str,
    code: str,
    definition: str,
    columns: tuple[str, ...],
    names: Mapping[tuple[int, int], str],
    row: Sequence[Any],
) -> Constraint:
    include, schema, table, referred_columns, on_update, on_delete, set_columns, match = row[6:14]
    deferrable, deferred, validated, enforced, no_inherit, not_distinct, options = row[14:21]
    tablespace, comment, index_comment, clustered, replica, local = row[21:]
    foreign = code == "f"
    return Constraint(
        name,
        cast(Any, KINDS[code]),
        definition,
        columns,
        tuple(include or ()),
        _checked(definition) if code == "c" else None,
        (schema, table) if foreign else None,
        tuple(referred_columns or ()),
        ACTIONS[on_update] if foreign else "NO ACTION",
        ACTIONS[on_delete] if foreign else "NO ACTION",
        tuple([names[row[0], number] for number in set_columns or ()]),
        MATCHES[match] if foreign else "SIMPLE",
        deferrable,
        deferred,
        validated,
        enforced,
        no_inherit and code == "c",
        bool(not_distinct),
        options_of(options) if options else (),
        tablespace,
        comment,
        index_comment,
        clustered,
        replica,
        local,
    )


def _checked(definition: str) -> str:
    """What stands between the parentheses of `CHECK (…) NO INHERIT NOT VALID`."""
    inner = definition
    while inner.endswith(CHECK_MARKS):
        inner = inner[: inner.rindex(" NO")]
    return inner.removeprefix("CHECK (").removesuffix(")")


def indexes_of(
    rows: Iterable[Sequence[Any]], key_rows: Iterable[Sequence[Any]]
) -> dict[int, tuple[Index, ...]]:
    """The indexes of each table or materialised view, by name."""
    parts: dict[int, list[Sequence[Any]]] = defaultdict(list)
    for row in key_rows:
        parts[row[1]].append(row)
    found: dict[int, list[Index]] = defaultdict(list)
    for row in rows:
        table, oid, name, definition, unique, method, count, predicate, not_distinct = row[:9]
        options, valid, space, clustered, replica, comment, parent = row[9:]
        own = parts[oid]
        found[table].append(
            Index(
                name,
                definition or "",
                tuple([_key(part) for part in own[:count]]),
                unique,
                method,
                tuple([part[3] for part in own[count:]]),
                predicate,
                bool(not_distinct),
                options_of(options) if options else (),
                valid,
                statistics=tuple([(str(p[2]), p[9]) for p in own if p[9] is not None]),
                tablespace=space,
                clustered=clustered,
                replica_identity=replica,
                comment=comment,
                parent=parent,
            )
        )
    return {table: tuple(indexes) for table, indexes in found.items()}


def _key(part: Sequence[Any]) -> IndexKey:
    _, _, _, column, expression, opclass, options, collation, bits, _ = part
    if options:
        opclass = f"{opclass or ''}({', '.join('='.join(o) for o in options_of(options))})"
    return IndexKey(
        column, expression, opclass, collation, bool(bits & DESCENDING), bool(bits & NULLS_FIRST)
    )
