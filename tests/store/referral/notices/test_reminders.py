"""Reminders and what follows: in time, once, none lost while nobody delivers, and nothing of what was done before."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from services.chassis.outbox import MOST_ATTEMPTS, Event
from services.referral.domain import Calendars, FeedbackGiven, Withdrawn, duties_at, notices_of
from services.referral.notices.domain import TOPICS, derive, recipients_of
from services.referral.notices.tables import FEED, OUTBOX
from services.referral.published import published_calendars
from tests.store.referral.supervised import DEPARTMENT, HIGH_COURT, LIAISON, NOTICES, keyed_all
from tests.unit.referral.domain.referred import CASE, COURT, UNIT, at, filed, not_filed, on, received, sent
from xiezhi.errors import Reason, XiezhiError
from xiezhi.referral.v1 import notice_pb2, referral_pb2

CALENDARS = Calendars(published_calendars())
SOON, OVERDUE = notice_pb2.REFERRAL_NOTICE_KIND_DUE_SOON, notice_pb2.REFERRAL_NOTICE_KIND_OVERDUE
ESCALATED = notice_pb2.REFERRAL_NOTICE_KIND_ESCALATED
PRIVATE = notice_pb2.REFERRAL_NOTICE_KIND_PRIVATE_PROSECUTION
HAPPENED = notice_pb2.REFERRAL_NOTICE_KIND_HAPPENED
FEEDBACK = referral_pb2.DUTY_KIND_FEEDBACK


async def live(supervised, *stories, until, pace=None):
    """Lets referrals happen side by side; the relay delivers at a pace, or only at the end where there is none."""
    ahead = sorted(((fact, place) for place, story in enumerate(stories) for fact in story), key=lambda one: one[0].at)
    keys = {}
    supervised.clock.set(ahead[0][0].at)
    while ahead or supervised.clock.now() < until:
        following = min([until, *(fact.at for fact, _ in ahead[:1])])
        if pace is not None:
            following = min(following, supervised.clock.now() + pace)
        supervised.clock.set(following)
        while ahead and ahead[0][0].at <= following:
            fact, place = ahead.pop(0)
            if place in keys:
                await supervised.step(keys[place], fact)
            else:
                keys[place] = await supervised.refer(fact)
        if pace is not None:
            await supervised.relay_all()
    await supervised.relay_all()
    return [keys[place] for place in range(len(stories))]


def of_duties(connection):
    """Returns who was told under which id, of all notices of duties."""
    told = select(FEED.notices.c.addressee, FEED.notices.c.notice_id).where(FEED.notices.c.topic.in_(TOPICS.values()))
    return [tuple(row) for row in connection.execute(told.where(FEED.notices.c.topic != "duty.privateProsecution"))]


def planned(key, story, moment):
    """Returns what is told until a moment, as the domain alone has it."""
    known = keyed_all(sorted(story, key=lambda fact: fact.at))
    found = notices_of(key, duties_at(known, moment, CALENDARS), moment, calendars=CALENDARS)
    return {(to, derive(n.key, to)) for n in found for to in recipients_of(n, COURT)}


BEGUN = [sent("2018-09-28"), received("2018-09-28")]
NEVER_ANSWERED = [*BEGUN, filed("2018-09-28")]
STORIES = [
    NEVER_ANSWERED,
    [*NEVER_ANSWERED, FeedbackGiven(at("2018-10-08", 23), "a")],
    [*NEVER_ANSWERED, FeedbackGiven(at("2018-10-10"), "a")],
    [*BEGUN, Withdrawn(at("2018-09-29"))],
    [*BEGUN, not_filed("2018-09-29")],
]


@pytest.mark.parametrize("pace", [timedelta(days=1), timedelta(days=7), None], ids=["daily", "weekly", "at the end"])
async def test_whatever_stood_still_for_however_long_each_is_told_once_and_none_is_lost(supervised, database, pace):
    until = at("2018-10-20")
    keys = await live(supervised, *STORIES, until=until, pace=pace)
    expected = {one for key, story in zip(keys, STORIES, strict=True) for one in planned(key, story, until)}
    told = await database.read(of_duties)
    assert len(told) == len(set(told))
    assert set(told) == expected
    assert len(expected) > 10


async def kinds(supervised, organisation, permissions=frozenset()):
    found = await supervised.told(organisation, permissions)
    return [(n.kind, n.duty.kind if n.HasField("duty") else 0) for n in found if n.kind != HAPPENED]


async def test_who_is_told_of_a_feedback_that_never_comes(supervised):
    await live(supervised, NEVER_ANSWERED, until=at("2018-10-20"))
    opinion, decide = referral_pb2.DUTY_KIND_OPINION, referral_pb2.DUTY_KIND_DECIDE
    assert (SOON, FEEDBACK) in await kinds(supervised, UNIT)
    assert {kind for _, kind in await kinds(supervised, UNIT)} <= {FEEDBACK, opinion, decide}
    for liaison in (COURT, UNIT):
        assert (OVERDUE, FEEDBACK) in await kinds(supervised, liaison, LIAISON)
    for body in (HIGH_COURT, DEPARTMENT):
        assert await kinds(supervised, body) == [(ESCALATED, FEEDBACK)]
    (told,) = [n for n in await supervised.told(HIGH_COURT) if n.kind == ESCALATED]
    assert (told.court_code, told.case_number, told.unit) == (COURT, CASE, UNIT)
    assert (told.duty.state, told.duty.days) == (referral_pb2.DUTY_STATE_OVERDUE, -6)
    assert told.duty.actor == UNIT


async def test_private_prosecution_is_told_to_the_court_after_sixty_days_only_while_it_is_open(supervised):
    await live(supervised, [sent("2018-08-03"), received("2018-08-03")], until=at("2018-10-09"))
    assert (PRIVATE, referral_pb2.DUTY_KIND_SIXTY_DAYS) in await kinds(supervised, COURT)


async def test_private_prosecution_that_a_decision_opened_is_not_told_again_after_sixty_days(supervised):
    story = [sent("2018-08-03"), received("2018-08-03"), not_filed("2018-08-06")]
    await live(supervised, story, until=at("2018-10-09"))
    assert len([kind for kind, _ in await kinds(supervised, COURT) if kind == PRIVATE]) == 1


async def test_private_prosecution_is_not_told_of_who_was_filed(supervised):
    story = [sent("2018-08-03"), received("2018-08-03"), filed("2018-08-06")]
    await live(supervised, story, until=at("2018-10-09"))
    assert not [kind for kind, _ in await kinds(supervised, COURT) if kind == PRIVATE]


async def test_what_is_not_acknowledged_goes_to_the_liaison_and_what_is_does_not(supervised, clock):
    await supervised.refer(sent("2018-09-28"))
    await supervised.refer(sent("2018-09-28"))
    first, second = await supervised.told(UNIT)
    assert await supervised.acknowledge(first, organisation=UNIT) == 1
    clock.set(at("2018-09-29", 8))
    await supervised.relay_all()
    assert await supervised.told(UNIT, LIAISON) == []
    clock.advance(timedelta(hours=1))
    await supervised.relay_all()
    (late,) = await supervised.told(UNIT, LIAISON)
    assert (late.subject, late.kind) == (second.subject, HAPPENED)


async def test_events_of_other_topics_and_of_what_is_gone(supervised):
    stranger = Event("e", "feed.other", b"s", b"[]", "", supervised.clock.now())
    with pytest.raises(ValueError, match="another topic"):
        await supervised.reminders.deliver(stranger)
    gone = Event("e", next(iter(TOPICS.values())), b"s", b'["nobody", "nothing"]', "", supervised.clock.now())
    await supervised.reminders.deliver(gone)


async def test_what_cannot_be_delivered_is_listed_and_delivered_again(supervised, clock, database):
    await supervised.refer(sent("2018-09-28"), received("2018-09-28"))
    deliver = supervised.relay._deliver

    async def broken(event):
        raise RuntimeError

    supervised.relay._deliver = broken
    clock.set(at("2018-10-04"))
    for _ in range(MOST_ATTEMPTS):
        await supervised.relay_all()
        clock.advance(timedelta(minutes=6))
    letters = (await operate(supervised, notice_pb2.ListDeadLettersRequest())).dead_letters
    assert {letter.topic for letter in letters} <= set(TOPICS.values()) | {"feed.overdue"}
    assert {(letter.attempts, letter.error) for letter in letters} == {(MOST_ATTEMPTS, "RuntimeError")}
    supervised.relay._deliver = deliver
    for letter in letters:
        await operate(supervised, notice_pb2.ReplayDeadLetterRequest(event_id=letter.event_id))
    await supervised.relay_all()
    assert not (await operate(supervised, notice_pb2.ListDeadLettersRequest())).dead_letters
    assert (SOON, referral_pb2.DUTY_KIND_OPINION) in await kinds(supervised, UNIT)
    with pytest.raises(XiezhiError) as refusal:
        await operate(supervised, notice_pb2.ReplayDeadLetterRequest(event_id=letters[0].event_id))
    assert refusal.value.reason is Reason.NOT_FOUND
    assert await database.read(lambda c: c.scalar(select(func.count()).where(OUTBOX.c.dead_at.is_not(None)))) == 0


async def operate(supervised, request):
    name = type(request).__name__.removesuffix("Request")
    asked = supervised.call(request, NOTICES, organisation=DEPARTMENT)
    return await getattr(supervised.notices, name)(request, asked)


def test_the_day_of_the_vector():
    assert duties_at(NEVER_ANSWERED, at("2018-09-29"), CALENDARS)[-2].deadline.due == on("2018-10-08")
