"""Renames that the models themselves tell of: `info={"renamed_from": "name"}`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from daybreak.core.catalog import Address, Catalog, address_of
from daybreak.core.change import Rename

if TYPE_CHECKING:
    from sqlalchemy import MetaData

KEY = "renamed_from"


def hinted_renames(
    metadatas: Sequence[MetaData], history: Catalog, wanted: Catalog, *, home: str | None = None
) -> Iterator[Rename]:
    """The hints that still say something: the old name is in the history, the new one is not.

    So a hint may stay in the model after its revision was written. `home` is another name that
    the models may have for the default schema.
    """
    before = {(table.schema, table.name): table for table in history.tables}
    after = {(table.schema, table.name): table for table in wanted.tables}
    for table in (table for metadata in metadatas for table in metadata.tables.values()):
        schema = None if table.schema == home else table.schema
        here = (schema or history.default_schema, table.name)
        was = here
        if (old := table.info.get(KEY)) is not None and here not in before:
            was = (here[0], str(old))
            if was in before and was not in after:
                to = Address("table", here[0], here[1])
                yield Rename(address_of(before[was]), to, before[was])
        if was not in before:
            continue
        columns = {column.name: column for column in before[was].columns}
        for column in table.columns:
            name = column.info.get(KEY)
            if name is None or column.name in columns or str(name) not in columns:
                continue
            if str(name) in table.columns:
                continue
            to = Address("column", here[0], column.name, here[1])
            item = columns[str(name)]
            yield Rename(address_of(item, before[was]), to, item)
