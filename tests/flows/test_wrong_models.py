"""Models that can't be compared have one clear error with the place in the user's own code."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from flows.wrong_inputs import NOWHERE, Wrong, file, prove, pyproject
from projects import make_project

pytestmark = pytest.mark.slow

AGAIN = "correct it and run the command again"
PLACES = ", or add the folder that holds it to prepend_sys_path in alembic.ini"
EVENT = """\
from sqlalchemy.orm import Mapped, mapped_column

from database import Base


class Event(Base):
    __tablename__ = "events"
    id: Mapped[int] = mapped_column(primary_key=True)
"""

MODELS = {
    "a syntax error": Wrong(
        "models/venue.py:2 can't be imported: SyntaxError: '(' was never closed",
        AGAIN,
        file("models/venue.py", "from database import Base\nclass Venue(Base\n"),
        plain=True,
    ),
    "a name error": Wrong(
        "models/venue.py:3 can't be imported: NameError: name 'Nope' is not defined",
        AGAIN,
        file("models/venue.py", "\n\nclass Venue(Nope):\n    pass\n"),
        plain=True,
    ),
    "a mapping error": Wrong(
        "models/venue.py:2 can't be imported: ArgumentError: Mapper Mapper[Venue(venues)] could "
        "not assemble any primary key columns for mapped table 'venues'",
        AGAIN,
        file(
            "models/venue.py",
            'from database import Base\nclass Venue(Base):\n    __tablename__ = "venues"\n',
        ),
    ),
    "a variable that only .env has": Wrong(
        "models/venue.py:2 can't be imported: KeyError: 'FOO'",
        "set FOO in the process's environment: Daybreak reads .env, os.environ does not; or let "
        "daybreak.Database read the URL (docs/from-alembic.md)",
        file("models/venue.py", 'import os\nos.environ["FOO"]\n'),
        plain=True,
    ),
    "a key that is no variable": Wrong(
        "models/venue.py:1 can't be imported: KeyError: 'FOO'",
        AGAIN,
        file("models/venue.py", '{}["FOO"]\n'),
    ),
    "an exit": Wrong(
        "models/venue.py:1 can't be imported: SystemExit: set FOO first",
        AGAIN,
        file("models/venue.py", 'raise SystemExit("set FOO first")\n'),
    ),
    "a package that is not installed": Wrong(
        "models/venue.py:1 can't be imported: ModuleNotFoundError: No module named 'geo_alchemy'",
        "correct the name, or, if that package is not installed: uv add geo_alchemy",
        file("models/venue.py", "import geo_alchemy.types\n"),
    ),
    "a module of their own that is not there": Wrong(
        "models/__init__.py:1 can't be imported: ModuleNotFoundError: No module named "
        "'models.venu'",
        AGAIN,
        file("models/__init__.py", "from models.venu import Venue\n"),
    ),
    "a name that is not there": Wrong(
        "models/__init__.py:1 can't be imported: ImportError: cannot import name 'Venu' from "
        "'models.venue' ({root}/models/venue.py)",
        AGAIN,
        file("models/__init__.py", "from models.venue import Venu\n"),
    ),
    "no models": Wrong(
        "there is no module 'models' in {root}",
        "correct models in [tool.daybreak] of pyproject.toml" + PLACES,
        lambda project: shutil.rmtree(project.root / "models"),
    ),
    "metadata in no module": Wrong(
        "there is no module 'databas' in {root}",
        "correct metadata in [tool.daybreak] of pyproject.toml" + PLACES,
        pyproject('metadata = "databas:Base.metadata"'),
    ),
    "metadata that is not there": Wrong(
        "metadata = 'database:Bas.metadata': database has no Bas.metadata",
        "correct metadata in [tool.daybreak] of pyproject.toml",
        pyproject('metadata = "database:Bas.metadata"'),
    ),
    "metadata that is something else": Wrong(
        "metadata = 'database:Base' is a DeclarativeAttributeIntercept, not a MetaData",
        'name the MetaData, for example "database:Base.metadata"',
        pyproject('metadata = "database:Base"'),
    ),
    "a model that is not registered": Wrong(
        "not registered: models/event.py. A comparison without it would drop its tables. Nothing "
        "was written",
        "add to models/__init__.py: import models.event",
        file("models/event.py", EVENT),
        code=3,
        plain=True,
    ),
}


@pytest.mark.parametrize("wrong", MODELS.values(), ids=MODELS)
def test_models_that_cannot_be_compared_have_one_clear_error(wrong: Wrong, tmp_path: Path) -> None:
    project = make_project(tmp_path / "myapp", DEV_DATABASE_URL=NOWHERE)

    prove(project, Wrong(**{**vars(wrong), "command": "revision -m x"}))


def test_check_refuses_unregistered_models_too(tmp_path: Path) -> None:
    project = make_project(tmp_path / "myapp", DEV_DATABASE_URL=NOWHERE)

    wrong = MODELS["a model that is not registered"]
    prove(project, Wrong(**{**vars(wrong), "command": "check"}))
