"""Whatever two catalogs are: the changes run in their order on a server, and lead to the other."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.catalogs import (
    catalog,
    check,
    foreign_key,
    index,
    primary_key,
    serial,
    serial_column,
    table,
    unique,
    view,
)
from core.interpreter import contents, run
from daybreak.core.catalog import Address, Catalog, Column, Enum, Routine, Schema, Trigger
from daybreak.core.catalog import Sequence as Numbers
from daybreak.core.diff import diff
from daybreak.core.engine import Engine

TABLES = ("t1", "t2", "t3")
COLUMNS = ("c1", "c2", "c3")


@st.composite
def catalogs(draw: Any) -> Catalog:
    """Schemas of up to three tables with types, keys, circles of foreign keys, views, triggers."""
    items: list[Any] = [Schema("public")]
    enums = draw(st.sets(st.sampled_from(["e1", "e2"])))
    labels = [f"label_{letter}" for letter in "abc"[: draw(st.integers(1, 3))]]
    items += [Enum("public", name, tuple(labels)) for name in enums]
    routines = draw(st.sets(st.sampled_from(["f1", "f2"])))
    for name in routines:
        # f1 gives columns their defaults, which keep it as it is.
        result = draw(st.sampled_from(["trigger", "integer"])) if name == "f2" else "integer"
        body = f"FUNCTION public.{name}() RETURNS {result} LANGUAGE sql AS $$ 1 $$"
        items.append(Routine("public", name, "", "function", body))
    names = sorted(draw(st.sets(st.sampled_from(TABLES))))
    keyed = {name: draw(st.sampled_from(["primary key", "unique", ""])) for name in names}
    types = ["integer", "text", *(f"public.{name}" for name in enums)]
    columns: dict[str, list[str]] = {}
    for name in names:
        parts: list[Any] = []
        if keyed[name]:
            make = primary_key if keyed[name] == "primary key" else unique
            parts.append(make(f"{name}_{draw(st.sampled_from(['key', 'id']))}", "id"))
        have = columns[name] = sorted(draw(st.sets(st.sampled_from(COLUMNS))))
        plain: list[str] = []
        for column in have:
            kind = draw(st.sampled_from(["plain", "plain", "serial", "generated", "routine"]))
            if kind == "serial":
                parts.append(serial_column(name, column))
                items.append(serial(name, column, start=draw(st.sampled_from([1, 5]))))
            elif kind == "generated" and plain:
                parts.append(Column(column, "integer", generated=f"({plain[0]} + 1)", stored=True))
            elif kind == "routine" and "f1" in routines:
                parts.append(Column(column, "integer", default="public.f1()"))
            else:
                made = draw(st.sampled_from(types))
                default = f"'{labels[-1]}'::{made}" if made.startswith("public.") else None
                parts.append(Column(column, made, default=default))
                plain.append(column)
            if draw(st.booleans()):
                parts.append(index(f"{name}_{draw(st.sampled_from('xyz'))}_{column}", name, column))
            if draw(st.booleans()):
                parts.append(check(f"{name}_{column}_ok", f"{column} IS NOT NULL", column))
        parts += [
            foreign_key(f"{name}_{other}", have[0], other)
            for other in names
            if keyed[other] and have and draw(st.booleans())
        ]
        if routines and draw(st.booleans()):
            function = draw(st.sampled_from(sorted(routines)))
            text = f"CREATE TRIGGER g ON public.{name} EXECUTE FUNCTION public.{function}()"
            parts.append(Trigger("g", text))
        items.append(table(name, *parts))
    readable = [name for name in names if columns[name]]
    if readable and draw(st.booleans()):
        name = draw(st.sampled_from(readable))
        column = draw(st.sampled_from(columns[name]))
        items.append(view("v1", f"SELECT {column} FROM public.{name}", column))
        if draw(st.booleans()):
            items.append(view("v2", "SELECT * FROM public.v1", column))
    return catalog(*items)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(catalogs(), catalogs(), st.booleans())
def test_changes_run_in_their_order_and_lead_to_the_other_catalog(
    before: Catalog, after: Catalog, alters_generated: bool
) -> None:
    changes = diff(before, after, engine=Engine(alters_generated=alters_generated))
    result = run(changes, before)
    wanted = contents(after)
    assert {a: _comparable(a, i) for a, i in result.items()} == {
        a: _comparable(a, i) for a, i in wanted.items()
    }


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(catalogs())
def test_a_catalog_does_not_differ_from_a_copy_of_itself(one: Catalog) -> None:
    assert diff(one, replace(one)) == ()


def _comparable(address: Address, item: Any) -> Any:
    """A sequence that SERIAL made is known by its owner alone."""
    return item.owned_by if isinstance(item, Numbers) else item
