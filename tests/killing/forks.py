"""A process that forks: each child is one run of a command, which meets faults at certain events.

`python -m killing.forks ROOT` reads a JSON list of runs in each line, starts them and answers with
the list of their process ids. For an empty list it waits until all have ended and answers with the
list of their endings. It imports everything once, so that a run costs what it does and no start of
Python.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import tempfile
import time
import traceback
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from daybreak.core.errors import DaybreakError
from daybreak.core.events import SLOW_STATEMENT_OVER, Event, Progressed
from daybreak.core.wishes import wishes
from daybreak.flows.migrate import downgrade, stamp, upgrade
from daybreak.flows.session import Session
from killing import sessions


def main(root: Path) -> None:
    children: list[tuple[int, IO[bytes]]] = []
    for line in sys.stdin:
        runs = json.loads(line)
        for run in runs:
            told = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 - the child writes to it
            child = os.fork()
            if child == 0:
                os.environ["STAGING_DATABASE_URL"] = run["url"]
                Child(root, run, told).run()
            children.append((child, told))
        if runs:
            print(json.dumps([child for child, _ in children]), flush=True)
        else:
            print(json.dumps([ending(child, told) for child, told in children]), flush=True)
            children.clear()


def ending(child: int, told: IO[bytes]) -> dict[str, Any]:
    """How it ended, and all that it told."""
    _, status = os.waitpid(child, 0)
    told.seek(0)
    with told:
        lines = [json.loads(line) for line in told]
    died = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
    return {"signal": died, "told": lines}


class Child:
    """One run, which meets its faults by the numbers of its events."""

    def __init__(self, root: Path, run: dict[str, Any], told: IO[bytes]) -> None:
        self.root, self.asked, self.told = root, run, told
        self.events = 0

    def run(self) -> None:
        code = 0
        try:
            session = Session(cwd=self.root, emit=self.listen, yes=True)
            asked = wishes(self.asked["wait"], self.asked["done"], self.asked["redo"])
            match self.asked["command"]:
                case "upgrade":
                    upgrade(session, self.asked["goal"], asked=asked)
                case "downgrade":
                    downgrade(session, self.asked["goal"], asked=asked)
                case "stamp":
                    stamp(session, [self.asked["goal"]], asked=asked)
        except DaybreakError as error:
            code = error.exit_code
            self.tell(error=error.kind, text=str(error))
        except KeyboardInterrupt:
            code = 130
        except BaseException:  # noqa: BLE001 - the test tells what it is
            code = 1
            self.tell(error="unexpected", text=traceback.format_exc())
        self.tell(code=code)
        os._exit(0)

    def listen(self, event: Event) -> None:
        if isinstance(event, Progressed) or event == SLOW_STATEMENT_OVER:
            return  # on a busy machine there are more of them, and each number would be another's
        self.events += 1
        self.tell(event=type(event).__name__, text=repr(event))
        if fault := self.asked["faults"].get(str(self.events)):
            self.meet(fault)

    def tell(self, **what: Any) -> None:
        self.told.write((json.dumps(what) + "\n").encode())

    def meet(self, fault: str) -> None:
        """SIGKILL, SIGTERM…, the end of a session (`worker`, `lock`), or a `pause`."""
        if fault.startswith("SIG"):
            os.kill(os.getpid(), signal.Signals[fault])
        elif fault == "pause":
            Path(self.asked["pause"]).touch()
            while Path(self.asked["pause"]).exists():
                time.sleep(0.01)
        else:
            sessions.end(self.asked["url"], fault)


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        main(Path(sys.argv[1]))
