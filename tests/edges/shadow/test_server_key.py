"""Catalogs are kept for a server as it is set up, and for where it was looked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from daybreak.edges.settings import resolve_target
from daybreak.edges.shadow.server import label_in
from daybreak.flows.subject import Subject
from edges.shadow.open_shadow import open_on, settings_of
from servers import Server

# Another default for new sessions, which decides what a catalog says; and the way back.
SETTINGS = {
    "postgresql": (
        "ALTER ROLE CURRENT_USER SET xmloption = 'document'",
        "ALTER ROLE CURRENT_USER RESET xmloption",
    ),
    "mysql": ("SET GLOBAL innodb_strict_mode = OFF", "SET GLOBAL innodb_strict_mode = ON"),
}


def key_of(server: Server, root: Path) -> str:
    with open_on(server, root) as shadow:
        assert label_in(shadow.key) == shadow.label
        return shadow.key


def test_the_key_is_another_one_for_another_set_up(server: Server, root: Path) -> None:
    change, back = SETTINGS[server.dialect]
    before = key_of(server, root)
    server.execute(change)
    try:
        changed = key_of(server, root)
    finally:
        server.execute(back)

    assert changed != before
    assert key_of(server, root) == before


def places(root: Path, **variables: str) -> str:
    settings = settings_of(root, variables)
    return Subject(settings, resolve_target(settings), (), {}).places


DEV = "postgresql://u:secret@dev-host/x"
MOVED = {
    "the configured shadow": {
        "DEV_DATABASE_URL": DEV,
        "SHADOW_DATABASE_URL": "postgresql://one-host/x",
    },
    "the same on another port": {
        "DEV_DATABASE_URL": DEV,
        "SHADOW_DATABASE_URL": "postgresql://one-host:6543/x",
    },
    "the dev server": {"DEV_DATABASE_URL": DEV},
    "another dev server": {"DEV_DATABASE_URL": "postgresql://u:secret@other-host/x"},
    "another environment": {"ENV": "staging", "STAGING_DATABASE_URL": DEV},
}


def test_each_place_of_a_shadow_is_remembered_by_itself(root: Path) -> None:
    assert len({places(root, **variables) for variables in MOVED.values()}) == len(MOVED)


@pytest.mark.parametrize("database", ["x", "y"])
def test_the_database_and_the_password_are_no_place(root: Path, database: str) -> None:
    url = f"postgresql://u:other@dev-host/{database}"
    assert places(root, DEV_DATABASE_URL=url) == places(root, DEV_DATABASE_URL=DEV)
