"""Colour, marked as a terminal understands it, without loading what else can."""

from __future__ import annotations

_COLOURS = {"red": 31, "green": 32, "yellow": 33, "cyan": 36}


def style(text: str, fg: str | None = None, *, bold: bool = False, dim: bool = False) -> str:
    """`text` in a colour. Where no terminal shows it, the marks have to be taken away."""
    codes = [_COLOURS[fg]] if fg else []
    codes += [code for code, wanted in ((1, bold), (2, dim)) if wanted]
    return "".join(f"\x1b[{code}m" for code in codes) + f"{text}\x1b[0m"
