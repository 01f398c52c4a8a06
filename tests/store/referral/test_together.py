"""Referrals, duties, notices and calendars as one process has them: what the one writes the others know."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

import pytest
from google.type import date_pb2

from services.referral.referrals.store import ReferralStore
from tests.unit.referral.asked import feedback, listing, receipt, ruling, sending
from tests.unit.referral.domain.referred import COURT, UNIT, at
from tests.unit.referral.parties import Parties
from xiezhi.referral.v1 import referral_pb2, supervision_pb2


@pytest.fixture
def parties(database, keyring, clock, exchange):
    """Courts and units of the process in which the rest runs."""
    clock.set(at("2026-12-29"))
    store = ReferralStore(database, keyring=keyring, calendars=exchange.calendars, tell=exchange.telling.tell)
    return Parties(store, clock=clock)


async def due(exchange):
    """Returns what is due of the unit, and until when."""
    until = date_pb2.Date(year=2027, month=12, day=31)
    answer = await exchange.supervise(supervision_pb2.ListDueRequest(until_date=until), organisation=UNIT)
    return [item.duty for item in answer.items]


def owed(referral):
    """Returns what is owed in a referral."""
    return [d for d in referral.duties if d.state == referral_pb2.DUTY_STATE_OPEN]


async def test_what_an_answer_says_is_due_is_listed_and_told(parties, exchange):
    name = (await parties.court(sending())).referral.name
    assert await due(exchange) == []
    received = (await parties.unit(receipt(name))).referral
    assert await due(exchange) == owed(received) != []
    decided = (await parties.unit(ruling(name, day=date(2026, 12, 29)))).referral
    assert await due(exchange) == owed(decided)
    answered = (await parties.unit(feedback(name))).referral
    assert await due(exchange) == owed(answered) == []
    told = {side: [n.event for n in await exchange.told(side)] for side in (COURT, UNIT)}
    assert told == {
        COURT: [
            referral_pb2.REFERRAL_EVENT_KIND_RECEIVED,
            referral_pb2.REFERRAL_EVENT_KIND_FILED,
            referral_pb2.REFERRAL_EVENT_KIND_FEEDBACK_GIVEN,
        ],
        UNIT: [referral_pb2.REFERRAL_EVENT_KIND_SENT],
    }


async def test_a_calendar_moves_what_the_court_is_shown(parties, exchange):
    name = (await parties.court(sending())).referral.name
    await parties.unit(receipt(name))
    decided = (await parties.unit(ruling(name, day=date(2026, 12, 29)))).referral
    (before,) = [d for d in decided.duties if d.kind == referral_pb2.DUTY_KIND_FEEDBACK]
    assert (before.due_date.day, before.provisional) == (4, True)
    notice = supervision_pb2.ImportCalendarRequest(request_id=str(uuid.uuid4()))
    notice.calendar.year, notice.calendar.version = 2027, "国办发明电〔2026〕7号"
    notice.calendar.days_off.add(year=2027, month=1, day=1)
    notice.calendar.working_weekend_days.add(year=2027, month=1, day=2)
    parties.clock.advance(timedelta(seconds=1))
    await exchange.supervise(notice)
    shown = (await parties.court(listing())).referrals[0]
    (after,) = [d for d in shown.duties if d.kind == referral_pb2.DUTY_KIND_FEEDBACK]
    assert (after.due_date.day, after.provisional, after.adjusted) == (2, False, "calendar 2027 published")
    assert {e.organisation for e in shown.events if e.kind == referral_pb2.REFERRAL_EVENT_KIND_ADJUSTED} == {""}
    assert await due(exchange) == owed(shown)
