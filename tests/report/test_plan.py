"""A plan as a person and as a machine read it."""

from __future__ import annotations

import json

import click

from daybreak.core.plan import Dropped, Plan, Statement, Step
from daybreak.report.plan import plan_json, plan_lines

PLAN = Plan(
    before=("a1",),
    after=("d4",),
    steps=(
        Step(
            "b2",
            "add tickets",
            "versions/b2.py",
            "up",
            (
                Statement("CREATE TABLE tickets (\n    id INTEGER\n)", "versions/b2.py:12", 1),
                Statement("CREATE INDEX CONCURRENTLY x ON y (z)", "versions/b2.py:15", None),
                Statement("INSERT INTO y VALUES (:z)", "versions/b2.py:16", 2, rows=3),
            ),
        ),
        Step(
            "c3",
            "clean up",
            "versions/c3.py",
            "up",
            (
                Statement(
                    "ALTER TABLE y DROP COLUMN z",
                    None,
                    2,
                    opaque="depends on whether the object is there",
                    drops=(Dropped("y", "z"),),
                ),
            ),
            "reads data at versions/c3.py:20",
        ),
        Step("d4", "join", "versions/d4.py", "up", ()),
    ),
)

LINES = """\
↑ b2  add tickets
  ── transaction
  versions/b2.py:12
      CREATE TABLE tickets (
          id INTEGER
      )
  ── outside a transaction
  versions/b2.py:15
      CREATE INDEX CONCURRENTLY x ON y (z)
  ── transaction
  versions/b2.py:16  × 3
      INSERT INTO y VALUES (:z)
↑ c3  clean up
  ── the same transaction
  (no line of the revision)
      ALTER TABLE y DROP COLUMN z
      drops y.z
      ? depends on whether the object is there
  ? reads data at versions/c3.py:20
    what else it does is not known before it runs
↑ d4  join
  no statement
done   a plan, from a1 to d4: 3 revisions, 1 not known whole, 4 statements; nothing was changed
"""


def shown(plan: Plan) -> str:
    return "".join(f"{click.unstyle(line)}\n" for line in plan_lines(plan))


def test_a_plan_shows_statements_lines_and_borders() -> None:
    assert shown(PLAN) == LINES


def test_a_plan_without_steps_says_so() -> None:
    assert shown(Plan(("a1",), ("a1",), ())) == "done   a plan: nothing to do, at a1\n"


def test_a_way_back_is_told_by_its_sign() -> None:
    step = Step("b2", "add tickets", "versions/b2.py", "down", (Statement("DROP TABLE t", "x", 1),))
    assert shown(Plan(("b2",), (), (step,))) == (
        "↓ b2  add tickets\n"
        "  ── transaction\n"
        "  x\n"
        "      DROP TABLE t\n"
        "done   a plan, from b2 to no revision: 1 revision, 1 statement; nothing was changed\n"
    )


def test_a_machine_reads_the_same() -> None:
    told = json.loads(json.dumps(plan_json(PLAN)))
    assert (told["changed"], told["before"], told["after"]) == (False, ["a1"], ["d4"])
    assert [step["revision"] for step in told["steps"]] == ["b2", "c3", "d4"]
    assert told["steps"][1] == {
        "revision": "c3",
        "doc": "clean up",
        "path": "versions/c3.py",
        "direction": "up",
        "opaque": "reads data at versions/c3.py:20",
        "allows": [],
        "statements": [
            {
                "sql": "ALTER TABLE y DROP COLUMN z",
                "source": None,
                "transaction": 2,
                "rows": None,
                "opaque": "depends on whether the object is there",
                "drops": ["y.z"],
                "works": [],
            }
        ],
    }
