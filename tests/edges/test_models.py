"""The models are imported from anywhere, their mistakes are placed, and none is forgotten."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Table,
)
from sqlalchemy.schema import CreateTable

from daybreak.core.errors import MissingVariable, ModelsFailed, UnregisteredModels
from daybreak.core.secret import Secret
from daybreak.core.settings import ProjectSettings
from daybreak.edges.models import (
    defines_tables,
    load_base,
    load_metadata,
    refuse_unregistered,
    unchanged,
)

BASE = """
from sqlalchemy.orm import DeclarativeBase

class Base(DeclarativeBase):
    pass
"""
VENUE = """
from database import Base
from sqlalchemy.orm import Mapped, mapped_column

class Venue(Base):
    __tablename__ = "venues"
    id: Mapped[int] = mapped_column(primary_key=True)
"""
EVENT = VENUE.replace("Venue", "Event").replace("venues", "events")
PROJECT = {
    "database.py": BASE,
    "models/__init__.py": "import models.venue\n",
    "models/venue.py": VENUE,
}
Draw = Callable[[dict[str, str]], Path]


@pytest.fixture
def draw(tmp_path: Path) -> Iterator[Draw]:
    """Writes a project; what was imported from it is forgotten afterwards."""

    def write(files: dict[str, str]) -> Path:
        for name, text in {**PROJECT, **files}.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return tmp_path

    before = list(sys.path)
    yield write
    sys.path[:] = before
    for name, module in list(sys.modules.items()):
        if str(getattr(module, "__file__", "")).startswith(str(tmp_path)):
            del sys.modules[name]


def test_the_metadata_holds_what_the_models_registered(draw: Draw) -> None:
    root = draw({})
    assert list(load_metadata(ProjectSettings(), root).tables) == ["venues"]
    refuse_unregistered(ProjectSettings(), root)


def test_models_and_metadata_may_stand_elsewhere(draw: Draw) -> None:
    root = draw(
        {"shop/__init__.py": "", "shop/tables.py": EVENT, "shop/meta.py": "import database\n"}
    )
    settings = ProjectSettings(
        models=("models", "shop.tables"), metadata="shop.meta:database.Base.metadata"
    )
    assert list(load_metadata(settings, root).tables) == ["venues", "events"]


def test_the_base_is_where_its_setting_says_and_need_not_be(draw: Draw) -> None:
    root = draw({"first.py": "from sqlalchemy import MetaData\n\nmetadata = MetaData()\n"})
    assert load_base(ProjectSettings(), root) is None
    assert load_base(ProjectSettings(base="first:metadata"), root) is not None
    with pytest.raises(ModelsFailed, match="base = 'first:Base': first has no Base"):
        load_base(ProjectSettings(base="first:Base"), root)


@pytest.mark.parametrize(("may_register", "names"), [(True, ["t", "late"]), (False, ["t"])])
def test_what_a_revision_adds_to_the_models_is_taken_away(
    may_register: bool, names: list[str]
) -> None:
    metadata = MetaData()
    table = Table("t", metadata, Column("a", Integer), Column("b", Integer, ForeignKey("t.a")))
    Index("i", table.c.a)
    before = str(CreateTable(table))

    touched: list[str] = []
    with unchanged([metadata], touched, may_register=may_register):
        CheckConstraint(table.c.a > 0, name="positive")
        ForeignKeyConstraint([table.c.a], [table.c.b], name="back")
        Index("j", table.c.b)
        Table("late", metadata)

    assert str(CreateTable(table)) == before
    assert [index.name for index in table.indexes] == ["i"]
    assert list(metadata.tables) == names
    assert {*touched} == {table.name, *({"late"} - {*names})}


def test_a_block_that_only_reads_the_models_touches_none() -> None:
    metadata = MetaData()
    table = Table("t", metadata, Column("a", Integer, index=True))
    touched: list[str] = []
    with unchanged([metadata], touched):
        str(CreateTable(table))
    assert touched == []


WRONG: dict[str, tuple[dict[str, str], dict[str, Any], str]] = {
    "no such module": (
        *({}, {"models": ("modells",)}),
        "there is no module 'modells' in {root}",
    ),
    "no such package": (
        *({}, {"models": ("shop.models",)}),
        "there is no module 'shop.models' in {root}",
    ),
    "no such module of metadata": (
        *({}, {"metadata": "databse:Base.metadata"}),
        "there is no module 'databse' in {root}",
    ),
    "no such attribute": (
        *({}, {"metadata": "database:Bas.metadata"}),
        "metadata = 'database:Bas.metadata': database has no Bas.metadata",
    ),
    "not a MetaData": (
        *({}, {"metadata": "database:Base"}),
        "metadata = 'database:Base' is a DeclarativeAttributeIntercept, not a MetaData",
    ),
    "an error in a model": (
        *({"models/venue.py": VENUE + "\n1 / 0\n"}, {}),
        "models/venue.py:9 can't be imported: ZeroDivisionError: division by zero",
    ),
    "a syntax error": (
        *({"models/venue.py": "class Venue(\n"}, {}),
        "models/venue.py:1 can't be imported: SyntaxError: '(' was never closed",
    ),
    "a model that imports what is not there": (
        *({"models/venue.py": "import json\nimport not_there\n"}, {}),
        "models/venue.py:2 can't be imported: ModuleNotFoundError: No module named 'not_there'",
    ),
    "a registration of what is not there": (
        *({"models/__init__.py": "import models.venues\n"}, {}),
        "models/__init__.py:1 can't be imported: ModuleNotFoundError: "
        "No module named 'models.venues'",
    ),
    "an error that SQLAlchemy raises": (
        *({"models/venue.py": VENUE.replace("primary_key=True", "")}, {}),
        "models/venue.py:5 can't be imported: ArgumentError: Mapper Mapper[Venue(venues)] could "
        "not assemble any primary key columns for mapped table 'venues'",
    ),
    "an error that quotes a secret": (
        *({"models/venue.py": "raise ValueError('no hunter22 here')\n"}, {}),
        "models/venue.py:1 can't be imported: ValueError: no *** here",
    ),
}


@pytest.mark.parametrize(("files", "settings", "problem"), WRONG.values(), ids=WRONG)
def test_models_that_do_not_import_are_named_by_file_and_line(
    draw: Draw, files: dict[str, str], settings: dict[str, Any], problem: str
) -> None:
    root = draw(files)
    Secret("hunter22")
    with pytest.raises(ModelsFailed) as caught:
        load_metadata(ProjectSettings(**settings), root)
    assert caught.value.problem == problem.format(root=root)
    assert caught.value.cure


def test_an_error_of_ours_inside_the_models_stays_as_it_is(draw: Draw) -> None:
    raising = "from daybreak.core.errors import *\nraise MissingVariable('A', 'b', 'c', 'd')\n"
    with pytest.raises(MissingVariable):
        load_metadata(ProjectSettings(), draw({"models/venue.py": raising}))


UNREGISTERED: dict[str, tuple[dict[str, str], list[str], str]] = {
    "one": (
        {"models/event.py": EVENT},
        ["models/event.py"],
        "add to models/__init__.py: import models.event",
    ),
    "two, one in a folder": (
        {"models/event.py": EVENT, "models/more/__init__.py": "", "models/more/seat.py": EVENT},
        ["models/event.py", "models/more/seat.py"],
        "add to models/__init__.py: import models.event; import models.more.seat",
    ),
    "one that is not Python": (
        {"models/event.py": "class Event(\n"},
        ["models/event.py"],
        "add to models/__init__.py: import models.event",
    ),
}


@pytest.mark.parametrize(("files", "named", "cure"), UNREGISTERED.values(), ids=UNREGISTERED)
def test_a_model_file_that_nobody_imports_is_named(
    draw: Draw, files: dict[str, str], named: list[str], cure: str
) -> None:
    root = draw(files)
    load_metadata(ProjectSettings(), root)
    with pytest.raises(UnregisteredModels) as caught:
        refuse_unregistered(ProjectSettings(), root)
    assert caught.value.problem.startswith(f"not registered: {', '.join(named)}. ")
    assert caught.value.cure == cure


def test_files_without_tables_need_no_registration(draw: Draw) -> None:
    root = draw({"models/types.py": "class Money(int): ...\n", "models/not-a-module.py": EVENT})
    load_metadata(ProjectSettings(), root)
    refuse_unregistered(ProjectSettings(), root)


TEXTS = {
    "a declarative class": (VENUE, True),
    "__table__": ("class A(Base):\n    __table__ = make()\n", True),
    "an annotated __tablename__": ("class A(Base):\n    __tablename__: str = 'a'\n", True),
    "a Table": ("from sqlalchemy import Table\nt = Table('t', metadata)\n", True),
    "a Table of the module": ("import sqlalchemy as sa\nt = sa.Table('t', metadata)\n", True),
    "a Column in a class": ("class A(Base):\n    id = Column(Integer)\n", True),
    "Mapped alone": ("class A(Base):\n    id: Mapped[key]\n", True),
    "Mapped of the module": ("class A(Base):\n    id: orm.Mapped[key]\n", True),
    "SQLModel": ("class A(SQLModel, table=True):\n    id: int\n", True),
    "SQLModel with more words": ("class A(SQLModel, table=True, extra=1):\n    x: int\n", True),
    "SQLModel without a table": ("class A(SQLModel):\n    id: int\n", False),
    "a plain class": ("class A:\n    name = 'x'\n", False),
    "a comment": ("# __tablename__ = 'x'\n", False),
    "a text": ("text = '__tablename__'\n", False),
    "nothing": ("", False),
}


@pytest.mark.parametrize(("text", "tables"), TEXTS.values(), ids=TEXTS)
def test_tables_are_found_in_the_text_of_a_file(text: str, tables: bool, tmp_path: Path) -> None:
    (tmp_path / "file.py").write_text(text)
    assert defines_tables(tmp_path / "file.py") is tables
