"""`daybreak`, from its start to its exit code."""

from __future__ import annotations

import sys
from typing import NoReturn

from daybreak.cli.pipe import nobody_reads
from daybreak.cli.plain import PLAIN, answer
from daybreak.cli.warned import show_as_notes


def main(argv: list[str] | None = None) -> NoReturn:
    """Run the command line and exit with the documented code."""
    words = tuple(sys.argv[1:] if argv is None else argv)
    show_as_notes()
    try:
        code = answer(words)
        if code is None:
            from daybreak.cli.command_line import run  # here, because click takes its time

            code = run(words, asked=words in PLAIN)
    except BrokenPipeError:
        code = nobody_reads()
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        code = 130
    sys.exit(code)
