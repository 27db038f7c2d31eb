"""Writes the tables of autogenerate.md: what becomes of every kind of change that was tried.

    uv run nox -s matrix
    uv run python docs/matrix_page.py

The first runs every kind on real servers and stores the verdicts in docs/matrix/; the second makes
the tables from them. A test compares the page with what this module makes of the stored verdicts.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

PAGE = Path(__file__).parent / "autogenerate.md"
STORED = Path(__file__).parent / "matrix"

_VERDICTS = {
    "right": "right",
    "reported": "reported",
    "missed": "missed",
    "fails": "fails",
    "half-way": "fails half-way",
    "partly": "partly right",
    "altered": "changes what is unchanged",
    "lost": "data lost",
}
_WAYS_BACK = {"fails": "downgrade fails", "differs": "downgrade differs"}
_TOOLS = {"alembic": "plain Alembic", "daybreak": "Daybreak"}
_SERVERS = {"postgresql": "PostgreSQL", "mysql": "MySQL"}


def page() -> str:
    """The text of autogenerate.md, its tables made anew."""
    return re.sub(
        r"(<!-- matrix: (\w+) -->\n).*?(<!-- end -->\n)",
        lambda found: f"{found[1]}\n{tables(found[2])}\n{found[3]}",
        PAGE.read_text(encoding="utf-8"),
        flags=re.DOTALL,
    )


def tables(dialect: str) -> str:
    """How many kinds got each verdict, then the kinds one by one, family by family."""
    stored = json.loads((STORED / f"{dialect}.json").read_text(encoding="utf-8"))
    families: dict[str, Any] = stored["families"]
    every = {name: kind for members in families.values() for name, kind in members.items()}
    columns = list(dict.fromkeys(column for kind in every.values() for column in kind))
    head = [_heading(column, dialect) for column in columns]
    parts = [
        f"Alembic {stored['alembic']}, SQLAlchemy {stored['sqlalchemy']}, {len(every)} kinds.",
        _table(["", *head], _totals(list(every.values()), columns)),
    ]
    for family, members in families.items():
        parts.append(f"### {family.capitalize()}")
        lines = [
            [name, *(_cell(kind.get(each)) for each in columns)] for name, kind in members.items()
        ]
        parts.append(_table(["kind", *head], lines))
    return "\n\n".join(parts) + "\n"


def _heading(column: str, dialect: str) -> str:
    tool, version = column.split()
    return f"{_TOOLS[tool]}, {_SERVERS[dialect]} {version}"


def _totals(kinds: list[dict[str, Any]], columns: list[str]) -> list[list[str]]:
    counts = {
        column: Counter(kind[column]["verdict"] for kind in kinds if column in kind)
        for column in columns
    }
    back = {
        column: sum(kind[column]["downgrade"] in _WAYS_BACK for kind in kinds if column in kind)
        for column in columns
    }
    return [
        *(
            [words, *(str(counts[each][name]) for each in columns)]
            for name, words in _VERDICTS.items()
            if any(counts[column][name] for column in columns)
        ),
        ["of these, the downgrade fails or differs", *(str(back[each]) for each in columns)],
    ]


def _cell(outcome: dict[str, Any] | None) -> str:
    if outcome is None:
        return "–"  # this server does not know the feature
    words = [_VERDICTS[outcome["verdict"]], _WAYS_BACK.get(outcome["downgrade"], "")]
    return ", ".join(filter(None, words))


def _table(head: list[str], lines: list[list[str]]) -> str:
    rows = [head, ["---"] * len(head), *lines]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
