"""The migrations make the very tables that the code describes."""

from __future__ import annotations

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
from tests.store.schema import differences

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
    assert all(table.metadata is METADATA for table in DESCRIBED)
    assert differences(exit_url, METADATA) == []
