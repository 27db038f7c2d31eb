"""S11: inside Lambda whatever changes a schema is refused; reading works."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from generated import Generated, generate, schema
from servers.server import Server

MARKS = [
    pytest.param({"AWS_LAMBDA_FUNCTION_NAME": "migrate"}, id="function"),
    pytest.param({"AWS_EXECUTION_ENV": "AWS_Lambda_python3.12"}, id="image"),
]
CHANGING = [("upgrade", "head"), ("downgrade", "-1"), ("stamp", "base"), ("ensure_version",)]


@pytest.mark.parametrize("mark", MARKS)
@pytest.mark.parametrize("command", CHANGING, ids=lambda command: command[0])
def test_whatever_changes_is_refused_before_any_connection(
    project_of_nobody: Generated, mark: Mapping[str, str], command: tuple[str, ...]
) -> None:
    """And the alternatives are named."""
    done = project_of_nobody.run(*command, env={**mark, **NOWHERE}, code=3)
    assert done.stderr.splitlines() == [
        f"error  {command[0]} was refused: this is AWS Lambda, which ends a run after 15 minutes "
        "at the latest, in the middle of a statement. Nothing was changed",
        "next   run it from the pipeline, CodeBuild or an ECS task (docs/pipelines.md); in Lambda "
        "itself: daybreak current, history, heads and check",
    ]


def test_both_names_refuse_and_what_reads_works(
    migrated: tuple[Generated, str], server: Server
) -> None:
    """On a database that could be reached."""
    project, database = migrated
    inside = {
        "AWS_LAMBDA_FUNCTION_NAME": "migrate",
        "ENV": "prod",
        "PROD_DATABASE_URL": server.url(database),
    }
    before = schema(server, database)
    project.run("downgrade", "base", "--yes", env=inside, code=3)
    plain = project.run("downgrade", "base", tool="alembic", env=inside, code=255)
    assert "downgrade was refused: this is AWS Lambda" in plain.stdout + plain.stderr
    assert schema(server, database) == before
    assert project.json("current", env=inside)["at_head"] is True
    project.run("check", env=inside)
    project.run("history", env=inside)
    project.run("heads", env=inside)


@pytest.fixture(scope="module")
def project_of_nobody(tmp_path_factory: pytest.TempPathFactory) -> Generated:
    return generate(tmp_path_factory.mktemp("lambda"))


NOWHERE = {"ENV": "prod", "PROD_DATABASE_URL": "postgresql://nobody:x@nowhere.invalid/db"}
