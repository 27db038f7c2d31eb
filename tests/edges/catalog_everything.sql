-- One of everything that a PostgreSQL catalog tells; catalog_everything.py has what it tells.
CREATE SCHEMA app;
COMMENT ON SCHEMA app IS 'ours';
GRANT USAGE ON SCHEMA app TO catalog_reader;
CREATE EXTENSION vector SCHEMA app;

CREATE TYPE app.mood AS ENUM ('sad', 'happy');
ALTER TYPE app.mood ADD VALUE 'ok' BEFORE 'happy';
COMMENT ON TYPE app.mood IS 'm';
CREATE DOMAIN app.email AS varchar(200) COLLATE "C" DEFAULT 'x' NOT NULL
    CONSTRAINT at CHECK (VALUE ~ '@');
CREATE TYPE app.pair AS (a integer, gone integer, b text COLLATE "C");
ALTER TYPE app.pair DROP ATTRIBUTE gone;
CREATE TYPE app.span AS RANGE (SUBTYPE = float8, SUBTYPE_DIFF = float8mi);
REVOKE USAGE ON TYPE app.span FROM PUBLIC;

CREATE SEQUENCE app.numbers AS integer INCREMENT 5 MINVALUE 10 START 20 CACHE 3 CYCLE;
COMMENT ON SEQUENCE app.numbers IS 'n';
GRANT USAGE ON SEQUENCE app.numbers TO catalog_reader;

CREATE FUNCTION app.one(a integer DEFAULT 1) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 1';
REVOKE EXECUTE ON FUNCTION app.one(integer) FROM PUBLIC;
COMMENT ON FUNCTION app.one(integer) IS 'f';
CREATE FUNCTION app.one(a text) RETURNS integer LANGUAGE sql RETURN 2;
CREATE PROCEDURE app.act(a integer) LANGUAGE plpgsql AS 'BEGIN END';
CREATE AGGREGATE app.total(integer) (SFUNC = int4pl, STYPE = integer, INITCOND = '0');
CREATE FUNCTION app.touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';

CREATE TABLE app.parent (
    gone integer,
    id integer GENERATED ALWAYS AS IDENTITY (START 5 INCREMENT 2),
    number serial,
    code varchar(10) COLLATE "C" NOT NULL DEFAULT 'x',
    mood app.mood DEFAULT 'sad',
    amount numeric(10, 2),
    twice numeric GENERATED ALWAYS AS (amount * 2) STORED,
    during tstzrange,
    doc jsonb DEFAULT NULL,
    note varchar(5) DEFAULT NULL,
    CONSTRAINT parent_pkey PRIMARY KEY (id) INCLUDE (code) WITH (fillfactor = 80),
    CONSTRAINT parent_code_key UNIQUE NULLS NOT DISTINCT (code) DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT apart EXCLUDE USING gist (during WITH &&) WHERE (id > 0)
) WITH (fillfactor = 70, autovacuum_enabled = off, toast.autovacuum_enabled = 'no');
ALTER TABLE app.parent
    DROP COLUMN gone,
    ADD CONSTRAINT positive CHECK (amount > 0) NO INHERIT NOT VALID,
    ALTER code SET STATISTICS 500,
    ALTER code SET (n_distinct = -0.50),
    ALTER doc SET STORAGE EXTERNAL,
    ALTER doc SET COMPRESSION pglz,
    ENABLE ROW LEVEL SECURITY,
    FORCE ROW LEVEL SECURITY;
COMMENT ON TABLE app.parent IS 'p';
COMMENT ON COLUMN app.parent.code IS 'c';
COMMENT ON CONSTRAINT parent_pkey ON app.parent IS 'k';
COMMENT ON INDEX app.parent_pkey IS 'ik';
GRANT SELECT, INSERT ON app.parent TO catalog_reader WITH GRANT OPTION;
GRANT SELECT ON app.parent TO PUBLIC;
GRANT UPDATE (code) ON app.parent TO catalog_reader;
REVOKE TRUNCATE ON app.parent FROM CURRENT_USER;
GRANT USAGE ON SEQUENCE app.parent_id_seq TO catalog_reader;

CREATE INDEX by_code ON app.parent
    (lower(code) DESC, code COLLATE "POSIX" text_pattern_ops NULLS FIRST)
    INCLUDE (amount) WITH (fillfactor = 60) WHERE amount > 5;
ALTER INDEX app.by_code ALTER COLUMN 1 SET STATISTICS 200;
CREATE INDEX by_doc ON app.parent USING gin (doc jsonb_path_ops);
COMMENT ON INDEX app.by_doc IS 'd';
CREATE UNIQUE INDEX unique_code ON app.parent (code) NULLS NOT DISTINCT;
ALTER TABLE app.parent CLUSTER ON unique_code;
ALTER TABLE app.parent REPLICA IDENTITY USING INDEX unique_code;
CREATE STATISTICS app.linked (ndistinct) ON code, amount FROM app.parent;
ALTER STATISTICS app.linked SET STATISTICS 50;
CREATE TRIGGER touching BEFORE UPDATE OF code ON app.parent FOR EACH ROW
    WHEN (new.code IS DISTINCT FROM old.code) EXECUTE FUNCTION app.touch();
ALTER TABLE app.parent DISABLE TRIGGER touching;
COMMENT ON TRIGGER touching ON app.parent IS 't';
CREATE POLICY own ON app.parent AS RESTRICTIVE FOR SELECT TO catalog_reader
    USING (code = 'x');
CREATE RULE quiet AS ON DELETE TO app.parent DO INSTEAD NOTHING;

CREATE TABLE app.child (
    id bigint PRIMARY KEY,
    parent_id integer,
    other integer,
    CONSTRAINT to_parent FOREIGN KEY (parent_id) REFERENCES app.parent (id)
        MATCH FULL ON UPDATE CASCADE ON DELETE SET NULL (parent_id) DEFERRABLE
);
CREATE UNLOGGED TABLE app.fast (id integer);
CREATE TABLE app.log (at date NOT NULL, id integer, PRIMARY KEY (at, id)) PARTITION BY RANGE (at);
CREATE INDEX log_id ON app.log (id);
CREATE TABLE app.log_1 PARTITION OF app.log FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
CREATE TABLE app.to_log (at date, id integer, FOREIGN KEY (at, id) REFERENCES app.log (at, id));
CREATE TRIGGER touching BEFORE UPDATE ON app.log FOR EACH ROW EXECUTE FUNCTION app.touch();
CREATE TABLE app.base (a integer CONSTRAINT base_a CHECK (a > 0));
CREATE TABLE app.derived (b integer) INHERITS (app.base);
CREATE TABLE app.typed OF app.pair;

CREATE VIEW app.codes WITH (security_barrier = on) AS SELECT code FROM app.parent
    WITH LOCAL CHECK OPTION;
COMMENT ON COLUMN app.codes.code IS 'vc';
CREATE MATERIALIZED VIEW app.counts AS SELECT count(*) AS n FROM app.parent;
CREATE UNIQUE INDEX counts_n ON app.counts (n);

CREATE FUNCTION app.on_ddl() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
CREATE EVENT TRIGGER watching ON ddl_command_end WHEN TAG IN ('CREATE TABLE')
    EXECUTE FUNCTION app.on_ddl();
CREATE PUBLICATION news FOR TABLE app.parent (id, code) WHERE (id > 5);
CREATE FOREIGN DATA WRAPPER plain;
CREATE SERVER far FOREIGN DATA WRAPPER plain OPTIONS (host 'h');
CREATE USER MAPPING FOR PUBLIC SERVER far OPTIONS (password 'hunter22');
CREATE FOREIGN TABLE app.away (id integer OPTIONS (c 'd')) SERVER far OPTIONS (t 'x');
CREATE CAST (app.mood AS app.pair) WITH INOUT;
CREATE COLLATION app.plain (provider = libc, locale = 'C');
CREATE TEXT SEARCH DICTIONARY app.short (TEMPLATE = simple, STOPWORDS = 'english');
ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT SELECT ON TABLES TO catalog_reader;
CREATE OPERATOR app.=== (LEFTARG = integer, RIGHTARG = integer, FUNCTION = int4eq);
CREATE TEMPORARY TABLE passing (id integer);
