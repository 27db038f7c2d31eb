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
say("migration", lambda: command.upgrade(Config(str(HERE / "alembic.ini")), "head"))
"""
