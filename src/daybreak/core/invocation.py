"""What stands on a command line before the command."""

from __future__ import annotations

from typing import NamedTuple


class AlembicOptions(NamedTuple):
    """Alembic's own options that stand before a command: -c, -n, -x and -q."""

    config: tuple[str, ...] = ()
    name: str = "alembic"
    x: tuple[str, ...] = ()
    quiet: bool = False
