"""Every model, registered: Alembic compares the tables of the files imported here."""

from models.event import Event
from models.venue import Venue

__all__ = ["Event", "Venue"]
