"""What every command starts from: where it stands, whom it talks to, what it was allowed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from daybreak.core.errors import MissingVariable
from daybreak.core.events import Emit, Noted, ignore
from daybreak.core.invocation import AlembicOptions
from daybreak.edges.project import Project, locate_project
from daybreak.edges.settings import Settings, choose_target_url, load_settings

if TYPE_CHECKING:
    from alembic.config import Config

    from daybreak.edges.alembic import Call

# Said whenever a project's own env.py runs instead of Daybreak's.
FOREIGN = "this project's env.py is its own, so Daybreak's guards are not in force"
UNGUARDED = (
    f"{FOREIGN}: no check of the environment, no guard for protected ones under plain alembic, "
    "no transaction per revision, no refusal of unregistered models"
)


UNREAD = (
    "sqlalchemy.url in alembic.ini is not read: ENV and that environment's variable choose the "
    "database. Remove the line"
)


# Said besides where something is compared.
ALEMBIC_COMPARES = "Alembic compares, with its gaps, and nothing is proved"


class Session(NamedTuple):
    """One invocation. `confirm` asks a person yes or no; None where there is no terminal."""

    options: AlembicOptions = AlembicOptions()
    cwd: Path = Path()
    emit: Emit = ignore
    confirm: Callable[[str], bool] | None = None
    yes: bool = False


class Opened(NamedTuple):
    """A project that a command works on. `ours` is whether its env.py calls Daybreak."""

    project: Project
    settings: Settings
    config: Config
    call: Call
    ours: bool

    @property
    def environment(self) -> str:
        """The environment in force, also when its URL is missing (which is said later)."""
        try:
            return choose_target_url(self.settings, "migration").environment
        except MissingVariable:
            return self.settings.choice.environment

    @property
    def protected(self) -> bool:
        return self.settings.declared.environment(self.environment).policy.protected


def open_project(session: Session, call: Call) -> Opened:
    """Find the project and read its settings. Raises UsageError's kin; opens no connection."""
    # Only here: a session is also of a command that needs nothing of Alembic.
    from daybreak.edges.alembic import make_config, uses_daybreak
    from daybreak.edges.ini_url import url_in_ini

    project = locate_project(session.options.config, session.cwd)
    settings = load_settings(project)
    config = make_config(project, session.options, call)
    opened = Opened(project, settings, config, call, uses_daybreak(config))
    if opened.ours:
        tell_notes(session, settings)
        if url_in_ini(config):
            session.emit(Noted(UNREAD))
    else:
        session.emit(Noted(UNGUARDED))
    return opened


def tell_notes(session: Session, settings: Settings) -> None:
    """What a person should know of the settings in force."""
    try:
        notes = choose_target_url(settings, "migration").notes
    except MissingVariable:  # said where the database is needed
        return
    for note in notes:
        session.emit(Noted(note))
