"""Python's threads, of which one waits for a server while another one computes."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator

SWITCH_S = 0.0005


@contextlib.contextmanager
def interpreter_shared() -> Iterator[None]:
    """A thread whose server has answered goes on at once.

    Otherwise it waits 5 ms for a thread that computes, after each of a few dozen statements.
    """
    was = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_S)
    try:
        yield
    finally:
        sys.setswitchinterval(was)
