"""The migrations make the very tables that the code describes."""

from __future__ import annotations

from services.coordination.channels import tables as channels
from services.coordination.credentials import tables as credentials
from services.coordination.directory import tables as directory
from services.coordination.disputes import tables as disputes
from services.coordination.metadata import METADATA
from services.coordination.notices import tables as notices
from services.coordination.revisions import REVISIONS
from tests.store.schema import differences

DESCRIBED = (
    channels.DECLARATIONS,
    credentials.CREDENTIALS,
    directory.LIAISONS,
    disputes.DISPUTES,
    REVISIONS,
)
"""Of each feature one table: with it all of the feature's are described."""


def test_migrations_and_tables_agree(coordination_url):
    assert all(table.metadata is METADATA for table in DESCRIBED)
    assert notices.FEED is not None
    assert differences(coordination_url, METADATA) == []
