"""Alembic by itself as the subject: what autogenerate and its operations do."""

from __future__ import annotations

from typing import Any

from alembic import command
from alembic.config import Config

from matrix.flow_mysql import Made, Project
from matrix.kinds.mysql.kind import Kind

ENV = """\
import runpy
from pathlib import Path

from alembic import context
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

config = context.config
schemas = config.attributes["schemas"]
models = runpy.run_path(str(Path(__file__).parents[1] / "models.py"))


def ours(name, kind, parents):
    return kind != "schema" or name is None or name in schemas


with create_engine(config.attributes["url"], poolclass=NullPool).connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=models["metadata"],
        compare_server_default=True,
        include_schemas=bool(schemas),
        include_name=ours,
    )
    with context.begin_transaction():
        context.run_migrations()
"""

MAKO = '''\
"""${message}"""
from alembic import op
import sqlalchemy as sa
${imports if imports else ""}

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade():
    ${upgrades if upgrades else "pass"}


def downgrade():
    ${downgrades if downgrades else "pass"}
'''


class PlainAlembic:
    def prepare(self, project: Project) -> None:
        (project.root / "alembic" / "env.py").write_text(ENV)
        (project.root / "alembic" / "script.py.mako").write_text(MAKO)

    def generate(self, project: Project, kind: Kind) -> Made:
        found: list[bool] = []

        def note(context: Any, revision: Any, directives: Any) -> None:
            found.append(directives[0].upgrade_ops.is_empty())

        script: Any = command.revision(
            _config(project), "change", autogenerate=True, process_revision_directives=note
        )
        with open(script.path) as made:
            return Made(found[0], made.read())

    def upgrade(self, project: Project) -> None:
        command.upgrade(_config(project), "head")

    def downgrade(self, project: Project) -> None:
        command.downgrade(_config(project), "-1")


def _config(project: Project) -> Config:
    config = Config(stdout=_Nowhere(), attributes={"url": project.url, "schemas": project.schemas})
    config.set_main_option("script_location", str(project.root / "alembic"))
    config.set_main_option("path_separator", "os")
    return config


class _Nowhere:
    def write(self, text: str) -> int:
        return len(text)

    def flush(self) -> None: ...
