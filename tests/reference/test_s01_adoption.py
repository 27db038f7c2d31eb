"""S1: `daybreak init` adopts a project that others made: it overwrites nothing, names the holes,
says what a person must do, and all that worked before works on."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from adopted import KINDS, WRITTEN_IN_INI, Kind, adopted
from daybreak.edges.origin import uv_source
from generated import BIN, Generated, schema, snapshot
from servers.server import Server

PASSWORD = "Correct-h0rse-battery"
REPLACE_ENV = (
    "replace what alembic/env.py holds by `import daybreak.env` and `daybreak.env.run()`; "
    "until then upgrade needs --unguarded"
)
TWO_LINES = "import daybreak.env\n\ndaybreak.env.run()\n"


@pytest.fixture
def classic(server: Server, database: str, tmp_path: Path) -> Iterator[Generated]:
    with server.fresh_user(PASSWORD, database) as user:
        url = server.url(database, user=user, password=PASSWORD)
        yield adopted(KINDS["classic"], tmp_path, server, url)


def test_the_classic_hand_written_project_is_adopted(
    classic: Generated, server: Server, database: str
) -> None:
    """Its own commands go on working; ours do so unguarded, and guarded once the list is done."""
    classic.run("upgrade", "head", tool="alembic")
    state = schema(server, database)
    to_do = init_overwrites_nothing(classic, KINDS["classic"], server)
    classic.run("downgrade", "base", tool="alembic")
    refused = classic.run("upgrade", "head", code=3)
    assert refused.stderr.splitlines()[-1].startswith("next   let alembic/env.py call daybreak.env")
    unguarded = classic.run("upgrade", "head", "--unguarded")
    assert "note   this project's env.py is its own" in unguarded.stderr
    assert schema(server, database) == state
    the_list_is_all_there_is_to_do(classic, to_do)
    assert schema(server, database) == state


@pytest.mark.parametrize("name", [name for name in KINDS if name != "classic"])
def test_a_project_of_another_make_is_adopted(
    tmp_path: Path, postgresql16: Server, name: str
) -> None:
    """Alembic's templates (generic, async, pyproject), a declarative_base(), a src/ layout."""
    with (
        postgresql16.fresh_database() as database,
        postgresql16.fresh_user(PASSWORD, database) as user,
    ):
        url = postgresql16.url(database, user=user, password=PASSWORD)
        project = adopted(KINDS[name], tmp_path, postgresql16, url)
        project.run("revision", "--autogenerate", "-m", "first", tool="alembic")
        project.run("upgrade", "head", tool="alembic")
        state = schema(postgresql16, database)
        to_do = init_overwrites_nothing(project, KINDS[name], postgresql16)
        project.run("check", tool="alembic")
        the_list_is_all_there_is_to_do(project, to_do)
        assert schema(postgresql16, database) == state


def test_a_history_gets_no_naming_convention_even_where_database_py_is_written(
    classic: Generated,
) -> None:
    """It would rename every constraint that the history made without one."""
    (classic.root / "database.py").unlink()
    classic.execute([str(BIN / "daybreak"), "init"], {})
    written = (classic.root / "database.py").read_text()
    assert "class Base(DeclarativeBase)" in written
    assert "MetaData" not in written


def init_overwrites_nothing(project: Generated, kind: Kind, server: Server) -> list[str]:
    before = snapshot(project.root)
    to_do = init(project, kind, server)
    after = snapshot(project.root)
    assert {path: after[path] for path in before} == before
    assert not [path for path in after.keys() - before if b"naming_convention" in after[path]]
    return to_do


def the_list_is_all_there_is_to_do(project: Generated, to_do: list[str]) -> None:
    do(project, to_do)
    assert "done   nothing to do" in project.run("upgrade", "head").stdout
    written = project.run("revision", "-m", "anything").stdout
    assert "nothing differs, so no file was written" in written


def init(project: Generated, kind: Kind, server: Server) -> list[str]:
    """Run `daybreak init` and check what it says, to people and to machines; the to-do list."""
    said = project.execute([str(BIN / "daybreak"), "init"], {}).stdout
    assert PASSWORD not in said
    assert said.splitlines()[-1] == "done   ticketing adopted; nothing of yours was touched"
    holes = [line for line in said.splitlines() if line.startswith("hole   ")]
    expected = [
        f"hole   {path}:{line_of(project.root / path, marker)}: {problem}"
        for path, marker, problem in kind.holes
    ]
    assert [hole[: len(start)] for hole, start in zip(holes, expected, strict=True)] == expected
    diff = said[said.index("--- alembic/env.py (yours)") :]
    assert "+++ alembic/env.py (ours)" in diff
    again = json.loads(project.execute([str(BIN / "daybreak"), "init", "--json"], {}).stdout)
    assert (again["changed"], again["adopted"], len(again["holes"])) == (False, True, len(holes))
    missing = [name.format(dialect=server.dialect) for name in kind.missing]
    quoted = [f"'{name}'" if "[" in name else name for name in missing]
    assert again["to_do"] == [
        f'add to pyproject.toml:\n[tool.daybreak]\ndialect = "{server.dialect}"\n'
        f'models = "{kind.models}"\nmetadata = "{kind.metadata}"',
        "uv add " + " ".join(quoted) + "\nbut first, in [tool.uv.sources] of pyproject.toml:\n"
        f"daybreak = {uv_source(project.root)}",
        REPLACE_ENV,
        *(
            f"move the URL of {path}:{line_of(project.root / path, marker)} into the environment's "
            "variable: with a password in it, nothing of Daybreak's runs"
            for path, marker, _ in kind.holes
            if (path, marker, _) == WRITTEN_IN_INI
        ),
    ]
    to_do: list[str] = again["to_do"]
    return to_do


def do(project: Generated, to_do: list[str]) -> None:
    """What a person does who reads the list; `uv add` has been done for these tests."""
    settings = to_do[0]
    pyproject = project.root / "pyproject.toml"
    table = settings.removeprefix("add to pyproject.toml:\n")
    pyproject.write_text(f"{pyproject.read_text()}\n{table}\n")
    (project.root / "alembic" / "env.py").write_text(TWO_LINES)
    ini = project.root / "alembic.ini"
    if any("move the URL" in step for step in to_do):
        refused = project.run("upgrade", "head", code=2)
        assert "alembic.ini holds a password, and that file is committed" in refused.stderr
        assert PASSWORD not in refused.stdout + refused.stderr
        ini.write_text(re.sub(r"(?m)^sqlalchemy.url.*$", "", ini.read_text()))


def line_of(file: Path, marker: str) -> int:
    """The number of the first line that begins with `marker`, indented or not."""
    lines = file.read_text().splitlines()
    return next(n for n, line in enumerate(lines, 1) if line.strip().startswith(marker))
