"""A script_location that leads nowhere is one clear error, whichever command meets it first."""

from __future__ import annotations

from pathlib import Path

import pytest

from daybreak.core.errors import HistoryInvalid
from daybreak.edges.alembic import AlembicOptions, make_config, uses_daybreak
from daybreak.edges.project import project_at


def test_a_relative_script_location_from_another_folder_names_the_cure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "alembic.ini").write_text("[alembic]\nscript_location = alembic\n")
    (tmp_path / "alembic").mkdir()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)

    with pytest.raises(HistoryInvalid) as raised:
        uses_daybreak(make_config(project_at(tmp_path), AlembicOptions(), None))

    assert raised.value.problem == "script_location names alembic, and there is no such folder"
    assert "%(here)s/alembic" in raised.value.cure
