"""The migrations make the very tables that the code describes."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine

from services.exit_restriction.border import tables as border
from services.exit_restriction.controls import tables as controls
from services.exit_restriction.counter import tables as counter
from services.exit_restriction.hits import tables as hits
from services.exit_restriction.listing import tables as listing
from services.exit_restriction.listing.uploads import tables as uploads
from services.exit_restriction.metadata import METADATA
from services.exit_restriction.notices import tables as notices
from services.exit_restriction.registry import tables as registry
from services.exit_restriction.restrictions import tables as restrictions

DESCRIBED = (
    border.LEASES,
    controls.FACTS,
    counter.LEASES,
    hits.HITS,
    listing.ENTRIES,
    notices.OUTBOX,
    registry.SUBJECTS,
    restrictions.FACTS,
    uploads.CHUNKS,
)
"""Of each feature one table: with it all of the feature's are described."""


def test_migrations_and_tables_agree(exit_url):
    engine = create_engine(exit_url)
    try:
        with engine.connect() as connection:
            opts = {"include_name": lambda name, kind, _: kind != "table" or not name.startswith("version_of_")}
            found = compare_metadata(MigrationContext.configure(connection, opts=opts), METADATA)
    finally:
        engine.dispose()
    assert all(table.metadata is METADATA for table in DESCRIBED)
    assert found == []
