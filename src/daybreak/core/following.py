"""What only the history makes and a change of a column beneath it makes otherwise.

A view's columns have the types that the tables give them, and PostgreSQL writes casts into the
texts of views, triggers, policies and rules by the types of what they read. No model says how.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, TypeVar

from daybreak.core.catalog import Catalog, Table, View

_Relation = TypeVar("_Relation", Table, View)

_PARTS = ("triggers", "policies", "rules")
_CAST = re.compile(r"::[a-z_ ]+(?:\(\d+(?:,\d+)?\))?(?:\[\])?|[()\s]")


def with_following(goal: Catalog, made: Catalog, wanted: Catalog) -> Catalog:
    """`goal`, in which what is not the models' own has the types and casts that it has in `made`.

    `wanted` is what the models make. Whatever else differs stays as it is in `goal`.
    """
    views = _views(goal.views, made.views, wanted.views)
    return replace(
        goal,
        tables=_followed(goal.tables, made.tables, wanted.tables),
        views=_followed(views, made.views, wanted.views),
    )


def _followed(
    relations: Iterable[_Relation], made: Iterable[_Relation], wanted: Iterable[_Relation]
) -> tuple[_Relation, ...]:
    """Their triggers, policies and rules."""
    there, own = _by_name(made), _by_name(wanted)

    def parts(relation: _Relation, name: str) -> tuple[Any, ...]:
        key = (relation.schema, relation.name)
        now = {part.name: part for part in getattr(there.get(key), name, ())}
        kept = {part.name for part in getattr(own.get(key), name, ())}
        return tuple(
            now[part.name]
            if part.name not in kept and part.name in now and _alike(part, now[part.name])
            else part
            for part in getattr(relation, name)
        )

    def follow(relation: _Relation) -> _Relation:
        changed: dict[str, Any] = {
            name: parts(relation, name) for name in _PARTS if hasattr(relation, name)
        }
        return replace(relation, **changed)

    return tuple(map(follow, relations))


def _views(views: Iterable[View], made: Iterable[View], wanted: Iterable[View]) -> Iterator[View]:
    there, own = _by_name(made), _by_name(wanted)

    def follow(view: View) -> View:
        key = (view.schema, view.name)
        found = there.get(key)
        if key in own or found is None or not _alike(view.definition, found.definition):
            return view
        if [column.name for column in found.columns] != [column.name for column in view.columns]:
            return view
        pairs = zip(view.columns, found.columns, strict=True)
        columns = (
            replace(one, type=now.type, collation=now.collation, charset=now.charset)
            for one, now in pairs
        )
        return replace(view, definition=found.definition, columns=tuple(columns))

    return map(follow, views)


def _by_name(relations: Iterable[_Relation]) -> dict[tuple[str, str], _Relation]:
    return {(relation.schema, relation.name): relation for relation in relations}


def _alike(one: object, other: object) -> bool:
    """Whether both say the same but for casts, and for the parentheses around what is cast."""
    return _CAST.sub("", str(one)) == _CAST.sub("", str(other))
