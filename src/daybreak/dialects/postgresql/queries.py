"""The queries of a catalog: a fixed number, whatever the schemas, over pg_catalog alone.

information_schema is not asked, since it hides what the user has no right to. Words with a dollar
stand for what is the same in several queries or differs between versions; `FRAGMENTS` has them.
Names of columns come from `COLUMNS`, by number, so that gaps that dropped ones left do not show.
Arrays are text[] and one-letter codes are text: every driver reads these alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from string import Template

from daybreak.dialects.base import CATALOG_LOCK_TIMEOUT_S
from daybreak.dialects.postgresql.queries_others import OTHERS
from daybreak.dialects.postgresql.queries_tables import OF_TABLES


def catalog_session(version: int, *, fresh: bool) -> list[str]:
    """What pg_dump sets, too: each of these shows in a deparsed text. All go with the rollback."""
    settings = Template(SETTINGS).substitute(lock_timeout=f"{CATALOG_LOCK_TIMEOUT_S}s")
    return [SNAPSHOT, settings] if fresh else [settings]


def catalog_session_end(version: int) -> list[str]:
    return []


@cache
def catalog_queries(version: int, *, once: bool = False) -> Mapping[str, str]:
    """See the Protocol. Serves 14 and later.

    With `once`, nothing is deparsed that other columns tell, too: enough to see what differs.
    """
    fragments = {
        **FRAGMENTS,
        "constraint_told": (TOLD_ONCE if version >= 18 else TOLD_ONCE_14) if once else TOLD,
        "index_told": INDEX_TOLD_ONCE if once else "true",
        "predicate_told": "false" if once else "i.indpred IS NOT NULL",
        "on_delete_columns": "con.confdelsetcols" if version >= 15 else "NULL",
        "nulls_not_distinct": "i.indnullsnotdistinct" if version >= 15 else "false",
        "enforced": "con.conenforced" if version >= 18 else "true",
        "public_acl": PUBLIC_ACL if version >= 15 else PUBLIC_ACL_14,
        "published_schemas": PUBLISHED_SCHEMAS if version >= 15 else "NULL",
        "published_part": PUBLISHED_PART if version >= 15 else "''",
    }
    return {name: Template(sql).substitute(fragments) for name, sql in QUERIES.items()}


SNAPSHOT = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"

# JIT compiles for longer than these queries run.
SETTINGS = """
SELECT set_config(name, value, true)
FROM (VALUES
    ('search_path', ''),
    ('timezone', 'UTC'),
    ('datestyle', 'ISO, YMD'),
    ('intervalstyle', 'postgres'),
    ('bytea_output', 'hex'),
    ('quote_all_identifiers', 'off'),
    ('extra_float_digits', '1'),
    ('xmloption', 'content'),
    ('jit', 'off'),
    ('lock_timeout', '$lock_timeout')
) AS setting (name, value)
"""

# Reading waits behind ACCESS EXCLUSIVE alone, and behind who waits for one in front of it.
LOCK_HOLDERS = """
SELECT
    n.nspname || '.' || c.relname,
    coalesce(l.pid, 0),
    coalesce(a.usename, x.owner, '')::text,
    coalesce(a.application_name, x.gid, ''),
    CASE WHEN l.pid IS NULL THEN 'a prepared transaction'
        WHEN l.granted THEN coalesce(a.state, 'active')
        ELSE 'waiting for that lock' END,
    coalesce(extract(epoch FROM clock_timestamp() - coalesce(a.xact_start, x.prepared)), 0)::float8
FROM pg_catalog.pg_locks l
JOIN pg_catalog.pg_database d ON d.oid = l.database AND d.datname = current_database()
JOIN pg_catalog.pg_class c ON c.oid = l.relation AND c.relpersistence <> 't'
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace AND n.nspname !~ '^pg_'
LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
LEFT JOIN pg_catalog.pg_prepared_xacts x
    ON l.pid IS NULL AND '-1/' || x.transaction = l.virtualtransaction
WHERE l.mode = 'AccessExclusiveLock' AND l.pid IS DISTINCT FROM pg_backend_pid()
ORDER BY l.granted DESC, c.relkind IN ('r', 'p') DESC, coalesce(a.xact_start, x.prepared), c.oid
LIMIT 1
"""

# Who may use `public`, if nobody changed it: initdb's own grants, which pg_dump knows as well.
PUBLIC_ACL = "acldefault('n', n.oid_owner) || makeaclitem(0, n.oid_owner, 'USAGE', false)"
PUBLIC_ACL_14 = PUBLIC_ACL + " || makeaclitem(0, n.oid_owner, 'CREATE', false)"

# Constraints that have a text. The fields tell all of a key or a foreign key but its period.
TOLD = "con.contype <> 'n'"
TOLD_ONCE = "con.contype IN ('c', 'x') OR con.conperiod"
TOLD_ONCE_14 = "con.contype IN ('c', 'x')"

# Of a btree on plain columns the numbers tell all, if they are those that each server has. (Those
# below 10000 are never given to another object: bki.html, "OID Assignment".)
INDEX_TOLD_ONCE = """am.amname <> 'btree' OR i.indexprs IS NOT NULL OR i.indpred IS NOT NULL
        OR 10000 <= ANY (i.indclass::oid[]) OR 10000 <= ANY (i.indcollation::oid[])"""

PUBLISHED_SCHEMAS = """(
        SELECT string_agg(quote_ident(n.nspname), ', ' ORDER BY n.nspname)
        FROM pg_publication_namespace pn JOIN pg_namespace n ON n.oid = pn.pnnspid
        WHERE pn.pnpubid = p.oid)"""
PUBLISHED_PART = """concat(
            (SELECT ' (' || string_agg(quote_ident(a.attname), ', ' ORDER BY a.attname) || ')'
             FROM unnest(r.prattrs) AS k (attnum)
             JOIN pg_attribute a ON a.attrelid = r.prrelid AND a.attnum = k.attnum),
            ' WHERE (' || pg_get_expr(r.prqual, r.prrelid) || ')')"""

MODIFY = "CASE {} WHEN 'r' THEN 'READ_ONLY' WHEN 's' THEN 'SHAREABLE' ELSE 'READ_WRITE' END"

FRAGMENTS = {
    # Before the rest of a query: the schemas that it is bounded to.
    "schemas": """
WITH n AS (
    SELECT oid, nspname, nspowner AS oid_owner, nspacl
    FROM pg_namespace
    WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
    AND (CAST(:schemas AS text) IS NULL
         OR nspname IN (SELECT json_array_elements_text(CAST(CAST(:schemas AS text) AS json))))
)""",
    "finalfunc_modify": MODIFY.format("g.aggfinalmodify"),
    "mfinalfunc_modify": MODIFY.format("g.aggmfinalmodify"),
    # After WHERE …: what no extension owns; `i` marks what another object made for itself.
    "own_relation": """NOT EXISTS (
    SELECT FROM pg_depend e
    WHERE e.classid = 'pg_class'::regclass AND e.objid = c.oid AND e.deptype = 'e')""",
    "own_type": """NOT EXISTS (
    SELECT FROM pg_depend e
    WHERE e.classid = 'pg_type'::regclass AND e.objid = t.oid AND e.deptype = 'e')""",
    "own_routine": """NOT EXISTS (
    SELECT FROM pg_depend e
    WHERE e.classid = 'pg_proc'::regclass AND e.objid = p.oid AND e.deptype IN ('e', 'i'))""",
    "own_schema": """NOT EXISTS (
    SELECT FROM pg_depend e
    WHERE e.classid = 'pg_namespace'::regclass AND e.objid = n.oid AND e.deptype = 'e')""",
}

SCHEMAS = """
$schemas
SELECT
    n.oid,
    n.nspname::text,
    CASE WHEN n.nspname = 'public'
        THEN nullif(obj_description(n.oid, 'pg_namespace'), 'standard public schema')
        ELSE obj_description(n.oid, 'pg_namespace') END
FROM n
WHERE $own_schema
ORDER BY n.nspname
"""

# What was granted beyond, and what was revoked of, the rights that an object is born with.
GRANTS = """
$schemas,
object (class, id, part, owner, acl, born) AS (
    SELECT 'relation', c.oid, 0, c.relowner, c.relacl,
        acldefault(CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", c.relowner)
    FROM pg_class c JOIN n ON n.oid = c.relnamespace
    WHERE c.relacl IS NOT NULL AND c.relkind IN ('r', 'p', 'f', 'v', 'm', 'S')
    UNION ALL
    SELECT 'relation', c.oid, a.attnum, c.relowner, a.attacl, acldefault('c', c.relowner)
    FROM pg_attribute a
    JOIN pg_class c ON c.oid = a.attrelid
    JOIN n ON n.oid = c.relnamespace
    WHERE a.attacl IS NOT NULL AND NOT a.attisdropped
    UNION ALL
    SELECT 'type', t.oid, 0, t.typowner, t.typacl, acldefault('T', t.typowner)
    FROM pg_type t JOIN n ON n.oid = t.typnamespace
    WHERE t.typacl IS NOT NULL
    UNION ALL
    SELECT 'routine', p.oid, 0, p.proowner, p.proacl, acldefault('f', p.proowner)
    FROM pg_proc p JOIN n ON n.oid = p.pronamespace
    WHERE p.proacl IS NOT NULL
    UNION ALL
    SELECT 'schema', n.oid, 0, n.oid_owner, coalesce(n.nspacl, acldefault('n', n.oid_owner)),
        CASE n.nspname WHEN 'public' THEN $public_acl ELSE acldefault('n', n.oid_owner) END
    FROM n
)
SELECT
    o.class,
    o.id,
    o.part,
    g.privilege_type,
    CASE g.grantee WHEN 0 THEN 'PUBLIC' WHEN o.owner THEN '<owner>'
        ELSE pg_get_userbyid(g.grantee)::text END,
    g.is_grantable,
    g.revoked
FROM object o
CROSS JOIN LATERAL (
    (SELECT grantee, privilege_type, is_grantable, false AS revoked FROM aclexplode(o.acl)
     EXCEPT
     SELECT grantee, privilege_type, is_grantable, false FROM aclexplode(o.born))
    UNION ALL
    (SELECT grantee, privilege_type, is_grantable, true FROM aclexplode(o.born)
     EXCEPT
     SELECT grantee, privilege_type, is_grantable, true FROM aclexplode(o.acl))
) g
"""

# Whichever schemas are asked for: an extension may have a schema of its own, or pg_catalog.
# The comment that came with an extension is its installation's, as its version is.
EXTENSIONS = """
SELECT e.extname::text, s.nspname::text, e.extversion, nullif(
    obj_description(e.oid, 'pg_extension'),
    (SELECT a.comment FROM pg_available_extensions() a WHERE a.name = e.extname))
FROM pg_extension e
JOIN pg_namespace s ON s.oid = e.extnamespace
WHERE e.oid >= 16384
ORDER BY e.extname
"""

# Enums, domains, composites and ranges; not a table's row type, not a range's multirange.
TYPES = """
$schemas
SELECT
    t.oid,
    n.nspname::text,
    t.typname::text,
    t.typtype::text,
    t.typrelid,
    CASE t.typtype WHEN 'e' THEN ARRAY(
        SELECT l.enumlabel::text FROM pg_enum l WHERE l.enumtypid = t.oid ORDER BY l.enumsortorder)
    END,
    CASE t.typtype WHEN 'd' THEN format_type(t.typbasetype, t.typtypmod) END,
    t.typnotnull,
    CASE t.typtype WHEN 'd' THEN pg_get_expr(t.typdefaultbin, 0) END,
    CASE WHEN t.typtype = 'd' AND t.typcollation <> b.typcollation
        THEN t.typcollation::regcollation::text END,
    CASE t.typtype WHEN 'r' THEN (
        SELECT concat_ws(', ',
            'SUBTYPE = ' || format_type(r.rngsubtype, NULL),
            'MULTIRANGE_TYPE_NAME = ' || r.rngmultitypid::regtype,
            'SUBTYPE_OPCLASS = ' || quote_ident(s.nspname) || '.' || quote_ident(o.opcname),
            'COLLATION = ' || nullif(r.rngcollation, 0)::regcollation,
            'CANONICAL = ' || nullif(r.rngcanonical, 0)::regproc,
            'SUBTYPE_DIFF = ' || nullif(r.rngsubdiff, 0)::regproc)
        FROM pg_range r
        JOIN pg_opclass o ON o.oid = r.rngsubopc
        JOIN pg_namespace s ON s.oid = o.opcnamespace
        WHERE r.rngtypid = t.oid) END,
    obj_description(t.oid, 'pg_type')
FROM pg_type t
JOIN n ON n.oid = t.typnamespace
LEFT JOIN pg_class c ON c.oid = t.typrelid
LEFT JOIN pg_type b ON b.oid = t.typbasetype
WHERE (t.typtype IN ('e', 'd', 'r') OR t.typtype = 'c' AND c.relkind = 'c')
AND $own_type
ORDER BY n.nspname, t.typname
"""

ROUTINES = """
$schemas
SELECT
    p.oid,
    n.nspname::text,
    p.proname::text,
    pg_get_function_identity_arguments(p.oid),
    p.prokind::text,
    CASE WHEN p.prokind <> 'a' THEN pg_get_functiondef(p.oid)
    ELSE (
        SELECT format('CREATE AGGREGATE %I.%I(%s) (', n.nspname, p.proname,
                pg_get_function_arguments(p.oid))
            || concat_ws(', ',
                'SFUNC = ' || g.aggtransfn::regproc,
                'STYPE = ' || format_type(g.aggtranstype, NULL),
                'SSPACE = ' || nullif(g.aggtransspace, 0),
                'FINALFUNC = ' || nullif(g.aggfinalfn, 0)::regproc,
                CASE WHEN g.aggfinalextra THEN 'FINALFUNC_EXTRA' END,
                'FINALFUNC_MODIFY = ' || $finalfunc_modify,
                'COMBINEFUNC = ' || nullif(g.aggcombinefn, 0)::regproc,
                'SERIALFUNC = ' || nullif(g.aggserialfn, 0)::regproc,
                'DESERIALFUNC = ' || nullif(g.aggdeserialfn, 0)::regproc,
                'INITCOND = ' || quote_literal(g.agginitval),
                'MSFUNC = ' || nullif(g.aggmtransfn, 0)::regproc,
                'MINVFUNC = ' || nullif(g.aggminvtransfn, 0)::regproc,
                'MSTYPE = ' || format_type(nullif(g.aggmtranstype, 0), NULL),
                'MSSPACE = ' || nullif(g.aggmtransspace, 0),
                'MFINALFUNC = ' || nullif(g.aggmfinalfn, 0)::regproc,
                CASE WHEN g.aggmfinalextra THEN 'MFINALFUNC_EXTRA' END,
                'MFINALFUNC_MODIFY = ' || CASE WHEN g.aggmtranstype <> 0
                    THEN $mfinalfunc_modify END,
                'MINITCOND = ' || quote_literal(g.aggminitval),
                'SORTOP = ' || (
                    SELECT format('OPERATOR(%I.%s)', s.nspname, o.oprname)
                    FROM pg_operator o JOIN pg_namespace s ON s.oid = o.oprnamespace
                    WHERE o.oid = g.aggsortop),
                'PARALLEL = ' || CASE p.proparallel
                    WHEN 's' THEN 'SAFE' WHEN 'r' THEN 'RESTRICTED' END,
                CASE WHEN g.aggkind = 'h' THEN 'HYPOTHETICAL' END)
            || ')'
        FROM pg_aggregate g WHERE g.aggfnoid = p.oid)
    END,
    obj_description(p.oid, 'pg_proc')
FROM pg_proc p
JOIN n ON n.oid = p.pronamespace
WHERE $own_routine
ORDER BY n.nspname, p.proname, pg_get_function_identity_arguments(p.oid) COLLATE "C"
"""

QUERIES = {
    "schemas": SCHEMAS,
    "grants": GRANTS,
    "extensions": EXTENSIONS,
    "types": TYPES,
    "routines": ROUTINES,
    **OF_TABLES,
    **OTHERS,
}
