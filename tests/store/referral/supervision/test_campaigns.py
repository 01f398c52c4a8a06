"""Campaigns: opened and filled by the provincial bodies, counted for all."""

from __future__ import annotations

import uuid

import pytest

from tests.store.referral.supervised import DEPARTMENT, HIGH_COURT
from tests.unit.referral.domain.referred import COURT, UNIT, filed, not_filed, referred
from xiezhi.errors import Reason, XiezhiError
from xiezhi.referral.v1 import supervision_pb2

NOBODY = "00000000-0000-4000-8000-000000000000"


def opening(title="秋风行动", first=(2018, 9, 1), last=(2018, 11, 30), request_id=None):
    request = supervision_pb2.CreateCampaignRequest(request_id=request_id or str(uuid.uuid4()), title=title)
    for field, days in ((request.start_date, first), (request.end_date, last)):
        field.year, field.month, field.day = days
    return request


def joining(name, *keys):
    return supervision_pb2.JoinCampaignRequest(
        request_id=str(uuid.uuid4()), name=name, referrals=[f"referrals/{key}" for key in keys]
    )


async def listed(supervised, organisation=COURT):
    answer = await supervised.supervise(supervision_pb2.ListCampaignsRequest(), organisation=organisation)
    return {c.title: (c.opened_by, c.referral_count, c.filed_count) for c in answer.campaigns}


async def refused(awaited):
    with pytest.raises(XiezhiError) as refusal:
        await awaited
    return refusal.value.reason


@pytest.mark.clause("R-3.4")
async def test_campaigns_count_referrals_and_filed_suspects_and_may_overlap(supervised, clock):
    first = await supervised.refer(*referred("2018-09-28", "a", "b"), filed("2018-09-28", "a"))
    second = await supervised.refer(*referred("2018-09-28"), not_filed("2018-09-28"))
    one = (await supervised.supervise(opening())).campaign
    clock.set(clock.now().replace(microsecond=1))
    other = (await supervised.supervise(opening("春雷行动"), organisation=DEPARTMENT)).campaign
    request = joining(one.name, first, second)
    joined = (await supervised.supervise(request)).campaign
    assert (joined.referral_count, joined.filed_count) == (2, 1)
    assert (await supervised.supervise(request)).campaign == joined
    assert (await supervised.supervise(joining(one.name, first))).campaign.referral_count == 2
    await supervised.supervise(joining(other.name, first), organisation=DEPARTMENT)
    expected = {"秋风行动": (HIGH_COURT, 2, 1), "春雷行动": (DEPARTMENT, 1, 1)}
    assert await listed(supervised) == await listed(supervised, UNIT) == expected
    assert [*(await listed(supervised))] == ["春雷行动", "秋风行动"]
    await supervised.step(first, filed("2018-09-28", "b", 13))
    assert (await listed(supervised))["秋风行动"] == (HIGH_COURT, 2, 2)


async def test_a_repeated_request_opens_no_second_one_and_an_id_is_of_one_request(supervised):
    request = opening()
    assert await supervised.supervise(request) == await supervised.supervise(request)
    assert len(await listed(supervised)) == 1
    again = opening("另一个", request_id=request.request_id)
    assert await refused(supervised.supervise(again)) is Reason.REQUEST_ID_REUSED


async def test_what_is_refused(supervised):
    backwards = opening(first=(2018, 11, 30), last=(2018, 9, 1))
    assert await refused(supervised.supervise(backwards)) is Reason.FIELDS_INVALID
    assert await refused(supervised.supervise(opening(first=(2018, 2, 30)))) is Reason.FIELDS_INVALID
    key = await supervised.refer(*referred("2018-09-28"))
    unknown = joining(f"campaigns/{NOBODY}", key)
    assert await refused(supervised.supervise(unknown)) is Reason.CAMPAIGN_NOT_FOUND
    campaign = (await supervised.supervise(opening())).campaign
    assert await refused(supervised.supervise(joining(campaign.name, key, NOBODY))) is Reason.REFERRAL_NOT_FOUND
    assert (await listed(supervised))["秋风行动"] == (HIGH_COURT, 0, 0)


@pytest.mark.clause("R-3.4", "R-3.5")
@pytest.mark.parametrize("organisation", [COURT, "赣01", UNIT, "360100000000"])
async def test_only_the_provincial_bodies_may(supervised, organisation):
    for request in (
        opening(),
        joining(f"campaigns/{NOBODY}", NOBODY),
        supervision_pb2.ProposeKeyCasesRequest(),
        supervision_pb2.DraftKeyCaseListRequest(),
        supervision_pb2.SignKeyCasesRequest(),
    ):
        assert await refused(supervised.supervise(request, organisation=organisation)) is Reason.PERMISSION_MISSING
