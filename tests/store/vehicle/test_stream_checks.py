"""Batches of cameras: strings and packed, the index and the database behind it, and what they leave."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from sqlalchemy import create_engine, delete, select, update

from services.alerts.packed import pack
from services.alerts.rows import ForeignKeyError
from services.chassis.sealing import Keyring
from services.vehicle.checks.keys import PlateHasher
from services.vehicle.seizures.tables import ALERTS, SEIZURES
from services.vehicle.sightings.tables import SIGHTINGS
from tests.store.seen import contents, everything, rows
from tests.store.vehicle.police import BOUND, RECORDED, Process, batch, until
from tests.unit.vehicle.cars import car
from tests.unit.vehicle.orders import NANCHANG, lifting, registration
from xiezhi.errors import Reason, XiezhiError
from xiezhi.vehicle.v1 import check_pb2

CAR, OTHER, THIRD = car(1), car(2), car(3)
SYSTEM, STRANGER = bytes(32), b"\1" * 32


@pytest.fixture
async def ready(load, process, seize):
    load(CAR, OTHER, THIRD, car(4, plate=CAR.plate, plate_type="01"))
    await seize(CAR)
    return process


def packed(process, *plates):
    return pack(np.array([process.hasher.hash(plate) for plate in plates], np.uint64))


async def refused(awaited):
    with pytest.raises(XiezhiError) as refusal:
        await awaited
    return refusal.value.reason


async def test_each_batch_is_answered_in_its_order_and_they_share_a_receipt(ready, vehicle_url):
    batches = [batch(7, OTHER.plate, CAR.plate), batch(8), batch(9, CAR.plate, "赣A12", THIRD.plate.lower())]
    answers, joints = await ready.stream(*batches)
    assert [a.batch for a in answers] == [7, 8, 9]
    assert sum(joints) == len(answers)
    assert [a.checked_count for a in answers] == [2, 0, 2 + 1]
    assert [[(h.index, h.outcome) for h in a.hits] for a in answers] == [[(1, RECORDED)], [], [(0, RECORDED)]]
    assert answers[0].hits[0].sighting == answers[2].hits[0].sighting
    assert all(a.HasField("index_age") for a in answers)
    (row,) = rows(vehicle_url, "sightings")
    assert row.times == 2


async def test_what_is_written_otherwise_is_read_and_what_is_no_plate_is_told(ready):
    (answer,), _ = await ready.stream(batch(1, "赣a·00001", "赣A 0000!", "", "赣Ａ00001", "赣A-00001", "粤B12345"))
    assert (answer.checked_count, list(answer.invalid_indexes)) == (3, [1, 2, 3])
    assert [h.index for h in answer.hits] == [0, 4]


async def test_a_sighting_of_a_camera_names_its_place_and_no_officer(ready, clock):
    clock.advance(timedelta(minutes=5))
    await ready.follow()
    seen = stamp(clock.now() - timedelta(minutes=3))
    await ready.stream(batch(1, CAR.plate, observe_time=seen))
    (notice,) = await ready.watched(1)
    told = notice.sighting
    assert (told.plate, told.place, told.unit, told.officer_id) == (CAR.plate, "K12", "360100000000", "")
    assert told.observe_time == seen
    await ready.stream(batch(1, CAR.plate, observe_time=stamp(clock.now() + timedelta(hours=3))))
    (kept,) = await ready.database.read(lambda connection: connection.execute(select(SIGHTINGS)).all())
    assert (kept.first_at, kept.last_at) == (clock.now() - timedelta(minutes=3), clock.now())


def stamp(at):
    made = Timestamp()
    made.FromDatetime(at)
    return made


async def test_what_was_seen_more_than_an_hour_ago_is_refused(ready, clock, seize):
    oldest = clock.now() - timedelta(hours=1)
    for at in (oldest - timedelta(microseconds=1), datetime(1, 1, 1, tzinfo=UTC)):
        assert await refused(ready.stream(batch(1, CAR.plate, observe_time=stamp(at)))) is Reason.FIELDS_INVALID
    answers, _ = await ready.stream(batch(1, CAR.plate, observe_time=stamp(oldest)))
    assert answers[0].checked_count == 1


async def test_a_vehicle_that_was_seen_before_it_was_seized_is_no_sighting(ready, clock, seize, vehicle_url):
    clock.advance(timedelta(minutes=10))
    served = clock.now()
    await seize(OTHER)
    clock.advance(timedelta(minutes=1))
    before = batch(1, OTHER.plate, CAR.plate, observe_time=stamp(served - timedelta(microseconds=1)))
    answers, _ = await ready.stream(before)
    assert [hit.index for hit in answers[0].hits] == [1]
    answers, _ = await ready.stream(batch(2, OTHER.plate, observe_time=stamp(served)))
    assert [hit.index for hit in answers[0].hits] == [0]
    assert len(rows(vehicle_url, "sightings")) == 2
    # Another court that seizes it later changes nothing.
    await seize(OTHER, court=NANCHANG)
    answers, _ = await ready.stream(batch(3, OTHER.plate, observe_time=stamp(served)))
    assert [hit.index for hit in answers[0].hits] == [0]


async def test_a_clock_that_is_behind_loses_no_hit_of_what_is_seen_now(ready, clock):
    clock.advance(-timedelta(seconds=2))
    await ready.follow()
    answers, _ = await ready.stream(batch(1, CAR.plate), batch(2, CAR.plate, observe_time=stamp(clock.now())))
    assert [len(answer.hits) for answer in answers] == [1, 1]


async def test_no_batch_without_a_hit_leaves_anything(ready, vehicle_url):
    await ready.lease()
    before, size = contents(vehicle_url), len(everything(vehicle_url))
    for number in range(20):
        answers, _ = await ready.stream(
            batch(number, OTHER.plate, THIRD.plate), check_pb2.StreamChecksRequest(batch=99, place="赣江大桥南")
        )
        assert not any(a.hits for a in answers)
    assert contents(vehicle_url) == before
    stored = everything(vehicle_url)
    assert len(stored) == size
    for value in (OTHER.plate, OTHER.plate[1:], "K12", "赣江大桥南"):
        for encoding in ("utf-8", "utf-16-le", "gb18030"):
            assert value.encode(encoding) not in stored
    assert ready.observed.count(("check.plates.total", 2)) == 20


async def test_a_lapsed_seizure_of_which_the_index_still_knows_leaves_nothing(ready, seize, vehicle_url, clock):
    await seize(OTHER, months=1, serial=2)
    clock.advance(timedelta(days=40))
    await ready.follow()
    before = contents(vehicle_url)
    (answer,), _ = await ready.stream(batch(1, OTHER.plate))
    assert not answer.hits
    assert contents(vehicle_url) == before


async def test_packed_plates_hit_by_their_hash(ready):
    lease = await ready.lease()
    assert PlateHasher(lease.key).hash(CAR.plate) == ready.hasher.hash(CAR.plate)
    data = packed(ready, OTHER.plate, CAR.plate)
    batches = (check_pb2.StreamChecksRequest(batch=1, packed_plates=data, lease_id=lease.lease_id), batch(2, CAR.plate))
    answers, _ = await ready.stream(*batches)
    assert [[h.index for h in a.hits] for a in answers] == [[1], [0]]
    (notice, *_) = await ready.watched(1)
    assert notice.sighting.plate == CAR.plate


async def test_a_lease_is_one_systems_own_until_it_ends(ready, clock, keyring, database):
    lease = await ready.lease()
    request = check_pb2.StreamChecksRequest(batch=1, packed_plates=packed(ready, OTHER.plate), lease_id=lease.lease_id)
    unknown = check_pb2.StreamChecksRequest(batch=1, packed_plates=request.packed_plates, lease_id="x")
    without = check_pb2.StreamChecksRequest(batch=1, packed_plates=request.packed_plates)
    for system, asked in ((STRANGER, request), (SYSTEM, unknown), (SYSTEM, without)):
        assert await refused(ready.stream(asked, system=system)) is Reason.CHECK_KEY_LEASE_INVALID
    # Another process knows of it too.
    other = Process(database, keyring=keyring, clock=clock)
    await other.follow()
    for process in (ready, other):
        assert len((await process.stream(request))[0]) == 1
    clock.set(lease.expire_time.ToDatetime(UTC) - timedelta(microseconds=1))
    assert len((await ready.stream(request))[0]) == 1
    clock.advance(timedelta(microseconds=1))
    assert await refused(ready.stream(request)) is Reason.CHECK_KEY_LEASE_INVALID


async def test_a_lease_is_given_again_while_more_than_half_of_it_is_left(ready, clock, vehicle_url):
    first = await ready.lease()
    assert first.expire_time.ToDatetime(UTC) == clock.now() + timedelta(hours=12)
    clock.advance(timedelta(hours=6) - timedelta(microseconds=1))
    assert (await ready.lease()).lease_id == first.lease_id
    assert (await ready.lease(STRANGER)).lease_id != first.lease_id
    clock.advance(timedelta(microseconds=1))
    second = await ready.lease()
    assert second.lease_id != first.lease_id
    clock.advance(timedelta(hours=6))
    await ready.leases.erase_ended()
    assert first.lease_id not in {row.lease_id for row in rows(vehicle_url, "check_leases")}
    assert second.lease_id in {row.lease_id for row in rows(vehicle_url, "check_leases")}


@pytest.mark.parametrize(
    "fields",
    [{"plates": ["赣A00001"], "packed_plates": bytes(8)}, {"packed_plates": bytes(9)}, {"packed_plates": bytes(80008)}],
)
async def test_a_batch_of_another_form_is_refused(ready, fields):
    lease = await ready.lease()
    request = check_pb2.StreamChecksRequest(batch=1, lease_id=lease.lease_id, **fields)
    assert await refused(ready.stream(request)) is Reason.FIELDS_INVALID


async def test_an_index_that_is_too_old_asks_the_database(ready, clock, seize):
    clock.advance(BOUND + timedelta(seconds=1))
    await seize.court(registration(OTHER, serial=2))  # the index does not follow
    clock.advance(BOUND)
    data = packed(ready, THIRD.plate, OTHER.plate)
    lease = await ready.lease()
    answers, _ = await ready.stream(
        batch(1, OTHER.plate, THIRD.plate, "?"),
        check_pb2.StreamChecksRequest(batch=2, packed_plates=data, lease_id=lease.lease_id),
    )
    assert [[h.index for h in a.hits] for a in answers] == [[0], [1]]
    assert not any(a.HasField("index_age") for a in answers)
    single = await ready.check(OTHER)
    assert single.outcome == RECORDED
    assert (await ready.check(THIRD)).sighting == ""


async def test_without_index_and_database_nothing_counts_as_checked(ready, clock, database):
    clock.advance(BOUND + timedelta(seconds=1))
    database.close()
    assert await refused(ready.stream(batch(1, OTHER.plate))) in {Reason.STORE_UNAVAILABLE, Reason.SHUTTING_DOWN}
    assert await refused(ready.check(OTHER)) in {Reason.STORE_UNAVAILABLE, Reason.SHUTTING_DOWN}


async def test_without_a_database_the_index_answers_until_it_is_too_old_but_no_hit_does(ready, clock, database):
    database.close()
    (answer,), _ = await ready.stream(batch(1, OTHER.plate))
    assert answer.checked_count == 1
    assert await refused(ready.stream(batch(2, CAR.plate))) in {Reason.STORE_UNAVAILABLE, Reason.SHUTTING_DOWN}


async def test_of_two_vehicles_with_one_number_the_alert_stays_until_both_are_free(ready, load, seize):
    twin = car(4, plate=CAR.plate, plate_type="01")
    (outcome,) = await seize(twin, serial=3)
    (answer,), _ = await ready.stream(batch(1, CAR.plate))
    assert [h.index for h in answer.hits] == [0]
    await seize.court(lifting(outcome.seizure.name, serial=3))
    await ready.follow()
    (answer,), _ = await ready.stream(batch(1, CAR.plate))
    assert [h.index for h in answer.hits] == [0]


async def test_what_is_lifted_leaves_the_index_and_what_is_seized_again_comes_back(
    ready, seize, keyring, database, clock
):
    (outcome,) = await seize(OTHER, serial=2)
    await seize.court(lifting(outcome.seizure.name, serial=2))
    await ready.follow()
    hashes = np.array([ready.hasher.hash(OTHER.plate)], np.uint64)
    assert not ready.watch.find(hashes).hits.any()
    await seize(OTHER, serial=3)
    fresh = Process(database, keyring=keyring, clock=clock, portion=2)
    await fresh.follow()
    for process in (ready, fresh):
        assert process.watch.find(hashes).hits.all()


async def test_the_index_follows_a_commit_of_its_process_without_waiting_for_the_poll(ready, seize, clock):
    ready.watch._poll = timedelta(hours=1)
    following = asyncio.create_task(ready.watch.run())
    try:
        hashes = np.array([ready.hasher.hash(OTHER.plate)], np.uint64)
        await seize.court(registration(OTHER, serial=2))
        await until(lambda: bool(ready.watch.find(hashes).hits[0]))
    finally:
        following.cancel()


async def test_alerts_under_another_key_let_no_index_be_made(ready, keyring, database, clock):
    other = Keyring(keyring.sealing, {9: b"k" * 32})
    process = Process(database, keyring=other, clock=clock)
    with pytest.raises(ForeignKeyError):
        await process.watch.build()
    assert await refused(process.watch.check()) is Reason.STORE_UNAVAILABLE
    following = asyncio.create_task(process.watch.run())
    try:
        await until(lambda: process.watch._is_foreign)
        assert await refused(process.stream(batch(1, OTHER.plate))) is Reason.STORE_UNAVAILABLE
    finally:
        following.cancel()


async def test_after_a_database_was_restored_the_index_is_made_anew(ready, seize, vehicle_url):
    kept = {row.sequence for row in rows(vehicle_url, "alerts")}
    await seize(OTHER)
    engine = create_engine(vehicle_url)
    with engine.begin() as connection:
        connection.execute(delete(ALERTS.changes).where(ALERTS.changes.c.sequence.not_in(kept)))
        connection.execute(delete(SEIZURES).where(SEIZURES.c.vehicle_id == OTHER.vehicle_id))
        connection.execute(update(ALERTS.head).values(last=len(kept)))
    engine.dispose()
    assert await ready.watch.step()
    answers, _ = await ready.stream(batch(1, OTHER.plate, CAR.plate))
    assert not answers[0].HasField("index_age")
    assert [hit.index for hit in answers[0].hits] == [1]
    await seize(THIRD, serial=2)
    answers, _ = await ready.stream(batch(2, OTHER.plate, CAR.plate, THIRD.plate))
    assert answers[0].HasField("index_age")
    assert [hit.index for hit in answers[0].hits] == [1, 2]


async def test_a_process_is_not_ready_before_its_index_is_there(process):
    assert await refused(process.watch.check()) is Reason.STORE_UNAVAILABLE
    await process.follow()
    await process.watch.check()
