"""Checks of single vehicles: what is told, what is kept, and what is not."""

from __future__ import annotations

import asyncio
import uuid
from dataclasses import replace
from datetime import UTC, timedelta

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from sqlalchemy import create_engine, delete

from services.chassis.db import Database
from services.vehicle.loader import VehicleLoader
from services.vehicle.seizures.tables import ALERTS
from tests.store.seen import contents, everything, rows
from tests.store.vehicle.police import (
    INSPECTION,
    NOTHING,
    PATROL,
    RECORDED,
    REFUSED,
    REGISTRATION,
    TRANSFER,
    Process,
    batch,
)
from tests.unit.vehicle.cars import car, vin
from tests.unit.vehicle.orders import DONGHU, NANCHANG, lifting, registration
from xiezhi.errors import Reason, XiezhiError

CAR, OTHER = car(1), car(2)
KEPT = ("sightings", "dealings", "feed_notices", "outbox")


@pytest.fixture
async def ready(load, process):
    load(CAR, OTHER, car(3, plate=CAR.plate, plate_type="01"))
    await process.follow()
    return process


def reason(failure):
    return failure.value.reason


@pytest.mark.clause("R-2.3")
async def test_a_seized_vehicle_on_the_road_is_recorded_and_told(ready, seize, vehicle_url):
    await seize(CAR)
    await seize(CAR, court=NANCHANG)
    answer = await ready.check(CAR, vehicle_held=True, note="白色")
    assert (answer.outcome, len(answer.contacts), answer.clone_suspected) == (RECORDED, 0, False)
    assert not answer.HasField("index_age")
    (notice,) = await ready.watched(1)
    told = notice.sighting
    assert told.name == answer.sighting == f"sightings/{notice.notice_id}"
    assert (told.trigger, told.plate, told.plate_type, told.vin) == (PATROL, CAR.plate, "02", CAR.vin)
    assert (told.place, told.unit, told.officer_id, told.note) == ("昌九高速K12", "360100000000", "P007", "白色")
    assert (told.count, told.vehicle_held, told.before_seizure) == (1, True, False)
    assert [(s.seizure.court_code, s.seizure.queue_position) for s in told.seizures] == [(DONGHU, 0), (NANCHANG, 1)]
    assert [(s.handler_name, s.handler_phone) for s in told.seizures] == [("李承办", "0791-86001234")] * 2
    assert notice.acknowledge_due_time.ToDatetime() - notice.create_time.ToDatetime() == timedelta(minutes=30)
    assert ("check.hits.total", 1) in ready.observed


@pytest.mark.clause("R-2.2")
async def test_a_transfer_is_refused_with_the_courts_in_the_order_of_the_queue(ready, seize):
    await seize(CAR)
    await seize(CAR, court=NANCHANG)
    answer = await ready.check(CAR, TRANSFER)
    assert answer.outcome == REFUSED
    assert [(c.court_code, c.phone) for c in answer.contacts] == [
        (DONGHU, "0791-86001234"),
        (NANCHANG, "0791-86001234"),
    ]


@pytest.mark.clause("R-2.2")
async def test_no_other_registration_is_made_while_a_court_seizes_or_waits(ready, seize):
    assert (await ready.check(CAR, REGISTRATION)).outcome == NOTHING
    ready.clock.advance(timedelta(seconds=1))
    (outcome,) = await seize(CAR)
    assert 4 in outcome.notes
    await seize(CAR, court=NANCHANG)
    answer = await ready.check(CAR, REGISTRATION)
    assert (answer.outcome, [c.court_code for c in answer.contacts]) == (REFUSED, [DONGHU, NANCHANG])
    assert answer.sighting
    await seize.court(lifting(outcome.seizure.name))
    assert [c.court_code for c in (await ready.check(CAR, REGISTRATION)).contacts] == [NANCHANG]


async def test_an_inspection_is_recorded_and_not_refused(ready, seize):
    await seize(CAR)
    answer = await ready.check(CAR, INSPECTION)
    assert (answer.outcome, len(answer.contacts)) == (RECORDED, 0)
    assert answer.sighting


async def test_what_hits_nothing_on_the_road_leaves_nothing(ready, seize, vehicle_url):
    await seize(CAR)
    before, size = contents(vehicle_url), len(everything(vehicle_url))
    answer = await ready.check(OTHER, place="赣江大桥南", note="无名氏", vin=OTHER.vin)
    assert (answer.outcome, answer.sighting, answer.clone_suspected) == (NOTHING, "", False)
    assert answer.HasField("index_age")
    assert contents(vehicle_url) == before
    stored = everything(vehicle_url)
    assert len(stored) == size
    for value in (OTHER.plate, OTHER.plate[1:], OTHER.vin, "赣江大桥南", "无名氏"):
        for encoding in ("utf-8", "utf-16-le", "gb18030"):
            assert value.encode(encoding) not in stored


async def test_what_is_kept_is_sealed(ready, seize, vehicle_url):
    await seize(CAR)
    place = "鄱阳湖二桥"
    request_id = str(uuid.uuid4())
    await ready.check(CAR, INSPECTION, place=place, note="车身有划痕", request_id=request_id)
    await ready.check(OTHER, TRANSFER, place=place, note="车身有划痕", vin=OTHER.vin)
    assert [len(rows(vehicle_url, table)) for table in KEPT] == [1, 2, 1, 1]
    stored = everything(vehicle_url)
    for value in (CAR.plate, OTHER.plate, OTHER.vin, place, "划痕", "P007", request_id, "360100000000|"):
        for encoding in ("utf-8", "utf-16-le", "gb18030"):
            assert value.encode(encoding) not in stored


@pytest.mark.clause("R-2.3")
async def test_the_same_within_minutes_is_one_sighting_that_is_counted(ready, seize, vehicle_url, clock):
    await seize(CAR)
    first = await ready.check(CAR)
    clock.advance(timedelta(minutes=10))
    again = await ready.check(CAR)
    assert again.sighting == first.sighting
    clock.advance(timedelta(minutes=10, microseconds=1))
    later = await ready.check(CAR)
    assert later.sighting != first.sighting
    assert sorted(row.times for row in rows(vehicle_url, "sightings")) == [1, 2]
    assert len(await ready.watched(2)) == 2


async def test_what_is_news_is_told_however_soon(ready, seize, vehicle_url):
    await seize(CAR)
    known = {(await ready.check(CAR)).sighting}
    for news in ({"vehicle_held": True}, {"vin": vin(99)}, {"unit": "360200000000"}, {"trigger": INSPECTION}):
        answer = await ready.check(CAR, **news)
        assert answer.sighting not in known
        known.add(answer.sighting)
    await seize(CAR, court=NANCHANG)
    assert (await ready.check(CAR)).sighting not in known
    # Beside what was seen last, the second court is told of the inspection shortly before its seizure.
    assert len(rows(vehicle_url, "feed_notices")) == len(known) + 2


async def test_a_false_plate_is_suspected_whatever_is_seized(ready, seize):
    assert (await ready.check(OTHER, vin=CAR.vin)).clone_suspected
    assert (await ready.check(OTHER, INSPECTION, vin=CAR.vin)).clone_suspected
    assert (await ready.check(car(77), vin=CAR.vin)).clone_suspected
    assert not (await ready.check(car(77), vin=vin(88))).clone_suspected
    await seize(CAR)
    hidden = await ready.check(OTHER, vin=CAR.vin)
    assert (hidden.outcome, hidden.clone_suspected) == (RECORDED, True)
    before, notice = await ready.watched(2)
    assert before.sighting.before_seizure
    assert (notice.sighting.plate, notice.sighting.vin, notice.sighting.clone_suspected) == (OTHER.plate, CAR.vin, True)
    assert (await ready.check(CAR, vin=vin(88))).clone_suspected


@pytest.mark.parametrize("trigger", [PATROL, INSPECTION])
async def test_a_vin_whose_check_digit_does_not_hold_is_to_be_read_again(ready, trigger):
    misread = CAR.vin[:-1] + ("1" if CAR.vin[-1] != "1" else "2")
    assert (await ready.check(CAR, trigger, vin=misread)).vin_doubtful
    assert not (await ready.check(CAR, trigger, vin=CAR.vin)).vin_doubtful
    assert not (await ready.check(CAR, trigger)).vin_doubtful


async def test_a_plate_of_another_type_is_another_vehicle(ready, seize):
    await seize(CAR)
    assert (await ready.check(CAR, INSPECTION, plate_type="01")).outcome == NOTHING
    assert (await ready.check(CAR, INSPECTION, plate_type="02")).outcome == RECORDED


async def test_a_former_plate_is_that_of_who_bears_it_now(ready, load, seize, keyring, vehicle_url):
    await seize(CAR)
    moved = replace(CAR, plate="赣A99991")
    load(moved)
    assert (await ready.check(CAR)).outcome == RECORDED
    load(replace(OTHER, plate=CAR.plate))
    assert (await ready.check(CAR, INSPECTION)).outcome == NOTHING


async def test_a_seized_car_is_hit_under_the_plate_that_it_got_since(ready, load, seize):
    await seize(CAR)
    moved = replace(CAR, plate="赣A99991")
    load(moved)
    await ready.follow()
    answers, _ = await ready.stream(batch(1, OTHER.plate, moved.plate))
    assert [[hit.index for hit in answer.hits] for answer in answers] == [[1]]
    for trigger, outcome in ((PATROL, RECORDED), (INSPECTION, RECORDED), (TRANSFER, REFUSED)):
        assert (await ready.check(moved, trigger)).outcome == outcome


async def test_a_transfer_is_refused_though_the_alert_is_missing(ready, seize, vehicle_url):
    await seize(CAR)
    engine = create_engine(vehicle_url)
    with engine.begin() as connection:
        connection.execute(delete(ALERTS.changes))
    engine.dispose()
    assert (await ready.check(CAR, TRANSFER)).outcome == REFUSED
    assert (await ready.check(CAR, TRANSFER, plate="赣A99991", vin=CAR.vin)).outcome == REFUSED


async def test_after_a_seizure_has_ended_there_is_no_hit(ready, seize, clock):
    (outcome,) = await seize(CAR, months=1)
    clock.advance(timedelta(days=40))
    await ready.follow()
    assert (await ready.check(CAR)).outcome == NOTHING
    assert (await ready.check(CAR, TRANSFER)).outcome == NOTHING
    (outcome,) = await seize(CAR, serial=2)
    assert (await ready.check(CAR)).outcome == RECORDED
    await seize.court(lifting(outcome.seizure.name, serial=2))
    await ready.follow()
    assert (await ready.check(CAR)).outcome == NOTHING


async def test_a_repeated_request_is_answered_as_the_first_time(ready, seize, vehicle_url, clock):
    await seize(CAR)
    request_id = str(uuid.uuid4())
    for vehicle, trigger in ((CAR, TRANSFER), (OTHER, INSPECTION)):
        first = await ready.check(vehicle, trigger, request_id=request_id)
        before = contents(vehicle_url, *KEPT)
        clock.advance(timedelta(hours=1))
        assert await ready.check(vehicle, trigger, request_id=request_id) == first
        assert contents(vehicle_url, *KEPT) == before
        with pytest.raises(XiezhiError) as refusal:
            await ready.check(vehicle, trigger, request_id=request_id, note="x")
        assert reason(refusal) is Reason.REQUEST_ID_REUSED
        assert contents(vehicle_url, *KEPT) == before
        request_id = str(uuid.uuid4())


async def test_a_control_is_answered_as_the_first_time_though_the_seizure_was_lifted_since(ready, seize):
    (outcome,) = await seize(CAR)
    request_id = str(uuid.uuid4())
    first = await ready.check(CAR, request_id=request_id)
    await seize.court(lifting(outcome.seizure.name))
    await ready.follow()
    assert (await ready.check(CAR)).outcome == NOTHING
    assert await ready.check(CAR, request_id=request_id) == first
    with pytest.raises(XiezhiError) as refusal:
        await ready.check(OTHER, request_id=request_id)
    assert reason(refusal) is Reason.REQUEST_ID_REUSED


async def test_a_request_that_is_sent_many_times_at_once_counts_once(ready, seize, vehicle_url):
    await seize(CAR)
    for vehicle in (CAR, OTHER):
        request_id = str(uuid.uuid4())
        answers = await asyncio.gather(*(ready.check(vehicle, INSPECTION, request_id=request_id) for _ in range(8)))
        assert len({a.SerializeToString() for a in answers}) == 1
    assert [row.times for row in rows(vehicle_url, "sightings")] == [1]
    assert len(rows(vehicle_url, "dealings")) == 2


@pytest.mark.parametrize(
    "fields",
    [
        {"plate": "赣I12345"},
        {"plate": "\uff21\uff11\uff12\uff13\uff14\uff15"},
        {"plate": "赣A1234"},
        {"plate": "赣AD12345", "plate_type": "02"},
        {"vin": "LTST00000J000000"},
        {"vin": "LTST00000I0000001"},
    ],
)
async def test_what_is_no_plate_and_no_vin_is_refused(ready, fields):
    with pytest.raises(XiezhiError) as refusal:
        await ready.check(CAR, **fields)
    assert reason(refusal) is Reason.FIELDS_INVALID
    assert not any(value in str(refusal.value) for value in fields.values() if value != "02")


async def test_checks_of_three_days_ago_are_erased(ready, vehicle_url, clock):
    await ready.check(CAR, INSPECTION)
    clock.advance(timedelta(hours=72))
    await ready.store.erase_old()
    assert len(rows(vehicle_url, "dealings")) == 1
    clock.advance(timedelta(microseconds=1))
    await ready.store.erase_old()
    assert not rows(vehicle_url, "dealings")


async def test_a_hit_is_durable_before_the_answer(ready, seize, keyring, clock, vehicle_url):
    await seize(CAR)
    answer = await ready.check(CAR)
    assert [f"sightings/{row.sighting_id}" for row in rows(vehicle_url, "sightings")] == [answer.sighting]
    assert [row.number for row in rows(vehicle_url, "feed_notices")] == [1]


async def test_an_inspection_just_before_the_seizure_is_told_at_once(ready, seize, vehicle_url, clock):
    await ready.check(CAR, TRANSFER, plate_type="02", note="过户")
    clock.advance(timedelta(hours=1))
    await ready.check(OTHER, INSPECTION, vin=CAR.vin)
    await ready.check(CAR, INSPECTION, plate_type="01")
    clock.advance(timedelta(hours=70))
    (outcome,) = await seize(CAR)
    assert 4 in outcome.notes
    first, second = await ready.watched(2)
    assert len(rows(vehicle_url, "sightings")) == 2
    assert first.sighting.before_seizure
    assert (first.sighting.trigger, first.sighting.note, first.sighting.clone_suspected) == (TRANSFER, "过户", False)
    assert [s.seizure.name for s in first.sighting.seizures] == [outcome.seizure.name]
    assert (second.sighting.plate, second.sighting.clone_suspected) == (OTHER.plate, True)
    # Repeated, the order is answered as before and tells nobody again.
    (outcome,) = await seize(OTHER, serial=2)
    assert 4 in outcome.notes


async def test_an_inspection_that_hit_one_seizure_is_told_to_the_next_court(ready, seize):
    (first,) = await seize(CAR)
    await ready.check(CAR)
    await ready.check(CAR, INSPECTION)
    (second,) = await seize(CAR, court=NANCHANG)
    assert (4 in first.notes, 4 in second.notes) == (False, True)
    _, _, notice, *more = await ready.watched(3)
    assert not more
    assert (notice.sighting.trigger, notice.sighting.before_seizure) == (INSPECTION, True)
    assert [s.seizure.name for s in notice.sighting.seizures] == [first.seizure.name, second.seizure.name]


@pytest.mark.clause("R-2.3")
async def test_what_was_noted_by_hand_while_the_exchange_was_away_is_told_with_its_time(ready, seize, clock):
    await seize(CAR)
    seen, _ = clock.now(), clock.advance(timedelta(hours=5))
    await ready.follow()
    noted = await ready.check(CAR, observe_time=stamp(seen))
    await ready.check(OTHER, INSPECTION, observe_time=stamp(seen))
    clock.advance(timedelta(hours=60))
    (outcome,) = await seize(OTHER, serial=2)
    first, second = await ready.watched(2)
    assert first.sighting.name == noted.sighting
    assert 4 in outcome.notes
    assert second.sighting.before_seizure
    assert {n.sighting.observe_time.ToDatetime(UTC) for n in (first, second)} == {seen}
    assert first.create_time.ToDatetime(UTC) == seen + timedelta(hours=5)


async def test_what_was_noted_by_hand_too_long_ago_is_refused_or_forgotten(ready, seize, clock, vehicle_url):
    oldest = clock.now() - timedelta(hours=72)
    with pytest.raises(XiezhiError) as refusal:
        await ready.check(CAR, INSPECTION, observe_time=stamp(oldest - timedelta(microseconds=1)))
    assert reason(refusal) is Reason.FIELDS_INVALID
    await ready.check(CAR, INSPECTION, observe_time=stamp(oldest))
    clock.advance(timedelta(hours=1))
    (outcome,) = await seize(CAR)
    assert 4 not in outcome.notes
    assert not rows(vehicle_url, "sightings")


def stamp(at):
    made = Timestamp()
    made.FromDatetime(at)
    return made


async def test_a_repeated_seizure_tells_of_an_inspection_once(ready, seize, vehicle_url):
    await ready.check(CAR, INSPECTION)
    request = registration(CAR)
    ready.clock.advance(timedelta(seconds=1))
    first = await seize.court(request)
    assert await seize.court(request) == first
    assert len(rows(vehicle_url, "sightings")) == len(rows(vehicle_url, "feed_notices")) == 1


async def test_an_inspection_of_four_days_ago_is_not_told(ready, seize, vehicle_url, clock):
    await ready.check(CAR, INSPECTION)
    clock.advance(timedelta(hours=72, microseconds=1))
    (outcome,) = await seize(CAR)
    assert 4 not in outcome.notes
    assert not rows(vehicle_url, "sightings")


async def test_a_check_and_a_seizure_at_once_find_each_other(ready, seize, vehicle_url, clock):
    for serial in range(1, 9):
        vehicle = OTHER if serial % 2 else CAR
        known = len(rows(vehicle_url, "sightings"))
        clock.advance(timedelta(hours=1))
        answer, _ = await asyncio.gather(
            ready.check(vehicle, INSPECTION, unit=f"36010000000{serial}"), seize(vehicle, serial=serial)
        )
        assert len(rows(vehicle_url, "sightings")) > known, answer.outcome


async def test_a_clock_that_is_behind_loses_neither_a_hit_nor_an_inspection(ready, seize, clock, vehicle_url):
    await seize(CAR)
    clock.advance(-timedelta(seconds=2))
    assert (await ready.check(CAR)).outcome == RECORDED
    assert (await ready.check(CAR, TRANSFER)).outcome == REFUSED
    await ready.check(OTHER, TRANSFER)
    clock.advance(-timedelta(seconds=2))
    (outcome,) = await seize(OTHER, serial=2)
    assert 4 in outcome.notes


@pytest.mark.postgres
async def test_two_processes_count_one_sighting(make_migrated_database, keyring, clock, open_court):
    url = make_migrated_database("services.vehicle")
    with VehicleLoader(url, keyring=keyring) as loader:
        loader.add([CAR])
    databases = [Database.open(url) for _ in range(2)]
    try:
        processes = [Process(database, keyring=keyring, clock=clock) for database in databases]
        await open_court(databases[0])(registration(CAR))
        clock.advance(timedelta(seconds=1))
        for process in processes:
            await process.follow()
        answers = await asyncio.gather(*(p.check(CAR) for p in processes * 5))
        assert len({a.sighting for a in answers}) == 1
        assert [row.times for row in rows(url, "sightings")] == [10]
    finally:
        for database in databases:
            database.close()
