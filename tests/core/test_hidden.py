"""What a project hides from a comparison stays as the history has it."""

from __future__ import annotations

from dataclasses import replace

from daybreak.core.catalog import (
    Address,
    Catalog,
    Column,
    Enum,
    Index,
    IndexKey,
    Sequence,
    Table,
)
from daybreak.core.hidden import keep_fields, keep_hidden


def catalog(*tables: Table) -> Catalog:
    return Catalog("postgresql", 16, "public", tables=tables)


def table(*columns: Column, name: str = "t", indexes: tuple[Index, ...] = ()) -> Table:
    return Table("public", name, columns, indexes=indexes)


OLD, NEW = Column("a", "integer"), Column("a", "bigint")
INDEX = Index("i", "…", (IndexKey(column="a"),))


def test_a_hidden_table_is_neither_made_nor_dropped_nor_altered() -> None:
    history = catalog(table(OLD, name="altered"), table(name="dropped"))
    wanted = catalog(table(NEW, name="altered"), table(name="new"))
    kept = keep_hidden(wanted, history, lambda _: True)
    assert kept == history


def test_what_belongs_to_a_hidden_table_alone_is_hidden_with_it() -> None:
    def side(*labels: str, table_name: str) -> Catalog:
        mood, size = Enum("public", "mood", labels), Enum("public", "size", labels)
        kept = table(Column("s", "public.size"))
        hidden = table(Column("m", "public.mood"), Column("s", "public.size"), name=table_name)
        return replace(catalog(kept, hidden), enums=(mood, size))

    history, wanted = side("a", table_name="theirs"), side("a", "b", table_name="theirs")
    wanted = replace(wanted, tables=wanted.tables[:1])
    kept = keep_hidden(wanted, history, lambda address: address.name == "theirs")
    assert kept.tables == history.tables
    assert [(enum.name, enum.labels) for enum in kept.enums] == [
        ("mood", ("a",)),
        ("size", ("a", "b")),
    ]


def test_a_hidden_part_stays_and_the_rest_changes() -> None:
    history = catalog(table(OLD, Column("gone", "text"), indexes=(INDEX,)))
    wanted = catalog(table(NEW, Column("new", "text")))

    def hides(address: Address) -> bool:
        return address.name in {"a", "gone", "i"}

    (kept,) = keep_hidden(wanted, history, hides).tables
    assert kept.columns == (OLD, Column("new", "text"), Column("gone", "text"))
    assert kept.indexes == (INDEX,)


def test_types_and_sequences_that_a_hidden_table_uses_stay_with_it() -> None:
    hidden = table(Column("id", "integer"), Column("m", "mood"), name="legacy")
    mood = Enum("public", "mood", ("a", "b"))
    numbers = Sequence(
        "public", "legacy_id_seq", "integer", 1, 1, 1, 9, 1, cycle=False, owned_by=("legacy", "id")
    )
    dropped = replace(numbers, name="t_id_seq", owned_by=("t", "id"))
    gone = table(Column("m", "mood"), name="t")
    history = replace(catalog(hidden, gone), enums=(mood,), sequences=(numbers, dropped))
    kept = keep_hidden(catalog(), history, lambda address: address.name == "legacy")
    assert kept == replace(history, tables=(hidden,), sequences=(numbers,))


def test_only_what_differs_is_asked_about() -> None:
    asked: list[str] = []

    def hides(address: Address) -> bool:
        asked.append(address.name)
        return False

    same = table(OLD, name="same")
    wanted = catalog(same, table(NEW, Column("b", "text")))
    assert keep_hidden(wanted, catalog(same, table(OLD, Column("b", "text"))), hides) == wanted
    assert asked == ["t", "a"]


def test_a_field_that_is_not_compared_is_the_history_s() -> None:
    history = catalog(table(Column("a", "integer", default="1", not_null=True)))
    wanted = catalog(table(Column("a", "bigint", default="2"), Column("b", "text", default="3")))
    (kept,) = keep_fields(wanted, history, frozenset({"default"})).tables
    assert kept.columns == (
        Column("a", "bigint", default="1"),
        Column("b", "text", default="3"),
    )
    assert keep_fields(wanted, history, frozenset()) is wanted
