"""A comment in a revision: an operation that does nothing."""

from __future__ import annotations

from typing import Any

from alembic.autogenerate import renderers
from alembic.autogenerate.api import AutogenContext
from alembic.operations import ops


class Remark(ops.MigrateOperation):
    """One line, with its `#`."""

    def __init__(self, text: str) -> None:
        self.text = text

    def to_diff_tuple(self) -> tuple[Any, ...]:
        return ("remark", self.text)


@renderers.dispatch_for(Remark)
def _remark(_context: AutogenContext, op: Remark) -> str:
    return op.text
