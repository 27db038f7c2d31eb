"""SQL of keys, indexes, checks and foreign keys."""

from __future__ import annotations

from collections.abc import Sequence

from daybreak.core.catalog import Address, Constraint, Index, IndexKey, Table
from daybreak.dialects.mysql.texts import literal, quoted


def add_constraint(constraint: Constraint, name: str | None = None) -> str:
    return f"ADD {constraint_text(constraint, name)}"


def constraint_text(constraint: Constraint, name: str | None = None) -> str:
    """As it stands in CREATE TABLE; a primary key has no name."""
    if constraint.kind == "primary key":
        return constraint.definition + _comment(constraint.index_comment)
    return f"CONSTRAINT {quoted(name or constraint.name)} {constraint.definition}"


def add_foreign_key(table: str, key: Constraint, was: Table | None, now: Table | None) -> list[str]:
    """`table` is quoted, `was` what held at first, perhaps with another key on these columns.

    The server replaces an index that it once made for such a key with one of the new key's name.
    Which one that is no catalog tells, so it has that name meanwhile, and comes back.
    """
    add, new = add_constraint(key), quoted(key.name)
    index = _index_of(key, was, now)
    if index is None:
        return [f"ALTER TABLE {table} {add}"]
    return [
        f"ALTER TABLE {table}\n  RENAME INDEX {quoted(index)} TO {new},\n  {add}",
        f"ALTER TABLE {table} RENAME INDEX {new} TO {quoted(index)}",
    ]


def _index_of(key: Constraint, was: Table | None, now: Table | None) -> str | None:
    """The index that the server may have made for an earlier key, and that stays."""
    if was is None or now is None:
        return None
    had = any(c.kind == "foreign key" and c.columns == key.columns for c in was.constraints)
    stays = {index.name: index for index in now.indexes}
    for index in was.indexes:
        same = tuple(part.column for part in index.keys) == key.columns
        if same and index.name == key.columns[0] and stays.get(index.name) == index:
            return index.name if had and key.name not in stays else None
    return None


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


def rename_constraint(
    table: str, constraint: Constraint, address: Address, to: Address, was: Table | None
) -> list[str]:
    """It is made again under its new name. `table` is quoted, `was` what holds before.

    The server replaces the index that it once made for a foreign key, and no other; which one it
    made no catalog tells. Renamed there and back, an index is nobody's but the table's.
    """
    new = quoted(to.name)
    drop, add = drop_constraint(constraint), add_constraint(constraint, to.name)
    kept: list[str] = []
    below = _index_below(constraint, was)
    if below is not None and below != to.name:
        kept = [
            f"ALTER TABLE {table} RENAME INDEX {quoted(below)} TO {new}",
            f"ALTER TABLE {table} RENAME INDEX {new} TO {quoted(below)}",
        ]
    return [*kept, f"ALTER TABLE {table}\n  {drop},\n  {add}"]


def _index_below(constraint: Constraint, table: Table | None) -> str | None:
    """The index that a foreign key has by itself, if there is but one that serves it."""
    if constraint.kind != "foreign key" or table is None:
        return None
    serving = [
        index.name
        for index in table.indexes
        if tuple(key.column for key in index.keys)[: len(constraint.columns)] == constraint.columns
    ]
    return serving[0] if len(serving) == 1 else None


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
