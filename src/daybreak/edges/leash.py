"""A server that ends with us, however we end: also by SIGKILL, when nothing of ours runs any more.

A shell stands between. It starts the server and reads a pipe whose other end only we hold. When
we close it or die, the read ends, and the shell ends the server and removes its folder. The
kernel closes a dead process's pipes on every system; a parent-death signal exists on Linux alone.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from daybreak.edges.account import Account, clean_environment

# $1 signal, $2 folder, then the command. The one who waits is the server's parent, so its number
# can't have passed to a stranger while the other one sends the signal.
SCRIPT = """
signal=$1 folder=$2; shift 2
exec 3<&0
"$@" </dev/null 3<&- & server=$!
{ read -r _ <&3; kill -s "$signal" "$server"; } & reader=$!
wait "$server"; status=$?
kill "$reader" 2>/dev/null
rm -rf -- "$folder"
exit "$status"
"""


@dataclass(frozen=True, slots=True)
class Leash:
    shell: subprocess.Popen[bytes]
    output: IO[bytes]

    def ended(self) -> bool:
        """Whether the server has ended, by itself or by us."""
        return self.shell.poll() is not None

    def log(self) -> str:
        """All that the server has written so far."""
        written = os.fstat(self.output.fileno()).st_size
        # pread, because a seek would move the place where the server writes next
        return os.pread(self.output.fileno(), written, 0).decode(errors="replace")

    def stop(self) -> None:
        """End the server, remove its folder, and return when both are gone."""
        if self.shell.stdin:
            self.shell.stdin.close()
        self.shell.wait(timeout=60)
        self.output.close()


def start_on_leash(
    command: Sequence[str | Path],
    *,
    folder: Path,
    signal: str,
    account: Account | None,
    lock: int | None = None,
) -> Leash:
    """Start a server that lives in `folder`, to be ended by `signal` ("KILL", "QUIT"…).

    The server's processes share the open file `lock`: a lock on it lasts until all have ended,
    also when we are killed and they are not.
    """
    output = tempfile.TemporaryFile()  # noqa: SIM115 open for as long as the server writes
    shell = subprocess.Popen(
        ["/bin/sh", "-c", SCRIPT, "sh", signal, folder, *command],
        stdin=subprocess.PIPE,
        stdout=output,
        stderr=subprocess.STDOUT,
        pass_fds=() if lock is None else (lock,),
        start_new_session=True,  # ^C in the terminal is for us; we end the server afterwards
        cwd="/",
        env=clean_environment(),
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
    )
    return Leash(shell, output)
