"""What is changed by hand covers all that MySQL tells; the judge, and `check`, notice each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import pytest

from daybreak.core.catalog import Catalog
from daybreak.core.drift import find_drift
from daybreak.dialects import mysql as dialect
from daybreak.edges.catalog import read_catalog
from matrix import judge_mysql
from matrix.by_hand_mysql import BASE, BY_HAND
from matrix.judge_mysql import Dump
from servers.mysql import MySQL

pytestmark = pytest.mark.slow

# Words that say what stands where; nothing about the object can change and leave the rest.
STRUCTURE = {
    *("CREATE", "TABLE", "CONSTRAINT", "KEY", "VIEW", "AS", "TRIGGER", "ON", "FOR", "EACH", "ROW"),
    *("FUNCTION", "RETURNS", "PROCEDURE", "EVENT", "SCHEDULE", "DO", "BY", "VALUES", "SQL"),
    *("ONLY_FULL_GROUP_BY", "STRICT_TRANS_TABLES", "NO_ZERO_IN_DATE", "NO_ZERO_DATE"),
    *("ERROR_FOR_DIVISION_BY_ZERO", "NO_ENGINE_SUBSTITUTION", "SYSTEM"),
}


class Made(NamedTuple):
    """What MySQL tells the judge, and what it tells Daybreak."""

    dump: Dump
    catalog: Catalog


def made(mysql: MySQL, *more: str) -> Made:
    """BASE, after `more` was done to it."""
    with mysql.fresh_database() as database:
        judge_mysql.execute(mysql, ";\n".join((*BASE, *more)), database)
        with mysql.engine(database).connect() as connection:
            return Made(judge_mysql.dump(mysql, database), read_catalog(connection))


@pytest.fixture(scope="module")
def base(mysql: MySQL) -> Made:
    return made(mysql)


@pytest.fixture(scope="module")
def changed(mysql: MySQL) -> dict[str, Made]:
    with ThreadPoolExecutor(4) as pool:  # the server works, this process waits
        dumps = pool.map(lambda statement: made(mysql, statement), BY_HAND.values())
        return dict(zip(BY_HAND, dumps, strict=True))


def words(text: str) -> Iterator[str]:
    """The words of `text` that are MySQL's own: neither names nor values."""
    bare = re.sub(r"'(?:[^']|'')*'|`[^`]*`", " ", text)
    return iter(re.findall(r"\b[A-Z][A-Z_]+\b", bare))


def test_each_change_is_noticed_by_the_judge(base: Made, changed: dict[str, Made]) -> None:
    assert [name for name, made in changed.items() if made.dump == base.dump] == []


def test_each_change_is_drift(base: Made, changed: dict[str, Made]) -> None:
    engine = dialect.engine(base.catalog.version)
    unnoticed = [
        name
        for name, made in changed.items()
        if not find_drift(base.catalog, made.catalog, fold=dialect.fold, engine=engine).changes
    ]
    assert unnoticed == []


def test_no_two_changes_are_the_same(changed: dict[str, Made]) -> None:
    seen: dict[str, str] = {}
    for name, (dump, _) in changed.items():
        assert seen.setdefault(str(sorted(dump.items())), name) == name


def test_every_word_that_mysql_tells_is_moved_by_some_change(
    base: Made, changed: dict[str, Made]
) -> None:
    told = {word for text in base.dump.values() for word in words(text)}
    moved = set()
    for dump, _ in changed.values():
        for key, text in base.dump.items():
            if key in dump and dump[key] != text:  # an object that only goes moves nothing
                moved |= {*words(text)}
    assert told - moved - STRUCTURE == set()


def test_there_are_many() -> None:
    assert len(BY_HAND) >= 60
