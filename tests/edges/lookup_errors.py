"""The error that an application gets for a reference that can't be looked up."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from pathlib import Path

import pytest

from daybreak import Database
from daybreak.core.errors import DaybreakError
from edges.project_of import name_database

# What the secrets in these tests hold, and no error may repeat.
VALUE = "hunter22"

Look = Callable[[str], DaybreakError]


def looking(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Look:
    def attempt(text: str) -> DaybreakError:
        project = Database(name_database(folder, text, monkeypatch))
        with pytest.raises(DaybreakError) as caught:
            project.url()
        told = "".join(traceback.format_exception(caught.value))
        assert VALUE not in told
        return caught.value

    return attempt


def said(error: DaybreakError) -> tuple[type[DaybreakError], int, str, str]:
    return type(error), error.exit_code, error.problem, error.cure
