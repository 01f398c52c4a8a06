"""The command centre: who is told, that nothing is lost while it is away, and who is told what it leaves lying."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from datetime import UTC, timedelta

import pytest

from services.chassis.outbox import MOST_ATTEMPTS
from services.chassis.tracer import SpanTracer
from tests.store.seen import rows
from tests.store.vehicle.police import LIAISON, SIGHTINGS, Process
from tests.unit.vehicle.cars import car
from tests.unit.vehicle.orders import call
from xiezhi.errors import Reason, XiezhiError
from xiezhi.vehicle.v1 import sighting_pb2

CARS = tuple(car(number) for number in range(1, 6))
POLICE = "360000000000"
SEEN, OVERDUE = sighting_pb2.NOTICE_KIND_SEEN, sighting_pb2.NOTICE_KIND_OVERDUE


@pytest.fixture
async def ready(load, process, seize):
    load(*CARS)
    await seize(*CARS)
    return process


async def refused(awaited):
    with pytest.raises(XiezhiError) as refusal:
        await awaited
    return refusal.value.reason


async def is_told_nothing(process, **post):
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await process.watched(1, **post)


@pytest.mark.clause("R-2.3")
async def test_a_watch_goes_on_where_it_was_left_and_nothing_is_lost_meanwhile(ready):
    names = [(await ready.check(one)).sighting for one in CARS[:2]]
    first, second = await ready.watched(2)
    assert [first.sighting.name, second.sighting.name] == names
    names += [(await ready.check(one)).sighting for one in CARS[2:]]
    resumed = await ready.watched(3, after=second.cursor)
    assert [notice.sighting.name for notice in resumed] == names[2:]
    # Without a cursor it begins with the first that is not acknowledged.
    assert await ready.acknowledge(first, second) == 2
    again = await ready.watched(3)
    assert [notice.sighting.name for notice in again] == names[2:]
    assert [notice.notice_id for notice in again] == [notice.notice_id for notice in resumed]


async def test_who_waits_is_told_at_once(ready):
    watching = asyncio.create_task(ready.watched(1))
    await asyncio.sleep(0)
    answer = await ready.check(CARS[0])
    async with asyncio.timeout(20):
        (notice,) = await watching
    assert notice.sighting.name == answer.sighting


async def test_nobody_is_told_what_is_anothers(ready):
    await ready.check(CARS[0])
    (notice,) = await ready.watched(1)
    for post in ({"organisation": "赣01"}, {"organisation": POLICE}, {"permissions": LIAISON}):
        await is_told_nothing(ready, **post)
        assert await refused(ready.acknowledge(notice, **post)) is Reason.NOT_FOUND
        assert await refused(ready.watched(1, after=notice.cursor, **post)) is Reason.PAGE_TOKEN_INVALID
    assert await ready.acknowledge(notice) == 1


async def test_what_is_acknowledged_stays_as_it_was(ready, clock, vehicle_url):
    await ready.check(CARS[0])
    (notice,) = await ready.watched(1)
    assert await ready.acknowledge(notice) == 1
    clock.advance(timedelta(seconds=1))
    assert await ready.acknowledge(notice, officer="C002") == 0
    assert [row.acked_by for row in rows(vehicle_url, "feed_notices")] == ["C001"]


async def test_one_that_is_not_there_has_none_acknowledged(ready):
    await ready.check(CARS[0])
    (notice,) = await ready.watched(1)
    stranger = sighting_pb2.SightingNotice(notice_id="00000000-0000-4000-8000-000000000000")
    assert await refused(ready.acknowledge(notice, stranger)) is Reason.NOT_FOUND
    assert await ready.acknowledge(notice) == 1


@pytest.mark.clause("R-2.3")
async def test_what_is_not_acknowledged_in_time_is_told_to_both_liaisons_once(ready, clock, vehicle_url):
    answer = await ready.check(CARS[0])
    clock.advance(timedelta(minutes=30) - timedelta(microseconds=1))
    assert not await ready.relay.step()
    clock.advance(timedelta(microseconds=1))
    assert await ready.relay.step()
    assert not await ready.relay.step()
    for organisation in ("赣", POLICE):
        (notice,) = await ready.watched(1, organisation=organisation, permissions=LIAISON)
        assert (notice.kind, notice.sighting.name) == (OVERDUE, answer.sighting)
        assert notice.sighting.name != f"sightings/{notice.notice_id}"
        assert not notice.HasField("acknowledge_due_time")
        assert await ready.acknowledge(notice, organisation=organisation, permissions=LIAISON) == 1
    assert len(rows(vehicle_url, "feed_notices")) == 3
    (notice,) = await ready.watched(1)
    assert notice.kind == SEEN


async def test_a_notice_says_how_often_and_when_last_as_of_its_delivery(ready, clock):
    first = clock.now()
    await ready.check(CARS[0])
    await ready.check(CARS[1])
    for _ in range(2):
        clock.advance(timedelta(minutes=5))
        await ready.check(CARS[0])
    last = clock.now()
    clock.advance(timedelta(minutes=30))
    while await ready.relay.step():
        pass
    for post in ({}, {"permissions": LIAISON}, {"organisation": POLICE, "permissions": LIAISON}):
        seen, once = sorted((n.sighting for n in await ready.watched(2, **post)), key=lambda s: -s.count)
        assert (seen.count, once.count) == (3, 1)
        assert (seen.observe_time.ToDatetime(UTC), seen.last_observe_time.ToDatetime(UTC)) == (first, last)
        assert once.last_observe_time == once.observe_time


async def test_what_is_acknowledged_in_time_is_told_to_nobody_else(ready, clock, vehicle_url):
    await ready.check(CARS[0])
    await ready.acknowledge(*await ready.watched(1))
    clock.advance(timedelta(hours=1))
    assert await ready.relay.step()
    assert len(rows(vehicle_url, "feed_notices")) == 1


async def test_a_watch_of_another_process_is_told_too(ready, keyring, database, clock):
    other = Process(database, keyring=keyring, clock=clock)
    watching = asyncio.create_task(other.watched(1))
    answer = await ready.check(CARS[0])
    async with asyncio.timeout(20):
        assert [notice.sighting.name for notice in await watching] == [answer.sighting]


async def test_what_cannot_be_delivered_is_listed_without_content_and_replayed(ready, clock, vehicle_url):
    await ready.check(CARS[0], note="车身有划痕")

    async def fail(event):
        raise ConnectionError(event.event_id)

    deliver, ready.relay._deliver = ready.relay._deliver, fail
    for _ in range(MOST_ATTEMPTS):
        clock.advance(timedelta(hours=1))
        await ready.relay.step()
    request = sighting_pb2.ListDeadLettersRequest()
    (letter,) = (await ready.sightings.ListDeadLetters(request, call(request, service=SIGHTINGS))).dead_letters
    assert (letter.topic, letter.attempts, letter.error) == ("feed.overdue", MOST_ATTEMPTS, "ConnectionError")
    ready.relay._deliver = deliver
    replay = sighting_pb2.ReplayDeadLetterRequest(event_id=letter.event_id)
    await ready.sightings.ReplayDeadLetter(replay, call(replay, service=SIGHTINGS))
    assert await ready.relay.step()
    (notice,) = await ready.watched(1, permissions=LIAISON)
    assert notice.kind == OVERDUE
    assert await refused(ready.sightings.ReplayDeadLetter(replay, call(replay, service=SIGHTINGS))) is Reason.NOT_FOUND


async def test_the_trace_of_a_check_is_told_and_linked(ready):
    tracer = SpanTracer(service="vehicle", ratio=1.0, exporters=(), undecided=lambda *_: None)
    try:
        with tracer.serve("/xiezhi.vehicle.v1.VehicleCheckService/CheckVehicle", ()) as checking:
            await ready.check(CARS[0])
        request = sighting_pb2.WatchSightingsRequest()
        with tracer.serve(f"{SIGHTINGS}/WatchSightings", ()) as watching:
            asked = call(request, organisation="赣", service=SIGHTINGS)
            async with aclosing(ready.sightings.WatchSightings(request, asked)) as stream:
                response = await anext(stream)
        assert response.notices[0].trace_id == checking.trace_id != watching.trace_id
        assert [(link.trace_id, link.span_id) for link in watching.links] == [(checking.trace_id, checking.span_id)]
    finally:
        tracer.stop()


async def test_whom_the_directory_does_not_name_reads_no_liaisons_post(ready):
    await ready.check(CARS[0])
    unnamed = ready.watched(1, permissions=LIAISON, liaison=False)
    assert await refused(unnamed) is Reason.LIAISON_NOT_APPOINTED
