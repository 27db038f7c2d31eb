"""What is left to do when whoever read our output has gone (`| head`)."""

from __future__ import annotations

import os
import sys


def nobody_reads() -> int:
    """Drop what standard output still holds; returns the exit code."""
    # it would fail once more at the interpreter's end
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 141
