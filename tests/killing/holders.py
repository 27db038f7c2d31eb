"""Sessions that stand in the way of a run, and those that stand behind it."""

from __future__ import annotations

import contextlib
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from sqlalchemy import Connection, text

from killing.sessions import connect
from projects import BIN, CLEAN, Done, Project


@contextlib.contextmanager
def holding(url: str, *statements: str) -> Iterator[Connection]:
    """A transaction that has sent the statements and is idle."""
    with connect(url) as connection:
        connection.execute(text("BEGIN"))
        for sql in statements:
            connection.execute(text(sql))
        yield connection
        with contextlib.suppress(Exception):  # the server may have ended it
            connection.execute(text("ROLLBACK"))


def run_and(
    then: Callable[[], object], word: str, project: Project, *command: str, **variables: str
) -> Done:
    """Run `daybreak` in the project; the first line that begins with `word` calls `then`."""
    with (
        tempfile.TemporaryFile("w+") as errors,
        subprocess.Popen(
            [BIN / "daybreak", *command],
            cwd=project.root,
            env={**CLEAN, **project.variables, **variables},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        ) as process,
    ):
        assert process.stdout is not None
        lines, called = [], False
        for line in process.stdout:
            lines.append(line)
            if line.startswith(word) and not called:
                called = True
                then()
        code = process.wait(timeout=60)
        errors.seek(0)
        return Done(code, "".join(lines), errors.read())


def let_go(holder: Connection, after: float = 0.0) -> Callable[[], object]:
    """Ends the transaction of the holder, after so many seconds."""

    def end() -> None:
        time.sleep(after)
        holder.execute(text("ROLLBACK"))

    return end


@dataclass
class Traffic:
    """What a statement took, in seconds, each time that it was sent."""

    waits: list[float] = field(default_factory=list)

    @property
    def longest(self) -> float:
        return max(self.waits)


@contextlib.contextmanager
def traffic(url: str, sql: str = "SELECT id FROM events") -> Iterator[Traffic]:
    """Somebody who has nothing to do with the run sends `sql` all the time."""
    seen, over = Traffic(), threading.Event()

    def send() -> None:
        with connect(url) as connection:
            while not over.wait(0.01):
                began = time.monotonic()
                connection.execute(text(sql))
                seen.waits.append(time.monotonic() - began)

    thread = threading.Thread(target=send)
    thread.start()
    try:
        yield seen
    finally:
        over.set()
        thread.join()
