"""Campaigns end no sooner than they begin (R-3.4)."""

from __future__ import annotations

from services.referral.domain import announce
from tests.unit.referral.domain.referred import on
from tests.unit.referral.domain.refusing import refused
from xiezhi.errors import Reason

FIRST, LAST = on("2018-08-01"), on("2018-08-31")


def test_a_campaign_ends_no_sooner_than_it_begins():
    assert announce("c1", "夏季行动", first_day=FIRST, last_day=FIRST).referrals == frozenset()
    refused(Reason.FIELDS_INVALID, announce, "c1", "夏季行动", first_day=LAST, last_day=FIRST)
