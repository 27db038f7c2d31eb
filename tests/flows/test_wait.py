"""`daybreak wait` and `Database.require_schema()` on real servers."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from projects import BIN, CLEAN, Project, make_project
from servers.server import Server

pytestmark = pytest.mark.server


@pytest.fixture
def project(server: Server, database: str, tmp_path: Path) -> Project:
    """Two revisions, none of them applied."""
    url = server.url(database)
    made = make_project(tmp_path / "myapp", server.dialect, ENV="dev", DEV_DATABASE_URL=url)
    made.add_revision("a1", None)
    made.add_revision("a2", "a1")
    return made


def upgrade(project: Project, target: str = "head") -> None:
    done = project.run("daybreak", "upgrade", target)
    assert done.code == 0, done.said


def test_it_ends_when_the_schema_is_new_enough_also_when_it_is_ahead(
    project: Project, server: Server, database: str
) -> None:
    place = f"{database}@127.0.0.1:{server.port}"
    none = project.run("daybreak", "wait", "--timeout", "0")
    assert (none.code, none.out) == (9, "")
    assert none.err == (
        f"error  {place} (dev, from DEV_DATABASE_URL) is at no revision (there is no table "
        "alembic_version) and lacks a1 and a2\n"
        "next   migrate before the code that needs it is deployed: daybreak upgrade head\n"
    )
    upgrade(project, "a1")
    old = project.run("daybreak", "wait", "--timeout", "1")
    assert old.code == 9
    assert "is at a1 and lacks a2\n" in old.err

    upgrade(project)
    new = project.run("daybreak", "wait")
    assert new.code == 0
    assert new.out.startswith(f"done   {place} is at a2, in ")

    project.add_revision("a3", "a2")
    upgrade(project)
    (project.root / "alembic/versions/a3_.py").unlink()
    ahead = project.run("daybreak", "wait", "--timeout", "0")
    assert ahead.code == 0
    assert f"{place} is at a3, ahead of a2, in " in ahead.out

    server.execute("DELETE FROM daybreak_journal", database=database)
    unknown = project.run("daybreak", "wait", "--timeout", "0", "--json")
    assert unknown.code == 9
    assert '"kind": "SchemaUnknown"' in unknown.out
    assert project.run("daybreak", "wait", "--timeout", "0", "--accept-unknown").code == 0


def test_what_appears_meanwhile_ends_the_wait(project: Project) -> None:
    waiting = subprocess.Popen(
        [BIN / "daybreak", "wait", "--timeout", "60"],
        cwd=project.root,
        env={**CLEAN, **project.variables, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert waiting.stdout is not None
    assert "lacks a1 and a2" in waiting.stdout.readline()
    upgrade(project)
    rest, _ = waiting.communicate(timeout=60)
    assert waiting.returncode == 0
    assert " is at a2, in " in rest


PROBE = """
import sys
sys.path.insert(0, {root!r})
from daybreak import Database, DaybreakError
try:
    Database({anchor!r}).require_schema()
except DaybreakError as error:
    print(error.kind)
print([name for name in ("alembic", "sqlalchemy") if name in sys.modules])
"""


def test_an_application_requires_it_from_another_folder_and_without_alembic(
    project: Project, tmp_path: Path
) -> None:
    def require() -> list[str]:
        code = PROBE.format(root=str(project.root), anchor=str(project.root / "database.py"))
        return subprocess.run(
            [sys.executable, "-c", code],
            cwd=tmp_path,
            env={**CLEAN, **project.variables},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.splitlines()

    assert require() == ["SchemaTooOld", "[]"]
    upgrade(project)
    assert require() == ["[]"]
    (project.root / "alembic").rename(tmp_path / "elsewhere")
    assert require() == ["HistoryMissing", "[]"]


CREATE_USER = {
    "postgresql": "CREATE ROLE {user} LOGIN PASSWORD 'right'",
    "mysql": "CREATE USER {user} IDENTIFIED BY 'right'",
}
VERSIONS, JOURNAL = "alembic_version", "daybreak_journal"


def test_a_right_that_is_missing_is_named_with_what_gives_it(
    project: Project, server: Server, database: str
) -> None:
    upgrade(project)
    user = f"reader_{database[-6:]}"
    url = server.url(database, user=user, password="right")
    quote, schema = {"postgresql": ("", "public"), "mysql": ("`", database)}[server.dialect]
    server.execute(CREATE_USER[server.dialect].format(user=user))
    try:
        for readable, other in ((VERSIONS, JOURNAL), (JOURNAL, VERSIONS)):
            server.execute(f"GRANT SELECT ON {schema}.{readable} TO {user}", database=database)
            done = project.run("daybreak", "wait", DEV_DATABASE_URL=url)
            server.execute(f"REVOKE SELECT ON {schema}.{readable} FROM {user}", database=database)
            assert done.code == 2
            assert f"error  user '{user}' may not read {quote}{other}{quote} on " in done.err
            assert done.err.splitlines()[-1].replace(quote, "") == (
                f"next   GRANT SELECT ON {VERSIONS} TO {user}; GRANT SELECT ON {JOURNAL} TO {user}"
            )
    finally:
        server.execute(f"DROP USER {user}")


def test_a_server_that_is_down_ends_with_6_and_shows_no_password(project: Project) -> None:
    url = f"{project.variables['DEV_DATABASE_URL'].partition(':')[0]}://u:k7Qzsecret@127.0.0.1:1/x"
    done = project.run("daybreak", "wait", "--timeout", "1", DEV_DATABASE_URL=url)
    assert done.code == 6
    assert "k7Qz" not in done.said
