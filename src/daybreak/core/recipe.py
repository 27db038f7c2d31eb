"""The holes of the widely copied SQLAlchemy and Alembic set-up, found in a project's own files.

Each hole is a function from a file's text to the line where it stands, or None.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from daybreak.core.url import PLACEHOLDER

_URL_WITH_PASSWORD = re.compile(r"[a-z][a-z0-9+]*://[^\s:/@'\"]*:[^\s@'\"{}$]+@")
_PASSWORD = re.compile(r"""(passw(?:or)?d['"]?\s*[=:]\s*)(['"])(?:\\.|(?!\2).)*\2""", re.I)


@dataclass(frozen=True)
class Hole:
    """Where it stands (`database.py:12`), what happens because of it, and the cure."""

    place: str
    problem: str
    cure: str


@dataclass(frozen=True)
class _Kind:
    pattern: str
    find: Callable[[str], int | None]
    problem: str
    cure: str


def find_holes(files: Mapping[str, str]) -> list[Hole]:
    """The holes in `files`, which maps paths within the project to texts; in their order."""
    return [
        Hole(f"{path}:{line}", kind.problem, kind.cure)
        for path, text in files.items()
        for kind in _KINDS
        if re.search(kind.pattern, path) and (line := kind.find(text)) is not None
    ]


def holds_password(url: str) -> bool:
    """Whether a setting's text is a URL with a password; Alembic's placeholder is none."""
    return url != PLACEHOLDER and _URL_WITH_PASSWORD.match(url) is not None


def mask_urls(text: str) -> str:
    """`text` with the password of every URL in it, and every `password = "…"`, as `***`.

    Up to the last @ of the line: an @ may be the password's own.
    """
    text = re.sub(r"(://[^\s:/@'\"]*:).+@", r"\1***@", text)
    return _PASSWORD.sub(r"\1\2***\2", text)


def _line_of(text: str, offset: int) -> int:
    return text.count("\n", 0, offset) + 1


def _matching(pattern: str) -> Callable[[str], int | None]:
    compiled = re.compile(pattern, re.MULTILINE)

    def find(text: str) -> int | None:
        match = compiled.search(text)
        return None if match is None else _line_of(text, match.start())

    return find


def line_of_written_url(text: str) -> int | None:
    """The line of the first URL with a password, comments and Alembic's placeholder left out."""
    for match in _URL_WITH_PASSWORD.finditer(text):
        line = text[text.rfind("\n", 0, match.start()) + 1 : text.find("\n", match.end())]
        if PLACEHOLDER not in line and not line.lstrip().startswith("#"):
            return _line_of(text, match.start())
    return None


def _eager_variables(text: str) -> int | None:
    """Two or more `os.environ["…_DATABASE_URL"]`, each of which fails when its own is missing."""
    lines = [
        node.lineno
        for node in _nodes(text)
        if isinstance(node, ast.Subscript)
        and ast.unparse(node.value) in {"os.environ", "environ"}
        and isinstance(node.slice, ast.Constant)
        and str(node.slice.value).endswith("_URL")
    ]
    return min(lines) if len(lines) > 1 else None


def _call_without(function: str, argument: str) -> Callable[[str], int | None]:
    def find(text: str) -> int | None:
        for node in _nodes(text):
            if (
                isinstance(node, ast.Call)
                and ast.unparse(node.func).split(".")[-1] == function
                and not any(keyword.arg in (argument, None) for keyword in node.keywords)
            ):
                return node.lineno
        return None

    return find


def _nodes(text: str) -> list[ast.AST]:
    try:
        return list(ast.walk(ast.parse(text)))
    except (SyntaxError, ValueError):
        return []


_KINDS = (
    _Kind(
        r"\.py$",
        _eager_variables,
        "reads the URL of every environment at once: dev fails without PROD_DATABASE_URL",
        "read only the chosen one, as daybreak.Database does",
    ),
    _Kind(
        r"\.(py|ini|toml)$",
        line_of_written_url,
        "a URL with a password stands in a file that is committed",
        "move it into the environment's variable, and change the password",
    ),
    _Kind(
        r"\.py$",
        _matching(r"set_main_option\(\s*['\"]sqlalchemy\.url['\"]"),
        "set_main_option breaks on a % in the password",
        "let alembic/env.py call daybreak.env.run()",
    ),
    _Kind(
        r"(^|/)env\.py$",
        _call_without("fileConfig", "disable_existing_loggers"),
        "fileConfig silences the application's loggers during a migration",
        "pass disable_existing_loggers=False, or let alembic/env.py call daybreak.env.run()",
    ),
    _Kind(
        r"^(?!.*env\.py$).*\.py$",
        _call_without("create_engine", "pool_pre_ping"),
        "the engine lends out connections that the server has closed meanwhile",
        "pass pool_pre_ping=True, or use daybreak.Database",
    ),
    _Kind(
        r"\.py$",
        _matching(r":\s*(?:orm\.)?Mapped\[\s*(?:sa\.)?DateTime\b"),
        "Mapped[DateTime] names a SQLAlchemy type where a Python type belongs",
        "write Mapped[datetime]; it works as it is, but type checkers take it for a DateTime",
    ),
    _Kind(
        r"\.ini$",
        # An absolute path, a token, or `package:folder` does not depend on the folder.
        _matching(r"^script_location\s*=\s*(?![/%]|[\w.]+:)\S"),
        "script_location is found only from the project's own folder",
        "begin it with %(here)s/",
    ),
    _Kind(
        r"\.(ini|toml)$",
        _matching(r"^prepend_sys_path\s*=\s*(\.|\[\s*[\"']\.[\"'],?\s*\])\s*$"),
        "prepend_sys_path = . works only from the project's own folder",
        "write %(here)s instead of the dot",
    ),
)
