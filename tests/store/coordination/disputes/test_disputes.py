"""Disputes over a real database: between whom they are, what each step leads to, and who sees and hears of them."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text

from tests.store.coordination.disputes.consulting import (
    AGREED,
    COURT,
    DEPARTMENT,
    FORMER_UNIT,
    HIGH_COURT,
    NO_AGREEMENT,
    NOWHERE,
    OTHER_COURT,
    OTHER_UNIT,
    REFERRAL,
    SEIZURE,
    TERMS,
    TEXT,
    UNIT,
    opening,
)
from xiezhi.coordination.v1 import dispute_pb2, notice_pb2
from xiezhi.errors import Reason, XiezhiError

OPENED, STEP, WITH_BOTH, ESCALATED, WITHDRAWN = (
    notice_pb2.COORDINATION_NOTICE_KIND_DISPUTE_OPENED,
    notice_pb2.COORDINATION_NOTICE_KIND_DISPUTE_STEP,
    notice_pb2.COORDINATION_NOTICE_KIND_DISPUTE_AGREED,
    notice_pb2.COORDINATION_NOTICE_KIND_DISPUTE_ESCALATED,
    notice_pb2.COORDINATION_NOTICE_KIND_DISPUTE_WITHDRAWN,
)
NOBODY = "disputes/00000000-0000-4000-8000-000000000000"


async def refused(awaited):
    with pytest.raises(XiezhiError) as refusal:
        await awaited
    return refusal.value.reason


@pytest.mark.clause("R-4.6")
async def test_from_opening_to_agreement(consulting):
    made = await consulting.open()
    assert (made.state, made.opened_by) == (dispute_pb2.DISPUTE_STATE_OPEN, dispute_pb2.DISPUTE_SIDE_COURT)
    assert (made.court_code, made.police_organisation, made.department, made.subject) == (COURT, UNIT, 2, REFERRAL)
    await consulting.consult(made.name, UNIT)
    await consulting.position(made.name, UNIT, AGREED)
    differs = consulting.position(made.name, COURT, AGREED, "五日内。")
    assert await refused(differs) is Reason.DISPUTE_TERMS_DIFFER
    agreed = await consulting.position(made.name, COURT, AGREED, " 三日内 书面答复。")
    assert agreed.state == dispute_pb2.DISPUTE_STATE_AGREED
    assert (agreed.court_position, agreed.police_position) == (AGREED, AGREED)
    kinds = [step.kind for step in agreed.steps]
    assert kinds == [1, 2, 3, 3]
    assert [step.text for step in agreed.steps][:3] == [TEXT, TEXT, TERMS]
    assert await consulting.get(made.name, UNIT) == agreed
    assert await consulting.kinds(UNIT) == [OPENED, WITH_BOTH]
    assert await consulting.kinds(COURT) == [STEP, STEP, WITH_BOTH]
    assert await refused(consulting.consult(made.name, COURT)) is Reason.DISPUTE_STATE


@pytest.mark.parametrize(
    ("by", "subject", "counterpart", "police"),
    [
        (COURT, REFERRAL, "", UNIT),
        (COURT, REFERRAL, FORMER_UNIT, FORMER_UNIT),
        (UNIT, REFERRAL, "", UNIT),
        (FORMER_UNIT, REFERRAL, COURT, FORMER_UNIT),
        (COURT, SEIZURE, UNIT, UNIT),
        (UNIT, SEIZURE, "", UNIT),
    ],
)
async def test_either_side_of_an_object_opens(consulting, by, subject, counterpart, police):
    made = await consulting.open(by, subject, counterpart=counterpart)
    assert (made.court_code, made.police_organisation) == (COURT, police)
    told = police if by == COURT else COURT
    (notice,) = await consulting.told(told)
    assert (notice.kind, notice.subject, notice.organisation) == (OPENED, made.name, by)
    assert not await consulting.told(by)


@pytest.mark.parametrize(
    ("by", "subject", "counterpart", "reason"),
    [
        (COURT, NOWHERE, "", Reason.DISPUTE_SUBJECT_NOT_FOUND),
        (OTHER_COURT, REFERRAL, "", Reason.DISPUTE_SUBJECT_NOT_FOUND),
        (HIGH_COURT, REFERRAL, "", Reason.DISPUTE_SUBJECT_NOT_FOUND),
        (OTHER_UNIT, REFERRAL, "", Reason.DISPUTE_SUBJECT_NOT_FOUND),
        (OTHER_UNIT, SEIZURE, "", Reason.DISPUTE_SUBJECT_NOT_FOUND),
        (COURT, SEIZURE, "", Reason.FIELDS_INVALID),
        (COURT, SEIZURE, OTHER_UNIT, Reason.FIELDS_INVALID),
        (COURT, SEIZURE, "\0", Reason.FIELDS_INVALID),
        (COURT, REFERRAL, OTHER_UNIT, Reason.FIELDS_INVALID),
        (UNIT, REFERRAL, OTHER_COURT, Reason.FIELDS_INVALID),
    ],
)
async def test_nobody_else_opens_and_against_nobody_else(consulting, by, subject, counterpart, reason):
    assert await refused(consulting.open(by, subject, counterpart=counterpart)) is reason
    assert not (await consulting.list(by)).disputes


async def test_the_two_sides_have_one_open_dispute_about_an_object(consulting):
    first = await consulting.open()
    assert await refused(consulting.open(UNIT)) is Reason.DISPUTE_EXISTS
    other = await consulting.open(counterpart=FORMER_UNIT)
    assert other.name != first.name
    await consulting.withdraw(first.name, COURT)
    assert await consulting.kinds(UNIT) == [OPENED, WITHDRAWN]
    assert (await consulting.open(UNIT)).opened_by == dispute_pb2.DISPUTE_SIDE_POLICE


async def test_of_two_who_open_at_once_one_does(consulting):
    made = await asyncio.gather(consulting.open(), consulting.open(UNIT), return_exceptions=True)
    (failure,) = [one for one in made if isinstance(one, XiezhiError)]
    assert failure.reason is Reason.DISPUTE_EXISTS


async def test_a_request_that_is_repeated_is_answered_as_the_first_time(consulting):
    request = opening()
    assert await consulting.ask(request) == await consulting.ask(request)
    again = dispute_pb2.OpenDisputeRequest()
    again.CopyFrom(request)
    again.text = "另一内容。"
    assert await refused(consulting.ask(again)) is Reason.REQUEST_ID_REUSED
    assert len(await consulting.told(UNIT)) == 1


async def test_texts_with_numbers_are_refused_everywhere(consulting):
    number = "联系１５１－００００－００００"
    assert await refused(consulting.open(text=number)) is Reason.PERSONAL_DATA_IN_TEXT
    assert await refused(consulting.open(text=" \n")) is Reason.FIELDS_INVALID
    name = (await consulting.open()).name
    for awaited in (
        consulting.consult(name, UNIT, number),
        consulting.position(name, UNIT, AGREED, number),
        consulting.ask(dispute_pb2.WithdrawDisputeRequest(request_id=name[9:], name=name, text=number)),
        consulting.draft(name, text=number),
    ):
        assert await refused(awaited) is Reason.PERSONAL_DATA_IN_TEXT
    assert len((await consulting.get(name)).steps) == 1


@pytest.mark.clause("R-4.6")
async def test_no_agreement_on_both_sides_comes_to_both_bodies(consulting):
    made = await consulting.escalated()
    assert made.state == dispute_pb2.DISPUTE_STATE_ESCALATED
    for body in (HIGH_COURT, DEPARTMENT):
        (notice,) = await consulting.told(body)
        assert (notice.kind, notice.subject, notice.department) == (ESCALATED, made.name, 2)
        assert (await consulting.get(made.name, body)).name == made.name
    assert (await consulting.kinds(COURT))[-1] == (await consulting.kinds(UNIT))[-1] == ESCALATED
    await consulting.consult(made.name, COURT)
    assert await refused(consulting.consult(made.name, HIGH_COURT)) is Reason.DISPUTE_NOT_FOUND


@pytest.mark.clause("R-4.6")
async def test_who_waits_for_a_silent_side_escalates_after_fifteen_days(consulting, clock):
    name = (await consulting.open()).name
    assert await refused(consulting.escalate(name, COURT)) is Reason.DISPUTE_STATE
    made = await consulting.position(name, COURT, NO_AGREEMENT, "不同意。")
    assert made.HasField("silence_end_time")
    assert await refused(consulting.escalate(name, COURT)) is Reason.CONSULTATION_NOT_OVER
    clock.advance(timedelta(days=16))
    assert await refused(consulting.escalate(name, UNIT)) is Reason.DISPUTE_STATE
    made = await consulting.escalate(name, COURT)
    assert (made.state, made.steps[-1].kind) == (
        dispute_pb2.DISPUTE_STATE_ESCALATED,
        dispute_pb2.DISPUTE_STEP_KIND_ESCALATED,
    )
    assert await consulting.kinds(DEPARTMENT) == [ESCALATED]


async def test_for_everybody_else_it_is_not_there(consulting):
    name = (await consulting.open()).name
    for by in (OTHER_COURT, OTHER_UNIT, FORMER_UNIT, HIGH_COURT, DEPARTMENT):
        for missing in (name, NOBODY):
            assert await refused(consulting.get(missing, by)) is Reason.DISPUTE_NOT_FOUND
            assert await refused(consulting.consult(missing, by)) is Reason.DISPUTE_NOT_FOUND
        assert not (await consulting.list(by)).disputes
        assert not await consulting.told(by)
    assert await refused(consulting.draft(name, COURT)) is Reason.PERMISSION_MISSING
    assert await refused(consulting.draft(name)) is Reason.DISPUTE_NOT_FOUND


async def test_lists_page_from_the_newest_on(consulting):
    first = await consulting.open()
    await consulting.withdraw(first.name, COURT)
    second, third = await consulting.open(), await consulting.open(counterpart=FORMER_UNIT)
    page = await consulting.list(page_size=2)
    assert [one.name for one in page.disputes] == [third.name, second.name]
    assert not page.disputes[0].steps
    rest = await consulting.list(page_size=2, page_token=page.next_page_token)
    assert ([one.name for one in rest.disputes], rest.next_page_token) == ([first.name], "")
    withdrawn = await consulting.list(UNIT, state=dispute_pb2.DISPUTE_STATE_WITHDRAWN)
    assert [one.name for one in withdrawn.disputes] == [first.name]
    assert [one.name for one in (await consulting.list(FORMER_UNIT)).disputes] == [third.name]
    stolen = consulting.list(UNIT, page_size=2, page_token=page.next_page_token)
    assert await refused(stolen) is Reason.PAGE_TOKEN_INVALID
    await consulting.position(second.name, COURT, NO_AGREEMENT, "不同意。")
    await consulting.position(second.name, UNIT, NO_AGREEMENT, "不同意。")
    for body in (HIGH_COURT, DEPARTMENT):
        assert [one.name for one in (await consulting.list(body)).disputes] == [second.name]


async def test_what_was_written_and_by_whom_is_not_in_the_database(consulting, database):
    name = (await consulting.open()).name
    await consulting.position(name, UNIT, AGREED)

    def everything(connection):
        tables = ("disputes", "dispute_steps", "dispute_subjects", "requests", "papers", "feed_notices", "outbox")
        return str([[tuple(row) for row in connection.execute(text(f"SELECT * FROM {table}"))] for table in tables])

    found = await database.read(everything)
    assert REFERRAL in found
    for written in (TEXT, TERMS, "GAN0102-J001"):
        assert written not in found
        assert written.encode().hex() not in found.replace("\\x", "")
