"""What is changed by hand covers all that MySQL tells; the judge, and `check`, notice each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

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


def made(mysql: MySQL, *more: str) -> Dump:
    """What MySQL tells of BASE, after `more` was done to it."""
    with mysql.fresh_database() as database:
        judge_mysql.execute(mysql, ";\n".join((*BASE, *more)), database)
        return judge_mysql.dump(mysql, database)


@pytest.fixture(scope="module")
def base(mysql: MySQL) -> Dump:
    return made(mysql)


@pytest.fixture(scope="module")
def changed(mysql: MySQL) -> dict[str, Dump]:
    with ThreadPoolExecutor(4) as pool:  # the server works, this process waits
        dumps = pool.map(lambda statement: made(mysql, statement), BY_HAND.values())
        return dict(zip(BY_HAND, dumps, strict=True))


def words(text: str) -> Iterator[str]:
    """The words of `text` that are MySQL's own: neither names nor values."""
    bare = re.sub(r"'(?:[^']|'')*'|`[^`]*`", " ", text)
    return iter(re.findall(r"\b[A-Z][A-Z_]+\b", bare))


def test_each_change_is_noticed_by_the_judge(
    mysql: MySQL, base: Dump, changed: dict[str, Dump]
) -> None:
    assert [name for name, dump in changed.items() if dump == base] == []


def test_no_two_changes_are_the_same(changed: dict[str, Dump], mysql: MySQL) -> None:
    seen: dict[str, str] = {}
    for name, dump in changed.items():
        assert seen.setdefault(str(sorted(dump.items())), name) == name


def test_every_word_that_mysql_tells_is_moved_by_some_change(
    mysql: MySQL, base: Dump, changed: dict[str, Dump]
) -> None:
    told = {word for text in base.values() for word in words(text)}
    moved = set()
    for dump in changed.values():
        for key, text in base.items():
            if key in dump and dump[key] != text:  # an object that only goes moves nothing
                moved |= {*words(text)}
    assert told - moved - STRUCTURE == set()


def test_there_are_many() -> None:
    assert len(BY_HAND) >= 60
