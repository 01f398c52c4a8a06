"""The migrations make the very tables that the code describes."""

from __future__ import annotations

from services.coordination import revisions
from services.coordination.channels import tables as channels
from services.coordination.credentials import tables as credentials
from services.coordination.directory import tables as directory
from services.coordination.disputes import tables as disputes
from services.coordination.metadata import METADATA
from services.coordination.notices import tables as notices
from tests.store.schema import differences

DESCRIBED = (
    notices.OUTBOX,
    disputes.STEPS,
    directory.LIAISONS,
    credentials.CREDENTIALS,
    channels.OUTAGES,
    revisions.REVISIONS,
)
"""Of each feature one table: with it all of the feature's are described."""


def test_migrations_and_tables_agree(coordination_url):
    assert all(table.metadata is METADATA for table in DESCRIBED)
    assert differences(coordination_url, METADATA) == []
