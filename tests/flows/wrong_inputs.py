"""A wrong input: how a project is broken, and what each command then says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from projects import Project

Break = Callable[[Project], object]

# A URL at which nothing answers, for what has to fail before any connection.
NOWHERE = "postgresql://app:hunter-22@127.0.0.1:1/app"


@dataclass(frozen=True)
class Wrong:
    """One wrong input. `problem` and `cure` are what is said, {root} standing for the project.

    `plain`: plain alembic says it too. It passes the same way for most, so a few are enough.
    """

    problem: str
    cure: str
    breaks: Break = lambda _project: None
    code: int = 2
    command: str = "upgrade head"
    variables: Mapping[str, str] = field(default_factory=dict)
    plain: bool = False


def prove(project: Project, wrong: Wrong) -> None:
    """The command says exactly that, ends with that code, and leaves every file as it is."""
    wrong.breaks(project)
    before = project.tree()

    done = project.run("daybreak", *wrong.command.split(), **wrong.variables)

    assert said(project, done.err) == f"error  {wrong.problem}\nnext   {wrong.cure}\n"
    assert done.code == wrong.code
    if wrong.plain:
        plain = project.run("alembic", *plainly(wrong.command), **wrong.variables)
        assert said(project, plain.out) == f"FAILED: {wrong.problem}\nNext: {wrong.cure}\n"
        assert (plain.code, plain.err) == (255, "")
    assert project.tree() == before


def said(project: Project, text: str) -> str:
    """`text` with the project's folder as {root}, and no empty lines before and after it."""
    return text.replace(str(project.root), "{root}").strip("\n") + "\n"


def plainly(command: str) -> list[str]:
    """The same command for plain alembic."""
    words = command.split()
    return [words[0], "--autogenerate", *words[1:]] if words[0] == "revision" else words


def pyproject(text: str) -> Break:
    """Replace `[tool.daybreak]`: `text` stands below that heading."""
    return lambda project: project.write("pyproject.toml", f"[tool.daybreak]\n{text}\n")


def file(name: str, text: str) -> Break:
    return lambda project: project.write(name, text)
