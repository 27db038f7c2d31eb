"""The queries for tables and views and all that belongs to one. See queries.py."""

from __future__ import annotations

# Tables of all sorts, views and materialised views.
RELATIONS = """
$schemas
SELECT
    c.oid,
    n.nspname::text,
    c.relname::text,
    c.relkind::text,
    c.relpersistence::text,
    c.reloptions,
    toast.reloptions,
    c.relrowsecurity,
    c.relforcerowsecurity,
    c.relreplident::text,
    nullif(am.amname, 'heap')::text,
    space.spcname::text,
    CASE c.relkind WHEN 'p' THEN pg_get_partkeydef(c.oid) END,
    CASE WHEN c.relispartition THEN pg_get_expr(c.relpartbound, c.oid) END,
    CASE WHEN c.reloftype <> 0 THEN format_type(c.reloftype, NULL) END,
    CASE WHEN c.relkind IN ('v', 'm') THEN pg_get_viewdef(c.oid) END,
    (SELECT quote_ident(s.srvname)
     || coalesce(' OPTIONS (' || array_to_string(f.ftoptions, ', ') || ')', '')
     FROM pg_foreign_table f JOIN pg_foreign_server s ON s.oid = f.ftserver
     WHERE f.ftrelid = c.oid),
    d.description
FROM pg_class c
JOIN n ON n.oid = c.relnamespace
LEFT JOIN pg_class toast ON toast.oid = c.reltoastrelid
LEFT JOIN pg_am am ON am.oid = c.relam
LEFT JOIN pg_tablespace space ON space.oid = c.reltablespace
LEFT JOIN pg_description d
    ON d.classoid = 'pg_class'::regclass AND d.objoid = c.oid AND d.objsubid = 0
WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm')
AND c.relpersistence <> 't'
AND $own_relation
ORDER BY n.nspname, c.relname
"""

# What tables inherit from and partitions belong to.
PARENTS = """
$schemas
SELECT h.inhrelid, h.inhseqno, s.nspname::text, p.relname::text
FROM pg_inherits h
JOIN pg_class c ON c.oid = h.inhrelid AND c.relkind IN ('r', 'p', 'f')
JOIN n ON n.oid = c.relnamespace
JOIN pg_class p ON p.oid = h.inhparent
JOIN pg_namespace s ON s.oid = p.relnamespace
ORDER BY h.inhrelid, h.inhseqno
"""

# Of tables, views and composite types. A default names no column: without its table the server
# need not open it, to name them.
COLUMNS = """
$schemas
SELECT
    a.attrelid,
    a.attnum,
    a.attname::text,
    format_type(a.atttypid, a.atttypmod),
    a.attnotnull,
    CASE WHEN a.atthasdef
        THEN pg_get_expr(f.adbin, CASE a.attgenerated WHEN '' THEN 0 ELSE f.adrelid END) END,
    a.attidentity::text,
    a.attgenerated::text,
    CASE WHEN a.attcollation <> t.typcollation THEN a.attcollation::regcollation::text END,
    CASE WHEN a.attstorage <> t.typstorage THEN a.attstorage::text END,
    a.attcompression::text,
    nullif(a.attstattarget, -1),
    a.attoptions,
    a.attfdwoptions,
    a.attislocal,
    d.description
FROM pg_attribute a
JOIN pg_class c ON c.oid = a.attrelid
JOIN n ON n.oid = c.relnamespace
JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_attrdef f ON f.adrelid = a.attrelid AND f.adnum = a.attnum
LEFT JOIN pg_description d
    ON d.classoid = 'pg_class'::regclass AND d.objoid = a.attrelid AND d.objsubid = a.attnum
WHERE a.attnum > 0 AND NOT a.attisdropped
AND c.relkind IN ('r', 'p', 'f', 'v', 'm', 'c')
AND c.relpersistence <> 't'
ORDER BY a.attrelid, a.attnum
"""

# Of tables and domains. Not a foreign key that another one made for a partition, on either side;
# not a constraint trigger, which is among the triggers. The text of 18's NOT NULL is not asked for:
# there are too many, and nothing in it that the columns do not say.
CONSTRAINTS = """
$schemas
SELECT
    con.conrelid,
    con.contypid,
    con.conname::text,
    con.contype::text,
    CASE WHEN $constraint_told THEN pg_get_constraintdef(con.oid) END,
    con.conkey,
    CASE WHEN i.indnatts > i.indnkeyatts THEN ARRAY(
        SELECT a.attname::text FROM pg_attribute a
        WHERE a.attrelid = i.indexrelid AND a.attnum > i.indnkeyatts ORDER BY a.attnum)
    END,
    s.nspname::text,
    r.relname::text,
    CASE WHEN con.contype = 'f' THEN ARRAY(
        SELECT a.attname::text
        FROM unnest(con.confkey) WITH ORDINALITY AS k (attnum, place)
        JOIN pg_attribute a ON a.attrelid = con.confrelid AND a.attnum = k.attnum
        ORDER BY k.place)
    END,
    con.confupdtype::text,
    con.confdeltype::text,
    $on_delete_columns,
    con.confmatchtype::text,
    con.condeferrable,
    con.condeferred,
    con.convalidated,
    $enforced,
    con.connoinherit,
    $nulls_not_distinct,
    x.reloptions,
    space.spcname::text,
    d.description,
    xd.description,
    coalesce(i.indisclustered, false),
    coalesce(i.indisreplident, false),
    con.conislocal AND con.conparentid = 0
FROM pg_constraint con
JOIN n ON n.oid = con.connamespace
LEFT JOIN pg_class r ON r.oid = con.confrelid AND con.contype = 'f'
LEFT JOIN pg_namespace s ON s.oid = r.relnamespace
LEFT JOIN pg_index i ON i.indexrelid = con.conindid AND con.contype IN ('p', 'u', 'x')
LEFT JOIN pg_class x ON x.oid = i.indexrelid
LEFT JOIN pg_tablespace space ON space.oid = x.reltablespace
LEFT JOIN pg_description d
    ON d.classoid = 'pg_constraint'::regclass AND d.objoid = con.oid AND d.objsubid = 0
LEFT JOIN pg_description xd
    ON xd.classoid = 'pg_class'::regclass AND xd.objoid = x.oid AND xd.objsubid = 0
WHERE con.contype IN ('p', 'u', 'f', 'c', 'x', 'n')
AND NOT (con.contype = 'f' AND con.conparentid <> 0)
ORDER BY con.conname, con.oid
"""

# Those that no constraint owns. One that is being built CONCURRENTLY is not valid yet and not
# INVALID either; without the right to see which index it is, the lock on its table tells.
INDEXES = """
$schemas
SELECT
    i.indrelid,
    i.indexrelid,
    c.relname::text,
    CASE WHEN $index_told THEN pg_get_indexdef(i.indexrelid)
        ELSE concat_ws(';', i.indkey, i.indclass, i.indcollation, i.indoption) END,
    i.indisunique,
    am.amname::text,
    i.indnkeyatts,
    CASE WHEN $predicate_told THEN pg_get_expr(i.indpred, i.indrelid) END,
    $nulls_not_distinct,
    c.reloptions,
    i.indisvalid OR EXISTS (
        SELECT FROM pg_stat_progress_create_index p
        WHERE p.index_relid = i.indexrelid
        OR p.index_relid IS NULL AND EXISTS (
            SELECT FROM pg_locks l
            WHERE l.pid = p.pid AND l.relation = i.indrelid
            AND l.mode = 'ShareUpdateExclusiveLock')),
    space.spcname::text,
    i.indisclustered,
    i.indisreplident,
    d.description,
    s.nspname || '.' || p.relname
FROM pg_index i
JOIN pg_class c ON c.oid = i.indexrelid
JOIN n ON n.oid = c.relnamespace
JOIN pg_am am ON am.oid = c.relam
LEFT JOIN pg_tablespace space ON space.oid = c.reltablespace
LEFT JOIN pg_inherits h ON h.inhrelid = i.indexrelid
LEFT JOIN pg_class p ON p.oid = h.inhparent
LEFT JOIN pg_namespace s ON s.oid = p.relnamespace
LEFT JOIN pg_description d
    ON d.classoid = 'pg_class'::regclass AND d.objoid = c.oid AND d.objsubid = 0
WHERE c.relpersistence <> 't'
AND NOT EXISTS (
    SELECT FROM pg_constraint con
    WHERE con.conindid = i.indexrelid AND con.contype IN ('p', 'u', 'x'))
ORDER BY c.relname
"""

# Of the same indexes, included columns last. The operator class is named where the type would not
# have chosen it: its own default, or the default of the type that it is taken for.
INDEX_KEYS = """
$schemas
SELECT
    i.indrelid,
    i.indexrelid,
    k.attnum,
    a.attname::text,
    CASE WHEN a.attname IS NULL THEN pg_get_indexdef(i.indexrelid, k.attnum, false) END,
    CASE WHEN k.attnum <= i.indnkeyatts AND NOT (
            o.opcdefault AND (o.opcintype = k.atttypid OR ot.typispreferred OR ot.typtype = 'p'))
        THEN CASE WHEN os.nspname <> 'pg_catalog' THEN quote_ident(os.nspname) || '.' ELSE '' END
            || quote_ident(o.opcname) END,
    k.attoptions,
    CASE WHEN k.attnum <= i.indnkeyatts
            AND i.indcollation[k.attnum - 1] NOT IN (0, coalesce(a.attcollation, t.typcollation))
        THEN i.indcollation[k.attnum - 1]::regcollation::text END,
    CASE WHEN k.attnum <= i.indnkeyatts THEN i.indoption[k.attnum - 1] ELSE 0 END,
    nullif(k.attstattarget, -1)
FROM pg_index i
JOIN pg_class c ON c.oid = i.indexrelid
JOIN n ON n.oid = c.relnamespace
JOIN pg_attribute k ON k.attrelid = i.indexrelid
JOIN pg_type t ON t.oid = k.atttypid
LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[k.attnum - 1]
    AND a.attnum > 0
LEFT JOIN pg_opclass o ON o.oid = i.indclass[k.attnum - 1] AND k.attnum <= i.indnkeyatts
LEFT JOIN pg_namespace os ON os.oid = o.opcnamespace
LEFT JOIN pg_type ot ON ot.oid = o.opcintype
WHERE c.relpersistence <> 't'
AND NOT EXISTS (
    SELECT FROM pg_constraint con
    WHERE con.conindid = i.indexrelid AND con.contype IN ('p', 'u', 'x'))
ORDER BY i.indexrelid, k.attnum
"""

# All sequences; who owns one and how: `i` is an identity column, `a` OWNED BY.
SEQUENCES = """
$schemas
SELECT
    c.oid,
    n.nspname::text,
    c.relname::text,
    format_type(q.seqtypid, NULL),
    q.seqstart,
    q.seqincrement,
    q.seqmin,
    q.seqmax,
    q.seqcache,
    q.seqcycle,
    c.relpersistence::text,
    d.deptype::text,
    d.refobjid,
    d.refobjsubid,
    description.description,
    o.relname::text,
    a.attname::text
FROM pg_sequence q
JOIN pg_class c ON c.oid = q.seqrelid
JOIN n ON n.oid = c.relnamespace
LEFT JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.objsubid = 0
    AND d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i')
LEFT JOIN pg_description description
    ON description.classoid = 'pg_class'::regclass
    AND description.objoid = c.oid AND description.objsubid = 0
LEFT JOIN pg_class o ON o.oid = d.refobjid
LEFT JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
WHERE c.relpersistence <> 't'
AND $own_relation
ORDER BY n.nspname, c.relname
"""

# Of the clones that a partitioned table's trigger has on its partitions, those in another state.
TRIGGERS = """
$schemas
SELECT t.tgrelid, t.tgname::text, pg_get_triggerdef(t.oid), t.tgenabled::text,
    obj_description(t.oid, 'pg_trigger')
FROM pg_trigger t
JOIN pg_class c ON c.oid = t.tgrelid
JOIN n ON n.oid = c.relnamespace
LEFT JOIN pg_trigger parent ON parent.oid = t.tgparentid
WHERE NOT t.tgisinternal AND t.tgenabled IS DISTINCT FROM parent.tgenabled
ORDER BY t.tgname
"""

POLICIES = """
$schemas
SELECT
    p.polrelid,
    p.polname::text,
    p.polpermissive,
    p.polcmd::text,
    ARRAY(
        SELECT CASE role WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(role)::text END
        FROM unnest(p.polroles) AS role),
    pg_get_expr(p.polqual, p.polrelid),
    pg_get_expr(p.polwithcheck, p.polrelid),
    obj_description(p.oid, 'pg_policy')
FROM pg_policy p
JOIN pg_class c ON c.oid = p.polrelid
JOIN n ON n.oid = c.relnamespace
ORDER BY p.polname
"""

RULES = """
$schemas
SELECT r.ev_class, r.rulename::text, pg_get_ruledef(r.oid), r.ev_enabled::text,
    obj_description(r.oid, 'pg_rewrite')
FROM pg_rewrite r
JOIN pg_class c ON c.oid = r.ev_class
JOIN n ON n.oid = c.relnamespace
WHERE r.rulename <> '_RETURN'
ORDER BY r.rulename
"""

STATISTICS = """
$schemas
SELECT s.stxrelid, s.stxname::text, pg_get_statisticsobjdef(s.oid), nullif(s.stxstattarget, -1),
    obj_description(s.oid, 'pg_statistic_ext')
FROM pg_statistic_ext s
JOIN pg_class c ON c.oid = s.stxrelid
JOIN n ON n.oid = c.relnamespace
ORDER BY s.stxname
"""

OF_TABLES = {
    "relations": RELATIONS,
    "parents": PARENTS,
    "columns": COLUMNS,
    "constraints": CONSTRAINTS,
    "indexes": INDEXES,
    "index keys": INDEX_KEYS,
    "sequences": SEQUENCES,
    "triggers": TRIGGERS,
    "policies": POLICIES,
    "rules": RULES,
    "statistics": STATISTICS,
}
