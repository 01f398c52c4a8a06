"""Counters: checks against the facts, the past, the leased key, and copies from a snapshot and the changes after it."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from datetime import UTC, date, timedelta

import pytest
from sqlalchemy import select

from services.chassis.clock import ManualClock
from services.codes.terms import end_of
from services.exit_restriction.counter.domain import Past
from services.exit_restriction.notices.tables import FEED
from services.exit_restriction.registry.domain import Named
from tests.store.exit_restriction.office import COUNTER_LEASE, KEY_LEASE, Office, answers_of
from tests.unit.exit_restriction.told import DONGHU, LAST_DAY, NANCHANG
from tests.unit.exit_restriction.travellers import NOW, number, person
from xiezhi.client.counter import CounterCopy, Decision
from xiezhi.errors import Reason, XiezhiError, error

WHO, OTHER = person(), person(2)
DAY = timedelta(days=1)
TICK = timedelta(microseconds=1)
ENDS = end_of(LAST_DAY)
PASS, RESTRICTED, MANUAL = Decision
PRESENT, FILED, RENEWED, RELEASED, SUPERSEDED, EXPIRED = range(1, 7)
FAST = timedelta(seconds=0.3)
"""A lease so short that its heartbeats come while a test waits."""


@pytest.fixture
def clock():
    return ManualClock(NOW)


@pytest.fixture
async def office(load, database, keyring, clock):
    load(WHO, OTHER)
    return Office(database, keyring=keyring, clock=clock)


async def refused(awaited):
    with pytest.raises(XiezhiError) as refusal:
        await awaited
    return refusal.value.reason


@pytest.mark.clause("R-1.10")
async def test_an_application_is_restricted_from_the_filing_to_the_end_of_the_last_day(office, clock):
    assert (await office.check(WHO)).decision == PASS
    await office.file(WHO)
    answer = await office.check(WHO)
    assert (answer.decision, answer.as_of_time.ToDatetime(UTC)) == (RESTRICTED, NOW)
    (ground,) = answer.grounds
    assert (ground.court_code, ground.phone, ground.legal_basis, ground.end_date.year) == (
        DONGHU,
        "0791-86001234",
        "出境入境管理法 art 12(3)",
        2019,
    )
    assert (await office.check(OTHER)).decision == PASS
    clock.set(ENDS - TICK)
    assert (await office.check(WHO)).decision == RESTRICTED
    clock.set(ENDS)
    assert (await office.check(WHO)).decision == PASS


@pytest.mark.clause("R-1.10", "R-1.14")
async def test_any_court_restricts_and_releases_only_its_own(office, clock):
    mine = await office.file(WHO)
    await office.file(WHO, court=NANCHANG, serial=2)
    assert len((await office.check(WHO)).grounds) == 2
    clock.advance(DAY)
    await office.release(mine)
    assert [ground.court_code for ground in (await office.check(WHO)).grounds] == [NANCHANG]


async def test_a_name_that_differs_is_checked_by_hand_and_nothing_else_is_said(office):
    await office.file(WHO)
    answer = await office.check(WHO, name="别人")
    assert (answer.decision, answer.name_differs, list(answer.grounds)) == (MANUAL, True, [])


async def test_a_number_of_two_people_and_one_that_is_none_are_refused(office, load):
    load(person(3, numbers=WHO.numbers))
    assert await refused(office.check(WHO)) is Reason.PERSON_AMBIGUOUS
    assert await refused(office.ask_past(WHO, NOW)) is Reason.PERSON_AMBIGUOUS
    assert await refused(office.check(WHO, id_number="369901800115001")) is Reason.FIELDS_INVALID


@pytest.mark.clause("R-1.10")
async def test_whoever_is_not_on_the_register_is_restricted_all_the_same(office, database):
    who = Named("新人", (number(77),))
    subject = await database.write(lambda connection: office.subjects.find_or_add(connection, who))
    await office.file(subject)
    assert (await office.check(subject)).decision == RESTRICTED
    assert (await office.check(subject, name="别人")).decision == MANUAL


async def test_whoever_was_restricted_before_the_register_knew_them_is_so_under_every_number(office, database, load):
    who = Named("新人", (number(77),))
    subject = await database.write(lambda connection: office.subjects.find_or_add(connection, who))
    await office.file(subject)
    load(person(9, names=("新人",), numbers=(number(78), number(77))))
    for shown in (number(77), number(78)):
        assert (await office.check(subject, id_number=shown)).decision == RESTRICTED
        assert len(await office.ask_past(subject, NOW, id_number=shown)) == 1
    assert (await office.check(subject, id_number=number(79))).decision == PASS


async def test_a_snapshot_has_every_number_of_whom_only_a_court_named(office, database, load, clock):
    who = Named("新人", (number(77),))
    await office.file(await database.write(lambda connection: office.subjects.find_or_add(connection, who)))
    load(
        person(9, names=("新人",), numbers=(number(78), number(77))),
        person(10, names=("别人",), numbers=(number(79), number(77))),
    )
    counter = Counter(office, await office.lease())
    async with office.watch(counter.lease.lease_id) as stream:
        (answer,) = (await anext(stream)).messages
    assert counter.copy.begin() is None
    assert counter.copy.apply(answer, clock.now())
    said = [counter.copy.decide(number(n), clock.now()).decision for n in (77, 78, 79)]
    assert said == [RESTRICTED, RESTRICTED, PASS]


async def test_the_past_is_told_as_it_was_then(office, clock):
    one = await office.file(WHO)
    clock.set(end_of(date(2019, 7, 10)))
    await office.renew(one, date(2020, 8, 3))
    clock.set(end_of(date(2019, 9, 1)))
    await office.release(one)
    clock.advance(DAY)
    assert await office.ask_past(WHO, NOW - TICK) == []
    (first,) = await office.ask_past(WHO, NOW)
    assert (first.name, first.court_code, first.rule_version) == (
        f"restrictions/{one.restriction_id}",
        DONGHU,
        "160-2018",
    )
    assert (first.end_date.year, first.decision_number) == (2019, "（2018）赣0102执1号之一")
    (second,) = await office.ask_past(WHO, ENDS)
    assert (second.start_date.day, second.end_date.year, second.decision_number) == (4, 2020, "（2019）之二")
    assert await office.ask_past(WHO, end_of(date(2019, 9, 1))) == []
    assert await office.ask_past(WHO, NOW, name="别人") is None
    assert await office.ask_past(WHO, NOW, id_number=number(88)) == []
    assert await refused(office.ask_past(WHO, clock.now() + TICK)) is Reason.FIELDS_INVALID


async def test_controls_are_of_the_past_too(office):
    past = Past("controls/x", NANCHANG, "（2018）赣01执2号", "", date(2018, 8, 3), date(2018, 9, 3), "7.4-current")
    office.past_controls[WHO.person_id] = (past,)
    await office.file(WHO)
    assert [measure.name.split("/")[0] for measure in await office.ask_past(WHO, NOW)] == ["restrictions", "controls"]


async def test_the_key_is_leased_to_one_system_until_a_moment(office, clock):
    lease = await office.lease()
    assert (len(lease.key), lease.expire_time.ToDatetime(UTC)) == (16, NOW + KEY_LEASE)
    assert (await office.lease()).lease_id == lease.lease_id
    assert (await office.lease(b"b" * 32)).lease_id != lease.lease_id
    for lease_id, system, later in (
        ("none", bytes(32), timedelta()),
        (lease.lease_id, b"b" * 32, timedelta()),
        (lease.lease_id, bytes(32), KEY_LEASE),
    ):
        clock.set(NOW + later)
        async with office.watch(lease_id, system=system) as stream:
            assert await refused(anext(stream)) is Reason.CHECK_KEY_LEASE_INVALID


class Counter:
    """A counter with a copy, which takes answers of one stream after another."""

    def __init__(self, office, lease):
        self.office, self.lease, self.copy = office, lease, CounterCopy()
        self.copy.use_key(lease.key)

    async def take(self, *, until, after=None):
        """Reads answers until something is so; returns them."""
        self.lease = await self.office.lease()
        self.copy.lapse(self.office.clock.now())
        cursor = self.copy.cursor if after is None else after
        if not cursor:
            self.copy.begin()
        taken = []
        async with asyncio.timeout(20), self.office.watch(self.lease.lease_id, after=cursor) as stream:
            async for joint in stream:
                taken.append(joint)
                for answer in joint.messages:
                    assert self.copy.apply(answer, self.office.clock.now())
                if until(answers_of(taken)):
                    break
        return taken

    async def snapshot(self):
        return await self.take(until=lambda answers: answers[-1].snapshot_complete)

    async def changes(self, count):
        taken = await self.take(until=lambda answers: sum(len(a.copies) for a in answers) >= count)
        return [item for answer in answers_of(taken) for item in answer.copies]

    def said(self, *people):
        return [self.copy.decide(one.numbers[0], self.office.clock.now()).decision for one in people]


@pytest.fixture
async def counter(office):
    return Counter(office, await office.lease())


async def test_a_copy_says_what_the_exchange_says(office, counter, clock):
    one = await office.file(WHO)
    taken = await counter.snapshot()
    (answer,) = answers_of(taken)
    assert [item.change for item in answer.copies] == [PRESENT]
    assert answer.lease_end_time.ToDatetime(UTC) == NOW + COUNTER_LEASE
    assert counter.said(WHO, OTHER) == [RESTRICTED, PASS]
    clock.advance(timedelta(minutes=1))
    two = await office.file(OTHER)
    await office.release(one)
    changes = await counter.changes(2)
    assert [(item.name, item.change) for item in changes] == [
        (f"restrictions/{two.restriction_id}", FILED),
        (f"restrictions/{one.restriction_id}", RELEASED),
    ]
    assert counter.said(WHO, OTHER) == [PASS, RESTRICTED]
    for who in (WHO, OTHER):
        assert (await office.check(who)).decision == counter.said(who)[0]


async def test_an_empty_register_is_complete_too(counter):
    (answer,) = answers_of(await counter.snapshot())
    assert (answer.snapshot_complete, len(answer.copies), bool(answer.cursor)) == (True, 0, True)
    assert counter.said(WHO) == [PASS]


async def test_a_snapshot_comes_in_parts_that_share_receipts(office, load, counter, monkeypatch):
    monkeypatch.setattr("services.exit_restriction.counter.stream.PEOPLE", 4)
    monkeypatch.setattr("services.exit_restriction.counter.stream.TOGETHER", 2)
    people = [person(key) for key in range(10, 25)]
    load(*people)
    await office.file(*people)
    taken = await counter.snapshot()
    parts = answers_of(taken)
    assert [len(part.copies) for part in parts] == [3, 3, 3, 3, 3]
    assert [part.cursor != "" for part in parts] == [False] * 4 + [True]
    assert 1 < len(taken) < len(parts)
    assert set(counter.said(*people)) == {RESTRICTED}


async def test_what_is_over_or_released_is_in_no_snapshot_and_what_is_to_come_is(office, counter, clock):
    over = await office.file(WHO)
    await office.file(OTHER, start=date(2018, 8, 5), last_day=date(2019, 8, 5))
    clock.advance(timedelta(minutes=1))
    await office.release(over)
    await counter.snapshot()
    assert [len(counter.copy), *counter.said(WHO, OTHER)] == [1, PASS, PASS]
    clock.set(end_of(date(2018, 8, 4)))
    await counter.snapshot()
    assert counter.said(OTHER) == [RESTRICTED]


async def test_what_changes_while_a_snapshot_is_read_is_told_after_it(office, counter, database, monkeypatch):
    monkeypatch.setattr("services.exit_restriction.counter.stream.PEOPLE", 1)
    await office.file(OTHER)
    counter.copy.begin()
    page = office.counter._store.page

    async def page_then_file(**known):
        read = await page(**known)
        if not changed:
            changed.append(await office.file(WHO))
        return read

    changed = []
    monkeypatch.setattr(office.counter._store, "page", page_then_file)
    await counter.take(until=lambda answers: answers[-1].snapshot_complete)
    await counter.take(until=lambda answers: any(len(a.copies) for a in answers))
    assert counter.said(WHO, OTHER) == [RESTRICTED, RESTRICTED]


async def test_renewals_and_ends_reach_the_copy(office, counter, clock):
    one = await office.file(WHO)
    clock.set(end_of(date(2019, 7, 10)))
    await counter.snapshot()
    await office.renew(one, date(2020, 8, 3))
    (renewed,) = await counter.changes(1)
    assert (renewed.change, renewed.ground.decision_number) == (RENEWED, "（2019）之二")
    assert renewed.end_time.ToDatetime(UTC) == end_of(date(2020, 8, 3))
    cursor = counter.copy.cursor
    await office.deliver(end_of(date(2020, 8, 3)))
    await office.deliver()
    counter.copy.forget()
    counter.copy.begin()
    taken = await counter.take(until=lambda answers: bool(answers[-1].copies), after=cursor)
    (expired,) = (item for answer in answers_of(taken) for item in answer.copies)
    assert (expired.change, expired.end_time.ToDatetime(UTC)) == (EXPIRED, end_of(date(2020, 8, 3)))


async def test_a_replaced_restriction_ends_in_the_copy(office, counter, clock):
    one = await office.file(WHO)
    await counter.snapshot()
    clock.advance(timedelta(minutes=1))
    await office.supersede(one, one.restriction_id)
    (item,) = await counter.changes(1)
    assert item.change == SUPERSEDED
    assert counter.said(WHO) == [PASS]


async def test_whoever_resumes_hears_at_once_that_it_is_up_to_date(office, counter, clock):
    await counter.snapshot()
    clock.advance(timedelta(minutes=14))
    await counter.take(until=lambda answers: True)
    clock.advance(timedelta(minutes=14))
    assert counter.said(WHO) == [PASS]


async def test_quiet_times_extend_the_lease_and_never_beyond_that_of_the_key(load, database, keyring, clock):
    load(WHO)
    office = Office(database, keyring=keyring, clock=clock, lease=FAST)
    counter = Counter(office, await office.lease())
    await counter.snapshot()
    ends = []
    async with asyncio.timeout(20), office.watch(counter.lease.lease_id, after=counter.copy.cursor) as stream:
        async for joint in stream:
            (answer,) = joint.messages
            assert (list(answer.copies), answer.cursor) == ([], counter.copy.cursor)
            ends.append(answer.lease_end_time.ToDatetime(UTC))
            if len(ends) == 3:
                break
            clock.set(NOW + (timedelta(minutes=1) if len(ends) == 1 else KEY_LEASE - FAST / 2))
    assert ends == [NOW + FAST, NOW + timedelta(minutes=1) + FAST, NOW + KEY_LEASE]


async def test_a_stream_ends_with_the_lease_of_its_key(load, database, keyring, clock):
    load(WHO)
    office = Office(database, keyring=keyring, clock=clock, lease=FAST)
    lease = await office.lease()
    async with asyncio.timeout(20), office.watch(lease.lease_id) as stream:
        await anext(stream)
        clock.set(NOW + KEY_LEASE)
        assert await refused(_drain(stream)) is Reason.CHECK_KEY_LEASE_INVALID


async def _drain(stream):
    async for _ in stream:
        pass


async def test_a_database_that_is_away_extends_no_lease(load, database, keyring, clock, monkeypatch):
    load(WHO)
    office = Office(database, keyring=keyring, clock=clock, lease=FAST)
    counter = Counter(office, await office.lease())
    await counter.snapshot()
    head, asked = office.counter._store.head, []

    async def away():
        asked.append(None)
        if len(asked) < 3:
            raise error(Reason.STORE_UNAVAILABLE, "Away.")
        return await head()

    monkeypatch.setattr(office.counter._store, "head", away)
    taken = await counter.take(until=lambda answers: True)
    assert (len(asked), len(taken)) == (3, 1)


async def test_who_is_behind_is_given_no_new_lease_before_it_has_everything(office, counter, load, monkeypatch):
    monkeypatch.setattr("services.chassis.feed.log.GROUP_SIZE", 2)
    await counter.snapshot()
    people = [person(key) for key in range(10, 215)]
    load(*people)
    await office.file(*people)
    taken = answers_of(await counter.take(until=lambda answers: sum(len(a.copies) for a in answers) == len(people)))
    assert [len(answer.copies) for answer in taken if answer.copies] == [100, 100, 5]
    assert [answer.HasField("lease_end_time") for answer in taken if answer.copies] == [False, False, True]


async def test_a_cursor_that_is_not_of_this_stream_is_refused(office, counter):
    for cursor in ("x", "AAAA"):
        async with office.watch(counter.lease.lease_id, after=cursor) as stream:
            assert await refused(anext(stream)) is Reason.PAGE_TOKEN_INVALID


async def test_no_number_is_in_clear(office, database, counter):
    await office.file(WHO)
    (answer,) = answers_of(await counter.snapshot())
    rows = await database.read(lambda connection: connection.execute(select(FEED.notices)).all())
    assert rows
    stored = repr([tuple(row) for row in rows]).encode() + answer.SerializeToString()
    for value in (WHO.numbers[0], WHO.names[0], "0791-86001234"):
        assert repr(value.encode())[2:-1].encode() not in repr([tuple(row) for row in rows]).encode()
    assert WHO.numbers[0].encode() not in stored
    assert WHO.names[0].encode() not in stored


async def test_a_watch_that_is_left_leaves_nothing_running(office, counter):
    before = len(asyncio.all_tasks())
    async with aclosing(
        office.counter._stream.follow(None, lambda: office.leases.require(counter.lease.lease_id, bytes(32)))
    ) as groups:
        await anext(groups)
        await anext(groups)
    await asyncio.sleep(0.05)
    assert len(asyncio.all_tasks()) <= before
