"""Notices to courts: hits and who is told late, reminders and ends by the facts, nothing lost or told twice."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta

import pytest
from sqlalchemy import select, text

from services.chassis.clock import ManualClock
from services.chassis.outbox import MOST_ATTEMPTS, Event
from services.codes.terms import end_of
from services.exit_restriction.domain import Action, Author, Lifted, Placed, Refiled, Requirement
from services.exit_restriction.meetings import HandledTold, PlacedTold
from services.exit_restriction.notices.domain import COMMAND_PERMISSION, LIAISON_PERMISSION
from services.exit_restriction.notices.tables import FEED, OUTBOX
from tests.store.exit_restriction.office import ACKNOWLEDGE_WITHIN, Office
from tests.unit.exit_restriction.told import DONGHU, JUDGE, LAST_DAY, NANCHANG, NOTICES, TRACE, call, hit
from tests.unit.exit_restriction.travellers import NOW, TODAY, person
from xiezhi.errors import Reason, XiezhiError
from xiezhi.exit_restriction.v1 import notice_pb2

WHO = person()
DAY = timedelta(days=1)
HIT, HANDLED, OVERDUE, OPEN, CLOSING, EXPIRED, PROPOSED = range(1, 8)
ENDS = end_of(LAST_DAY)
LIAISON, CENTRE = (LIAISON_PERMISSION,), (COMMAND_PERMISSION,)


def morning(year, month, day):
    """The instant at which a day begins in Shanghai."""
    return end_of(date(year, month, day) - DAY)


@pytest.fixture
def clock():
    return ManualClock(NOW)


@pytest.fixture
async def office(load, database, keyring, clock):
    load(WHO, person(2))
    return Office(database, keyring=keyring, clock=clock)


async def kept(database, table):
    return await database.read(lambda connection: connection.execute(select(table)).all())


async def kinds(office, database, **who):
    """Returns the kinds of all notices to the court so far."""
    rows = await kept(database, FEED.notices)
    count = sum(row.addressee == f"court/{who.get('organisation', DONGHU)}" for row in rows)
    return [notice.kind for notice in await office.watched(count, **who)]


@pytest.mark.clause("R-2.8")
async def test_a_hit_is_told_to_its_court_and_the_judge_reads_where(office):
    await office.told(hit(), hit(2, court=NANCHANG))
    (notice,) = await office.watched(1)
    assert (notice.kind, notice.court_code, notice.hit.port) == (HIT, DONGHU, "南昌昌北机场")
    (seen,) = await office.watched(1, officer="GAN0102-J002")
    assert (seen.notice_id, seen.HasField("hit")) == (notice.notice_id, False)
    (other,) = await office.watched(1, organisation=NANCHANG)
    assert other.court_code == NANCHANG


async def test_a_hit_told_again_by_a_retried_write_is_one_notice(office, database):
    met = hit()
    await office.told(met, met)
    assert len(await kept(database, FEED.notices)) == 1
    await office.told(HandledTold(met, Action.STOP, "已移交", NOW + DAY, TRACE))
    first, second = await office.watched(2)
    assert (first.kind, second.kind, second.hit.note, second.hit.handled) == (HIT, HANDLED, "已移交", int(Action.STOP))
    assert first.HasField("acknowledge_due_time")
    assert not second.HasField("acknowledge_due_time")


async def test_who_waits_is_told_at_once(office):
    watching = asyncio.create_task(office.watched(1))
    await asyncio.sleep(0)
    await office.told(hit())
    (notice,) = await asyncio.wait_for(watching, 5)
    assert notice.kind == HIT


async def test_a_watch_resumes_and_acknowledged_notices_do_not_come_again(office, clock):
    await office.told(*(hit() for _ in range(3)))
    first, second, third = await office.watched(3)
    assert [n.notice_id for n in await office.watched(1, after=second.cursor)] == [third.notice_id]
    assert await office.acknowledge(first, second) == 2
    clock.advance(DAY)
    assert await office.acknowledge(first) == 0
    assert [n.notice_id for n in await office.watched(1)] == [third.notice_id]


async def test_a_hit_that_is_not_acknowledged_is_told_to_the_liaisons_and_the_command_centre(office):
    await office.told(hit(), hit(2))
    acknowledged, late = await office.watched(2)
    await office.acknowledge(acknowledged)
    await office.deliver(NOW + ACKNOWLEDGE_WITHIN - timedelta(seconds=1))
    await office.deliver(NOW + ACKNOWLEDGE_WITHIN)
    await office.deliver()
    for organisation, permissions in ((DONGHU, LIAISON), ("赣", CENTRE)):
        (told,) = await office.watched(1, organisation=organisation, permissions=permissions, officer="L001")
        assert (told.kind, told.measure, told.HasField("hit")) == (OVERDUE, late.measure, False)


async def test_others_cannot_follow_or_acknowledge_what_is_not_theirs(office):
    await office.told(hit())
    (notice,) = await office.watched(1)
    with pytest.raises(XiezhiError) as refusal:
        await office.watched(1, after=notice.cursor, organisation=NANCHANG)
    assert refusal.value.reason is Reason.PAGE_TOKEN_INVALID
    for who in ({"organisation": NANCHANG}, {"permissions": LIAISON}):
        with pytest.raises(XiezhiError) as refusal:
            await office.acknowledge(notice, **who)
        assert refusal.value.reason is Reason.NOT_FOUND


@pytest.mark.clause("R-1.12", "R-1.13")
async def test_the_window_opens_seven_days_and_one_day_are_left_and_it_is_over(office, database):
    await office.file(WHO)
    for moment, expected in (
        (morning(2019, 7, 3) - timedelta(microseconds=1), []),
        (morning(2019, 7, 3), [OPEN]),
        (morning(2019, 7, 27), [OPEN, CLOSING]),
        (morning(2019, 8, 2), [OPEN, CLOSING, CLOSING]),
        (ENDS - timedelta(microseconds=1), [OPEN, CLOSING, CLOSING]),
        (ENDS, [OPEN, CLOSING, CLOSING, EXPIRED]),
        (ENDS + 30 * DAY, [OPEN, CLOSING, CLOSING, EXPIRED]),
    ):
        await office.deliver(moment)
        assert await kinds(office, database) == expected
    assert await kept(database, OUTBOX) == []
    notices = await office.watched(4)
    assert {(n.last_date.year, n.last_date.month, n.last_date.day) for n in notices} == {(2019, 8, 3)}
    assert {n.trace_id for n in notices} == {TRACE.split("-")[1]}


async def test_a_reminder_comes_before_a_long_holiday_that_takes_the_last_days(load, database, keyring, clock):
    load(WHO)
    holidays = [date(2018, 10, day) for day in range(1, 8)]
    office = Office(database, keyring=keyring, clock=clock, holidays=holidays)
    await office.file(WHO, last_day=date(2018, 10, 5))
    for moment, expected in (
        (morning(2018, 9, 5), [OPEN]),
        (morning(2018, 9, 28), [OPEN, CLOSING]),
        (morning(2018, 9, 30), [OPEN, CLOSING, CLOSING]),
        (morning(2018, 10, 4), [OPEN, CLOSING, CLOSING, CLOSING]),
    ):
        await office.deliver(moment)
        assert await kinds(office, database) == expected


@pytest.mark.parametrize("what", ["renew", "release", "supersede"])
async def test_nothing_is_said_of_what_was_renewed_released_or_replaced_meanwhile(office, database, what):
    one = await office.file(WHO)
    await office.deliver(morning(2019, 7, 5))
    arguments = {"renew": (date(2020, 8, 3),), "release": (), "supersede": (one.restriction_id,)}[what]
    await getattr(office, what)(one, *arguments)
    await office.deliver(ENDS + DAY)
    assert await kinds(office, database) == [OPEN]
    # The further term has reminders and an end of its own.
    await office.deliver(end_of(date(2020, 8, 3)))
    assert (await kinds(office, database))[1:] == ([EXPIRED] if what == "renew" else [])


async def test_the_judge_of_the_last_term_reads_what_is_told_of_it(office):
    one = await office.file(WHO)
    await office.deliver(morning(2019, 7, 5))
    await office.renew(one, date(2020, 8, 3), officer="GAN0102-J002")
    await office.deliver(end_of(date(2020, 8, 3)))
    shown = {}
    for officer in (JUDGE, "GAN0102-J002"):
        shown[officer] = [notice.HasField("last_date") for notice in await office.watched(2, officer=officer)]
    assert shown == {JUDGE: [True, False], "GAN0102-J002": [False, True]}


async def test_late_delivery_tells_the_end_only(office, database):
    await office.file(WHO)
    await office.deliver(ENDS + 90 * DAY)
    assert await kinds(office, database) == [EXPIRED]


async def test_other_courts_restrictions_are_untouched(office, database):
    mine = await office.file(WHO)
    await office.file(WHO, court=NANCHANG, serial=2)
    await office.release(mine)
    await office.deliver(ENDS)
    assert await kinds(office, database) == []
    assert (await kinds(office, database, organisation=NANCHANG))[-1] == EXPIRED


async def test_what_is_due_is_told_once_however_often_it_is_delivered(office, database):
    await office.file(WHO)
    (opens, _) = await kept(database, OUTBOX)
    await office.deliver(morning(2019, 7, 3))
    again = Event(opens.event_id, opens.topic, opens.subject, opens.payload, opens.traceparent, opens.due_at)
    before = len(await kept(database, OUTBOX))
    await office.post.deliver(again)
    assert await kinds(office, database) == [OPEN]
    assert len(await kept(database, OUTBOX)) == before


async def test_an_end_that_has_not_come_by_this_clock_is_delivered_again_later(office, database):
    await office.file(WHO)
    await office.deliver(ENDS - DAY)
    (end,) = await kept(database, OUTBOX)
    event = Event(end.event_id, end.topic, end.subject, end.payload, end.traceparent, end.due_at)
    with pytest.raises(Exception, match="not over"):
        await office.post.deliver(event)
    await office.deliver(ENDS)
    assert (await kinds(office, database))[-1] == EXPIRED


async def test_a_release_is_proposed(office):
    one = await office.file(WHO)
    await office.propose(one)
    (notice,) = await office.watched(1)
    assert (notice.kind, notice.measure) == (PROPOSED, f"restrictions/{one.restriction_id}")


AUTHOR = Author(DONGHU, "（2018）赣0102执1号")
FIRST, SECOND = "00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002"
CONTROL_LAST = date(2018, 11, 3)


def placed(control_id=FIRST, start=TODAY, last_day=CONTROL_LAST, at=NOW):
    return Placed(control_id, AUTHOR, Requirement.MONITOR, at, start, last_day, "7.4-current")


@pytest.mark.parametrize(
    ("facts", "is_told"),
    [
        ((placed(),), True),
        ((placed(), Lifted(FIRST, NOW + DAY)), False),
        (
            (
                placed(),
                placed(SECOND, date(2018, 11, 4), date(2019, 2, 4), NOW + 80 * DAY),
                Refiled(FIRST, NOW + 80 * DAY, SECOND),
            ),
            False,
        ),
        (
            (
                placed(),
                placed(SECOND, date(2018, 11, 4), date(2019, 2, 4), NOW + 80 * DAY),
                Refiled(FIRST, NOW + 80 * DAY, SECOND),
                Lifted(SECOND, NOW + 81 * DAY),
            ),
            True,
        ),
    ],
)
async def test_the_end_of_a_control_is_told_unless_it_was_lifted_or_filed_again(office, database, facts, is_told):
    office.controls[1] = facts
    ends = end_of(CONTROL_LAST)
    await office.told(PlacedTold(AUTHOR, FIRST, 1, JUDGE, ends, NOW, TRACE))
    await office.deliver(ends - timedelta(microseconds=1))
    assert await kinds(office, database) == []
    await office.deliver(ends)
    assert await kinds(office, database) == ([EXPIRED] if is_told else [])
    if is_told:
        (notice,) = await office.watched(1)
        assert (notice.measure, notice.last_date.day) == (f"controls/{FIRST}", 3)


async def test_a_dead_letter_is_listed_without_content_and_replayed(office, database, clock):
    await office.told(hit())

    def break_it(connection):
        connection.execute(text("UPDATE feed_notices SET payload = :p"), {"p": b"broken"})

    await database.write(break_it)
    clock.set(NOW + ACKNOWLEDGE_WITHIN)
    for _ in range(MOST_ATTEMPTS):
        await office.relay.step()
        clock.advance(timedelta(minutes=6))
    request = notice_pb2.ListDeadLettersRequest()
    asked = call(request, NOTICES)
    (letter,) = (await office.notices.ListDeadLetters(request, asked)).dead_letters
    assert (letter.topic, letter.attempts, letter.error) == ("feed.overdue", MOST_ATTEMPTS, "SealError")
    replay = notice_pb2.ReplayDeadLetterRequest(event_id=letter.event_id)
    await office.notices.ReplayDeadLetter(replay, call(replay, NOTICES))
    assert (await office.notices.ListDeadLetters(request, asked)).dead_letters == []
    with pytest.raises(XiezhiError) as refusal:
        await office.notices.ReplayDeadLetter(replay, call(replay, NOTICES))
    assert refusal.value.reason is Reason.NOT_FOUND


async def test_no_personal_value_is_in_clear(office, database):
    await office.file(WHO)
    await office.told(hit())
    await office.deliver(ENDS)
    rows = [*await kept(database, FEED.notices), *await kept(database, OUTBOX)]
    assert rows
    stored = repr([tuple(row) for row in rows])
    for value in (WHO.numbers[0], "测试1", "昌北", "0791-86001234"):
        assert value not in stored
        assert repr(value.encode())[2:-1] not in stored


async def test_what_is_rolled_back_was_not_told(office, database):
    class Broken(Exception):
        pass

    def write(connection):
        office.courts.of_controls(connection, hit())
        raise Broken

    with pytest.raises(Broken):
        await database.write(write)
    assert await kept(database, FEED.notices) == []
    assert await kept(database, OUTBOX) == []


async def test_whom_the_directory_does_not_name_reads_no_liaisons_post(office):
    await office.told(hit())
    for asked in (office.watched, office.acknowledge):
        with pytest.raises(XiezhiError) as refusal:
            await asked(*([1] if asked == office.watched else []), permissions=LIAISON, liaison=False)
        assert refusal.value.reason is Reason.LIAISON_NOT_APPOINTED
