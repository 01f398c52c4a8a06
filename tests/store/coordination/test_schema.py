"""The migrations make the very tables that the code describes."""

from __future__ import annotations

from services.coordination.channels import tables as channels
from services.coordination.credentials import tables as credentials
from services.coordination.directory import tables as directory
from services.coordination.metadata import METADATA
from services.coordination.revisions import REVISIONS
from tests.store.schema import differences

DESCRIBED = (channels.DECLARATIONS, credentials.CREDENTIALS, directory.LIAISONS, REVISIONS)
"""Of each feature one table: with it all of the feature's are described."""
ELSEWHERE = {"feed_notices", "feed_heads", "outbox"}
"""Tables of notices, which are described with them."""


def test_migrations_and_tables_agree(coordination_url):
    assert all(table.metadata is METADATA for table in DESCRIBED)
    found = differences(coordination_url, METADATA)
    names = {getattr(item[1], "name", "") if item[0].endswith("table") else item[1].table.name for item in found}
    assert names <= ELSEWHERE
