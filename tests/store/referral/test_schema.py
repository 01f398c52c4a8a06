"""The migrations make the very tables that the code describes."""

from __future__ import annotations

from services.referral.calendars import tables as calendars
from services.referral.metadata import METADATA
from services.referral.notices import tables as notices
from services.referral.referrals import tables as referrals
from services.referral.supervision import tables as supervision
from tests.store.schema import differences

DESCRIBED = (notices.OUTBOX, referrals.FACTS, calendars.CALENDARS, supervision.LISTS)
"""Of each feature one table: with it all of the feature's are described."""


def test_migrations_and_tables_agree(referral_url):
    assert all(table.metadata is METADATA for table in DESCRIBED)
    assert differences(referral_url, METADATA) == []
