"""The database: `engine`, `SessionLocal`, `Base` and `DATABASE_URL`.

`from database import Base` needs nothing. The other names resolve the environment that `ENV`
chooses when they are imported, and fail there, loudly, if its variable is missing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from daybreak import Database
from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase

database = Database(__file__)


class Base(DeclarativeBase):
    """The base of every model. Named constraints can be changed by a later migration."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


if TYPE_CHECKING:
    from sqlalchemy import Engine
    from sqlalchemy.orm import Session, sessionmaker

    DATABASE_URL: str
    SessionLocal: sessionmaker[Session]
    engine: Engine
else:
    _RESOLVED_LATE = {
        "DATABASE_URL": lambda: database.url(),
        "SessionLocal": lambda: database.sessionmaker,
        "engine": lambda: database.engine,
    }

    def __getattr__(name: str) -> object:
        if name in _RESOLVED_LATE:
            return _RESOLVED_LATE[name]()
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
