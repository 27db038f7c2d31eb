"""Whatever somebody changes by hand in a MySQL database at head, `check` names it and mends it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future

import pytest

from matrix.by_hand import AtHeadOfMySQL, Noticed, mysql_project, named
from matrix.by_hand_mysql import BASE, BY_HAND
from matrix.pool import processes
from servers.mysql import MySQL

pytestmark = pytest.mark.slow

# What the first word of a change's name is to a catalog.
KINDS = {
    "primary key": {"constraint"},
    "unique": {"constraint", "index"},
    "foreign key": {"constraint"},
    "check": {"constraint"},
    "partition": {"table"},
    "function": {"routine"},
    "procedure": {"routine"},
}

# What information_schema does not tell, or what is whoever's who made the database or connected.
UNSEEN = {
    "column: not even NULL as default": "without DEFAULT NULL a column is NULL all the same",
    "index: block size": "SHOW CREATE alone tells it, and InnoDB ignores it",
    "table: AUTOEXTEND_SIZE": "how a file grows is no matter of the schema",
    "trigger: SQL mode": "the session's that made it",
    "schema: charset": "whoever created the database chose it; the tables have their own",
    "schema: collation": "the same",
}

# What the SQL of `check --fix-sql` does not mend, and why.
STAYS = {"index: method": "the SQL says no USING, which is what HASH is by default in MEMORY"}

Outcomes = dict[str, Future[Noticed]]


@pytest.fixture(scope="module")
def subject(mysql: MySQL, tmp_path_factory: pytest.TempPathFactory) -> AtHeadOfMySQL:
    return mysql_project(mysql, BASE, tmp_path_factory.mktemp("by_hand") / "project")


@pytest.fixture(scope="module")
def outcomes(request: pytest.FixtureRequest, subject: AtHeadOfMySQL) -> Iterator[Outcomes]:
    """What became of each selected change, as soon as it is there: all processors work on them."""
    with subject.copy() as database:
        assert named(subject.checked(database)) == ()
    chosen = [
        str(item.callspec.params["name"])
        for item in request.session.items
        if isinstance(item, pytest.Function)
        and item.function is test_a_change_by_hand_is_named_and_mended
    ]
    with processes() as pool:
        yield {name: pool.submit(subject.noticed, BY_HAND[name]) for name in chosen}


@pytest.mark.parametrize("name", BY_HAND)
def test_a_change_by_hand_is_named_and_mended(outcomes: Outcomes, name: str) -> None:
    """The server refuses no SQL of its; what that does not mend is still named afterwards."""
    noticed = outcomes[name].result()
    if name in UNSEEN:
        assert noticed.named == ()
        return
    what = name.partition(":")[0]
    kinds = {told.partition(" ")[0] for told in noticed.named}
    assert kinds & KINDS.get(what, {what}), noticed.named
    assert noticed.refused == ""
    assert bool(noticed.left) == (name in STAYS), noticed.left
