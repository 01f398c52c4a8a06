"""Campaigns group referrals, may overlap, and change nothing."""

from __future__ import annotations

import pytest

from services.referral.domain import announce, join
from tests.unit.referral.domain.referred import on
from tests.unit.referral.domain.refusing import refused
from xiezhi.errors import Reason

FIRST, LAST = on("2018-08-01"), on("2018-08-31")


def test_a_campaign_ends_no_sooner_than_it_begins():
    assert announce("c1", "夏季行动", first_day=FIRST, last_day=FIRST).referrals == frozenset()
    refused(Reason.FIELDS_INVALID, announce, "c1", "夏季行动", first_day=LAST, last_day=FIRST)


@pytest.mark.clause("R-3.4")
def test_referrals_join_once_and_may_be_in_several():
    summer = announce("c1", "夏季行动", first_day=FIRST, last_day=LAST)
    city = announce("c2", "南昌行动", first_day=on("2018-08-15"), last_day=on("2018-09-15"))
    summer, city = join(summer, ["r1", "r2"]), join(city, ["r2"])
    assert join(summer, ["r2", "r3"]).referrals == {"r1", "r2", "r3"}
    assert join(summer, ["r2"]) == summer
    assert city.referrals == {"r2"}
