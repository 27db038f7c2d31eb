"""mlflow: 67 revisions on top of tables that create_all made, and models that have drifted away."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest

from histories.adopting import NOTHING, Adopted, adopt, differences
from servers.server import Server

FILES = {
    "pyproject.toml": """\
[project]
name = "tracking"
version = "1"

[tool.daybreak]
models = [
    "mlflow.store.tracking.dbmodels.models",
    "mlflow.store.model_registry.dbmodels.models",
    "mlflow.store.workspace.dbmodels.models",
]
metadata = "mlflow.store.db.base_sql_model:Base.metadata"
base = "mlflow.store.tracking.dbmodels.initial_models:Base.metadata"
""",
    "alembic.ini": "[alembic]\nscript_location = %(here)s/alembic\n",
    "alembic/env.py": "import daybreak.env\n\ndaybreak.env.run()\n",
}
# What no server creates of the models has to go before they can be compared.
ENV = """\
import daybreak.env
import mlflow.store.tracking.dbmodels.models
from mlflow.store.db.base_sql_model import Base

# A foreign key to a column that is not unique, and indexes of no column.
tags = Base.metadata.tables["input_tags"]
for key in tags.foreign_key_constraints:
    tags.constraints.discard(key)
    for part in key.elements:
        tags.foreign_keys.discard(part)
        part.parent.foreign_keys.discard(part)
for table in Base.metadata.tables.values():
    table.indexes.difference_update([i for i in table.indexes if not i.expressions])

daybreak.env.run()
"""
FIRST_TABLES = """
import os
from sqlalchemy import create_engine, make_url
from mlflow.store.tracking.dbmodels.initial_models import Base

url = make_url(os.environ["DEV_DATABASE_URL"])
driver = {"postgresql": "psycopg2", "mysql": "pymysql"}[url.drivername]
Base.metadata.create_all(create_engine(url.set(drivername=f"{url.drivername}+{driver}")))
"""
REFUSED = {
    "postgresql": 'there is no unique constraint matching given keys for referenced table "inputs"',
    "mysql": "Missing unique key for constraint 'input_tags_ibfk_1' in the referenced table",
}


def _adopted(folder: Path, url: str) -> Adopted:
    project = adopt(folder / "tracking", url, "mlflow/store/db_migrations", FILES)
    template = files("alembic") / "templates" / "generic" / "script.py.mako"
    project.write("alembic/script.py.mako", template.read_text())  # the wheel has none
    return project


@pytest.mark.parametrize("name", ["postgresql16", "mysql"])
def test_mlflow_is_adopted_and_its_drift_is_told_exactly_and_mended(
    name: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    server: Server = request.getfixturevalue(name)
    expected = Path(__file__).with_name(f"mlflow-{server.dialect}.txt").read_text("utf-8")
    with server.fresh_database() as database:
        project = _adopted(tmp_path, server.url(database))
        project.python(FIRST_TABLES)
        upgraded = project.daybreak("upgrade", "heads")
        assert upgraded.code == 0, upgraded.err

        rejected = project.daybreak("check")
        assert rejected.code == 2
        assert "does not create the table input_tags" in rejected.err
        assert REFUSED[server.dialect] in rejected.err

        project.write("alembic/env.py", ENV)
        checked = project.daybreak("check")
        assert checked.code == 8, checked.err
        assert differences(project) == expected.splitlines()
        assert f"history (dc11669786a5) = {database}@" in checked.out

        empty = project.daybreak("revision", "--empty", "-m", "nothing")
        assert empty.code == 0, empty.err

        written = project.daybreak("revision", "-m", "what drifted")
        assert written.code == 0, written.err
        assert "proof  upgrade = models ✓   downgrade = before ✓" in written.out
        assert project.daybreak("upgrade", "heads").code == 0
        mended = project.daybreak("check")
        assert mended.lines[-1] == "done   the models, the history and the database are equal"
        assert mended.code == 0
        assert project.daybreak("revision", "-m", "none is left").lines[-1] == NOTHING
