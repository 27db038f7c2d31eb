"""Columns and options: from their rows to values."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from daybreak.core.catalog import Column, Grant, Identity, Options

STORAGE = {"p": "PLAIN", "e": "EXTERNAL", "m": "MAIN", "x": "EXTENDED"}
COMPRESSION = {"p": "pglz", "l": "lz4"}

# DEFAULT NULL, which the server keeps with a cast for some types: no default at all.
NULL_DEFAULT = re.compile(r"NULL::[^'(]*(\([\d, ]*\))?[^'(]*")

# Source: reloptions.c. A number of theirs means itself, so only the words of these are folded.
BOOLEANS = frozenset(
    {
        "autosummarize",
        "autovacuum_enabled",
        "deduplicate_items",
        "fastupdate",
        "security_barrier",
        "security_invoker",
        "user_catalog_table",
        "vacuum_truncate",
    }
)
TRUE = frozenset({"t", "tr", "tru", "true", "on", "y", "ye", "yes", "1"})
FALSE = frozenset({"f", "fa", "fal", "fals", "false", "of", "off", "n", "no", "0"})


def columns_of(
    rows: Iterable[Sequence[Any]],
    grants: Mapping[tuple[str, int, int], tuple[Grant, ...]],
    identities: Mapping[tuple[int, int], Sequence[Any]],
) -> dict[int, tuple[Column, ...]]:
    """The columns of each relation, by position without gaps. Equal ones are one object."""
    found: dict[int, list[Column]] = defaultdict(list)
    known: dict[object, Column] = {}
    granted = {key[1:]: given for key, given in grants.items() if key[0] == "relation" and key[2]}
    for row in rows:
        columns = found[row[0]]
        position = len(columns) + 1
        options, foreign, key = row[12], row[13], (row[0], row[1])
        if options or foreign or key in granted or key in identities:
            identity = identities.get(key)
            columns.append(_column(row, position, identity, granted.get(key, ())))
            continue
        said = (row[2:], position)
        column = known.get(said)
        if column is None:
            column = known[said] = _column(row, position, None, ())
        columns.append(column)
    return {relation: tuple(columns) for relation, columns in found.items()}


def _column(
    row: Sequence[Any], position: int, sequence: Sequence[Any] | None, grants: tuple[Grant, ...]
) -> Column:
    name, type_, not_null, default, identity, generated, collation = row[2:9]
    storage, compression, statistics, options, foreign, local, comment = row[9:]
    return Column(
        name,
        type_,
        not_null,
        None if generated or default is None else _default(default),
        collation,
        identity=None if sequence is None else _identity(sequence, identity),
        generated=default if generated else None,
        stored=generated == "s",
        comment=comment,
        storage=STORAGE[storage] if storage else None,
        compression=COMPRESSION.get(compression),
        statistics=statistics,
        options=options_of([*(options or ()), *(f"fdw.{o}" for o in foreign or ())]),
        grants=grants,
        local=local,
        position=position,
    )


def _default(text: str) -> str | None:
    return None if text == "NULL" or NULL_DEFAULT.fullmatch(text) else text


def _identity(row: Sequence[Any], how: str) -> Identity:
    _, _, name, _, start, increment, minimum, maximum, cached, cycle, *_ = row
    return Identity(how == "a", name, start, increment, minimum, maximum, cached, cycle)


def options_of(texts: Iterable[str]) -> Options:
    """`["fillfactor=70", …]` sorted by name, each value in its plainest spelling."""
    return tuple(sorted(_option(*text.partition("=")[::2]) for text in texts))


def _option(name: str, value: str) -> tuple[str, str]:
    if name.removeprefix("toast.") in BOOLEANS:
        if value.lower() in TRUE:
            return name, "true"
        if value.lower() in FALSE:
            return name, "false"
    try:
        number = float(value)
    except ValueError:
        return name, value
    return name, str(int(number)) if number == int(number) else repr(number)
