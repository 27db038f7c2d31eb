"""The words in which the kinds of change on MySQL are told: models as text, and rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypedDict, Unpack

from matrix.kind import Expected, Kind


class Details(TypedDict, total=False):
    """What a kind may have beside models and rows."""

    expected: Expected
    drops: tuple[str, ...]
    cure: str
    schemas: tuple[str, ...]


def changed(
    name: str,
    before: str,
    after: str,
    *rows: str,
    renames: Mapping[str, str] | None = None,
    **details: Unpack[Details],
) -> Kind:
    """Models before and after; `rows` are statements. Renames are full names: `item.a: item.b`."""
    return Kind(
        name=name,
        before=before,
        after=after,
        rows=";\n".join(rows),
        renames=tuple(f"{old}={new}" for old, new in (renames or {}).items()),
        **details,
    )


def item(*parts: str, more: str = "", id_column: str = "") -> str:
    """A table `item` with a key and `parts`, which are columns, constraints, options."""
    lines = [id_column or 'Column("id", Integer, primary_key=True)', *parts]
    listed = "".join(f"    {line},\n" for line in lines if line)
    return f'item = Table(\n    "item",\n    metadata,\n{listed})\n{more}'


def of_column(name: str, before: str, after: str, *values: str, **details: Unpack[Details]) -> Kind:
    """A column `a` of `item` changes from one expression to another; `values` are its rows."""
    rows = [f"INSERT INTO item (id, a) VALUES ({n}, {v})" for n, v in enumerate(values, 1)]
    sides = [item(f'Column("a", {side})') for side in (before, after)]
    return changed(name, *sides, *rows, **details)


def unchanged(name: str, models: str, *rows: str, schemas: tuple[str, ...] = ()) -> Kind:
    """Models that stay as they are: nothing may be sent."""
    return changed(name, models, models, *rows, schemas=schemas)


def ddl(*statements: str) -> str:
    """Statements that the models run after create_all, as a user writes them."""
    return "".join(
        f'event.listen(metadata, "after_create", DDL("""{sql}"""))\n' for sql in statements
    )
