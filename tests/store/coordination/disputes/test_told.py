"""Notices of coordination: acknowledged by an office, told to its liaison where nobody does, and nobody else's."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.coordination.changes import Change, ChangeKind
from tests.store.coordination.disputes.consulting import COURT, LIAISON, NOW, UNIT, WITHIN
from xiezhi.coordination.v1 import notice_pb2
from xiezhi.errors import Reason, XiezhiError


async def test_what_nobody_acknowledges_goes_to_the_liaison(consulting, clock):
    await consulting.open()
    clock.advance(WITHIN - timedelta(seconds=1))
    await consulting.relay_all()
    assert not await consulting.told(UNIT, LIAISON)
    clock.advance(timedelta(seconds=1))
    await consulting.relay_all()
    (notice,) = await consulting.told(UNIT, LIAISON)
    assert notice.kind == notice_pb2.COORDINATION_NOTICE_KIND_DISPUTE_OPENED
    assert await consulting.acknowledge(notice, organisation=UNIT, permissions=LIAISON) == 1


async def test_what_is_acknowledged_does_not(consulting, clock):
    await consulting.open()
    told = await consulting.told(UNIT)
    assert await consulting.acknowledge(*told, organisation=UNIT) == 1
    clock.advance(WITHIN)
    await consulting.relay_all()
    assert not await consulting.told(UNIT, LIAISON)


@pytest.mark.clause("R-4.3")
async def test_whom_the_directory_does_not_name_reads_no_liaisons_post(consulting, clock):
    await consulting.open()
    clock.advance(WITHIN)
    await consulting.relay_all()
    with pytest.raises(XiezhiError) as refusal:
        await consulting.told(UNIT, LIAISON, liaison=False)
    assert refusal.value.reason is Reason.LIAISON_NOT_APPOINTED


async def test_a_change_is_told_once_however_often_it_is_written(consulting, database):
    fault = Change(ChangeKind.DIRECTORY_FAULT, "", COURT, (COURT, COURT), key="赣0102/GAP/2026-03-02", at=NOW)
    for _ in range(2):
        await database.write(lambda connection: consulting.tell(connection, fault))
    (notice,) = await consulting.told(COURT)
    assert (notice.kind, notice.subject, notice.organisation) == (7, "", COURT)


async def test_a_dead_letter_that_is_not_there_is_not_replayed(consulting):
    call = consulting.call(
        notice_pb2.ListDeadLettersRequest(),
        "/xiezhi.coordination.v1.CoordinationNoticeService",
        organisation="360000000000",
    )
    found = await consulting.notices.ListDeadLetters(notice_pb2.ListDeadLettersRequest(), call)
    assert not found.dead_letters
    with pytest.raises(XiezhiError) as refusal:
        await consulting.notices.ReplayDeadLetter(
            notice_pb2.ReplayDeadLetterRequest(event_id="00000000-0000-4000-8000-000000000000"), call
        )
    assert refusal.value.reason is Reason.NOT_FOUND
