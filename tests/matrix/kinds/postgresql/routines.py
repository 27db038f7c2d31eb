"""Views, functions, triggers, rules, policies, grants, statistics, extensions."""

from __future__ import annotations

from matrix.kind import Kind, sql, table

NAME = "Column('name', String(20))"
SIZE = "Column('size', Integer)"
PLAIN = table(NAME, SIZE)
EVENTS = "events = " + PLAIN
ROW = "INSERT INTO events (name, size) VALUES ('a', 1), ('b', 2)"


def view(selected: str, name: str = "small", options: str = "") -> str:
    """The table and a view over it, as SQLAlchemy's CreateView."""
    return f"{EVENTS}CreateView({selected}, {name!r}, metadata=metadata{options})\n"


def view_sql(text: str, name: str = "small", kind: str = "VIEW") -> str:
    return sql(f"CREATE {kind} {name} AS {text}", f"DROP {kind} {name}")


def function(body: str, name: str = "twice") -> str:
    return sql(
        f"CREATE FUNCTION {name}(n integer) RETURNS integer LANGUAGE sql IMMUTABLE"
        f" AS $$ SELECT {body} $$",
        f"DROP FUNCTION {name}(integer)",
    )


NAMES = "select(events.c.id, events.c.name)"
SMALL = "select(events.c.id, events.c.name).where(events.c.size < 5)"
MATERIALIZED = ", materialized=True"
STAMP = sql(
    "CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql"
    " AS $$ BEGIN NEW.name := upper(NEW.name); RETURN NEW; END $$",
    "DROP FUNCTION stamp() CASCADE",
)
TRIGGER = sql(
    "CREATE TRIGGER stamping BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION stamp()",
    "SELECT 1",
)
TRIGGER_BOTH = TRIGGER.replace("BEFORE INSERT ON", "BEFORE INSERT OR UPDATE ON")
POLICY = sql(
    "ALTER TABLE events ENABLE ROW LEVEL SECURITY",
    "SELECT 1",
) + sql("CREATE POLICY own ON events USING (size < 5)", "SELECT 1")
RULE = sql("CREATE RULE keep AS ON DELETE TO events DO INSTEAD NOTHING", "SELECT 1")
STATISTICS = sql("CREATE STATISTICS pair (dependencies) ON name, size FROM events", "SELECT 1")

KINDS = (
    Kind(name="view: new", before=PLAIN, after=view(NAMES), rows=ROW, alembic="partly"),
    Kind(
        name="view: new, as SQL",
        before=PLAIN,
        after=PLAIN + view_sql("SELECT id, name FROM events"),
        rows=ROW,
    ),
    Kind(
        name="materialised view: new",
        before=PLAIN,
        after=view(NAMES, options=MATERIALIZED),
        rows=ROW,
        alembic="partly",
    ),
    Kind(
        name="view: definition",
        before=PLAIN + view_sql("SELECT id, name FROM events"),
        after=PLAIN + view_sql("SELECT id, name FROM events WHERE size < 5"),
        rows=ROW,
    ),
    Kind(
        name="view: definition, as CreateView",
        before=view(NAMES),
        after=view(SMALL),
        rows=ROW,
        alembic="fails",
    ),
    Kind(
        name="view: column taken away",
        before=PLAIN + view_sql("SELECT id, name FROM events"),
        after=PLAIN + view_sql("SELECT id FROM events"),
        rows=ROW,
    ),
    Kind(
        name="view: dropped",
        before=view(NAMES),
        after=PLAIN,
        rows=ROW,
        drops=("view:small",),
        alembic="missed",
    ),
    Kind(
        name="materialised view: definition",
        before=view(NAMES, options=MATERIALIZED),
        after=view(SMALL, options=MATERIALIZED),
        rows=ROW,
    ),
    Kind(
        name="materialised view: index added",
        before=view(NAMES, options=MATERIALIZED),
        after=view(NAMES, options=MATERIALIZED)
        + sql("CREATE INDEX ix_small ON small (name)", "SELECT 1"),
        rows=ROW,
    ),
    Kind(
        name="type changed under a view",
        before=PLAIN + view_sql("SELECT id, size FROM events"),
        after=table(NAME, "Column('size', BigInteger)") + view_sql("SELECT id, size FROM events"),
        rows=ROW,
        alembic="fails",
    ),
    Kind(
        name="type changed under a view over a view",
        before=PLAIN
        + view_sql("SELECT id, size FROM events")
        + sql("CREATE VIEW tiny AS SELECT size FROM small", "DROP VIEW tiny"),
        after=table(NAME, "Column('size', BigInteger)")
        + view_sql("SELECT id, size FROM events")
        + sql("CREATE VIEW tiny AS SELECT size FROM small", "DROP VIEW tiny"),
        rows=ROW,
    ),
    Kind(
        name="column dropped that a changed view read",
        before=PLAIN + view_sql("SELECT id, size FROM events"),
        after=table(NAME) + view_sql("SELECT id FROM events"),
        rows=ROW,
    ),
    Kind(
        name="view: column added, with one in its table",
        before=PLAIN + view_sql("SELECT id, name FROM events"),
        after=table(NAME, SIZE, "Column('price', Integer)")
        + view_sql("SELECT id, name, price FROM events"),
        rows=ROW,
    ),
    Kind(
        name="view: options",
        before=PLAIN + view_sql("SELECT id, name FROM events"),
        after=PLAIN
        + sql(
            "CREATE VIEW small WITH (security_barrier) AS SELECT id, name FROM events",
            "DROP VIEW small",
        ),
        rows=ROW,
    ),
    Kind(
        name="function: new",
        before=PLAIN,
        after=PLAIN + function("n * 2"),
        rows=ROW,
        alembic="missed",
    ),
    Kind(
        name="function: body",
        before=PLAIN + function("n * 2"),
        after=PLAIN + function("n + n"),
        rows=ROW,
        alembic="missed",
    ),
    Kind(
        name="function: dropped",
        before=PLAIN + function("n * 2"),
        after=PLAIN,
        rows=ROW,
        drops=("routine:twice",),
    ),
    Kind(
        name="function: return type",
        before=PLAIN + function("n * 2"),
        after=PLAIN + function("n * 2").replace("RETURNS integer", "RETURNS bigint"),
        rows=ROW,
    ),
    Kind(
        name="function: new, used by a default and a CHECK",
        before=PLAIN,
        after="event.listen(metadata, 'before_create', DDL('CREATE FUNCTION one() RETURNS integer"
        " LANGUAGE sql IMMUTABLE AS $$ SELECT 1 $$'))\n"
        + table(
            NAME,
            "Column('size', Integer, server_default=text('one()'))",
            "CheckConstraint('size >= one()', name='ck_size')",
        ),
        rows=ROW,
    ),
    Kind(
        name="procedure: new",
        before=PLAIN,
        after=PLAIN
        + sql(
            "CREATE PROCEDURE tidy() LANGUAGE sql AS $$ DELETE FROM events WHERE size > 9 $$",
            "DROP PROCEDURE tidy()",
        ),
        rows=ROW,
    ),
    Kind(
        name="trigger: new",
        before=PLAIN + STAMP,
        after=PLAIN + STAMP + TRIGGER,
        rows=ROW,
        alembic="missed",
    ),
    Kind(
        name="trigger: changed",
        before=PLAIN + STAMP + TRIGGER,
        after=PLAIN + STAMP + TRIGGER_BOTH,
        rows=ROW,
        alembic="missed",
    ),
    Kind(
        name="trigger: dropped, with its function",
        before=PLAIN + STAMP + TRIGGER,
        after=PLAIN,
        rows=ROW,
        drops=("trigger:events.stamping", "routine:stamp"),
    ),
    Kind(
        name="trigger: disabled",
        before=PLAIN + STAMP + TRIGGER,
        after=PLAIN
        + STAMP
        + TRIGGER
        + sql("ALTER TABLE events DISABLE TRIGGER stamping", "SELECT 1"),
        rows=ROW,
    ),
    Kind(
        name="trigger: new, with its function",
        before=PLAIN,
        after=PLAIN + STAMP + TRIGGER,
        rows=ROW,
    ),
    Kind(name="rule: new", before=PLAIN, after=PLAIN + RULE, rows=ROW),
    Kind(
        name="rule: changed",
        before=PLAIN + RULE,
        after=PLAIN + RULE.replace("TO events DO", "TO events WHERE old.size < 5 DO"),
        rows=ROW,
    ),
    Kind(
        name="policy: new, with row security",
        before=PLAIN,
        after=PLAIN + POLICY,
        rows=ROW,
    ),
    Kind(
        name="policy: changed",
        before=PLAIN + POLICY,
        after=PLAIN + POLICY.replace("size < 5", "size < 9"),
        rows=ROW,
    ),
    Kind(
        name="row security: forced",
        before=PLAIN + POLICY,
        after=PLAIN + POLICY + sql("ALTER TABLE events FORCE ROW LEVEL SECURITY", "SELECT 1"),
        rows=ROW,
    ),
    Kind(
        name="grant on a table",
        before=PLAIN,
        after=PLAIN + sql("GRANT SELECT ON events TO matrix_reader", "SELECT 1"),
        rows=ROW,
    ),
    Kind(
        name="grant on a column",
        before=PLAIN,
        after=PLAIN + sql("GRANT UPDATE (name) ON events TO matrix_reader", "SELECT 1"),
        rows=ROW,
    ),
    Kind(
        name="grant: another privilege",
        before=PLAIN + sql("GRANT SELECT ON events TO matrix_reader", "SELECT 1"),
        after=PLAIN + sql("GRANT SELECT, INSERT ON events TO matrix_reader", "SELECT 1"),
        rows=ROW,
    ),
    Kind(
        name="policy: restrictive, for roles, with both conditions",
        before=PLAIN,
        after=PLAIN
        + sql(
            "CREATE POLICY own ON events AS RESTRICTIVE FOR UPDATE TO matrix_reader"
            " USING (size < 5) WITH CHECK (true)",
            "SELECT 1",
        ),
        rows=ROW,
    ),
    Kind(
        name="policy: on a column that changes its type",
        before=PLAIN + POLICY,
        after=PLAIN.replace("'size', Integer", "'size', BigInteger") + POLICY,
        rows=ROW,
    ),
    Kind(
        name="grants: on a new table, its column and its sequence",
        before=PLAIN,
        after=PLAIN
        + table(NAME, name="venues")
        + sql("GRANT INSERT, SELECT ON venues TO matrix_reader WITH GRANT OPTION", "SELECT 1")
        + sql("GRANT UPDATE (name) ON venues TO PUBLIC", "SELECT 1")
        + sql("GRANT USAGE ON SEQUENCE venues_id_seq TO matrix_reader", "SELECT 1"),
        rows=ROW,
    ),
    Kind(
        name="grant: a new function that not everybody may call",
        before=PLAIN,
        after=PLAIN + STAMP + sql("REVOKE EXECUTE ON FUNCTION stamp() FROM PUBLIC", "SELECT 1"),
        rows=ROW,
    ),
    Kind(name="statistics: new", before=PLAIN, after=PLAIN + STATISTICS, rows=ROW),
    Kind(
        name="statistics: changed",
        before=PLAIN + STATISTICS,
        after=PLAIN + STATISTICS.replace("(dependencies)", "(ndistinct)"),
        rows=ROW,
    ),
    Kind(
        name="extension: new, with a column of its type",
        before=PLAIN,
        after="event.listen(metadata, 'before_create', DDL('CREATE EXTENSION vector'))\n"
        "from sqlalchemy.types import UserDefinedType\n\n\n"
        "class Vector(UserDefinedType):\n"
        "    cache_ok = True\n\n"
        "    def get_col_spec(self, **kw):\n"
        "        return 'vector(3)'\n\n\n" + table(NAME, SIZE, "Column('place', Vector())"),
        rows=ROW,
    ),
)
