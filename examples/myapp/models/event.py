"""What takes place, when and where."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, String, Text, func
from sqlalchemy.orm import Mapped, mapped_column, relationship

from database import Base

if TYPE_CHECKING:
    from models.venue import Venue


class Event(Base):
    __tablename__ = "events"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    name: Mapped[str] = mapped_column(String(255))
    description: Mapped[str | None] = mapped_column(Text)
    start_at: Mapped[datetime]
    venue_id: Mapped[int] = mapped_column(ForeignKey("venues.id"))
    ticket_price: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())

    venue: Mapped[Venue] = relationship(back_populates="events")
