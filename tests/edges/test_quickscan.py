"""The scan of a history tells what Alembic would, or that it does not know: never another thing."""

from __future__ import annotations

import shutil
import warnings
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from alembic.script import ScriptDirectory
from hypothesis import given
from hypothesis import strategies as st

from daybreak.core.heads import labels_of
from daybreak.core.invocation import AlembicOptions
from daybreak.edges.alembic import make_config
from daybreak.edges.project import project_at
from daybreak.edges.quickscan import Scanned, find_layout, scan_history

USUAL = '''\
"""{revision}

Revision ID: {revision}
"""
from typing import Sequence, Union

from alembic import op
import sqlalchemy as sa


# revision identifiers, used by Alembic.
revision: str = {revision!r}
down_revision: Union[str, Sequence[str], None] = {down!r}
branch_labels: Union[str, Sequence[str], None] = {labels!r}
depends_on: Union[str, Sequence[str], None] = {depends!r}


def upgrade() -> None:
    """Upgrade schema."""
    op.execute("""
SELECT 'revision'
""")


def downgrade() -> None:
    pass
'''
BARE = """\
revision = {revision!r}  # ours
down_revision = {down!r}
depends_on = {depends!r}
branch_labels = {labels!r}
"""
SHUFFLED = """\
from alembic import op
depends_on = {depends!r}
down_revision = {down!r}

TABLES = [
    "a",
]
branch_labels, x = {labels!r}, 1
branch_labels = {labels!r}
revision = {revision!r}
"""
LATE = """\
import sqlalchemy as sa
COLUMNS = {{
    "a": 1,
}}
class Revision:
    revision = "another"
def upgrade():
    revision = 1
revision = {revision!r}
down_revision = {down!r}
depends_on = {depends!r}
branch_labels = {labels!r}
"""
COMPUTED = """\
revision = "".join([{revision!r}])
down_revision = {down!r}
depends_on = {depends!r}
branch_labels = {labels!r}
"""
FORMS = [USUAL, BARE, SHUFFLED, LATE, COMPUTED]
READ = {USUAL, BARE, LATE}  # the others may be left to Alembic

INI = "[alembic]\nscript_location = %(here)s/scripts\npath_separator = newline\n"


@st.composite
def histories(draw: st.DrawFn, *, damaged: bool) -> list[dict[str, Any]]:
    """Revisions that build on earlier ones: branches, merges, dependencies, labels, any order."""
    count = draw(st.integers(0, 7))
    names = [f"r{number}" for number in range(count)]
    revisions: list[dict[str, Any]] = []
    for number, name in enumerate(names):
        below = names[:number] if not damaged else [*names, "absent"]
        labelled = [label for each in revisions for label in each["labels"] or ()]
        chosen = st.lists(st.sampled_from(below), max_size=2, unique=True) if below else st.just([])
        needs = [*below, *labelled]
        depends = st.lists(st.sampled_from(needs), max_size=2) if needs else st.just([])
        label = f"l{draw(st.integers(0, 3)) if damaged else number}"
        revisions.append(
            {
                "revision": draw(st.sampled_from(names))
                if damaged and draw(st.booleans())
                else name,
                "down": _written(draw(chosen), draw(st.booleans())),
                "depends": _written(draw(depends), draw(st.booleans())),
                "labels": (label,) if draw(st.integers(0, 3)) == 0 else None,
                "form": draw(st.sampled_from(FORMS)),
                "place": draw(st.sampled_from(["one", "one/deep", "two"])),
            }
        )
    return draw(st.permutations(revisions))


def _written(names: Sequence[str], as_list: bool) -> Any:
    """None, a name, a tuple or a list, as people write them."""
    if len(names) < 2:
        return names[0] if names else None
    return list(names) if as_list else tuple(names)


def write(folder: Path, revisions: list[dict[str, Any]]) -> None:
    """A project of these revisions, in two version locations with a folder below."""
    shutil.rmtree(folder, ignore_errors=True)
    for place in ("one/deep/__pycache__", "two"):
        (folder / "scripts" / place).mkdir(parents=True)
    for name in ("__init__.py", "deep/.#r0.py", "notes.txt", "deep/__pycache__/r9.py"):
        (folder / "scripts" / "one" / name).write_text("1 / 0")
    (folder / "alembic.ini").write_text(
        f"{INI}recursive_version_locations = true\n"
        "version_locations =\n    %(here)s/scripts/one\n    %(here)s/scripts/two\n"
        "    %(here)s/scripts/absent\n"
    )
    for number, revision in enumerate(revisions):
        path = folder / "scripts" / revision["place"] / f"{number}_{revision['revision']}.py"
        path.write_text(revision["form"].format(**revision))


def scanned(folder: Path) -> Scanned | None:
    layout = find_layout(project_at(folder), "alembic")
    return layout and scan_history(layout)


def alembics(folder: Path) -> tuple[Any, ...] | None:
    """What Alembic finds, in its own order; None if it complains."""
    with warnings.catch_warnings(), suppress(Exception):
        warnings.simplefilter("error")
        config = make_config(project_at(folder), AlembicOptions(), None)
        script = ScriptDirectory.from_config(config)
        every = list(script.walk_revisions())
        return (
            {revision.revision for revision in every},
            script.revision_map.heads,
            script.revision_map._real_heads,
            {name: script.get_revision(name).branch_labels for name in script.get_heads()},
            {name: script.get_revision(name).path for name in script.get_heads()},
        )
    return None


def ours(found: Scanned) -> tuple[Any, ...]:
    ends = found.ends
    return (
        set(ends.known),
        ends.heads,
        ends.recorded,
        {name: labels_of(name, ends) for name in ends.heads},
        {name: found.files[name] for name in ends.heads},
    )


@given(histories(damaged=False))
def test_a_history_in_order_has_the_heads_that_alembic_finds(
    tmp_path_factory: pytest.TempPathFactory, revisions: list[dict[str, Any]]
) -> None:
    folder = tmp_path_factory.getbasetemp() / "in order"
    write(folder, revisions)
    found = scanned(folder)
    if all(revision["form"] in READ for revision in revisions):
        assert found is not None
    assert found is None or ours(found) == alembics(folder)


@given(histories(damaged=True))
def test_of_a_history_in_disorder_nothing_is_told_that_alembic_does_not_find(
    tmp_path_factory: pytest.TempPathFactory, revisions: list[dict[str, Any]]
) -> None:
    folder = tmp_path_factory.getbasetemp() / "in disorder"
    write(folder, revisions)
    found = scanned(folder)
    assert found is None or ours(found) == alembics(folder)


def revision_file(name: str, down: str | None = None) -> str:
    return BARE.format(revision=name, down=down, depends=None, labels=None)


CONFIGURATIONS = {
    "the default folder": (f"{INI}", "", "scripts/versions"),
    "a relative folder": ("[alembic]\nscript_location = scripts\n", "", "scripts/versions"),
    "separated by the system's sign": (
        "[alembic]\nscript_location = scripts\npath_separator = os\n"
        "version_locations = %(here)s/a:%(here)s/b\n",
        "",
        "b",
    ),
    "separated by spaces": (
        "[alembic]\nscript_location = scripts\npath_separator = space\nversion_locations = a  b\n",
        "",
        "b",
    ),
    "separated as it once was": (
        "[alembic]\nscript_location = scripts\nversion_locations = a, b\n",
        "",
        "b",
    ),
    "separated by the setting's old name": (
        "[alembic]\nscript_location = scripts\nversion_path_separator = ;\n"
        "version_locations = a;b\n",
        "",
        "b",
    ),
    "pyproject.toml": (
        "",
        '[tool.alembic]\nscript_location = "%(here)s/scripts"\n'
        'version_locations = ["%(here)s/b"]\n',
        "b",
    ),
    "both, of which the .ini wins": (
        "[alembic]\nscript_location = scripts\n",
        '[tool.alembic]\nscript_location = "elsewhere"\nversion_locations = ["b"]\n',
        "b",
    ),
    "a variable of its own": (
        "[alembic]\nplace = b\nscript_location = scripts\npath_separator = os\n"
        "version_locations = %(place)s\n",
        "",
        "b",
    ),
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project's folder, which is the current one."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "scripts").mkdir()
    return tmp_path


@pytest.mark.parametrize(("ini", "toml", "place"), CONFIGURATIONS.values(), ids=CONFIGURATIONS)
def test_the_revisions_are_where_alembic_looks_for_them(
    folder: Path, ini: str, toml: str, place: str
) -> None:
    (folder / place).mkdir()
    (folder / place / "r1.py").write_text(revision_file("r1"))
    (folder / "pyproject.toml").write_text(toml)
    if ini:
        (folder / "alembic.ini").write_text(ini)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # Alembic's, of its older settings
        config = make_config(project_at(folder), AlembicOptions(), None)
        heads = ScriptDirectory.from_config(config).get_heads()
    found = scanned(folder)
    assert found is not None
    assert list(found.ends.heads) == heads == ["r1"]


LEFT_TO_ALEMBIC = {
    "bytecode without source": f"{INI}sourceless = true\n",
    "a package's folder": "[alembic]\nscript_location = package:scripts\n",
    "a separator that there is not": f"{INI.replace('newline', 'x')}version_locations = a\n",
    "a URL that nothing reads": f"{INI}sqlalchemy.url = postgresql://db/shop\n",
    "no place at all": "[alembic]\n",
}


@pytest.mark.parametrize("ini", LEFT_TO_ALEMBIC.values(), ids=LEFT_TO_ALEMBIC)
def test_an_unusual_configuration_is_left_to_alembic(folder: Path, ini: str) -> None:
    (folder / "alembic.ini").write_text(ini)
    assert find_layout(project_at(folder), "alembic") is None


def test_a_setting_that_alembic_refuses_is_no_answer(folder: Path) -> None:
    (folder / "pyproject.toml").write_text(
        '[tool.alembic]\nscript_location = "scripts"\nrecursive_version_locations = "true"\n'
    )
    with pytest.raises(ValueError, match="recursive_version_locations"):
        find_layout(project_at(folder), "alembic")


def test_a_link_among_the_revisions_is_left_to_alembic(folder: Path) -> None:
    (folder / "alembic.ini").write_text(INI)
    (folder / "scripts" / "versions").mkdir()
    (folder / "r1.py").write_text(revision_file("r1"))
    (folder / "scripts" / "versions" / "r1.py").symlink_to(folder / "r1.py")
    assert scanned(folder) is None
