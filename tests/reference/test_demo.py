"""`daybreak demo` plays the daily loop, and leaves nothing behind, also when it is interrupted."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from generated import BIN, environment

pytestmark = pytest.mark.slow

PORT = re.compile(r"@127\.0\.0\.1:(\d+)\b")

# A line of each step, in order; the identifiers differ in each run.
STORY = [
    "$ daybreak init myapp",
    "done   myapp for PostgreSQL",
    '$ daybreak revision -m "create venues and events"',
    r"wrote  alembic/versions/\w+_create_venues_and_events\.py",
    "$ daybreak upgrade head",
    r"  ✓ \w+  create venues and events  .*",
    "$ daybreak upgrade head",
    r"done   nothing to do, at \w+",
    r"│ \+    ticket_price: Mapped\[int \| None\] +│",
    '$ daybreak revision -m "add ticket_price to events"',
    r"  \+ events.ticket_price  integer null",
    r"proof  upgrade = models ✓   downgrade = before ✓ .*",
    r"\$ daybreak upgrade \w+:head --sql",
    "ALTER TABLE events ADD COLUMN ticket_price INTEGER;",
    "$ daybreak upgrade head",
    r"  ✓ \w+  add ticket_price to events  .*",
    "$ daybreak check",
    "$ python write.py",
    "1 event written",
    "$ python read.py",
    r"\{'name': 'First Light', 'venue': 'Paradiso', 'ticket_price': 25\}",
    "$ daybreak downgrade -1 --yes",
    r"  ↩ \w+  add ticket_price to events  .*",
    "$ daybreak history -i",
    r"<base> -> \w+ \(current\), create venues and events",
    r"done   in \d+\.\d s; server and folder are gone",
]


@pytest.fixture
def temporary() -> Iterator[Path]:
    """A place for temporary files that the server's own user can enter, but not write to."""
    folder = Path(tempfile.mkdtemp(prefix="daybreak-test-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def test_the_demo_plays_the_loop_in_order_and_cleans_up(temporary: Path) -> None:
    process = start(temporary)
    said, complaints = process.communicate(timeout=180)
    assert (process.returncode, complaints) == (0, "")
    rest = iter(said.splitlines())
    for step in STORY:
        pattern = re.escape(step) if step.startswith("$ ") else step
        assert any(re.fullmatch(pattern, line) for line in rest), f"{step}\n\n{said}"
    nothing_is_left(temporary, said)


def test_an_interrupted_demo_cleans_up_too(temporary: Path) -> None:
    """Ctrl-C in the middle of a command, which a terminal gives to all processes of the demo.

    Not before the first command that names the server's port, which is looked at afterwards.
    """
    process = start(temporary)
    assert process.stdout is not None
    said = ""
    try:
        for line in process.stdout:
            said += line
            if line.startswith("$ daybreak upgrade") and PORT.search(said):
                break
        assert list(temporary.iterdir())  # there is something to clean up
        os.killpg(process.pid, signal.SIGINT)
        said += process.communicate(timeout=60)[0]
        assert process.returncode == 130
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
    nothing_is_left(temporary, said)


def start(temporary: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [str(BIN / "daybreak"), "demo"],
        cwd="/",
        env=environment(temporary, TMPDIR=str(temporary)),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        # A run in a shell's background ignores SIGINT, and so would what it starts.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )


def nothing_is_left(temporary: Path, said: str) -> None:
    """No folder, and nobody at the port that the demo's commands named."""
    assert list(temporary.iterdir()) == []
    (port,) = set(PORT.findall(said))
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", int(port)), timeout=5)
