"""The key of the models changes with each kind of change, and is the same in every process.

So that a run stays short, there are two processes; with DAYBREAK_TEST_MATRIX=all, as in
`nox -s full`, there are twenty.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.dialects import mysql, postgresql

from daybreak.edges.shadow.keys import wanted_key
from matrix.kind import kinds, source

pytestmark = pytest.mark.slow

TESTS = Path(__file__).parents[1]
DIALECTS: dict[str, Any] = {"postgresql": postgresql.dialect, "mysql": mysql.dialect}
PROCESSES = 20 if os.environ.get("DAYBREAK_TEST_MATRIX") == "all" else 2

# Keys of the old and the new models by the name of the kind.
Keys = dict[str, tuple[str, str]]


def keys(dialect: str) -> Keys:
    return {
        name: (_key(kind.before, dialect), _key(kind.after, dialect))
        for name, kind in kinds(dialect).items()
    }


def _key(body: str, dialect: str) -> str:
    models: dict[str, Any] = {}
    exec(compile(source(body, dialect), "<models>", "exec"), models)
    return wanted_key([models["metadata"]], DIALECTS[dialect](), server="1", root=TESTS)


def keys_elsewhere(dialect: str, seed: int) -> Keys:
    """In a process of its own: some kinds change how SQLAlchemy compiles everything."""
    code = f"import json; from matrix.test_keys import keys; print(json.dumps(keys({dialect!r})))"
    told = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        cwd=TESTS,
        env={**os.environ, "PYTHONHASHSEED": str(seed)},
        stdout=subprocess.PIPE,
        check=True,
    )
    return {name: (old, new) for name, (old, new) in json.loads(told.stdout).items()}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_each_kind_changes_the_key_and_its_keys_are_the_same_in_every_process(dialect: str) -> None:
    found = keys_elsewhere(dialect, seed=1)
    changes = {name: kind.before != kind.after for name, kind in kinds(dialect).items()}
    assert {name: old != new for name, (old, new) in found.items()} == changes
    for seed in range(2, PROCESSES + 1):
        assert keys_elsewhere(dialect, seed) == found, f"PYTHONHASHSEED={seed}"
