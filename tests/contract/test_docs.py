"""The documentation can't lie: what it names exists, what it lists is complete."""

from __future__ import annotations

import ast
import html
import json
import re
import tomllib
from pathlib import Path
from typing import get_args

import click
import pytest

from contract.markdown import PAGES, ROOT, Block, anchors, blocks, daybreak_calls, links, rows
from daybreak.cli.command_line import COMMANDS, cli
from daybreak.cli.options import State
from daybreak.core import errors, settings
from daybreak.core.authoring import Proof
from daybreak.core.errors import DaybreakError
from daybreak.core.events import Event, NotYet, Unfinished
from daybreak.core.settings import read_settings
from daybreak.report.compared import proof_line
from daybreak.report.lines import event_object
from daybreak.report.text import migrated_line, next_step
from docs import matrix_page
from docs.commands_page import PAGE, page
from matrix import run
from matrix.kind import kinds as matrix_kinds

DOCS = ROOT / "docs"


def of_pages(pages: list[Path]) -> list[object]:
    return [pytest.param(page, id=str(page.relative_to(ROOT))) for page in pages]


@pytest.mark.parametrize("block", blocks("console"), ids=str)
def test_every_daybreak_command_that_is_shown_is_one_that_the_parser_takes(
    block: Block, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ENV", "dev")  # --env writes both, and they must not outlive this test
    monkeypatch.setenv("DAYBREAK_ENV", "dev")
    monkeypatch.setattr(click.Command, "invoke", lambda _command, _context: None)
    for arguments in daybreak_calls(block):
        cli.main(args=arguments, prog_name="daybreak", obj=State(), standalone_mode=False)


@pytest.mark.parametrize("block", blocks("python"), ids=str)
def test_every_python_block_is_python(block: Block) -> None:
    compile(block.text, str(block), "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)


@pytest.mark.parametrize("block", blocks("toml"), ids=str)
def test_every_toml_block_is_one_that_daybreak_takes(block: Block) -> None:
    read_settings(tomllib.loads(block.text).get("tool", {}).get("daybreak", {}), str(block))


@pytest.mark.parametrize("page", of_pages(PAGES))
def test_every_link_leads_to_a_file_and_a_heading(page: Path) -> None:
    for path, fragment in links(page):
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), path
        assert not fragment or fragment in anchors(target), f"{path}#{fragment}"


@pytest.mark.parametrize("page", of_pages([*PAGES, *DOCS.glob("pictures/*.svg")]))
def test_no_page_names_a_place_of_one_machine(page: Path) -> None:
    found = re.search(r"(?<![\w.])/(?:work|root|home|Users|tmp)/\S*", page.read_text("utf-8"))
    assert found is None, found


def test_commands_page_is_what_the_commands_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run: uv run python docs/commands_page.py"


def test_the_tables_of_autogenerate_page_are_made_of_the_stored_verdicts() -> None:
    written = matrix_page.PAGE.read_text(encoding="utf-8")
    assert written == matrix_page.page(), "run: uv run python docs/matrix_page.py"


VERDICTS = {"right": "right", "reported": "reported", "needs cure": "right"}


@pytest.mark.parametrize("dialect", run.COLUMNS)
def test_the_stored_verdicts_are_of_the_kinds_of_today_and_as_expected(dialect: str) -> None:
    stored = json.loads((run.RESULTS / f"{dialect}.json").read_text(encoding="utf-8"))
    assert stored["folds"] == run.FOLDS[dialect], "run: uv run nox -s matrix"
    found = {
        name: {told["verdict"] for column, told in kind.items() if column.startswith("daybreak ")}
        for members in stored["families"].values()
        for name, kind in members.items()
    }
    expected = {name: {VERDICTS[kind.expected]} for name, kind in matrix_kinds(dialect).items()}
    assert found == expected, "run: uv run nox -s matrix"


def test_exit_codes_page_lists_every_kind_with_its_code_and_meaning() -> None:
    listed = rows(DOCS / "exit-codes.md", "## Every kind")
    assert listed == [
        [f"`{kind.__name__}`", str(kind.exit_code), meaning] for kind, meaning in kinds().items()
    ]


def test_exit_codes_page_has_every_code_in_its_first_table() -> None:
    listed = [row[0] for row in rows(DOCS / "exit-codes.md", "# Exit codes")]
    assert {str(kind.exit_code) for kind in kinds()} < set(listed)
    assert listed == sorted(listed, key=int)


def kinds() -> dict[type[DaybreakError], str]:
    """Every kind of error and its meaning, in the order of the tree that `core/errors` draws."""
    drawn = re.findall(r"(\w+) +(?:\d +)?(\S.*)$", errors.__doc__ or "", re.MULTILINE)
    return {vars(errors)[name]: meaning for name, meaning in drawn if name in vars(errors)}


@pytest.mark.parametrize(
    ("heading", "keys"),
    [
        ("`[tool.daybreak]`:", settings._TOP),
        ("`[tool.daybreak.environments.NAME]`:", settings._ENVIRONMENT),
    ],
)
def test_settings_page_lists_every_key(heading: str, keys: tuple[str, ...]) -> None:
    assert [row[0] for row in rows(DOCS / "settings.md", heading)] == [f"`{key}`" for key in keys]


def test_every_page_of_the_documentation_that_the_code_names_exists() -> None:
    named = {
        found
        for path in (ROOT / "src").rglob("*")
        if path.is_file() and path.suffix != ".pyc"
        for found in re.findall(r"docs/[\w\-/]+\.md", path.read_text(encoding="utf-8"))
    }
    assert named
    assert {name for name in named if not (ROOT / name).is_file()} == set()


def test_the_readme_shows_the_commands_that_ci_runs() -> None:
    [block, *_] = [block for block in blocks("console") if block.page == ROOT / "README.md"]
    shown = re.findall(r"^\$ (uv run .+)$", block.text, re.MULTILINE)
    ran = re.findall(r"^(?:step|exec) (uv run .+?)(?: #.*)?$", (ROOT / ".ci/run").read_text(), re.M)
    assert len(shown) == 2
    assert [command for command in shown if command not in ran] == []


def test_every_page_can_be_reached_from_the_readme() -> None:
    reached: set[Path] = set()
    waiting = [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in reached or page.suffix != ".md":
            continue
        reached.add(page)
        for path, _ in links(page):
            target = (page.parent / path).resolve()
            waiting += sorted(target.glob("*.md")) if target.is_dir() else [target]
    assert set(PAGES) - reached == set()


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_a_command_and_its_line_in_the_list_are_whole_sentences(name: str) -> None:
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    assert COMMANDS[name][1].endswith(".")
    assert (command.help or "").rstrip().endswith(".")


def test_the_plain_files_of_leaving_are_those_that_are_tested() -> None:
    shown = [block.text for block in blocks("python") if block.page == DOCS / "leaving.md"]
    plain = ROOT / "tests" / "fixtures" / "plain"
    assert shown == [(plain / name).read_text("utf-8") for name in ("database.py", "env.py")]


def test_the_picture_of_the_loop_shows_the_words_of_today() -> None:
    """Otherwise: uv run python docs/pictures/make.py"""
    svg = (DOCS / "pictures" / "loop.svg").read_text(encoding="utf-8")
    shown = html.unescape(re.sub(r"<[^>]+>", "", svg)).replace("\xa0", " ")
    (revision,) = re.findall(r"versions/(\w+)_add_ticket_price_to_events\.py", shown)
    said = [
        proof_line(Proof()).partition(" ✓   ")[0],
        next_step("review the file, then: daybreak upgrade head"),
        migrated_line([revision], [revision], 0.0, 0),
    ]
    for line in said:
        assert click.unstyle(line) in shown


def _columns(cell: str) -> list[str]:
    return re.findall(r"`(\w+)`", cell)


def test_the_page_about_upgrades_lists_every_event_with_its_fields() -> None:
    listed = {
        _columns(cells[0])[0]: sorted(_columns(cells[1]))
        for cells in rows(DOCS / "upgrade.md", "## For machines")
    }
    told = {}
    for kind in {*get_args(Event)} - {NotYet, Unfinished}:  # which `wait` and `current` alone send
        values = dict.fromkeys(kind._fields, 1.0)
        if found := event_object(kind(**values)):
            name = found.pop("event")
            told[name] = sorted(found)
    assert {name: listed[name] for name in listed.keys() - {"outcome", "error"}} == told
