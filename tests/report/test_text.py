"""The words for people fit where they are shown."""

from __future__ import annotations

import click
import pytest

from daybreak.dialects import mysql, postgresql
from daybreak.report.text import not_compared_lines


@pytest.mark.parametrize("columns", [40, 60, 95])
@pytest.mark.parametrize("gaps", [postgresql.NOT_COMPARED, mysql.NOT_COMPARED])
def test_the_gaps_are_wrapped_to_the_terminal(gaps: tuple[str, ...], columns: int) -> None:
    lines = [click.unstyle(line) for line in not_compared_lines(gaps, columns=columns)]
    assert max(len(line) for line in lines) <= columns
    assert " ".join(line[7:] for line in lines) == "Alembic does not compare: " + "; ".join(gaps)
