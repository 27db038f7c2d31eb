"""The key of the models is the same in every process and another one for every change."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import (
    CheckConstraint,
    Column,
    Computed,
    Enum,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    MetaData,
    Sequence,
    String,
    Table,
    UniqueConstraint,
    event,
    select,
    text,
)
from sqlalchemy.dialects import mysql, postgresql
from sqlalchemy.schema import CreateView

from daybreak.edges.shadow.keys import has_functions, history_keys, wanted_key
from daybreak.edges.shadow.reads import read_by
from edges.shadow.key_models import TESTS, ddl, key, models


@pytest.mark.parametrize("processes", [2, pytest.param(20, marks=pytest.mark.slow)])
def test_the_key_is_the_same_in_every_process(processes: int) -> None:
    code = "from edges.shadow.key_models import key, models; print(key(models()))"
    running = [
        subprocess.Popen(
            [sys.executable, "-c", code],
            cwd=TESTS,
            env={**os.environ, "PYTHONHASHSEED": str(seed)},
            stdout=subprocess.PIPE,
            text=True,
        )
        for seed in range(processes)
    ]
    keys = {process.communicate(timeout=120)[0].strip() for process in running}

    assert keys == {key(models())}


def venues(metadata: MetaData) -> Table:
    return metadata.tables["venues"]


def replaced(name: str, *args: Any, **kw: Any) -> Callable[[MetaData], Any]:
    """The column of venues, declared otherwise."""
    return lambda m: venues(m).append_column(Column(name, *args, **kw), replace_existing=True)


def reworded(*arguments: Any, **kw: Any) -> Callable[[MetaData], Any]:
    return lambda m: venues(m).append_constraint(CheckConstraint(*arguments, **kw))


def listening(statement: str, item: Callable[[MetaData], Any]) -> Callable[[MetaData], Any]:
    return lambda m: event.listen(item(m), "after_create", ddl(statement))


CHANGES: dict[str, Callable[[MetaData], Any]] = {
    "a table": lambda m: Table("more", m, Column("id", Integer)),
    "a table's comment": lambda m: setattr(venues(m), "comment", "elsewhere"),
    "a table's options": lambda m: venues(m).dialect_options["postgresql"].update(inherits="x"),
    "a column": lambda m: venues(m).append_column(Column("more", Integer)),
    "a column's type": replaced("name", String(41), nullable=False),
    "a column's nullability": replaced("name", String(40)),
    "a column's default": replaced("name", String(40), nullable=False, server_default="x"),
    "a column's comment": replaced("name", String(40), nullable=False, comment="x"),
    "a column's collation": replaced("name", String(40, collation="C"), nullable=False),
    "a generated column": replaced("more", Integer, Computed("id + 1")),
    "an identity": replaced("more", Integer, Identity(start=7)),
    "an enum's values": replaced("kind", Enum("hall", "club", "park", name="kind")),
    "an enum's order": replaced("kind", Enum("club", "hall", name="kind")),
    "an enum without a table": lambda m: Enum("a", name="alone", metadata=m),
    "a domain's check": replaced("size", postgresql.DOMAIN("positive", Integer, check="value > 1")),
    "a check": reworded("id > 1", name="more"),
    "a foreign key's action": lambda m: venues(m).append_constraint(
        ForeignKeyConstraint(["id"], ["venues.id"], ondelete="CASCADE")
    ),
    "a foreign key that comes later": lambda m: venues(m).append_constraint(
        ForeignKeyConstraint(["id"], ["venues.id"], name="later", use_alter=True)
    ),
    "a unique constraint": lambda m: venues(m).append_constraint(UniqueConstraint("kind")),
    "an index": lambda m: Index("more", venues(m).c.name),
    "an index's predicate": lambda m: Index(
        "more", venues(m).c.name, postgresql_where=text("id > 6")
    ),
    "a sequence": lambda m: Sequence("more", metadata=m),
    "a view": lambda m: CreateView(select(venues(m).c.id), "more", metadata=m),
    "DDL of the metadata": listening("SELECT 1", lambda m: m),
    "DDL of a table": listening("SELECT 1", venues),
    "DDL's condition": lambda m: event.listen(
        m, "after_create", ddl("SELECT 1").execute_if(dialect="mysql")
    ),
    "a function that listens": lambda m: event.listen(m, "after_create", print),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_each_kind_of_change_changes_the_key(change: Callable[[MetaData], Any]) -> None:
    changed = models()
    change(changed)

    assert key(changed) != key(models())


def test_all_changes_have_different_keys() -> None:
    keys = set()
    for change in CHANGES.values():
        changed = models()
        change(changed)
        keys.add(key(changed))

    assert len(keys) == len(CHANGES)


GIVEN: dict[str, dict[str, Any]] = {
    "the server's version": {"server": "18"},
    "an extension": {"extensions": ["citext"]},
    "the schema translation": {"translate": {None: "tenant"}},
    "how the catalog is read": {"reading": "2"},
}


@pytest.mark.parametrize("given", GIVEN.values(), ids=GIVEN)
def test_the_key_counts_also(given: dict[str, Any]) -> None:
    assert key(models(), **given) != key(models())


def test_a_naming_convention_changes_the_key() -> None:
    assert key(models(naming_convention={"pk": "pk_%(table_name)s"})) != key(models())


def test_the_engines_have_different_keys() -> None:
    metadata = MetaData()
    Table("venues", metadata, Column("id", Integer))

    assert key(metadata) != wanted_key([metadata], mysql.dialect(), server="16", root=TESTS)


def test_the_source_counts_where_a_function_listens_and_only_there(tmp_path: Path) -> None:
    def views(target: Any, connection: Any, **_: Any) -> None: ...

    plain, listened = models(), models()
    event.listen(listened, "after_create", views)
    source = tmp_path / "views.py"
    source.write_text("VIEW = 'one'")
    before = key(plain, root=tmp_path), key(listened, root=tmp_path)
    source.write_text("VIEW = 'two'")
    after = key(plain, root=tmp_path), key(listened, root=tmp_path)

    assert before[0] == after[0]
    assert before[1] != after[1]
    assert (has_functions([plain]), has_functions([listened])) == (False, True)


@pytest.mark.parametrize(
    "name", ["views.sql", "sql/views.sql", "alembic/versions/views.sql", "data/views.csv"]
)
def test_a_file_that_a_function_may_read_counts_wherever_it_lies(tmp_path: Path, name: str) -> None:
    listened = models()
    event.listen(listened, "after_create", lambda *_, **__: None)
    file = tmp_path / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("SELECT 1")
    before = key(listened, root=tmp_path)
    file.write_text("SELECT 2")

    assert key(listened, root=tmp_path) != before


def test_a_new_revision_does_not_count_as_source(tmp_path: Path) -> None:
    listened = models()
    event.listen(listened, "after_create", lambda *_, **__: None)
    before = key(listened, root=tmp_path)
    versions = tmp_path / "alembic" / "versions"
    versions.mkdir(parents=True)
    (versions / "a.py").write_text(REVISION.format(name="a", down=None, more=""))

    assert key(listened, root=tmp_path) == before


@pytest.mark.parametrize(
    "second",
    [ddl("DROP VIEW IF EXISTS a"), lambda *_, **__: None],
    ids=["a statement", "a function"],
)
def test_the_order_of_two_listeners_counts(second: Any) -> None:
    listeners = [ddl("CREATE VIEW a AS SELECT 1"), second]

    def heard(listeners: list[Any]) -> str:
        metadata = MetaData()
        for listener in listeners:
            event.listen(metadata, "after_create", listener)
        return key(metadata)

    assert heard(listeners) != heard(listeners[::-1])


def test_a_function_is_not_called_for_the_key() -> None:
    metadata = models()
    event.listen(metadata, "before_create", lambda *_, **__: pytest.fail("called"))
    event.listen(venues(metadata), "after_create", lambda *_, **__: pytest.fail("called"))

    assert key(metadata) == key(metadata)


REVISION = '''"""{name}"""
from alembic import op
revision = {name!r}
down_revision = {down!r}
{more}
def upgrade() -> None:
    op.execute("SELECT 1")
'''


@pytest.fixture
def script(tmp_path: Path) -> ScriptDirectory:
    versions = tmp_path / "alembic" / "versions"
    versions.mkdir(parents=True)
    (tmp_path / "alembic" / "env.py").write_text("")
    (tmp_path / "models.py").write_text("")
    for name, down in (("a", None), ("b", "a"), ("c", "b")):
        (versions / f"{name}.py").write_text(REVISION.format(name=name, down=down, more=""))
    return opened(tmp_path)


def opened(root: Path) -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(root / "alembic"))
    config.set_main_option("path_separator", "os")
    return ScriptDirectory.from_config(config)


def test_a_history_has_a_key_for_each_revision_in_the_order_of_an_upgrade(
    script: ScriptDirectory, tmp_path: Path
) -> None:
    keys = history_keys(script, tmp_path)

    assert [revision for revision, _ in keys] == ["a", "b", "c"]
    assert len({key for _, key in keys}) == 3
    assert history_keys(opened(tmp_path), tmp_path) == keys


def test_a_changed_revision_changes_its_key_and_the_later_ones(
    script: ScriptDirectory, tmp_path: Path
) -> None:
    before = history_keys(script, tmp_path)
    file = tmp_path / "alembic" / "versions" / "b.py"
    file.write_text(file.read_text().replace("SELECT 1", "SELECT 2"))
    after = history_keys(opened(tmp_path), tmp_path)

    assert [ours == theirs for ours, theirs in zip(before, after, strict=True)] == [
        True,
        False,
        False,
    ]


def test_a_new_revision_leaves_the_keys_of_the_earlier_ones(
    script: ScriptDirectory, tmp_path: Path
) -> None:
    before = history_keys(script, tmp_path)
    new = REVISION.format(name="d", down="c", more="")
    (tmp_path / "alembic" / "versions" / "d.py").write_text(new)

    assert history_keys(opened(tmp_path), tmp_path)[:3] == before


MORE = {
    "imports the project": ("import models", True),
    "imports the project behind others": ("import json, models", True),
    "imports the project on the next line": ("import json, \\\n    models", True),
    "imports the project after a semicolon": ("import json; import models", True),
    "imports what is well known": ("import sqlalchemy as sa\nimport json", False),
    "reads a file": (
        'from pathlib import Path\nTEXT = Path(__file__).with_suffix(".sql").read_text()',
        True,
    ),
}


@pytest.mark.parametrize(("more", "counts"), MORE.values(), ids=MORE)
def test_the_projects_files_count_where_a_revision(
    script: ScriptDirectory, tmp_path: Path, more: str, counts: bool
) -> None:
    first = REVISION.format(name="a", down=None, more=more)
    (tmp_path / "alembic" / "versions" / "a.py").write_text(first)
    sys.path.insert(0, str(tmp_path))
    file = tmp_path / "alembic" / "versions" / "a.sql"
    file.write_text("SELECT 1")
    try:
        before = history_keys(opened(tmp_path), tmp_path)
        (tmp_path / "models.py").write_text("CHANGED = 1")
        after = history_keys(opened(tmp_path), tmp_path)
    finally:
        sys.path.remove(str(tmp_path))
        sys.modules.pop("models", None)

    assert (before != after) is counts


@pytest.mark.usefixtures("script")
@pytest.mark.parametrize(("more", "counts"), [("import far", True), ("import json", False)])
def test_the_installed_packages_count_where_a_revision_imports_one(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    more: str,
    counts: bool,
) -> None:
    packages = tmp_path / "lib" / "site-packages"
    (packages / "far").mkdir(parents=True)
    (packages / "far" / "__init__.py").write_text("")
    (packages / "needed_by_far-1.0.dist-info").mkdir()
    monkeypatch.syspath_prepend(packages)
    first = REVISION.format(name="a", down=None, more=more)
    (tmp_path / "alembic" / "versions" / "a.py").write_text(first)
    before = history_keys(opened(tmp_path), tmp_path)
    (packages / "needed_by_far-1.0.dist-info").rename(packages / "needed_by_far-1.1.dist-info")

    assert (history_keys(opened(tmp_path), tmp_path) != before) is counts


def test_a_package_that_is_not_installed_counts_by_its_source(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    beside, project = tmp_path / "beside", tmp_path / "project"
    (beside / "near").mkdir(parents=True)
    (beside / "near" / "__init__.py").write_text("A = 1")
    monkeypatch.syspath_prepend(beside)
    before = read_by([b"import near"], project)
    (beside / "near" / "__init__.py").write_text("A = 2")

    assert read_by([b"import near"], project) != before


READS = {
    "the variable": ('import os\nLIMIT = os.environ["LIMIT"]', {"LIMIT"}),
    "the variable, if it is there": ("import os\nLIMIT = os.environ.get('LIMIT', 5)", {"LIMIT"}),
    "two": (
        'from os import environ, getenv\nA, B = environ["LIMIT"], getenv("OTHER")',
        {"LIMIT", "OTHER"},
    ),
    "who knows which": ("import os\nA = dict(os.environ)", {"LIMIT", "OTHER", "THIRD"}),
    "none": ("LIMIT = 5", set()),
}


@pytest.mark.parametrize("variable", ["LIMIT", "OTHER", "THIRD"])
@pytest.mark.parametrize(("more", "read"), READS.values(), ids=READS)
def test_a_variable_counts_where_a_revision_reads_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more: str, read: set[str], variable: str
) -> None:
    for name in ("LIMIT", "OTHER", "THIRD"):
        monkeypatch.setenv(name, "5")
    before = read_by([more.encode()], tmp_path)
    monkeypatch.setenv(variable, "6")

    assert (read_by([more.encode()], tmp_path) != before) is (variable in read)


def test_what_the_environment_gives_counts(script: ScriptDirectory, tmp_path: Path) -> None:
    assert history_keys(script, tmp_path, options="-x a") != history_keys(script, tmp_path)
