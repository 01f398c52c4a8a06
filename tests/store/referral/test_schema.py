"""The migrations make the very tables that the code describes."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine

from services.referral.calendars import tables as calendars
from services.referral.metadata import METADATA
from services.referral.notices import tables as notices
from services.referral.referrals import tables as referrals
from services.referral.supervision import tables as supervision

DESCRIBED = (notices.OUTBOX, referrals.FACTS, calendars.CALENDARS, supervision.LISTS)
"""Of each feature one table: with it all of the feature's are described."""


def test_migrations_and_tables_agree(referral_url):
    engine = create_engine(referral_url)
    try:
        with engine.connect() as connection:
            opts = {"include_name": lambda name, kind, _: kind != "table" or not name.startswith("version_of_")}
            found = compare_metadata(MigrationContext.configure(connection, opts=opts), METADATA)
    finally:
        engine.dispose()
    assert all(table.metadata is METADATA for table in DESCRIBED)
    assert found == []
