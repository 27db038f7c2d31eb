"""The parts of our Markdown that can be checked: code blocks, links, tables."""

from __future__ import annotations

import itertools
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = sorted(
    path
    for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("examples/*/*.md")]
    if "node_modules" not in path.parts
)


@dataclass(frozen=True)
class Block:
    """A fenced block: its language, its text, and where it begins."""

    page: Path
    line: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def blocks(language: str) -> list[Block]:
    """Every block of that language in every page."""
    return [block for page in PAGES for block in _blocks(page) if block.language == language]


def _blocks(page: Path) -> Iterator[Block]:
    text = page.read_text(encoding="utf-8")
    for match in re.finditer(r"^```(\w*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        yield Block(page, text.count("\n", 0, match.start()) + 1, match[1], match[2])


def daybreak_calls(block: Block) -> Iterator[list[str]]:
    """The arguments of each `daybreak …` in a console block.

    Lines that begin with `$ ` are commands, or, if none does, all of them. What starts the
    command (`ENV=prod`, `uv run`, `uvx --from …`) is left out, and so is a comment behind it.
    """
    lines = block.text.splitlines()
    typed = [line[2:] for line in lines if line.startswith("$ ")] or lines
    for line in typed:
        for words in _simple_commands(shlex.split(line, comments=True)):
            command = _without_beginning(words)
            if command[:1] == ["daybreak"]:
                yield command[1:]


def _without_beginning(words: list[str]) -> list[str]:
    rest = list(itertools.dropwhile(lambda word: "=" in word or word == "exec", words))
    if rest[:2] == ["uv", "run"]:
        return list(itertools.dropwhile(lambda word: word.startswith("--"), rest[2:]))
    if rest[:2] == ["uvx", "--from"]:
        return rest[3:]
    return rest


def _simple_commands(words: list[str]) -> Iterator[list[str]]:
    command: list[str] = []
    for word in words:
        if word in {"&&", "||", "|", ";"}:
            yield command
            command = []
        else:
            command.append(word)
    yield command


def links(page: Path) -> Iterator[tuple[str, str]]:
    """The path and the fragment of each link to a file, also to this one (an empty path)."""
    text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)
    targets = re.findall(r"\]\(([^)\s]+)\)", text) + re.findall(r'(?:src|href)="([^"]+)"', text)
    for target in targets:
        if not re.match(r"[a-z]+:", target):
            path, _, fragment = target.partition("#")
            yield path, fragment


def anchors(page: Path) -> set[str]:
    """What a link may point to within a page, as GitHub makes it from the headings."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def rows(page: Path, after: str) -> list[list[str]]:
    """The cells of the first table behind the line `after`, without its heading."""
    text = "\n" + page.read_text(encoding="utf-8")
    table = text[text.index(f"\n{after}\n") + len(after) :]
    lines = re.search(r"(?:^\|.*\|\n)+", table, re.MULTILINE)
    if lines is None:
        raise LookupError(f"no table behind {after!r} in {page}")
    cells = [line.strip("|").split("|") for line in lines[0].splitlines()]
    return [[cell.strip() for cell in row] for row in cells[2:]]
