"""A catalog in outline: a digest for each table and view, made by the server.

Equal digests mean equal rows of `catalog_queries`, but for what differs between two databases that
hold the same: oids. Each stands in the rows' first columns, and is left out or told as a name.
A digest is the sum of the rows' hashes, 128 bits in all: rows need not be sorted for it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache

from daybreak.dialects.base import Outline, Rows
from daybreak.dialects.postgresql.queries import catalog_queries
from daybreak.dialects.postgresql.queries_tables import OF_TABLES

# What is read as a whole beside the digests, because it belongs to no table or is soon read.
_WHOLE = ("sequences",)


@cache
def catalog_outline(version: int) -> Outline:
    """See the Protocol. Serves 14 and later, as `catalog_queries` does."""
    queries = catalog_queries(version)
    parts = {name: queries[name] for name in OF_TABLES if name not in _WHOLE}
    once = {
        name: unordered(query)
        for name, query in catalog_queries(version, once=True).items()
        if name in parts
    }
    told = [
        FORMS.get(name, TOLD).format(name=name, query=query)
        for name, query in once.items()
        if name != "relations"
    ]
    return Outline(
        DIGESTS.format(relations=once["relations"], told="    UNION ALL".join(told)),
        NAMES.format(relations=once["relations"]),
        {name: query for name, query in queries.items() if name not in parts},
        {name: PART.format(query=query) for name, query in parts.items()},
    )


def catalog_relations(rows: Rows) -> Sequence[int]:
    """See the Protocol: composite types, and 0, which the constraints of domains have."""
    return sorted({row[4] for row in rows["types"] if row[3] in "cd"})


def catalog_told(rows: Rows) -> Mapping[int, str]:
    """See the Protocol: grants, and the sequences of identity columns."""
    told: dict[int, list[str]] = defaultdict(list)
    owned: dict[int, tuple[int, str]] = {}
    for row in rows["sequences"]:
        oid, name, how, owner, *rest = row[0], row[2], *row[11:]
        if owner is not None:
            owned[oid] = owner, name
        if how == "i":
            told[owner].append(repr((*row[1:11], *rest)))
    for kind, id_, *grant in rows["grants"]:
        if kind == "relation":
            owner, name = owned.get(id_, (id_, ""))
            told[owner].append(repr((name, *grant)))
    return {id_: " ".join(sorted(texts)) for id_, texts in told.items()}


def unordered(query: str) -> str:
    """`query` without its last clause."""
    return query[: query.rindex("\nORDER BY ")]


# Texts are summed up before anything is joined: there are twenty of a table.
DIGESTS = """
WITH relation (id, schema, name) AS (
{relations}
),
told (id, digest) AS (
    SELECT id, concat_ws(' ', count(*),
        sum(hashtextextended(said COLLATE "C", 0)),
        sum(hashtextextended(said COLLATE "C", 1)))
    FROM (
    SELECT id, 'relations' || substr(relation::text, length(id::text) + 2)
    FROM relation
    UNION ALL
{told}
    ) AS row (id, said)
    GROUP BY id
)
SELECT relation.id, relation.schema, relation.name, told.digest
FROM relation JOIN told ON told.id = relation.id
ORDER BY relation.schema, relation.name
"""

# What follows the id in the text of a row.
TOLD = """
    SELECT q.relation, '{name}' || substr(q::text, length(q.relation::text) + 2)
    FROM ({query}) AS q (relation)
"""
TOLD_OF_INDEX = """
    SELECT q.relation,
        '{name}' || substr(q::text, length(q.relation::text) + length(q.index_id::text) + 3)
    FROM ({query}) AS q (relation, index_id)
"""

# The text of an index tells all of its keys but the statistics that are kept of an expression.
TOLD_OF_KEY = """
    SELECT q.relation, concat_ws(',', '{name}', q.index_id::regclass, q.place, q.target)
    FROM ({query}) AS q (relation, index_id, place, c, e, o, p, l, b, target)
    WHERE q.target IS NOT NULL
"""
FORMS = {"indexes": TOLD_OF_INDEX, "index keys": TOLD_OF_KEY}

NAMES = """
SELECT q.id, q.schema, q.name FROM ({relations}) AS q (id, schema, name)
"""

PART = """
SELECT q.* FROM ({query}) AS q (relation)
WHERE q.relation = ANY (CAST(CAST(:relations AS text) AS oid[]))
"""
