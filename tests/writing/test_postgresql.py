"""Changes of models on PostgreSQL: the text runs, and its downgrade gives back what was."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from servers.server import Server
from writing.revising import revise


@pytest.fixture(scope="module", params=["postgresql16", "postgresql18"])
def postgresql(request: pytest.FixtureRequest) -> Server:
    found: Server = request.getfixturevalue(request.param)
    return found


def test_a_column_with_a_foreign_key_and_an_index_reads_as_a_person_would_write_it(
    postgresql: Server,
) -> None:
    def old(metadata: sa.MetaData) -> None:
        sa.Table("events", metadata, sa.Column("id", sa.Integer, primary_key=True))
        sa.Table("venues", metadata, sa.Column("id", sa.Integer, primary_key=True))

    def new(metadata: sa.MetaData) -> None:
        sa.Table(
            "events",
            metadata,
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("venue_id", sa.ForeignKey("venues.id", ondelete="CASCADE"), index=True),
        )
        sa.Table("venues", metadata, sa.Column("id", sa.Integer, primary_key=True))

    revised = revise(postgresql, old, new, rows=["INSERT INTO events VALUES (1), (2)"])

    assert (
        revised.upgrade.strip()
        == """\
op.add_column('events', sa.Column('venue_id', sa.Integer(), nullable=True))
op.create_index('ix_events_venue_id', 'events', ['venue_id'], unique=False)
op.create_foreign_key('events_venue_id_fkey', 'events', 'venues', ['venue_id'], ['id'], \
ondelete='CASCADE')"""
    )
