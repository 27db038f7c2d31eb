"""What the files of a project require of a database, from their texts where that can be.

No env.py runs and no model is imported. Where the texts do not tell, Alembic reads the history,
which imports the revisions and runs none of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from daybreak.core.errors import HistoryInvalid, HistoryMissing, ProjectInvalid
from daybreak.core.heads import parents_of
from daybreak.core.invocation import AlembicOptions
from daybreak.edges.project import Project
from daybreak.edges.quickenv import VersionTable, find_version_table
from daybreak.edges.quickscan import Layout, find_layout, scan_history

_COPY = (
    "let the image have alembic.ini (or [tool.alembic] in pyproject.toml) and the folder of the "
    "revisions, beside the application: COPY alembic.ini pyproject.toml alembic/ …"
)


class Required(NamedTuple):
    """`parents` are the revisions of the files, each with those that it builds on."""

    parents: Mapping[str, Sequence[str]]
    table: VersionTable


def read_required(project: Project, options: AlembicOptions) -> Required:
    """What the history of `project` requires.

    Raises HistoryMissing where there is none, HistoryInvalid and ProjectInvalid for one that can't
    be read.
    """
    if project.ini is None and "alembic" not in project.pyproject.get("tool", {}):
        raise HistoryMissing(
            f"{project.root} has neither an alembic.ini nor a [tool.alembic]", _COPY
        )
    layout = _layout(project, options.name)
    if layout is not None and not layout.env.parent.is_dir():
        raise HistoryMissing(
            f"there is no folder {layout.env.parent}, which script_location names",
            f"{_COPY}; a script_location that holds from every folder is %(here)s/alembic",
        )
    parents, env, folders = _scanned(layout) or _by_alembic(project, options)
    if not parents:
        raise HistoryMissing(f"there is no revision in {', '.join(folders)}", _COPY)
    return Required(parents, _version_table(env))


_History = tuple[Mapping[str, Sequence[str]], Path, Sequence[str]]


def _layout(project: Project, section: str) -> Layout | None:
    try:
        return find_layout(project, section)
    except Exception:  # noqa: BLE001 - a parser's; Alembic meets it again, and it is explained
        return None


def _scanned(layout: Layout | None) -> _History | None:
    try:
        scanned = layout and scan_history(layout)
    except Exception:  # noqa: BLE001 - a file that can't be read; Alembic says why
        return None
    if layout is None or scanned is None:
        return None
    return parents_of(scanned.ends), layout.env, [str(place) for place in layout.locations]


def _by_alembic(project: Project, options: AlembicOptions) -> _History:
    from daybreak.edges.alembic import make_config
    from daybreak.edges.apply.steps import parents_of as parents_of_script
    from daybreak.edges.history import read_history

    script = read_history(make_config(project, options, None))
    parents = {each.revision: parents_of_script(each) for each in script.walk_revisions()}
    return (
        parents,
        Path(script.env_py_location),
        [str(script.dir)],
    )


def _version_table(env: Path) -> VersionTable:
    """The one that env.py names; without a source of it, the usual one."""
    try:
        text = env.read_bytes()
    except OSError:
        return VersionTable()
    try:
        table = find_version_table(text)
    except (SyntaxError, ValueError) as error:
        raise HistoryInvalid(f"{env} is no Python: {error}", "correct it") from error
    if table is None:
        raise ProjectInvalid(
            f"{env} computes where the revisions are recorded, and it does not run for this "
            "question",
            'write the name there as it is: version_table="…", version_table_schema="…"',
        )
    return table
