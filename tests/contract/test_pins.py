"""What CI installs: exactly these versions and files, from whichever registry a machine uses."""

from __future__ import annotations

import re
from pathlib import Path

PINS = Path(__file__).parents[2] / ".ci" / "requirements.txt"
PINNED = re.compile(r"[a-z0-9-]+==[\w.]+( ; [\w.<>=!' ]+)? \\")
HASH = re.compile(r"    --hash=sha256:[0-9a-f]{64}( \\)?")


def test_pins_are_names_versions_and_hashes_and_nothing_else() -> None:
    lines = PINS.read_text(encoding="utf-8").splitlines()

    assert [line for line in lines if not (PINNED.fullmatch(line) or HASH.fullmatch(line))] == []


def test_no_package_comes_without_a_hash() -> None:
    lines = PINS.read_text(encoding="utf-8").splitlines()

    without = [
        line
        for line, following in zip(lines, [*lines[1:], ""], strict=True)
        if PINNED.fullmatch(line) and not HASH.fullmatch(following)
    ]
    assert without == []
    assert any(line.startswith("uv==") for line in lines)  # the first one that .ci/run installs
