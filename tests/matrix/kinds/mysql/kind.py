"""One kind of model change on MySQL: the models before and after, rows, and what is expected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Expected = Literal["right", "reported", "needs cure", "unchanged"]

HEAD = """\
from sqlalchemy import *
from sqlalchemy import event
from sqlalchemy.dialects import mysql
from sqlalchemy.schema import CreateView, DropView

metadata = MetaData()

"""


@dataclass(frozen=True)
class Kind:
    """`before` and `after` are the source of models modules, which call their MetaData `metadata`.

    `rows` is SQL that runs once the models before are there. `renames` and `drops` are what a
    person has to say (`item.a` is a column); `cure` is SQL without which the rows can't stay as
    the models after want them; then `rows` are not compared. `schemas` are made beside the
    default one. `same` are two queries, before and after, that give the same rows where the
    values themselves change.
    """

    name: str
    before: str
    after: str
    rows: tuple[str, ...] = ()
    expected: Expected = "right"
    renames: Mapping[str, str] = field(default_factory=dict)
    drops: tuple[str, ...] = ()
    cure: tuple[str, ...] = ()
    schemas: tuple[str, ...] = ()
    same: tuple[str, str] | None = None


def changed(
    name: str,
    before: str,
    after: str,
    *rows: str,
    expected: Expected = "right",
    renames: Mapping[str, str] | None = None,
    drops: tuple[str, ...] = (),
    cure: tuple[str, ...] = (),
    schemas: tuple[str, ...] = (),
    same: tuple[str, str] | None = None,
) -> Kind:
    """Models that are text after the imports and `metadata`."""
    return Kind(
        name=name,
        before=HEAD + before.strip() + "\n",
        after=HEAD + after.strip() + "\n",
        rows=rows,
        expected=expected,
        renames=renames or {},
        drops=drops,
        cure=cure,
        schemas=schemas,
        same=same,
    )


def item(*parts: str, more: str = "", id_column: str = "") -> str:
    """A table `item` with a key and `parts`, which are columns, constraints, options."""
    lines = [id_column or 'Column("id", Integer, primary_key=True)', *parts]
    listed = "".join(f"    {line},\n" for line in lines if line)
    return f'item = Table(\n    "item",\n    metadata,\n{listed})\n{more}'


def of_column(name: str, before: str, after: str, *values: str, **more: object) -> Kind:
    """A column `a` of `item` changes from one expression to another; `values` are its rows."""
    rows = tuple(f"INSERT INTO item (id, a) VALUES ({n}, {v})" for n, v in enumerate(values, 1))
    return changed(  # type: ignore[arg-type]
        name, item(f'Column("a", {before})'), item(f'Column("a", {after})'), *rows, **more
    )


def unchanged(name: str, models: str, *rows: str, schemas: tuple[str, ...] = ()) -> Kind:
    """Models that stay as they are: nothing may be sent."""
    return changed(name, models, models, *rows, expected="unchanged", schemas=schemas)


def ddl(*statements: str) -> str:
    """Statements that the models run after create_all, as a user writes them."""
    return "".join(
        f'event.listen(metadata, "after_create", DDL("""{sql}"""))\n' for sql in statements
    )
