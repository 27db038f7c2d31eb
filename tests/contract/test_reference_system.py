"""docs/reference-system.md names every line of the reference system and every test of it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

TESTS = Path(__file__).parents[1] / "reference"
PAGE = (TESTS.parents[1] / "docs" / "reference-system.md").read_text(encoding="utf-8")
NAMED = set(re.findall(r"`(test_\w+\.py::test_\w+)`", PAGE))
LINES = [f"S{number}" for number in range(1, 14)]


def test_every_test_that_the_page_names_exists_and_none_is_left_out() -> None:
    assert sorted(NAMED) == sorted(
        f"{path.name}::{node.name}"
        for path in TESTS.glob("test_*.py")
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    )


def test_every_line_says_what_holds_and_has_a_test() -> None:
    states, tests = PAGE.split("## The tests")
    assert re.findall(r"^\| (S\d+) \| [^|]+ \| [^|]+ \| [^|]*\|$", states, re.MULTILINE) == LINES
    rows = re.findall(r"^\| (S[\dS, ]+) \| `", tests, re.MULTILINE)
    assert {line for row in rows for line in row.split(", ")} == set(LINES)
