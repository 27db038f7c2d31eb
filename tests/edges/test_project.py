"""Which project a command or an application belongs to, told from the files around it.

A case draws a tree: each file and what it holds. The command's folder is `app/models` in all.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from daybreak.core.errors import ProjectInvalid, ProjectNotFound
from daybreak.edges.project import (
    Project,
    database_name,
    find_project,
    locate_project,
    project_above,
)

INI = "[alembic]\nscript_location = %(here)s/alembic\n"
DAYBREAK = "[tool.daybreak]\n"
ALEMBIC = '[tool.alembic]\nscript_location = "%(here)s/alembic"\n'
PROJECT = '[project]\nname = "My.App"\n'


def draw(root: Path, files: dict[str, str]) -> Path:
    """The tree below `root`; the folder where the command runs."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    here = root / "app/models"
    here.mkdir(parents=True, exist_ok=True)
    return here


def described(project: Project, root: Path) -> str:
    """`app: ini app/alembic.ini, toml none`."""
    files = [
        f"{kind} {path.relative_to(root) if path else 'none'}"
        for kind, path in (("ini", project.ini), ("toml", project.toml))
    ]
    return f"{project.root.relative_to(root)}: {', '.join(files)}"


FOUND = {
    "an alembic.ini above": (
        {"app/alembic.ini": INI},
        "app: ini app/alembic.ini, toml none",
    ),
    "with its pyproject.toml": (
        {"app/alembic.ini": INI, "app/pyproject.toml": PROJECT},
        "app: ini app/alembic.ini, toml app/pyproject.toml",
    ),
    "[tool.daybreak] alone": (
        {"app/pyproject.toml": DAYBREAK},
        "app: ini none, toml app/pyproject.toml",
    ),
    "[tool.alembic] alone": (
        {"app/pyproject.toml": ALEMBIC},
        "app: ini none, toml app/pyproject.toml",
    ),
    "an alembic.ini in a folder, its settings above": (
        {"app/models/alembic.ini": INI, "pyproject.toml": DAYBREAK},
        ".: ini app/models/alembic.ini, toml pyproject.toml",
    ),
    "an alembic.ini in a folder, a plain pyproject.toml above": (
        {"app/models/alembic.ini": INI, "app/pyproject.toml": PROJECT},
        "app: ini app/models/alembic.ini, toml app/pyproject.toml",
    ),
    "[tool.daybreak] beats a nearer plain pyproject.toml": (
        {
            "app/models/alembic.ini": INI,
            "app/pyproject.toml": PROJECT,
            "pyproject.toml": DAYBREAK,
        },
        ".: ini app/models/alembic.ini, toml pyproject.toml",
    ),
    "a plain pyproject.toml is passed by": (
        {"app/pyproject.toml": PROJECT, "pyproject.toml": DAYBREAK},
        ".: ini none, toml pyproject.toml",
    ),
    "the nearest project wins": (
        {"app/pyproject.toml": DAYBREAK, "alembic.ini": INI, "pyproject.toml": DAYBREAK},
        "app: ini none, toml app/pyproject.toml",
    ),
}


@pytest.mark.parametrize(("files", "expected"), FOUND.values(), ids=FOUND)
def test_a_project_is_found_around_the_folder(
    files: dict[str, str], expected: str, tmp_path: Path
) -> None:
    here = draw(tmp_path, files)
    assert described(find_project(here), tmp_path) == expected


@pytest.mark.parametrize("files", [{}, {"app/pyproject.toml": PROJECT}], ids=["nothing", "plain"])
def test_without_a_project_the_error_names_the_folder_and_init(
    files: dict[str, str], tmp_path: Path
) -> None:
    here = draw(tmp_path, files)
    with pytest.raises(ProjectNotFound) as caught:
        find_project(here)
    assert caught.value.problem.startswith(f"no project here: neither {here} nor a folder above")
    assert caught.value.cure == "cd into the project, or make one with: daybreak init"


NAMED = {
    "-c alembic.ini": (["../alembic.ini"], "app: ini app/alembic.ini, toml app/pyproject.toml"),
    "-c another.ini": (["../other.ini"], "app: ini app/other.ini, toml app/pyproject.toml"),
    "-c an absolute path": (
        ["{root}/app/other.ini"],
        "app: ini app/other.ini, toml app/pyproject.toml",
    ),
    "-c an .ini in a folder": (
        ["../deploy/alembic.ini"],
        "app: ini app/deploy/alembic.ini, toml app/pyproject.toml",
    ),
    "-c pyproject.toml": (
        ["../pyproject.toml"],
        "app: ini app/alembic.ini, toml app/pyproject.toml",
    ),
    "-c twice": (
        ["../deploy/alembic.ini", "../../pyproject.toml"],
        ".: ini app/deploy/alembic.ini, toml pyproject.toml",
    ),
    "-c twice, the other way round": (
        ["../../pyproject.toml", "../other.ini"],
        ".: ini app/other.ini, toml pyproject.toml",
    ),
}
TREE = {
    "app/alembic.ini": INI,
    "app/other.ini": INI,
    "app/deploy/alembic.ini": INI,
    "app/pyproject.toml": DAYBREAK,
    "pyproject.toml": DAYBREAK,
}


@pytest.mark.parametrize(("files", "expected"), NAMED.values(), ids=NAMED)
def test_a_file_named_on_the_command_line_decides(
    files: list[str], expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALEMBIC_CONFIG", "not-this.ini")
    here = draw(tmp_path, TREE)
    config = tuple(file.format(root=tmp_path) for file in files)
    assert described(locate_project(config, here), tmp_path) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("../other.ini", "app: ini app/other.ini, toml app/pyproject.toml"),
        ("../../pyproject.toml", ".: ini none, toml pyproject.toml"),
        ("", "app: ini app/alembic.ini, toml app/pyproject.toml"),
    ],
)
def test_alembic_config_decides_without_c(
    value: str, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALEMBIC_CONFIG", value)
    here = draw(tmp_path, TREE)
    assert described(locate_project((), here), tmp_path) == expected


WRONG_FILES = {
    "missing": (["nowhere.ini"], "there is no file {here}/nowhere.ini"),
    "two .ini": (
        ["../alembic.ini", "../other.ini"],
        "-c names ../alembic.ini and ../other.ini, two files of one kind",
    ),
    "two .toml": (
        ["../pyproject.toml", "../../pyproject.toml"],
        "-c names ../pyproject.toml and ../../pyproject.toml, two files of one kind",
    ),
}


@pytest.mark.parametrize(("files", "problem"), WRONG_FILES.values(), ids=WRONG_FILES)
def test_a_wrong_file_on_the_command_line_is_named(
    files: list[str], problem: str, tmp_path: Path
) -> None:
    here = draw(tmp_path, TREE)
    with pytest.raises(ProjectInvalid) as caught:
        locate_project(tuple(files), here)
    assert caught.value.problem == problem.format(here=here)


ANCHORED = {
    "a file beside pyproject.toml": ("app/database.py", {"app/pyproject.toml": PROJECT}, "app"),
    "a folder": ("app", {"app/pyproject.toml": PROJECT}, "app"),
    "src layout": ("app/src/shop/database.py", {"app/pyproject.toml": PROJECT}, "app"),
    "no pyproject.toml": ("app/database.py", {}, "app"),
    "[tool.daybreak] beats a nearer one": (
        "app/database.py",
        {"app/pyproject.toml": PROJECT, "pyproject.toml": DAYBREAK},
        ".",
    ),
}


@pytest.mark.parametrize(("anchor", "files", "root"), ANCHORED.values(), ids=ANCHORED)
def test_an_application_belongs_to_the_project_around_its_file(
    anchor: str, files: dict[str, str], root: str, tmp_path: Path
) -> None:
    draw(tmp_path, {"app/database.py": "", "app/src/shop/database.py": "", **files})
    assert project_above(tmp_path / anchor).root == (tmp_path / root).resolve()


@pytest.mark.parametrize("files", [files for files, _ in FOUND.values()], ids=FOUND)
def test_the_application_and_its_migrations_read_the_same_settings(
    files: dict[str, str], tmp_path: Path
) -> None:
    here = draw(tmp_path, {**files, "app/models/database.py": ""})
    assert project_above(here / "database.py").root == find_project(here).root


BROKEN = {
    "not TOML": ("[project\n", "{file} can't be read: "),
    "not UTF-8": ("\udcff", "{file} can't be read: "),
    "project is a text": ("project = 'x'\n", "project in {file} is not a table"),
    "tool is a number": ("tool = 1\n", "tool in {file} is not a table"),
}


@pytest.mark.parametrize(("text", "problem"), BROKEN.values(), ids=BROKEN)
def test_a_broken_pyproject_is_one_clear_error(text: str, problem: str, tmp_path: Path) -> None:
    file = tmp_path / "pyproject.toml"
    file.write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(ProjectInvalid) as caught:
        find_project(tmp_path)
    assert caught.value.problem.startswith(problem.format(file=file))


def test_a_daybreak_table_that_is_none_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool]\ndaybreak = 1\n")
    with pytest.raises(ProjectInvalid) as caught:
        find_project(tmp_path).daybreak  # noqa: B018
    assert caught.value.problem == (
        f"[tool.daybreak] in {tmp_path / 'pyproject.toml'} is not a table"
    )


@pytest.mark.parametrize(
    ("text", "name"),
    [(PROJECT, "My.App"), (DAYBREAK, "app"), ("[project]\nname = ''\n[tool.daybreak]\n", "app")],
    ids=["given", "not given", "empty"],
)
def test_a_project_is_called_as_pyproject_says_or_as_its_folder(
    text: str, name: str, tmp_path: Path
) -> None:
    draw(tmp_path, {"app/pyproject.toml": text})
    assert project_above(tmp_path / "app").name == name


@pytest.mark.parametrize(
    ("name", "database"),
    [
        ("myapp", "myapp"),
        ("My.App", "my_app"),
        ("my--app-2", "my_app_2"),
        ("-x-", "x"),
        ("Événements", "v_nements"),
        ("雪", "app"),
    ],
)
def test_a_name_becomes_one_that_a_database_can_have(name: str, database: str) -> None:
    assert database_name(name) == database
