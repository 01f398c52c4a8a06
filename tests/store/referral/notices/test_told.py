"""What each side is told when something happens, by whom it was done."""

from __future__ import annotations

import asyncio

import pytest

from services.referral.domain import (
    Extended,
    FeedbackGiven,
    Ground,
    OpinionGiven,
    Reopened,
    Review,
    Supplemented,
    SupplementRequested,
    Transferred,
    Withdrawn,
)
from tests.store.referral.supervised import HIGH_COURT, LIAISON
from tests.unit.referral.domain.referred import CASE, COURT, OTHER_UNIT, UNIT, at, filed, not_filed, received, sent
from xiezhi.errors import Reason, XiezhiError
from xiezhi.referral.v1 import notice_pb2, referral_pb2

HAPPENED = notice_pb2.REFERRAL_NOTICE_KIND_HAPPENED
PRIVATE = notice_pb2.REFERRAL_NOTICE_KIND_PRIVATE_PROSECUTION
EVENT = referral_pb2.ReferralEventKind
TRACE = "0af7651916cd43dd8448eb211c80319c"
BASE = [sent("2018-09-28", "a", "b"), received("2018-09-28")]


def events(notices):
    return [EVENT.Name(n.event).removeprefix("REFERRAL_EVENT_KIND_") for n in notices if n.kind == HAPPENED]


async def test_every_event_goes_to_the_other_side(supervised):
    await supervised.refer(
        *BASE,
        SupplementRequested(at("2018-09-28", 11)),
        Supplemented(at("2018-09-28", 12)),
        Extended(at("2018-09-28", 13), Review.COMPLEX),
        not_filed("2018-09-29", hour=10),
        OpinionGiven(at("2018-09-29", 11), "a"),
        Reopened(at("2018-09-29", 12), "a", Ground.PROSECUTOR, "D1"),
        filed("2018-09-29", hour=13),
        FeedbackGiven(at("2018-09-29", 14), "a"),
    )
    assert events(await supervised.told(UNIT)) == ["SENT", "SUPPLEMENTED"]
    assert events(await supervised.told(COURT)) == [
        "RECEIVED",
        "SUPPLEMENT_REQUESTED",
        "EXTENDED",
        "NOT_FILED",
        "OPINION_GIVEN",
        "REOPENED",
        "FILED",
        "FEEDBACK_GIVEN",
    ]


async def test_a_transfer_goes_to_the_court_and_to_the_unit_that_gets_it_which_is_told_what_follows(supervised):
    key = await supervised.refer(*BASE, Transferred(at("2018-09-28", 11), OTHER_UNIT))
    await supervised.step(key, Withdrawn(at("2018-09-28", 12)))
    assert events(await supervised.told(COURT)) == ["RECEIVED", "TRANSFERRED"]
    assert events(await supervised.told(OTHER_UNIT)) == ["TRANSFERRED", "WITHDRAWN"]
    assert events(await supervised.told(UNIT)) == ["SENT"]
    assert [n.unit for n in await supervised.told(OTHER_UNIT)] == [OTHER_UNIT] * 2


async def test_one_step_about_several_suspects_is_told_once_for_each_outcome(supervised):
    key = await supervised.refer(*BASE)
    await supervised.step(key, filed("2018-09-28", "a", 12), not_filed("2018-09-28", "b", 13))
    assert events(await supervised.told(COURT)) == ["RECEIVED", "FILED", "NOT_FILED"]


async def test_private_prosecution_is_open_with_a_decision_not_to_file_and_told_once(supervised):
    key = await supervised.refer(*BASE)
    await supervised.step(key, not_filed("2018-09-28", "a", 12), traceparent=f"00-{TRACE}-b7ad6b7169203331-01")
    await supervised.step(key, OpinionGiven(at("2018-09-28", 13), "a"))
    await supervised.step(key, Reopened(at("2018-09-28", 14), "a", Ground.NEW_EVIDENCE, "D1"))
    await supervised.step(key, not_filed("2018-09-28", "a", 15))
    (notice,) = [n for n in await supervised.told(COURT) if n.kind == PRIVATE]
    assert (notice.subject, notice.court_code, notice.case_number) == (f"referrals/{key}", COURT, CASE)
    assert (notice.trace_id, notice.event) == (TRACE, 0)


async def test_a_watch_goes_on_where_it_was_left(supervised):
    await supervised.refer(*BASE)
    await supervised.refer(*BASE)
    first, second = await supervised.watched(2)
    assert first.cursor != second.cursor
    (again,) = await supervised.watched(1, after=first.cursor)
    assert again == second
    assert await supervised.acknowledge(first) == 1
    assert await supervised.acknowledge(first, second, officer="C002") == 1
    assert [n.notice_id for n in await supervised.told(UNIT)]


async def test_who_waits_is_told_at_once(supervised):
    watching = asyncio.create_task(supervised.watched(1, organisation=UNIT))
    await asyncio.sleep(0)
    key = await supervised.refer(BASE[0])
    async with asyncio.timeout(20):
        (notice,) = await watching
    assert notice.subject == f"referrals/{key}"


@pytest.mark.parametrize(
    "post",
    [{"organisation": UNIT}, {"organisation": HIGH_COURT}, {"permissions": LIAISON}],
    ids=["the unit", "the High Court", "a liaison"],
)
async def test_nobody_acknowledges_or_resumes_what_is_anothers(supervised, post):
    await supervised.refer(*BASE)
    (notice,) = await supervised.watched(1)
    with pytest.raises(XiezhiError) as refusal:
        await supervised.acknowledge(notice, **post)
    assert refusal.value.reason is Reason.NOT_FOUND
    with pytest.raises(XiezhiError) as refusal:
        await supervised.watched(1, after=notice.cursor, **post)
    assert refusal.value.reason is Reason.PAGE_TOKEN_INVALID


async def test_no_notice_names_a_suspect(supervised, database):
    await supervised.refer(*BASE, filed("2018-09-28"))
    told = [n for side in (COURT, UNIT) for n in await supervised.told(side)]
    assert "测试甲".encode() not in b"".join(n.SerializeToString() for n in told)


async def test_whom_the_directory_does_not_name_reads_no_liaisons_post(supervised):
    await supervised.refer(*BASE)
    with pytest.raises(XiezhiError) as refusal:
        await supervised.watched(1, permissions=LIAISON, liaison=False)
    assert refusal.value.reason is Reason.LIAISON_NOT_APPOINTED
