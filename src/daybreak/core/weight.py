"""Long work under a lock that others wait for: what a statement's text tells, and what is found.

A dialect reads the suspicions from the text and judges them by what its catalog tells of the table.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

from daybreak.core.modified import LOSS
from daybreak.core.statement import Place

# Up to this size a table counts as small: whatever is done to all of it is over within 500 ms.
# docs/decisions/0030-long-work-is-refused.md has the figures.
SMALL_BYTES = 10 * 2**20


class Kind(Enum):
    """What takes long; the words are those of an allowance, `rewrite of events`."""

    REWRITE = "rewrite of"
    SCAN = "scan of"
    INDEX = "index build on"
    REFRESH = "refresh of"
    COPY = "copy of"


@dataclass(frozen=True)
class Suspect:
    """What may take long at `place`, while `lock` is held there.

    It does if the dialect's `test` says so; `about` are the names that the test is about, such as
    a column and its new type. `why` is a clause, `online` the way without a long lock.
    """

    kind: Kind
    place: Place
    lock: str
    why: str
    online: str
    test: str = ""
    about: tuple[str, ...] = ()


@dataclass(frozen=True)
class Heavy:
    """A suspicion that the catalog has confirmed, of a table that is not small.

    `rows` is an estimate, None where there is none. `blocks`: what has to wait meanwhile.
    """

    kind: Kind
    table: str
    rows: int | None
    bytes: int
    lock: str
    blocks: str
    why: str
    online: str

    @property
    def allowance(self) -> str:
        """What a revision's file says to be allowed it."""
        return f"{self.kind.value} {self.table}"

    def allowed_by(self, allows: Collection[str]) -> bool:
        """Whether a revision that `allows` this may do it; the table's schema may be left out."""
        return any(f"{self.kind.value} {name}" in allows for name in (self.table, self._bare))

    @property
    def _bare(self) -> str:
        return re.sub(r'^(?:"(?:[^"]|"")*"|`(?:[^`]|``)*`|[^."`]+)\.', "", self.table)

    @property
    def size(self) -> str:
        """`about 5,000,000 rows, 412 MB`."""
        rows = f"about {self.rows:,} rows, " if self.rows else ""
        return f"{rows}{_megabytes(self.bytes)}"

    @property
    def text(self) -> str:
        """`index build on events (about 5,000,000 rows, 412 MB) under SHARE`."""
        return f"{self.allowance} ({self.size}) under {self.lock}"


def unknown_allowances(allows: object) -> Iterator[str]:
    """What of a file's `daybreak_allows` can't be an allowance, as it is written there."""
    if not isinstance(allows, Iterable) or isinstance(allows, str):
        yield repr(allows)
        return
    for one in allows:
        known = isinstance(one, str) and (_ALLOWANCE.fullmatch(one) or LOSS.fullmatch(one))
        if not known:
            yield repr(one)


_ALLOWANCE = re.compile(f"(?:{'|'.join(kind.value for kind in Kind)}) \\S.*")


def _megabytes(size: int) -> str:
    if size >= 2**30:
        return f"{size / 2**30:.1f} GB"
    return f"{max(1, round(size / 2**20))} MB"
