"""Names and texts as PostgreSQL reads them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from daybreak.core.catalog import Address, Catalog, Options

# Source: pg_get_keywords() of PostgreSQL 18, the words that can't name a table or column bare.
_WORDS = """
all analyse analyze and any array as asc asymmetric authorization binary both case cast check
collate collation column concurrently constraint create cross current_catalog current_date
current_role current_schema current_time current_timestamp current_user default deferrable desc
distinct do else end except false fetch for foreign freeze from full grant group having ilike in
initially inner intersect into is isnull join lateral leading left like limit localtime
localtimestamp natural not notnull null offset on only or order outer overlaps placing primary
references returning right select session_user similar some symmetric system_user table
tablesample then to trailing true union unique user using variadic verbose when where window
with between bigint bit boolean char character coalesce dec decimal exists extract float
greatest grouping inout int integer interval json json_array json_arrayagg json_exists
json_object json_objectagg json_query json_scalar json_serialize json_table json_value least
merge_action national nchar none normalize nullif numeric out overlay position precision real
row setof smallint substring time timestamp treat trim values varchar xmlattributes xmlconcat
xmlelement xmlexists xmlforest xmlnamespaces xmlparse xmlpi xmlroot xmlserialize xmltable
"""
_RESERVED = frozenset(_WORDS.split())
_PLAIN = re.compile(r"[a-z_][a-z0-9_]*")


def quoted(identifier: str) -> str:
    """`identifier`, in quotes only where the server needs them, as quote_ident() does."""
    if _PLAIN.fullmatch(identifier) and identifier not in _RESERVED:
        return identifier
    return '"' + identifier.replace('"', '""') + '"'


def literal(text: str | None) -> str:
    """`text` as a string constant; None as NULL."""
    if text is None:
        return "NULL"
    escaped = text.replace("'", "''")
    if "\\" in escaped:
        return "E'" + escaped.replace("\\", "\\\\") + "'"
    return f"'{escaped}'"


def named(schema: str, name: str, catalog: Catalog) -> str:
    """The name with its schema, unless that is the default one, which a person leaves out."""
    if schema in ("", catalog.default_schema):
        return quoted(name)
    return f"{quoted(schema)}.{quoted(name)}"


def full(schema: str, name: str) -> str:
    """The name as it stands in the server's own texts, which always give the schema."""
    return f"{quoted(schema)}.{quoted(name)}"


def owner(address: Address, catalog: Catalog) -> str:
    """The table, view, domain or composite type that the part at `address` belongs to."""
    return named(address.schema, address.table or address.name, catalog)


def listed(names: tuple[str, ...]) -> str:
    return ", ".join(quoted(name) for name in names)


def storage(options: Options) -> str:
    """Storage parameters as they stand in WITH (…): those of TOAST are `toast.name`."""
    return ", ".join(f"{name} = {_value(value)}" for name, value in options)


def _value(value: str) -> str:
    return value if re.fullmatch(r"-?\d+(\.\d+)?|true|false|on|off|auto", value) else literal(value)


def options_change(before: Options, after: Options, head: str) -> list[str]:
    """SET for what is new or differs, RESET for what is gone."""
    wanted, gone = dict(after), [name for name, _ in before if name not in dict(after)]
    changed = tuple((n, v) for n, v in wanted.items() if (n, v) not in before)
    sql = [f"{head} SET ({storage(changed)})"] if changed else []
    return [*sql, f"{head} RESET ({', '.join(gone)})"] if gone else sql
