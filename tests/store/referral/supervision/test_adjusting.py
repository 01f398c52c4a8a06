"""A calendar is taken in: what is open is computed anew, whoever is killed, and the parties are told once."""

from __future__ import annotations

import uuid
from functools import partial

import pytest

from services.referral.calendars.runs import unfinished
from services.referral.domain import Adjusted, FeedbackGiven
from services.referral.supervision import adjusting
from services.referral.supervision.convert import read_calendar
from tests.store.referral.supervised import DEPARTMENT, HIGH_COURT
from tests.unit.referral.domain.referred import COURT, UNIT, at, filed, referred
from xiezhi.errors import Reason, XiezhiError
from xiezhi.referral.v1 import notice_pb2, supervision_pb2

ADJUSTED = notice_pb2.REFERRAL_NOTICE_KIND_ADJUSTED
FILED_2026 = [*referred("2026-12-29"), filed("2026-12-30")]
"""The feedback is due on 2027-01-02, a Saturday: provisionally on Monday the 4th, and by the notice on that day."""


def notice(version="国办发明电〔2026〕7号", request_id=None, off=("2027-01-01",), work=("2027-01-02",), year=2027):
    request = supervision_pb2.ImportCalendarRequest(request_id=request_id or str(uuid.uuid4()))
    request.calendar.year, request.calendar.version = year, version
    for days, field in ((off, request.calendar.days_off), (work, request.calendar.working_weekend_days)):
        for day in days:
            numbers = map(int, day.split("-"))
            field.add(**dict(zip(("year", "month", "day"), numbers, strict=True)))
    return request


@pytest.fixture
def moment(days_of_2018, clock):
    clock.set(at("2026-12-31"))
    return clock


async def due(supervised, organisation=COURT):
    request = supervision_pb2.ListDueRequest()
    request.until_date.year, request.until_date.month, request.until_date.day = 2028, 1, 1
    answer = await supervised.supervise(request, organisation=organisation)
    return {(i.duty.rule, i.referral): i.duty for i in answer.items}


def day(message):
    return f"{message.year}-{message.month:02}-{message.day:02}"


async def adjusted(supervised, organisation):
    return [n for n in await supervised.told(organisation) if n.kind == ADJUSTED]


async def test_open_deadlines_move_and_both_sides_are_told(supervised, moment):
    key = await supervised.refer(*FILED_2026)
    before = (await due(supervised))["FILED_FEEDBACK", f"referrals/{key}"]
    assert (day(before.due_date), before.provisional) == ("2027-01-04", True)
    answer = await supervised.supervise(notice(), organisation=DEPARTMENT)
    assert (answer.recomputed_count, answer.changed_count) == (2, 1)
    after = (await due(supervised))["FILED_FEEDBACK", f"referrals/{key}"]
    assert (day(after.due_date), after.provisional, list(after.calendar_versions)) == (
        "2027-01-02",
        False,
        ["国办发明电〔2026〕7号"],
    )
    assert after.adjusted == "calendar 国办发明电〔2026〕7号 published"
    for side in (COURT, UNIT):
        (told,) = await adjusted(supervised, side)
        assert (day(told.former_due_date), day(told.duty.due_date)) == ("2027-01-04", "2027-01-02")
    (facts,) = (await supervised.database.read(lambda c: supervised.referrals.facts(c, [key]))).values()
    (moved,) = [f for f in facts if isinstance(f, Adjusted) and f.old_due != f.new_due]
    assert (moved.old_versions, moved.new_versions) == (("provisional-2027",), ("国办发明电〔2026〕7号",))


async def test_reminders_follow_the_day_that_moved(supervised, moment, clock):
    await supervised.refer(*FILED_2026)
    await supervised.supervise(notice())
    clock.set(at("2027-01-03"))
    await supervised.relay_all()
    overdue = notice_pb2.REFERRAL_NOTICE_KIND_OVERDUE
    liaison = frozenset({"referral.liaison"})
    (late,) = [n for n in await supervised.told(COURT, liaison) if n.kind == overdue]
    assert day(late.duty.due_date) == "2027-01-02"
    clock.set(at("2027-01-05"))
    await supervised.relay_all()
    assert len([n for n in await supervised.told(COURT, liaison) if n.kind == overdue]) == 1


async def test_what_is_over_stays(supervised, moment):
    await supervised.refer(*FILED_2026, FeedbackGiven(at("2026-12-30", 13), "a"))
    answer = await supervised.supervise(notice())
    assert (answer.recomputed_count, answer.changed_count) == (0, 0)
    assert await adjusted(supervised, UNIT) == []


async def test_a_repeated_request_and_a_repeated_version_return_the_first_answer(supervised, moment):
    await supervised.refer(*FILED_2026)
    request = notice()
    first = await supervised.supervise(request)
    assert await supervised.supervise(request) == first
    assert await supervised.supervise(notice()) == first
    assert len(await adjusted(supervised, COURT)) == 1


async def test_a_request_id_is_of_one_calendar(supervised, moment):
    request = notice()
    await supervised.supervise(request)
    with pytest.raises(XiezhiError) as refusal:
        await supervised.supervise(notice("更正", request_id=request.request_id))
    assert refusal.value.reason is Reason.REQUEST_ID_REUSED


@pytest.mark.parametrize(
    "wrong",
    [
        notice(off=("2026-01-01",)),
        notice(work=("2027-01-04",)),
        notice(off=("2027-01-02",)),
        notice(off=("2027-01-01", "2027-01-01")),
        notice(version="chinesecalendar-1"),
        notice(version="通知一\n通知二"),
        notice(version=" "),
    ],
)
async def test_what_cannot_be_a_calendar_is_refused(supervised, moment, wrong):
    with pytest.raises(XiezhiError) as refusal:
        await supervised.supervise(wrong)
    assert refusal.value.reason is Reason.CALENDAR_INVALID


class KilledError(Exception):
    """Stands for a process that ends in the middle."""


async def test_whoever_is_killed_in_the_middle_goes_on_where_it_stopped(supervised, moment, monkeypatch):
    for _ in range(5):
        await supervised.refer(*FILED_2026)
    monkeypatch.setattr(adjusting, "MOST", 2)
    tell, told = supervised.telling.tell, []

    def dying(connection, change):
        told.append(change)
        if len(told) > 3:
            raise KilledError
        tell(connection, change)

    supervised.telling.tell = dying
    request = notice()
    with pytest.raises(KilledError):
        await supervised.supervise(request)
    assert len(await supervised.database.read(unfinished)) == 1
    assert len(await adjusted(supervised, COURT)) == 2
    supervised.telling.tell = tell
    answer = await supervised.supervise(request)
    assert (answer.recomputed_count, answer.changed_count) == (10, 5)
    assert len(await adjusted(supervised, COURT)) == 5
    assert await supervised.database.read(unfinished) == []


async def test_a_process_that_starts_finishes_what_another_left(supervised, moment, monkeypatch):
    await supervised.refer(*FILED_2026)
    calendar = notice().calendar
    kept = read_calendar(calendar)
    await supervised.database.write(partial(supervised.calendars.adopt, calendar=kept, clock=supervised.clock))
    await supervised.adjusting.resume()
    assert len(await adjusted(supervised, UNIT)) == 1
    await supervised.adjusting.resume()
    assert len(await adjusted(supervised, UNIT)) == 1


async def test_what_was_written_while_a_calendar_was_adopted_is_put_right(supervised, moment):
    """Its fact is older than the calendar, and it comes when the calendar's run is over already."""
    answer = await supervised.supervise(notice())
    assert answer.recomputed_count == 0
    key = await supervised.refer(*FILED_2026)
    rule = ("FILED_FEEDBACK", f"referrals/{key}")
    assert day((await due(supervised))[rule].due_date) == "2027-01-04"
    await supervised.adjusting.resume()
    assert day((await due(supervised))[rule].due_date) == "2027-01-02"
    await supervised.adjusting.resume()
    assert len(await adjusted(supervised, COURT)) == 1


async def test_a_day_put_to_today_does_not_move_again_tomorrow(supervised, clock):
    clock.set(at("2026-12-31"))
    await supervised.refer(*FILED_2026)
    clock.set(at("2027-01-03"))
    await supervised.supervise(notice(work=("2027-01-02", "2027-01-03")))
    days = [day(d.due_date) for (rule, _), d in (await due(supervised)).items() if rule == "FILED_FEEDBACK"]
    clock.set(at("2027-01-05"))
    await supervised.adjusting.resume()
    assert days == ["2027-01-03"]
    assert [day(d.due_date) for (rule, _), d in (await due(supervised)).items() if rule == "FILED_FEEDBACK"] == days


async def test_calendars_are_listed_the_newest_year_first_and_the_one_that_counts(supervised, moment):
    await supervised.supervise(notice())
    await supervised.supervise(notice("更正", off=()))
    found = (await supervised.supervise(supervision_pb2.ListCalendarsRequest(), organisation=HIGH_COURT)).calendars
    assert [(c.year, c.version) for c in found[:3]] == [
        (2027, "更正"),
        (2027, "国办发明电〔2026〕7号"),
        (2026, found[2].version),
    ]
    assert [c.HasField("import_time") for c in found[:3]] == [True, True, False]
    assert [day(d) for d in found[1].days_off] == ["2027-01-01"]
    assert [day(d) for d in found[1].working_weekend_days] == ["2027-01-02"]
    years = [c.year for c in found]
    assert years == sorted(years, reverse=True)
    (extended, first) = [c for c in found if c.year == 2020]
    assert len(extended.days_off) > len(first.days_off)
