"""`upgrade --plan` and `downgrade --plan`: what would be done, and nothing is."""

from __future__ import annotations

from typing import Any, Literal

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext

from daybreak.core.errors import UsageError
from daybreak.core.plan import Plan
from daybreak.edges.alembic import Call, run
from daybreak.edges.history import script_directory
from daybreak.edges.recorder import Steps
from daybreak.flows.session import FOREIGN, Session, open_project


def plan(
    session: Session, command: Literal["upgrade", "downgrade"], revision: str, *, tag: str | None
) -> Plan:
    """What `command` would do with the database as it is; `from:to` asks no database.

    Raises UsageError for an env.py that is not ours, and what env.py raises.
    """
    call = Call(command, emit=session.emit)
    opened = open_project(session, call)
    if not opened.ours:
        raise UsageError(
            f"there is no plan: {FOREIGN}. Nothing was changed",
            f"let alembic/env.py call daybreak.env.run() (docs/from-alembic.md); or daybreak "
            f"{command} FROM:TO --sql",
        )
    run(_run_environment, opened.config, call, command, revision, tag)
    if call.plan is None:
        raise UsageError(
            "there is no plan: alembic/env.py did not call daybreak.env.run(). Nothing was changed",
            "let it call that whenever it runs (docs/from-alembic.md)",
        )
    return call.plan


def _run_environment(
    config: Config, call: Call, command: str, revision: str, tag: str | None
) -> None:
    """Let env.py make the plan. Were it to run migrations itself, there would be none to run."""
    script = script_directory(config)
    start, colon, to = revision.rpartition(":")
    find: Any = script._upgrade_revs if command == "upgrade" else script._downgrade_revs
    call.foresee = _steps(find, to)
    with EnvironmentContext(
        config,
        script,
        fn=_steps_of_nobody,
        dont_mutate=True,
        as_sql=bool(colon),
        starting_rev=start or None,
        destination_rev=to,
        tag=tag,
    ):
        script.run_env()


def _steps(find: Any, to: str) -> Steps:
    return lambda heads, _context: find(to, heads)


def _steps_of_nobody(_heads: Any, _context: Any) -> list[Any]:
    return []
