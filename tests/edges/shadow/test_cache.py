"""The cache of wanted catalogs loses what is broken and keeps what was used last."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from daybreak.core.catalog import Catalog, Column, Table
from daybreak.edges.shadow import cache
from daybreak.edges.shadow.cache import Wanted, load_wanted, store_wanted

WANTED = Wanted(
    Catalog(
        "postgresql", 16, "public", tables=(Table("public", "évènements", (Column("id", "int"),)),)
    ),
    ("CREATE TABLE évènements (id int)", "COMMENT ON x IS 'a\nb'"),
)


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(cache, "cache_place", lambda _: tmp_path)
    return tmp_path / "catalogs"


def test_what_was_stored_is_there_for_nobody_else(place: Path) -> None:
    store_wanted("key", WANTED)

    assert load_wanted("key") == WANTED
    assert load_wanted("other") is None
    assert [stat.S_IMODE(path.stat().st_mode) for path in (place, place / "key")] == [0o700, 0o600]
    assert os.listdir(place) == ["key"]  # noqa: PTH208 nothing half-written beside it


BROKEN: dict[str, Callable[[bytes], bytes]] = {
    "cut": lambda content: content[:-1],
    "empty": lambda _: b"",
    "changed": lambda content: content.replace(b"int", b"tin"),
    "no text": lambda content: content + b"\xff",
}


@pytest.mark.parametrize("damage", BROKEN.values(), ids=BROKEN)
def test_a_broken_file_counts_as_none(place: Path, damage: Callable[[bytes], bytes]) -> None:
    store_wanted("key", WANTED)
    (place / "key").write_bytes(damage((place / "key").read_bytes()))

    assert load_wanted("key") is None


def test_a_catalog_of_another_shape_counts_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "to_text", lambda _: '["postgresql"]')
    store_wanted("key", WANTED)

    assert load_wanted("key") is None


def test_the_files_that_were_used_last_are_kept(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache, "FILES_KEPT", 3)
    for age, key in enumerate("abc"):
        store_wanted(key, WANTED)
        os.utime(place / key, (1000 + age, 1000 + age))
    load_wanted("a")
    store_wanted("d", WANTED)

    assert sorted(path.name for path in place.iterdir()) == ["a", "c", "d"]


def test_the_cache_is_bounded_in_size(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store_wanted("a", WANTED)
    os.utime(place / "a", (1000, 1000))
    monkeypatch.setattr(cache, "BYTES_KEPT", (place / "a").stat().st_size)
    store_wanted("b", WANTED)

    assert [path.name for path in place.iterdir()] == ["b"]


def test_a_folder_that_cannot_be_written_is_no_error(place: Path) -> None:
    place.parent.mkdir(exist_ok=True)
    place.write_text("a file is in the way")
    store_wanted("key", WANTED)

    assert load_wanted("key") is None
