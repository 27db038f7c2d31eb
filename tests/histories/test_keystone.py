"""keystone: two heads in nested folders, filters, a template without a downgrade."""

from __future__ import annotations

from pathlib import Path

import pytest

from histories.adopting import NOTHING, adopt, differences
from servers.postgresql import PostgreSQL

pytestmark = pytest.mark.server

MODELS = (
    "application_credential.backends.sql",
    "assignment.backends.sql",
    "assignment.role_backends.sql_model",
    "catalog.backends.sql",
    "credential.backends.sql",
    "endpoint_policy.backends.sql",
    "federation.backends.sql",
    "identity.backends.sql_model",
    "identity.mapping_backends.sql",
    "limit.backends.sql",
    "oauth1.backends.sql",
    "policy.backends.sql",
    "resource.backends.sql_model",
    "resource.config_backends.sql",
    "revoke.backends.sql",
    "trust.backends.sql",
)
FILES = {
    "pyproject.toml": f"""\
[project]
name = "identity"
version = "1"

[tool.daybreak]
models = {[f"keystone.{name}" for name in MODELS]}
metadata = "keystone.common.sql.core:ModelBase.metadata"
""",
    "alembic.ini": """\
[alembic]
script_location = %(here)s/alembic
version_locations = %(here)s/alembic/versions
recursive_version_locations = true
path_separator = os
""",
}
# In place of all that is theirs from the first of their two functions on.
RUN = """\
keystone.conf.configure()

daybreak.env.run(
    target_metadata,
    render_as_batch=True,
    include_name=include_name,
    include_object=include_object,
)
"""


def _env(theirs: str) -> str:
    head, _, _ = theirs.partition("def run_migrations_offline")
    start, end = head.index("# this is the Alembic Config"), head.index("# keystone model MetaData")
    return f"import daybreak.env\nimport keystone.conf\n\n{head[:start]}{head[end:]}{RUN}"


def test_keystone_is_adopted_and_its_drift_is_told_exactly_and_mended(
    postgresql16: PostgreSQL, tmp_path: Path
) -> None:
    expected = Path(__file__).with_name("keystone-postgresql.txt").read_text("utf-8")
    with postgresql16.fresh_database() as database:
        url, revisions = postgresql16.url(database), "keystone/common/sql/migrations"
        project = adopt(tmp_path / "identity", url, revisions, FILES)
        theirs = project.root / "alembic" / "env.py"
        theirs.write_text(_env(theirs.read_text("utf-8")), "utf-8")

        upgraded = project.daybreak("upgrade", "heads")
        assert upgraded.lines[-1].startswith("done   at 742c857f1dfb, c88cdce8f248"), upgraded.err

        checked = project.daybreak("check")
        assert checked.code == 8, checked.err
        assert differences(project) == expected.splitlines()
        hidden = "hidden 16 differences that include_name or include_object of env.py hides"
        assert hidden in checked.lines
        assert f"= {database}@" in checked.out

        branch = ("--head", "expand@head", "--version-path", "alembic/versions")
        empty = project.daybreak("revision", "--empty", "-m", "nothing", *branch)
        assert empty.code == 0, empty.err

        written = project.daybreak("revision", "-m", "what drifted", *branch)
        assert written.code == 0, written.err
        assert "proof  upgrade = models ✓   no downgrade" in written.out
        assert project.daybreak("upgrade", "heads").code == 0
        mended = project.daybreak("check")
        assert mended.lines[-1] == "done   the models, the history and the database are equal"
        assert mended.code == 0
        assert project.daybreak("revision", "-m", "none is left").lines[-1] == NOTHING
