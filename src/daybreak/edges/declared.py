"""What the history's own files record: which objects of theirs the models declared.

A view, function or trigger that only migrations made belongs to the history. One that the models
declared is theirs, also after they stopped declaring it; the revision that made it says so, in a
comment that Daybreak writes.
"""

from __future__ import annotations

import re
from pathlib import Path

from alembic.script import ScriptDirectory

from daybreak.core.catalog import Address

_HEAD = "# declared by the models: "
_LINE = re.compile(rf"^\s*{_HEAD}(\S.*?)\s*$", re.MULTILINE)

# Models own these by themselves: a comparison drops them when the models no longer have them.
OWNED = frozenset({"table", "column", "constraint", "index"})


def declaration(address: Address) -> str:
    """The comment that records it, without its indentation."""
    return f"{_HEAD}{address.kind}:{address}"


def declared_in(script: ScriptDirectory) -> frozenset[str]:
    """Every object that some revision records so, as `kind:name`."""
    found: set[str] = set()
    for revision in script.walk_revisions():
        found.update(_LINE.findall(Path(revision.path).read_text(encoding="utf-8")))
    return frozenset(found)
