"""The queries for what has no kind of its own in a catalog: each row is one `Other`.

A row is schema, name, what it is, its definition in plain text, its comment. What has no schema is
told whichever are asked for. Passwords may stand in a subscription's connection and in a user
mapping's options: these are not read.
"""

from __future__ import annotations

EVENT_TRIGGERS = """
SELECT '', e.evtname::text, 'event trigger',
    concat('ON ', e.evtevent, ' EXECUTE FUNCTION ' || e.evtfoid::regprocedure,
        ' WHEN TAG IN (' || array_to_string(e.evttags, ', ') || ')',
        ' ENABLED ' || e.evtenabled::text),
    obj_description(e.oid, 'pg_event_trigger')
FROM pg_event_trigger e
WHERE NOT EXISTS (
    SELECT FROM pg_depend d
    WHERE d.classid = 'pg_event_trigger'::regclass AND d.objid = e.oid AND d.deptype = 'e')
"""

PUBLICATIONS = """
SELECT '', p.pubname::text, 'publication',
    concat_ws(', ',
        (to_jsonb(p) - ARRAY['oid', 'pubname', 'pubowner', 'pubgencols'])::text,
        'generated columns ' || nullif(to_jsonb(p) ->> 'pubgencols', 'n'),
        'schemas ' || $published_schemas,
        (SELECT string_agg(concat(r.prrelid::regclass, $published_part), ', '
            ORDER BY r.prrelid::regclass::text COLLATE "C")
         FROM pg_publication_rel r WHERE r.prpubid = p.oid)),
    obj_description(p.oid, 'pg_publication')
FROM pg_publication p
"""

# In the schemas asked for: operators and what groups them, collations, conversions, text search.
IN_SCHEMAS = """
$schemas,
found (class, id, schema, name, what, definition) AS (
    SELECT 'pg_operator', o.oid, o.oprnamespace,
        format('%s (%s, %s)', o.oprname, format_type(o.oprleft, NULL),
            format_type(o.oprright, NULL)),
        'operator',
        concat('FUNCTION ', o.oprcode::regprocedure, ' COMMUTATOR ', o.oprcom::regoperator,
            ' NEGATOR ', o.oprnegate::regoperator, ' RESTRICT ', o.oprrest::regproc,
            ' JOIN ', o.oprjoin::regproc, ' HASHES ', o.oprcanhash, ' MERGES ', o.oprcanmerge)
    FROM pg_operator o
    UNION ALL
    SELECT 'pg_opclass', o.oid, o.opcnamespace, format('%s USING %s', o.opcname, am.amname),
        'operator class',
        concat('FOR TYPE ', format_type(o.opcintype, NULL), ' FAMILY ', quote_ident(s.nspname), '.',
            quote_ident(f.opfname), ' DEFAULT ', o.opcdefault,
            ' STORAGE ' || format_type(nullif(o.opckeytype, 0), NULL))
    FROM pg_opclass o JOIN pg_am am ON am.oid = o.opcmethod
    JOIN pg_opfamily f ON f.oid = o.opcfamily JOIN pg_namespace s ON s.oid = f.opfnamespace
    UNION ALL
    SELECT 'pg_opfamily', f.oid, f.opfnamespace, format('%s USING %s', f.opfname, am.amname),
        'operator family',
        concat_ws(', ',
            (SELECT string_agg(format('OPERATOR %s %s FOR %s', o.amopstrategy,
                o.amopopr::regoperator, o.amoppurpose), ', '
                ORDER BY o.amopstrategy, o.amopopr::regoperator::text COLLATE "C")
             FROM pg_amop o WHERE o.amopfamily = f.oid),
            (SELECT string_agg(format('FUNCTION %s (%s, %s) %s', p.amprocnum,
                format_type(p.amproclefttype, NULL), format_type(p.amprocrighttype, NULL),
                p.amproc::regprocedure), ', '
                ORDER BY p.amprocnum, p.amproc::regprocedure::text COLLATE "C")
             FROM pg_amproc p WHERE p.amprocfamily = f.oid))
    FROM pg_opfamily f JOIN pg_am am ON am.oid = f.opfmethod
    UNION ALL
    SELECT 'pg_collation', l.oid, l.collnamespace, l.collname, 'collation',
        concat_ws(', ', 'PROVIDER ' || l.collprovider::text,
            'DETERMINISTIC ' || l.collisdeterministic,
            'LC_COLLATE ' || l.collcollate, 'LC_CTYPE ' || l.collctype,
            'LOCALE ' || coalesce(to_jsonb(l) ->> 'colllocale', to_jsonb(l) ->> 'colliculocale'),
            'RULES ' || (to_jsonb(l) ->> 'collicurules'))
    FROM pg_collation l
    UNION ALL
    SELECT 'pg_conversion', v.oid, v.connamespace, v.conname, 'conversion',
        concat('FOR ', pg_encoding_to_char(v.conforencoding), ' TO ',
            pg_encoding_to_char(v.contoencoding), ' FROM ', v.conproc::regproc,
            ' DEFAULT ', v.condefault)
    FROM pg_conversion v
    UNION ALL
    SELECT 'pg_ts_config', t.oid, t.cfgnamespace, t.cfgname, 'text search configuration',
        concat('PARSER ', quote_ident(s.nspname), '.', quote_ident(p.prsname),
            (SELECT string_agg(format(', %s WITH %s', y.alias, m.dictionaries), ''
                ORDER BY y.alias COLLATE "C")
             FROM ts_token_type(t.cfgparser) y
             JOIN LATERAL (
                SELECT string_agg(g.mapdict::regdictionary::text, ', ' ORDER BY g.mapseqno)
                    AS dictionaries
                FROM pg_ts_config_map g WHERE g.mapcfg = t.oid AND g.maptokentype = y.tokid
             ) m ON m.dictionaries IS NOT NULL))
    FROM pg_ts_config t JOIN pg_ts_parser p ON p.oid = t.cfgparser
    JOIN pg_namespace s ON s.oid = p.prsnamespace
    WHERE t.oid >= 16384
    UNION ALL
    SELECT 'pg_ts_dict', t.oid, t.dictnamespace, t.dictname, 'text search dictionary',
        concat('TEMPLATE ', quote_ident(s.nspname), '.', quote_ident(p.tmplname),
            ' OPTIONS ' || t.dictinitoption)
    FROM pg_ts_dict t JOIN pg_ts_template p ON p.oid = t.dicttemplate
    JOIN pg_namespace s ON s.oid = p.tmplnamespace
    UNION ALL
    SELECT 'pg_ts_parser', t.oid, t.prsnamespace, t.prsname, 'text search parser',
        concat_ws(', ', t.prsstart::text, t.prstoken::text, t.prsend::text, t.prsheadline::text,
            t.prslextype::text)
    FROM pg_ts_parser t
    UNION ALL
    SELECT 'pg_ts_template', t.oid, t.tmplnamespace, t.tmplname, 'text search template',
        concat_ws(', ', t.tmplinit::text, t.tmpllexize::text)
    FROM pg_ts_template t
    UNION ALL
    SELECT 'pg_type', t.oid, t.typnamespace, t.typname, 'base type',
        concat_ws(', ', t.typinput::text, t.typoutput::text, t.typreceive::text, t.typsend::text,
            t.typmodin::text, t.typmodout::text, t.typanalyze::text, t.typlen, t.typbyval,
            t.typcategory, t.typispreferred, t.typdefault, t.typdelim, t.typalign, t.typstorage)
    FROM pg_type t WHERE t.typtype IN ('b', 'p') AND t.typcategory <> 'A'
)
SELECT n.nspname::text, f.name::text, f.what, f.definition,
    obj_description(f.id, f.class)
FROM found f
JOIN n ON n.oid = f.schema
WHERE f.id >= 16384
AND NOT EXISTS (
    SELECT FROM pg_depend d
    WHERE d.classid = f.class::regclass AND d.objid = f.id AND d.deptype IN ('e', 'i'))
"""

# Without a schema; default privileges may have one.
IN_DATABASE = """
$schemas,
found (class, id, name, what, definition, acl, owner, schema) AS (
    SELECT 'pg_cast', c.oid,
        format('%s AS %s', format_type(c.castsource, NULL), format_type(c.casttarget, NULL)),
        'cast',
        concat('FUNCTION ', c.castfunc::regprocedure, ' CONTEXT ', c.castcontext, ' METHOD ',
            c.castmethod),
        NULL::aclitem[], 0, ''
    FROM pg_cast c
    UNION ALL
    SELECT 'pg_transform', t.oid, format('%s LANGUAGE %s', format_type(t.trftype, NULL), l.lanname),
        'transform', concat(t.trffromsql::regprocedure, ', ', t.trftosql::regprocedure),
        NULL, 0, ''
    FROM pg_transform t JOIN pg_language l ON l.oid = t.trflang
    UNION ALL
    SELECT 'pg_am', a.oid, a.amname, 'access method',
        concat('TYPE ', a.amtype, ' HANDLER ', a.amhandler::regproc), NULL, 0, ''
    FROM pg_am a
    UNION ALL
    SELECT 'pg_language', l.oid, l.lanname, 'language',
        concat('HANDLER ', l.lanplcallfoid::regprocedure, ' INLINE ', l.laninline::regprocedure,
            ' VALIDATOR ', l.lanvalidator::regprocedure, ' TRUSTED ', l.lanpltrusted),
        l.lanacl, l.lanowner, ''
    FROM pg_language l
    UNION ALL
    SELECT 'pg_foreign_data_wrapper', w.oid, w.fdwname, 'foreign data wrapper',
        concat('HANDLER ', w.fdwhandler::regproc, ' VALIDATOR ', w.fdwvalidator::regproc,
            ' OPTIONS ' || array_to_string(w.fdwoptions, ', ')),
        w.fdwacl, w.fdwowner, ''
    FROM pg_foreign_data_wrapper w
    UNION ALL
    SELECT 'pg_foreign_server', s.oid, s.srvname, 'foreign server',
        concat('FOREIGN DATA WRAPPER ', w.fdwname, ' TYPE ' || s.srvtype,
            ' VERSION ' || s.srvversion, ' OPTIONS ' || array_to_string(s.srvoptions, ', ')),
        s.srvacl, s.srvowner, ''
    FROM pg_foreign_server s JOIN pg_foreign_data_wrapper w ON w.oid = s.srvfdw
    UNION ALL
    SELECT 'pg_user_mapping', m.umid,
        format('%s SERVER %s', CASE m.umuser WHEN 0 THEN 'PUBLIC' ELSE m.usename END, m.srvname),
        'user mapping', '', NULL, 0, ''
    FROM pg_user_mappings m
    UNION ALL
    SELECT 'pg_subscription', b.oid, b.subname, 'subscription',
        concat('PUBLICATION ', array_to_string(b.subpublications, ', '), ' SLOT ', b.subslotname,
            ' ENABLED ', b.subenabled),
        NULL, 0, ''
    FROM pg_subscription b JOIN pg_database d ON d.oid = b.subdbid
    WHERE d.datname = current_database()
    UNION ALL
    SELECT 'pg_default_acl', a.oid,
        concat(CASE a.defaclobjtype WHEN 'r' THEN 'TABLES' WHEN 'S' THEN 'SEQUENCES'
            WHEN 'f' THEN 'FUNCTIONS' WHEN 'T' THEN 'TYPES' WHEN 'n' THEN 'SCHEMAS'
            ELSE a.defaclobjtype::text END,
            ' FOR ' || CASE a.defaclrole WHEN d.datdba THEN '<owner>'
                ELSE pg_get_userbyid(a.defaclrole)::text END),
        'default privileges', '', a.defaclacl, a.defaclrole, coalesce(n.nspname, '')
    FROM pg_default_acl a
    JOIN pg_database d ON d.datname = current_database()
    LEFT JOIN n ON n.oid = a.defaclnamespace
    WHERE a.defaclnamespace = 0 OR n.oid IS NOT NULL
)
SELECT f.schema, f.name::text, f.what,
    concat(f.definition, (
        SELECT string_agg(format(' GRANT %s TO %s%s', g.privilege_type,
            CASE g.grantee WHEN 0 THEN 'PUBLIC' WHEN f.owner THEN '<owner>'
                ELSE pg_get_userbyid(g.grantee)::text END,
            CASE WHEN g.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END), ','
            ORDER BY g.grantee = 0, pg_get_userbyid(g.grantee), g.privilege_type)
        FROM aclexplode(f.acl) g)),
    obj_description(f.id, f.class)
FROM found f
WHERE f.id >= 16384
AND NOT EXISTS (
    SELECT FROM pg_depend d
    WHERE d.classid = f.class::regclass AND d.objid = f.id AND d.deptype IN ('e', 'i'))
"""

OTHERS = {
    "event triggers": EVENT_TRIGGERS,
    "publications": PUBLICATIONS,
    "others in schemas": IN_SCHEMAS,
    "others in the database": IN_DATABASE,
}
