"""SQL of keys, indexes, checks and foreign keys."""

from __future__ import annotations

import re
from collections.abc import Sequence

from daybreak.core.catalog import Address, Catalog, Constraint, Index, IndexKey, Table
from daybreak.dialects.mysql.texts import literal, quoted

_GENERATED = re.compile(r"(.+)(_(?:ibfk|chk)_\d+)", re.DOTALL)


def add_constraint(constraint: Constraint, name: str | None = None) -> str:
    return f"ADD {constraint_text(constraint, name)}"


def constraint_text(constraint: Constraint, name: str | None = None) -> str:
    """As it stands in CREATE TABLE; a primary key has no name."""
    if constraint.kind == "primary key":
        return constraint.definition + _comment(constraint.index_comment)
    return f"CONSTRAINT {quoted(name or constraint.name)} {constraint.definition}"


def drop_constraint(constraint: Constraint) -> str:
    match constraint.kind:
        case "primary key":
            return "DROP PRIMARY KEY"
        case "foreign key":
            return f"DROP FOREIGN KEY {quoted(constraint.name)}"
    return f"DROP CHECK {quoted(constraint.name)}"


def index_text(index: Index) -> str:
    """As it stands in CREATE TABLE."""
    return f"{_word(index)} {quoted(index.name)} {keys_text(index.keys)}{_rest(index)}"


def create_index(table: str, index: Index) -> str:
    keys = keys_text(index.keys)
    return f"CREATE {_word(index)} {quoted(index.name)} ON {table} {keys}{_rest(index)}"


def definition(index: Index) -> str:
    """What an index is, without its name, its comment and whether it is visible."""
    return f"{_word(index)} {keys_text(index.keys)}{_parser(index)}"


def follows_table(address: Address, to: Address, after: Catalog) -> bool:
    """Whether renaming the table has renamed its constraint, as it does for generated names.

    Source: "RENAME TABLE Statement": names that begin with "tbl_name_ibfk_" and "tbl_name_chk_".
    """
    old, new = _GENERATED.fullmatch(address.name), _GENERATED.fullmatch(to.name)
    return (
        old is not None
        and new is not None
        and old[2] == new[2]
        and new[1] == to.table
        and all(table.name != old[1] for table in after.tables if table.schema == to.schema)
    )


def index_follows(old: str, new: str, was: Table | None, now: Table | None) -> bool:
    """Whether the statement that renames a foreign key renames its index of the same name too.

    The server does so for an index that it made itself, which a catalog can't tell from others;
    said in the statement it is the same for every index.
    """
    return (
        was is not None
        and now is not None
        and all(
            name in {c.name for c in table.constraints if c.kind == "foreign key"}
            and name in {index.name for index in table.indexes}
            for name, table in ((old, was), (new, now))
        )
    )


def _word(index: Index) -> str:
    if index.unique:
        return "UNIQUE INDEX"
    return "INDEX" if index.method == "btree" else f"{index.method.upper()} INDEX"


def _rest(index: Index) -> str:
    return _parser(index) + _comment(index.comment) + (" INVISIBLE" if index.invisible else "")


def _parser(index: Index) -> str:
    return f" WITH PARSER {quoted(index.parser)}" if index.parser else ""


def _comment(comment: str | None) -> str:
    return f" COMMENT {literal(comment)}" if comment else ""


def keys_text(keys: Sequence[IndexKey]) -> str:
    """The keys of an index in brackets."""
    return "(" + ", ".join(map(_key_text, keys)) + ")"


def _key_text(key: IndexKey) -> str:
    text = f"({key.expression})" if key.column is None else quoted(key.column)
    length = f"({key.length})" if key.length else ""
    return text + length + (" DESC" if key.descending else "")
