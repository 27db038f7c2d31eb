"""Models that change under what only a migration made: views, triggers, policies, rules."""

from __future__ import annotations

from pathlib import Path

import pytest

from projects import VENUES, make_project
from servers.postgresql import PostgreSQL
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


BESIDE = """\
op.execute("CREATE MATERIALIZED VIEW kept AS SELECT id FROM venues WHERE name <> 'x'")
    op.execute("CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'")
    op.execute(
        "CREATE TRIGGER g BEFORE UPDATE OF name ON venues "
        "FOR EACH ROW WHEN (NEW.name <> 'y') EXECUTE FUNCTION f()"
    )
    op.execute("CREATE POLICY p ON venues USING (name <> 'x')")
    op.execute("CREATE RULE r AS ON DELETE TO venues WHERE old.name = 'q' DO INSTEAD NOTHING")"""


@pytest.mark.parametrize("kind", ["String(300)", "Text"])
def test_so_does_all_else_that_is_made_again_for_the_column(
    postgresql16: PostgreSQL, kind: str, tmp_path: Path
) -> None:
    with postgresql16.fresh_database() as database:
        project = make_project(
            tmp_path / "myapp", DEV_DATABASE_URL=postgresql16.url(database, "psycopg2")
        )
        project.add_revision("0001", None, VENUES)
        project.add_revision("0002", "0001", BESIDE)
        venue = project.root / "models" / "venue.py"
        text = venue.read_text().replace("String(255)", kind)
        venue.write_text(text.replace("import String", "import String, Text"))

        written = project.run("daybreak", "revision", "-m", "wider")
        assert "proof  upgrade = models ✓   downgrade = before ✓" in written.out, written.said
        checked = project.run("daybreak", "check", "--no-database")
        assert checked.out.splitlines()[-1] == "done   the models and the history are equal"
