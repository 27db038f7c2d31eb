"""What a PostgreSQL catalog tells of catalog_everything.sql."""

from __future__ import annotations

from typing import Any

from daybreak.core.catalog import (
    Column,
    Composite,
    Constraint,
    Domain,
    Enum,
    Extension,
    Grant,
    Identity,
    Index,
    IndexKey,
    Other,
    Policy,
    Range,
    Routine,
    Rule,
    Schema,
    Sequence,
    Statistics,
    Trigger,
)

READER = "catalog_reader"


def function(schema_and_name: str, returns: str, *rest: str) -> str:
    """What pg_get_functiondef makes of a function."""
    lines = [f"CREATE OR REPLACE FUNCTION {schema_and_name}", f" RETURNS {returns}", *rest]
    return "\n".join([*lines, ""])


# (kind, table) -> what the catalog has there; a NOT NULL of 18 is left out, see the test.
TOLD: dict[tuple[str, str], tuple[Any, ...]] = {
    ("schemas", ""): (
        Schema("app", comment="ours", grants=(Grant("USAGE", READER),)),
        Schema("public"),
    ),
    ("extensions", ""): (Extension("vector", "app"),),
    ("enums", ""): (Enum("app", "mood", ("sad", "ok", "happy"), "m"),),
    ("domains", ""): (
        Domain(
            "app",
            "email",
            "character varying(200)",
            True,
            "'x'::character varying",
            '"C"',
            (
                Constraint(
                    "at",
                    "check",
                    "CHECK (((VALUE)::text ~ '@'::text))",
                    expression="((VALUE)::text ~ '@'::text)",
                ),
            ),
        ),
    ),
    ("composites", ""): (
        Composite("app", "pair", (Column("a", "integer"), Column("b", "text", collation='"C"'))),
    ),
    ("ranges", ""): (
        Range(
            "app",
            "span",
            "SUBTYPE = double precision, MULTIRANGE_TYPE_NAME = app.span_multirange, "
            "SUBTYPE_OPCLASS = pg_catalog.float8_ops, SUBTYPE_DIFF = float8mi",
            grants=(Grant("USAGE", "PUBLIC", revoked=True),),
        ),
    ),
    ("sequences", ""): (
        Sequence(
            *("app", "numbers", "integer", 20, 5, 10, 2147483647, 3, True),
            comment="n",
            grants=(Grant("USAGE", READER),),
        ),
        Sequence(
            *("app", "parent_number_seq", "integer", 1, 1, 1, 2147483647, 1, False),
            owned_by=("parent", "number"),
        ),
    ),
    ("routines", ""): (
        Routine(
            "app",
            "act",
            "IN a integer",
            "procedure",
            "CREATE OR REPLACE PROCEDURE app.act(IN a integer)\n LANGUAGE plpgsql\n"
            "AS $procedure$BEGIN END$procedure$\n",
        ),
        Routine(
            "app",
            "on_ddl",
            "",
            "function",
            function(
                *("app.on_ddl()", "event_trigger"),
                *(" LANGUAGE plpgsql", "AS $function$BEGIN END$function$"),
            ),
        ),
        Routine(
            "app",
            "one",
            "a integer",
            "function",
            function(
                *("app.one(a integer DEFAULT 1)", "integer", " LANGUAGE sql", " IMMUTABLE"),
                "AS $function$SELECT 1$function$",
            ),
            "f",
            (Grant("EXECUTE", "PUBLIC", revoked=True),),
        ),
        Routine(
            "app",
            "one",
            "a text",
            "function",
            function("app.one(a text)", "integer", " LANGUAGE sql", "RETURN 2"),
        ),
        Routine(
            "app",
            "total",
            "integer",
            "aggregate",
            "CREATE AGGREGATE app.total(integer) (SFUNC = int4pl, STYPE = integer, "
            "FINALFUNC_MODIFY = READ_ONLY, INITCOND = '0')",
        ),
        Routine(
            "app",
            "touch",
            "",
            "function",
            function(
                *("app.touch()", "trigger", " LANGUAGE plpgsql"),
                "AS $function$BEGIN RETURN NEW; END$function$",
            ),
        ),
    ),
    ("columns", "parent"): (
        Column(
            "id",
            "integer",
            True,
            identity=Identity(True, "parent_id_seq", 5, 2, 1, 2147483647, 1, False),
        ),
        Column("number", "integer", True, "nextval('app.parent_number_seq'::regclass)"),
        Column(
            "code",
            "character varying(10)",
            True,
            "'x'::character varying",
            '"C"',
            comment="c",
            statistics=500,
            options=(("n_distinct", "-0.5"),),
            grants=(Grant("UPDATE", READER),),
        ),
        Column("mood", "app.mood", default="'sad'::app.mood"),
        Column("amount", "numeric(10,2)"),
        Column("twice", "numeric", generated="(amount * (2)::numeric)", stored=True),
        Column("during", "tstzrange"),
        Column("doc", "jsonb", storage="EXTERNAL", compression="pglz"),
        Column("note", "character varying(5)"),
    ),
    ("constraints", "parent"): (
        Constraint(
            "apart",
            "exclude",
            "EXCLUDE USING gist (during WITH &&) WHERE ((id > 0))",
            ("during",),
        ),
        Constraint(
            "parent_code_key",
            "unique",
            "UNIQUE NULLS NOT DISTINCT (code) DEFERRABLE INITIALLY DEFERRED",
            ("code",),
            deferrable=True,
            initially_deferred=True,
            nulls_not_distinct=True,
        ),
        Constraint(
            "parent_pkey",
            "primary key",
            "PRIMARY KEY (id) INCLUDE (code)",
            ("id",),
            ("code",),
            options=(("fillfactor", "80"),),
            comment="k",
            index_comment="ik",
        ),
        Constraint(
            "positive",
            "check",
            "CHECK ((amount > (0)::numeric)) NO INHERIT NOT VALID",
            ("amount",),
            expression="(amount > (0)::numeric)",
            validated=False,
            no_inherit=True,
        ),
    ),
    ("indexes", "parent"): (
        Index(
            "by_code",
            "CREATE INDEX by_code ON app.parent USING btree (lower((code)::text) DESC, "
            'code COLLATE "POSIX" text_pattern_ops NULLS FIRST) INCLUDE (amount) '
            "WITH (fillfactor='60') WHERE (amount > (5)::numeric)",
            (
                IndexKey(
                    expression="lower((code)::text)",
                    collation='"C"',
                    descending=True,
                    nulls_first=True,
                ),
                IndexKey("code", None, "text_pattern_ops", '"POSIX"', nulls_first=True),
            ),
            include=("amount",),
            predicate="(amount > (5)::numeric)",
            options=(("fillfactor", "60"),),
            statistics=(("1", 200),),
        ),
        Index(
            "by_doc",
            "CREATE INDEX by_doc ON app.parent USING gin (doc jsonb_path_ops)",
            (IndexKey("doc", opclass="jsonb_path_ops"),),
            method="gin",
            comment="d",
        ),
        Index(
            "unique_code",
            "CREATE UNIQUE INDEX unique_code ON app.parent USING btree (code) NULLS NOT DISTINCT",
            (IndexKey("code"),),
            unique=True,
            nulls_not_distinct=True,
            clustered=True,
            replica_identity=True,
        ),
    ),
    ("triggers", "parent"): (
        Trigger(
            "touching",
            "CREATE TRIGGER touching BEFORE UPDATE OF code ON app.parent FOR EACH ROW "
            "WHEN (((new.code)::text IS DISTINCT FROM (old.code)::text)) "
            "EXECUTE FUNCTION app.touch()",
            "D",
            "t",
        ),
    ),
    ("policies", "parent"): (
        Policy("own", False, "SELECT", (READER,), "((code)::text = 'x'::text)"),
    ),
    ("rules", "parent"): (
        Rule("quiet", "CREATE RULE quiet AS\n    ON DELETE TO app.parent DO INSTEAD NOTHING;"),
    ),
    ("statistics", "parent"): (
        Statistics(
            "linked", "CREATE STATISTICS app.linked (ndistinct) ON code, amount FROM app.parent", 50
        ),
    ),
    ("grants", "parent"): (
        Grant("TRUNCATE", "<owner>", revoked=True),
        Grant("SELECT", "PUBLIC"),
        Grant("INSERT", READER, grantable=True),
        Grant("SELECT", READER, grantable=True),
    ),
    ("constraints", "child"): (
        Constraint("child_pkey", "primary key", "PRIMARY KEY (id)", ("id",)),
        Constraint(
            "to_parent",
            "foreign key",
            "FOREIGN KEY (parent_id) REFERENCES app.parent(id) MATCH FULL "
            "ON UPDATE CASCADE ON DELETE SET NULL (parent_id) DEFERRABLE",
            ("parent_id",),
            referred=("app", "parent"),
            referred_columns=("id",),
            on_update="CASCADE",
            on_delete="SET NULL",
            on_delete_columns=("parent_id",),
            match="FULL",
            deferrable=True,
        ),
    ),
    ("constraints", "to_log"): (
        Constraint(
            "to_log_at_id_fkey",
            "foreign key",
            "FOREIGN KEY (at, id) REFERENCES app.log(at, id)",
            ("at", "id"),
            referred=("app", "log"),
            referred_columns=("at", "id"),
        ),
    ),
    ("columns", "log_1"): (
        Column("at", "date", True, local=False),
        Column("id", "integer", True, local=False),
    ),
    ("constraints", "log_1"): (
        Constraint("log_1_pkey", "primary key", "PRIMARY KEY (at, id)", ("at", "id"), local=False),
    ),
    ("indexes", "log_1"): (
        Index(
            "log_1_id_idx",
            "CREATE INDEX log_1_id_idx ON app.log_1 USING btree (id)",
            (IndexKey("id"),),
            parent="app.log_id",
        ),
    ),
    ("triggers", "log_1"): (),
    ("columns", "derived"): (Column("a", "integer", local=False), Column("b", "integer")),
    ("constraints", "derived"): (
        Constraint("base_a", "check", "CHECK ((a > 0))", ("a",), expression="(a > 0)", local=False),
    ),
    ("columns", "away"): (Column("id", "integer", options=(("fdw.c", "d"),)),),
    ("columns", "codes"): (Column("code", "character varying(10)", collation='"C"', comment="vc"),),
    ("indexes", "counts"): (
        Index(
            "counts_n",
            "CREATE UNIQUE INDEX counts_n ON app.counts USING btree (n)",
            (IndexKey("n"),),
            unique=True,
        ),
    ),
    ("others", ""): (
        Other("", "app.mood AS app.pair", "cast", "FUNCTION - CONTEXT e METHOD i"),
        Other(
            "",
            "watching",
            "event trigger",
            "ON ddl_command_end EXECUTE FUNCTION app.on_ddl() WHEN TAG IN (CREATE TABLE) ENABLED O",
        ),
        Other("", "plain", "foreign data wrapper", "HANDLER - VALIDATOR -"),
        Other("", "far", "foreign server", "FOREIGN DATA WRAPPER plain OPTIONS host=h"),
        Other(
            "",
            "news",
            "publication",
            '{"pubdelete": true, "pubinsert": true, "pubupdate": true, "pubviaroot": false, '
            '"pubtruncate": true, "puballtables": false}, app.parent (code, id) WHERE ((id > 5))',
        ),
        Other("", "PUBLIC SERVER far", "user mapping", ""),
        Other(
            "app", "plain", "collation", "PROVIDER c, DETERMINISTIC true, LC_COLLATE C, LC_CTYPE C"
        ),
        Other("app", "TABLES FOR <owner>", "default privileges", " GRANT SELECT TO catalog_reader"),
        Other("app", "parent_id_seq", "identity's sequence", "GRANT USAGE catalog_reader"),
        Other(
            "app",
            "=== (integer, integer)",
            "operator",
            "FUNCTION int4eq(integer,integer) COMMUTATOR 0 NEGATOR 0 RESTRICT - JOIN - "
            "HASHES f MERGES f",
        ),
        Other(
            "app",
            "short",
            "text search dictionary",
            "TEMPLATE pg_catalog.simple OPTIONS stopwords = 'english'",
        ),
    ),
}

# The fields of tables and views that are not their defaults, but for parts and those above.
TABLES: dict[str, dict[str, Any]] = {
    "away": {"foreign": "far OPTIONS (t=x)"},
    "base": {},
    "child": {},
    "derived": {"inherits": (("app", "base"),)},
    "fast": {"persistence": "unlogged"},
    "log": {"partition_by": "RANGE (at)"},
    "log_1": {"partition_of": ("app", "log", "FOR VALUES FROM ('2020-01-01') TO ('2021-01-01')")},
    "parent": {
        "options": (
            ("autovacuum_enabled", "false"),
            ("fillfactor", "70"),
            ("toast.autovacuum_enabled", "false"),
        ),
        "row_security": True,
        "force_row_security": True,
        "replica_identity": "index",
        "comment": "p",
    },
    "to_log": {},
    "typed": {"of_type": "app.pair"},
}
VIEWS: dict[str, dict[str, Any]] = {
    "codes": {
        "definition": " SELECT code\n   FROM app.parent;",
        "settings": (("check_option", "local"), ("security_barrier", "true")),
    },
    "counts": {"definition": " SELECT count(*) AS n\n   FROM app.parent;", "materialized": True},
}
