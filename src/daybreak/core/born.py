"""Rights that an object has from its birth, because the history set default privileges."""

from __future__ import annotations

from collections.abc import Mapping

from daybreak.core.catalog import Catalog, Kind, Other, address_of, objects_of
from daybreak.core.change import Alter, Change, sides

_PRIVILEGES = "default privileges"
_SEQUENCE = "identity's sequence"
# The words of ALTER DEFAULT PRIVILEGES … ON for each kind.
_WORDS: Mapping[Kind, str] = {
    "table": "TABLES",
    "view": "TABLES",
    "sequence": "SEQUENCES",
    "routine": "FUNCTIONS",
    "enum": "TYPES",
    "domain": "TYPES",
    "composite": "TYPES",
    "range": "TYPES",
    "schema": "SCHEMAS",
}


def born_with(change: Change, start: Catalog) -> bool:
    """Whether `change` is about nothing but the rights of an object that `start` did not have.

    Who creates it has no say in these where `start` has default privileges for its kind.
    """
    item = next(side for side in sides(change) if side is not None)
    if isinstance(item, Other) and item.what == _SEQUENCE:
        words = "SEQUENCES"
    elif isinstance(change, Alter) and change.fields == ("grants",):
        words = _WORDS.get(change.address.kind, "")
    else:
        return False
    if any(address_of(there) == change.address for there in objects_of(start)):
        return False
    return any(
        other.what == _PRIVILEGES
        and other.schema in {"", change.address.schema}
        and other.name.partition(" ")[0] == words
        for other in start.others
    )
