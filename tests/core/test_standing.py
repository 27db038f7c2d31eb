"""Whether a schema is at least as new as the files, from heads, files and recorded parents."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from daybreak.core.standing import find_standing

Parents = dict[str, Sequence[str]]

LINE: Parents = {"a1": (), "a2": ("a1",), "a3": ("a2",)}
FORK: Parents = {"a1": (), "a2": ("a1",), "b2": ("a1",)}
DEPENDS: Parents = {"a1": (), "b1": ("a1",)}

CASES: dict[str, tuple[Parents, list[str], Parents, tuple[str, ...], tuple[str, ...]]] = {
    "at the head": (LINE, ["a3"], {}, (), ()),
    "behind": (LINE, ["a1"], {}, ("a2", "a3"), ()),
    "nothing recorded": (LINE, [], {}, ("a1", "a2", "a3"), ()),
    "one of two heads": (FORK, ["a2"], {}, ("b2",), ()),
    "a head that another depends on": (DEPENDS, ["b1"], {}, (), ()),
    "ahead, recorded": (LINE, ["z9"], {"z9": ["z8"], "z8": ["a3"]}, (), ()),
    "ahead of two heads": (FORK, ["m"], {"m": ["a2", "b2"]}, (), ()),
    "another branch, recorded": (LINE, ["z9"], {"z9": ["a2"]}, ("a3",), ()),
    "ahead, not recorded": (LINE, ["z9"], {}, ("a1", "a2", "a3"), ("z9",)),
    "recorded in part": (LINE, ["z9"], {"z9": ["z8"]}, ("a1", "a2", "a3"), ("z8",)),
    "the head and another, unknown": (LINE, ["a3", "z9"], {}, (), ("z9",)),
    "taken back, and still recorded": (LINE, ["a2"], {"a3": ["a2"]}, ("a3",), ()),
}


@pytest.mark.parametrize(
    ("files", "recorded", "journal", "missing", "unplaced"), CASES.values(), ids=CASES
)
def test_what_is_missing_and_what_nobody_can_place(
    files: Parents,
    recorded: list[str],
    journal: Parents,
    missing: tuple[str, ...],
    unplaced: tuple[str, ...],
) -> None:
    standing = find_standing(files, recorded, journal)

    assert (standing.missing, standing.unplaced) == (missing, unplaced)
    assert standing.reached == (not missing)
    assert standing.unknown == bool(missing and unplaced)


HALF_GONE: dict[str, tuple[list[str], Parents, str, tuple[str, ...], bool]] = {
    "the head": (["a3"], {}, "a3", ("a3",), False),
    "one that is ahead": (["z9"], {"z9": ["a3"]}, "z9", (), False),
    "the head, beside one that nobody knows": (["a3", "z9"], {}, "a3", ("a3",), False),
    "of which another is missing, nobody knows where": (
        ["a2", "z9"],
        {},
        "a2",
        ("a2", "a3"),
        False,
    ),
}


@pytest.mark.parametrize(
    ("recorded", "journal", "gone", "missing", "unknown"), HALF_GONE.values(), ids=HALF_GONE
)
def test_what_is_half_taken_back_is_missing(
    recorded: list[str], journal: Parents, gone: str, missing: tuple[str, ...], unknown: bool
) -> None:
    standing = find_standing(LINE, recorded, journal, {gone})

    assert (standing.missing, standing.unknown) == (missing, unknown)
    assert standing.reached == (not missing)
