"""Gets a SQLAlchemy schema into Aurora, PostgreSQL or MySQL, and keeps it in step with the models.

    from daybreak import Database

    database = Database(__file__)
    database.engine

The names load when they are first used, so that `import daybreak` costs nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from daybreak.core.errors import DaybreakError as DaybreakError
    from daybreak.core.target import Policy as Policy
    from daybreak.core.target import Target as Target
    from daybreak.edges.database import Database as Database
    from daybreak.flows.called import upgrade as upgrade

    __version__: str

_HOMES = {
    "Database": "daybreak.edges.database",
    "DaybreakError": "daybreak.core.errors",
    "Policy": "daybreak.core.target",
    "Target": "daybreak.core.target",
    "upgrade": "daybreak.flows.called",
}

__all__ = ["Database", "DaybreakError", "Policy", "Target", "__version__", "upgrade"]


def __getattr__(name: str) -> object:
    if name == "__version__":
        from importlib.metadata import version

        return version("daybreak")
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'daybreak' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
