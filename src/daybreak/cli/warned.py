"""Our own Python warnings, said as the command line says its notes."""

from __future__ import annotations

import sys
import warnings
from typing import Any


def show_as_notes() -> None:
    """From now on. Anybody else's warnings are shown as Python shows them."""
    plain = warnings.showwarning

    def show(message: Warning | str, category: type[Warning], *place: Any, **more: Any) -> None:
        if not category.__module__.startswith("daybreak."):
            plain(message, category, *place, **more)
            return
        from daybreak.cli.plain import write  # here: start-up is measured
        from daybreak.core.events import Noted
        from daybreak.report.text import event_line

        write(sys.stderr, [event_line(Noted(str(message)))])

    warnings.showwarning = show
