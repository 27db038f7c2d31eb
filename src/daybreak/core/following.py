"""Views that only the history makes: what their columns become follows from the tables."""

from __future__ import annotations

import re
from dataclasses import replace

from daybreak.core.catalog import Catalog, View

_CAST = re.compile(r"::[a-z_ ]+(?:\(\d+(?:,\d+)?\))?(?:\[\])?|[()\s]")


def with_following_views(goal: Catalog, made: Catalog, wanted: Catalog) -> Catalog:
    """`goal`, in which the views that are not the models' own have columns of the types in `made`.

    `wanted` is what the models make. A view counts as long as its query is the same in both, but
    for the casts that PostgreSQL writes into it by the types of the columns.
    """
    own = {(view.schema, view.name) for view in wanted.views}
    there = {(view.schema, view.name): view for view in made.views}

    def follow(view: View) -> View:
        key = (view.schema, view.name)
        found = there.get(key)
        if key in own or found is None or _bare(found.definition) != _bare(view.definition):
            return view
        if [column.name for column in found.columns] != [column.name for column in view.columns]:
            return view
        pairs = zip(view.columns, found.columns, strict=True)
        columns = (
            replace(one, type=now.type, collation=now.collation, charset=now.charset)
            for one, now in pairs
        )
        return replace(view, definition=found.definition, columns=tuple(columns))

    return replace(goal, views=tuple(map(follow, goal.views)))


def _bare(query: str) -> str:
    return _CAST.sub("", query)
