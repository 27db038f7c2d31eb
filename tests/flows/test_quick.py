"""The quick way and Alembic's give the same answer, to the byte but for the time that it took."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from daybreak.cli.plain import PLAIN
from flows.quick_cases import ALL, CASES, UPGRADE, Scene, at_head
from projects import Done, make_project
from servers.postgresql import PostgreSQL
from servers.server import Server

pytestmark = pytest.mark.server

# Runs commands in one process and tells of each: its code, its output, whether it took the quick
# way. That way finds nothing when the first word says so.
RUNNER = """
import contextlib, io, json, sys
from daybreak.cli.main import main
from daybreak.core.errors import NotTheWriter
from daybreak.flows import quick

def watched(way):
    def watch(*args, **kwargs):
        global taken
        taken = True
        answer = way(*args, **kwargs) if sys.argv[1] == "quick" else None
        taken = answer is not None
        return answer
    return watch

for name in ("upgrade", "current", "heads"):
    setattr(quick, name, watched(getattr(quick, name)))
answers = []
for words in json.loads(sys.argv[2]):
    out, err, taken, code = io.StringIO(), io.StringIO(), False, None
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            main(words)
        except SystemExit as end:
            code = end.code
    answers.append([code, out.getvalue(), err.getvalue(), taken])
loaded = ("alembic", "sqlalchemy", "rich", "asyncio", "click")
heavy = [name for name in loaded if name in sys.modules]
print(json.dumps({"answers": answers, "heavy": heavy}))
"""
Words = tuple[str, ...]


def run(
    scene: Scene, way: str, asked: Sequence[Words], variables: Mapping[str, str]
) -> tuple[dict[Words, Done], list[Words]]:
    """What each command says this way, without its time, and which of them took the quick way.

    Where all of them do, nothing heavy loads; click only to read what else is asked.
    """
    command = ("python", "-c", RUNNER, way, json.dumps(asked))
    done = scene.project.run(*command, **variables)
    assert done.code == 0, done.said
    said = json.loads(done.out)
    answers, quick = {}, []
    for words, (code, out, err, taken) in zip(asked, said["answers"], strict=True):
        out = re.sub(r'"seconds": [\d.]+', '"seconds": 0', out)
        answers[words] = Done(code, out, err)
        quick += [words] if taken else []
    if quick == list(asked):
        assert said["heavy"] == ([] if PLAIN.keys() >= set(asked) else ["click"])
    return answers, quick


def make_scene(folder: Path, server: Server, database: str) -> Scene:
    variables = {"DEV_DATABASE_URL": server.url(database)}
    return Scene(make_project(folder, server.dialect, **variables), server, database)


@pytest.fixture
def scene(postgresql16: PostgreSQL, tmp_path: Path) -> Iterator[Scene]:
    with postgresql16.fresh_database() as database:
        yield make_scene(tmp_path / "myapp", postgresql16, database)


def test_in_plain_words_nothing_loads_that_reads_a_command_line(scene: Scene) -> None:
    at_head(scene)
    answers, quick = run(scene, "quick", list(PLAIN), {})
    assert quick == list(PLAIN)
    assert answers == run(scene, "slow", list(PLAIN), {})[0]


@pytest.mark.parametrize("name", CASES)
def test_the_quick_way_says_what_the_other_says_and_is_taken_where_it_can_be(
    scene: Scene, name: str
) -> None:
    case = CASES[name]
    variables = case.prepare(scene)
    answers, quick = run(scene, "quick", case.asked, variables)
    assert quick == list(case.quick)
    assert answers == run(scene, "slow", case.asked, variables)[0]


def test_both_engines_answer_the_quick_way(server: Server, database: str, tmp_path: Path) -> None:
    scene = make_scene(tmp_path / "myapp", server, database)
    at_head(scene)
    answers, quick = run(scene, "quick", ALL, {})
    assert quick == list(ALL)
    assert answers == run(scene, "slow", ALL, {})[0]


def test_a_version_table_in_a_schema_is_found(scene: Scene) -> None:
    scene.execute('CREATE SCHEMA "Odd"')
    scene.project.write(
        "alembic/env.py",
        "from daybreak import env\n\n"
        'env.run(version_table_schema="Odd", version_table="its versions")\n',
    )
    at_head(scene)
    answers, quick = run(scene, "quick", [UPGRADE], {})
    assert quick == [UPGRADE]
    assert answers == run(scene, "slow", [UPGRADE], {})[0]


def test_the_version_is_read_in_the_role_of_migrations(scene: Scene) -> None:
    """What is recorded is only the role's to read; the user who logs in may not."""
    with scene.server.fresh_user("right", scene.database) as user:
        role = f"{user}_role"
        scene.execute(f"CREATE ROLE {role}")
        scene.execute(f"GRANT {role} TO {user}")
        scene.execute(f"GRANT ALL ON SCHEMA public TO {role}")
        text = (scene.project.root / "pyproject.toml").read_text()
        scene.project.write(
            "pyproject.toml", f'{text}\n[tool.daybreak.environments.dev]\nrole = "{role}"\n'
        )
        url = scene.server.url(scene.database, user=user, password="right")
        scene.line("a1")
        assert scene.project.run("daybreak", "upgrade", "head", DEV_DATABASE_URL=url).code == 0

        answers, quick = run(scene, "quick", [UPGRADE], {"DEV_DATABASE_URL": url})

        scene.execute(f"DROP OWNED BY {role}")
        scene.execute(f"DROP ROLE {role}")
    assert quick == [UPGRADE]
    assert answers[UPGRADE].out.endswith("done   nothing to do, at a1\n")


def test_a_reader_is_refused_although_there_is_nothing_to_do(scene: Scene) -> None:
    at_head(scene)
    scene.execute(f"ALTER DATABASE {scene.database} SET default_transaction_read_only = on")

    answers, quick = run(scene, "quick", [UPGRADE, ("current",)], {})

    assert quick == [UPGRADE, ("current",)]
    done = answers[UPGRADE]
    assert (done.code, done.out) == (3, "")
    assert done.err == (
        f"error  upgrade was refused: {scene.database}@127.0.0.1:{scene.server.port} is read-only "
        "(default_transaction_read_only is on for this database). Nothing was changed\n"
        "next   point DEV_DATABASE_URL at the writer, on Aurora the cluster endpoint (its name has "
        "no -ro); if this is the writer, lift what makes it read-only\n"
    )
    assert answers["current",].code == 0


def test_what_is_pending_is_applied(scene: Scene) -> None:
    at_head(scene)
    scene.project.add_revision("a3", "a2")

    answers, quick = run(scene, "quick", [UPGRADE], {})

    assert quick == []
    assert answers[UPGRADE].code == 0
    assert "✓ a3" in answers[UPGRADE].out
