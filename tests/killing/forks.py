"""A process that forks: each child runs `upgrade head` and kills itself at one event of the run.

`python -m killing.forks ROOT` reads, line by line, the number of the event at which the next child
dies of SIGKILL (0: at none) and the URL of its database. It answers with a line of JSON: how the
child ended, what it saw and what it raised. It imports everything once, so that a run costs what it
does and no start of Python.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import traceback
from pathlib import Path
from typing import Any

from daybreak.core.events import Event
from daybreak.flows.migrate import upgrade
from daybreak.flows.session import Session


def main(root: Path) -> None:
    for line in sys.stdin:
        last, url = line.split()
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reading)
            os.environ["STAGING_DATABASE_URL"] = url
            run(root, int(last), writing)
        os.close(writing)
        with os.fdopen(reading) as pipe:
            seen = [json.loads(line) for line in pipe]
        _, status = os.waitpid(child, 0)
        died = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
        print(json.dumps({"signal": died, "seen": seen}), flush=True)


def run(root: Path, last: int, writing: int) -> None:
    """One run, which dies at its event number `last`."""
    count = 0

    def listen(event: Event) -> None:
        nonlocal count
        count += 1
        tell(type(event).__name__, repr(event))
        if count == last:
            os.kill(os.getpid(), signal.SIGKILL)

    def tell(kind: str, text: Any) -> None:
        os.write(writing, (json.dumps([kind, text]) + "\n").encode())

    try:
        upgrade(Session(cwd=root, emit=listen), "head")
    except Exception:  # noqa: BLE001 - the test tells what it is
        tell("error", traceback.format_exc())
    os._exit(0)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
