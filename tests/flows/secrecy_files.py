"""What a project holds in the tests of secrecy: code that tells all it knows."""

# Logs all that SQLAlchemy, the drivers and Alembic are able to log.
LOUD_LOGGING = """
[loggers]
keys = root,engine,pool

[handlers]
keys = console

[formatters]
keys = generic

[logger_root]
level = DEBUG
handlers = console

[logger_engine]
level = DEBUG
handlers =
qualname = sqlalchemy.engine

[logger_pool]
level = DEBUG
handlers =
qualname = sqlalchemy.pool

[handler_console]
class = StreamHandler
args = (sys.stderr,)
level = NOTSET
formatter = generic

[formatter_generic]
format = %(levelname)s [%(name)s] %(message)s
"""

# The body of a revision's upgrade(): its SQL and its causes hold the URL and the password.
BROKEN_REVISION = """\
import os
    from sqlalchemy import make_url
    text = os.environ["DEV_DATABASE_URL"]
    url = make_url(text)
    op.create_table("half", sa.Column("id", sa.Integer(), primary_key=True))
    try:
        op.execute(sa.text("SELECT nothing FROM nowhere WHERE x = :x").bindparams(x=url.password))
    except Exception:
        try:
            raise KeyError(url.password)
        except KeyError as error:
            raise RuntimeError(f"{text!r} and {url.password} are no good") from error"""

# Sends the password as a literal and as a value, where each statement is recorded by itself, and
# tells how the sessions of the run are called. Then fails.
HALF_WAY = """\
import os
    from sqlalchemy import make_url
    password = make_url(os.environ["DEV_DATABASE_URL"]).password
    bind = op.get_bind()
    literal = sa.String().literal_processor(bind.dialect)(password)
    if bind.dialect.name == "postgresql":
        with op.get_context().autocommit_block():
            bind.exec_driver_sql(f"INSERT INTO venues (name) VALUES ({literal})")
            bind.execute(sa.text("INSERT INTO venues (name) VALUES (:name)"), {"name": password})
            op.execute("INSERT INTO venues (name) SELECT application_name FROM pg_stat_activity")
    else:
        bind.exec_driver_sql(f"INSERT INTO venues (name) VALUES ({literal})")
        bind.execute(sa.text("INSERT INTO venues (name) VALUES (:name)"), {"name": password})
        bind.exec_driver_sql(f"ALTER TABLE venues ADD COLUMN more varchar(99) DEFAULT {literal}")
        bind.exec_driver_sql(f"CALL nothing({literal})")
    bind.exec_driver_sql(f"INSERT INTO nowhere VALUES ({literal})")"""

# Ends its own session; MySQL says so to the next statement.
LOSES_CONNECTION = """\
import contextlib
    import os
    from sqlalchemy import make_url
    bind = op.get_bind()
    password = make_url(os.environ["DEV_DATABASE_URL"]).password
    literal = sa.String().literal_processor(bind.dialect)(password)
    if bind.dialect.name == "mysql":
        with contextlib.suppress(Exception):
            bind.exec_driver_sql("KILL CONNECTION_ID()")
        bind.exec_driver_sql(f"SELECT {literal}")
    bind.exec_driver_sql(f"SELECT pg_terminate_backend(pg_backend_pid()), {literal}")"""

TELLING_MODELS = """\
import os

from sqlalchemy import make_url

text = os.environ["DEV_DATABASE_URL"]
try:
    raise ValueError(f"the password is {make_url(text).password!r}")
except ValueError as error:
    raise RuntimeError(f"cannot connect to {text}") from error
"""

# The env.py of a project of before Daybreak; `url` and `password` are put in.
OWN_ENV = """\
from alembic import context
from sqlalchemy import URL

context.config.set_main_option("sqlalchemy.url", "{url}")
other = URL.create("postgresql", username="u", password={password!r})
"""

# Prints every repr that an application can reach, and every error with all that it came from.
PROBE = """\
import asyncio
import logging
import sys
import traceback
from pathlib import Path

logging.basicConfig(level=logging.DEBUG, stream=sys.stderr)

from alembic import command
from alembic.config import Config
from sqlalchemy import text

from daybreak import Database
from daybreak.edges.project import find_project
from daybreak.edges.settings import load_settings, resolve_target

HERE = Path(__file__).parent
database = Database(HERE, echo="debug")


def say(name, find):
    try:
        found = find()
        print(name, repr(found), f"{found}" if not isinstance(found, str) else "")
    except Exception as error:
        print(name, repr(error), "".join(traceback.format_exception(error)))


async def query():
    async with database.async_engine.connect() as connection:
        raw = await connection.get_raw_connection()
        return raw, raw.driver_connection, await connection.scalar(text("SELECT 1"))


def use():
    with database.engine.connect() as connection:
        raw = connection.connection
        return raw, raw.driver_connection, connection.scalar(text("SELECT 1"))


settings = load_settings(find_project(HERE))
say("settings", lambda: settings)
say("their parts", lambda: vars(settings))
say("target", lambda: resolve_target(settings))
say("database", lambda: database)
say("its target", lambda: database.target)
say("its url", database.url)
say("its dsn", lambda: [database.dsn()])
say("engine", lambda: database.engine)
say("engine's url", lambda: database.engine.url)
say("engine's parts", lambda: vars(database.engine))
say("async engine", lambda: vars(database.async_engine.sync_engine))
say("sessionmaker", lambda: database.sessionmaker)
say("database's parts", lambda: vars(database))
say("connection", use)
say("async connection", lambda: asyncio.run(query()))
say("no such driver", lambda: database.dsn("oracle"))
say("required schema", database.require_schema)
say("required schema, too", lambda: asyncio.run(database.async_require_schema()))
say("migration", lambda: command.upgrade(Config(str(HERE / "alembic.ini")), "head"))
"""
