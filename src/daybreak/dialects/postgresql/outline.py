"""A catalog in outline: a digest for each table and view, made by the server.

Equal digests mean equal rows of `catalog_queries`, but for what differs between two databases that
hold the same: oids. Each stands in the rows' first columns, and is left out or told as a name.
Rows come to nobody, so that at 5000 tables this takes a third of the time of reading them.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from daybreak.dialects.base import Outline, Rows
from daybreak.dialects.postgresql.queries import catalog_queries
from daybreak.dialects.postgresql.queries_tables import OF_TABLES

# What is read as a whole beside the digests, because it belongs to no table or is soon read.
_WHOLE = ("sequences",)
# These begin with the table's oid and then the index's; the others with the table's alone.
_OF_INDEXES = frozenset({"indexes", "index keys"})


@cache
def catalog_outline(version: int) -> Outline:
    """See the Protocol. In a database of another encoding the digests are others, too."""
    queries = catalog_queries(version)
    parts = {name: queries[name] for name in OF_TABLES if name not in _WHOLE}
    told = [
        (TOLD_OF_INDEX if name in _OF_INDEXES else TOLD).format(name=name, query=query)
        for name, query in parts.items()
        if name != "relations"
    ]
    return Outline(
        DIGESTS.format(
            relations=queries["relations"],
            told="    UNION ALL".join(told),
            sequences=queries["sequences"],
            grants=queries["grants"],
        ),
        {name: query for name, query in queries.items() if name not in parts},
        {name: PART.format(query=query) for name, query in parts.items()},
    )


def catalog_relations(rows: Rows) -> Sequence[int]:
    """See the Protocol: composite types, and 0, which the constraints of domains have."""
    return sorted({row[4] for row in rows["types"] if row[3] in "cd"})


DIGESTS = """
WITH relation (id, schema, name) AS (
{relations}
),
told (id, what, said) AS (
    SELECT id, 'relations', substr(relation::text, strpos(relation::text, ','))
    FROM relation
    UNION ALL
{told}
    UNION ALL
    SELECT q.owner, 'identity', ROW(q.name, q.type, q.start, q.increment, q.minimum, q.maximum,
        q.cached, q.cycle, q.persistence, q.part, q.comment)::text
    FROM ({sequences}) AS q (id, schema, name, type, start, increment, minimum, maximum,
        cached, cycle, persistence, how, owner, part, comment)
    WHERE q.how = 'i'
    UNION ALL
    SELECT coalesce(d.refobjid, g.id), 'grants',
        ROW(g.id::regclass, g.part, g.privilege, g.grantee, g.grantable, g.revoked)::text
    FROM ({grants}) AS g (class, id, part, privilege, grantee, grantable, revoked)
    LEFT JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = g.id AND d.objsubid = 0
        AND d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i')
    WHERE g.class = 'relation'
)
SELECT relation.id, relation.schema, relation.name,
    encode(sha256(convert_to(
        string_agg(told.what || told.said, E'\\n' ORDER BY told.what, told.said COLLATE "C"),
        getdatabaseencoding())), 'hex')
FROM relation JOIN told ON told.id = relation.id
GROUP BY relation.id, relation.schema, relation.name
ORDER BY relation.schema, relation.name
"""

TOLD = """
    SELECT q.relation, '{name}', substr(q::text, strpos(q::text, ','))
    FROM ({query}) AS q (relation)
"""
TOLD_OF_INDEX = """
    SELECT q.relation, '{name}',
        q.index_id::regclass || regexp_replace(q::text, '^.[0-9]*,[0-9]*', '')
    FROM ({query}) AS q (relation, index_id)
"""

PART = """
SELECT q.* FROM ({query}) AS q (relation)
WHERE q.relation = ANY (CAST(CAST(:relations AS text) AS oid[]))
"""
