"""S11: inside Lambda whatever changes a schema is refused; reading works."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from generated import Generated, schema, tables
from servers.server import Server

MARKS = [
    pytest.param({"AWS_LAMBDA_FUNCTION_NAME": "migrate"}, id="function"),
    pytest.param({"AWS_EXECUTION_ENV": "AWS_Lambda_python3.12"}, id="image"),
]
CHANGING = [("upgrade", "head"), ("downgrade", "-1"), ("stamp", "base"), ("ensure_version",)]
READING = [("current",), ("history",), ("heads",), ("check",)]


@pytest.mark.parametrize("mark", MARKS)
def test_an_upgrade_is_refused_and_the_alternatives_are_named(
    made: Generated, server: Server, database: str, mark: Mapping[str, str]
) -> None:
    """Under plain Alembic too, and before anything is written."""
    inside = {**mark, "ENV": "prod", "PROD_DATABASE_URL": server.url(database)}
    done = made.run("upgrade", "head", env=inside, code=3)
    assert done.stderr.splitlines() == [
        "error  upgrade was refused: this is AWS Lambda, which ends a run after 15 minutes at "
        "the latest, in the middle of a statement. Nothing was changed",
        "next   run it from the pipeline, CodeBuild or an ECS task (docs/pipelines.md); in Lambda "
        "itself: daybreak current, history, heads and check",
    ]
    plain = made.run("upgrade", "head", tool="alembic", env=inside, code=255)
    assert "upgrade was refused: this is AWS Lambda" in plain.stdout + plain.stderr
    assert tables(server, database) == []


def test_every_command_that_changes_is_refused_and_every_one_that_reads_works(
    migrated: tuple[Generated, str], server: Server
) -> None:
    project, database = migrated
    inside = {
        "AWS_LAMBDA_FUNCTION_NAME": "migrate",
        "ENV": "prod",
        "PROD_DATABASE_URL": server.url(database),
    }
    before = schema(server, database)
    for command in CHANGING:
        refused = project.run(*command, env=inside, code=3)
        assert f"{command[0]} was refused: this is AWS Lambda" in refused.stderr
    for command in READING:
        project.run(*command, env=inside)
    assert schema(server, database) == before
    assert project.json("current", env=inside)["at_head"] is True
