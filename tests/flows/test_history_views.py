"""Models that change under a view that only a migration made."""

from __future__ import annotations

from pathlib import Path

import pytest

from projects import VENUES, make_project
from servers.server import Server

EQUAL = "done   the models, the history and the database are equal"


@pytest.mark.parametrize("kind", ["String(300)", "Text"])
@pytest.mark.parametrize("name", ["postgresql18", "mysql"])
def test_a_view_of_the_history_follows_a_column_that_the_models_change(
    name: str, kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    server: Server = request.getfixturevalue(name)
    with server.fresh_database() as database:
        project = make_project(
            tmp_path / "myapp", server.dialect, DEV_DATABASE_URL=server.url(database)
        )
        view = "CREATE VIEW named AS SELECT id, name AS called FROM venues WHERE name <> 'x'"
        project.add_revision(
            "0001",
            None,
            f'{VENUES}\n    op.execute("{view}")',
            'op.execute("DROP VIEW named")\n    op.drop_table("venues")',
        )
        assert project.run("daybreak", "upgrade", "head").code == 0
        venue = project.root / "models" / "venue.py"
        text = venue.read_text().replace("String(255)", kind)
        venue.write_text(text.replace("import String", "import String, Text"))

        written = project.run("daybreak", "revision", "-m", "wider")
        assert "proof  upgrade = models ✓   downgrade = before ✓" in written.out, written.said
        [file] = project.root.glob("alembic/versions/*_wider.py")
        assert "declared by the models" not in file.read_text()
        assert project.run("daybreak", "upgrade", "head").code == 0
        checked = project.run("daybreak", "check")
        assert (checked.code, checked.out.splitlines()[-1]) == (0, EQUAL), checked.said
