"""wait: a pipeline or a container that goes on when the schema is new enough."""

from __future__ import annotations

from daybreak.core.events import Noted
from daybreak.edges.project import locate_project
from daybreak.edges.schema import Found, SchemaWait
from daybreak.edges.settings import choose_target_url, load_settings
from daybreak.flows.session import Session


def wait(session: Session, *, timeout: float, accept_unknown: bool) -> Found:
    """Return when the application's database is at least as new as the files.

    Raises SchemaTooOld, or Unreachable and its kin, after `timeout` seconds; SchemaUnknown unless
    `accept_unknown`; HistoryMissing and what the settings raise.
    """
    settings = load_settings(locate_project(session.options.config, session.cwd))
    for note in choose_target_url(settings, "application").notes:
        session.emit(Noted(note))
    return SchemaWait(
        settings,
        session.options,
        timeout=timeout,
        accept_unknown=accept_unknown,
        emit=session.emit,
    ).wait()
