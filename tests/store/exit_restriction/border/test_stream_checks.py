"""Batches of gates: numbers and packed ones, the index and the database behind it, and what they leave."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from services.alerts.packed import pack
from services.exit_restriction.border.keys import NumberHasher
from tests.store.exit_restriction.port import (
    BOUND,
    ENTRY,
    LET_PASS,
    STOP,
    Process,
    batch,
)
from tests.store.seen import contents, rows
from tests.unit.exit_restriction.handed_over import MONITOR, filing, item, lifting, stamp
from tests.unit.exit_restriction.told import NANCHANG
from tests.unit.exit_restriction.travellers import passport, person
from xiezhi.errors import Reason, XiezhiError

ONE, TWO, THIRD = person(1), person(2), person(3)
MINE, OTHER = ONE.numbers[0], TWO.numbers[0]
SYSTEM, STRANGER = bytes(32), b"\1" * 32


@pytest.fixture
async def ready(load, process):
    load(ONE, TWO, THIRD)
    await process.hand_over(item(ONE))
    return process


def packed(process, number, *numbers, lease="", **fields):
    data = pack(np.array([process.hasher.hash(one) for one in numbers], np.uint64))
    return batch(number, packed_numbers=data, lease_id=lease, **fields)


async def refused(awaited):
    with pytest.raises(XiezhiError) as refusal:
        await awaited
    return refusal.value.reason


def indexes(answers):
    return [[hit.index for hit in answer.hits] for answer in answers]


async def test_each_batch_is_answered_in_its_order_and_they_share_a_receipt(ready, exit_url):
    batches = [
        batch(7, OTHER, MINE),
        batch(8),
        batch(9, MINE, "E12", passport(1).number.lower()),
        batch(10, MINE, direction=ENTRY),
    ]
    answers, joints = await ready.stream(*batches)
    assert [answer.batch for answer in answers] == [7, 8, 9, 10]
    assert sum(joints) == len(answers)
    assert [answer.checked_count for answer in answers] == [2, 0, 2, 1]
    assert [list(answer.invalid_indexes) for answer in answers] == [[], [], [1], []]
    assert indexes(answers) == [[1], [], [0, 2], []]
    assert {(hit.action, hit.hit) for answer in answers for hit in answer.hits} == {(STOP, answers[0].hits[0].hit)}
    assert all(answer.HasField("index_age") for answer in answers)
    (row,) = rows(exit_url, "hits")
    assert (row.times, len(ready.hits)) == (3, 1)


async def test_what_is_written_otherwise_is_read_and_what_is_no_number_is_told(ready):
    wide = "".join(chr(ord(character) + 0xFEE0) for character in passport(1).number)
    numbers = (wide, "ex 000-0001", "", "E123", "护照12345678", "A" * 24, MINE)
    (answer,), _ = await ready.stream(batch(1, *numbers))
    assert (answer.checked_count, list(answer.invalid_indexes)) == (3, [2, 3, 4, 5])
    assert indexes([answer]) == [[0, 1, 6]]


async def test_packed_numbers_hit_by_their_hash(ready):
    lease = await ready.lease()
    assert NumberHasher(lease.key).hash(MINE) == ready.hasher.hash(MINE)
    answers, _ = await ready.stream(packed(ready, 1, OTHER, MINE, lease=lease.lease_id), batch(2, MINE))
    assert indexes(answers) == [[1], [0]]


async def test_a_lease_is_one_systems_own_until_it_ends(ready, clock):
    lease = await ready.lease()
    request = packed(ready, 1, OTHER, lease=lease.lease_id)
    for system, asked in (
        (STRANGER, request),
        (SYSTEM, packed(ready, 1, OTHER, lease="x")),
        (SYSTEM, packed(ready, 1, OTHER)),
    ):
        assert await refused(ready.stream(asked, system=system)) is Reason.CHECK_KEY_LEASE_INVALID
    assert (await ready.lease()).lease_id == lease.lease_id
    clock.set(lease.expire_time.ToDatetime(UTC))
    assert await refused(ready.stream(request)) is Reason.CHECK_KEY_LEASE_INVALID


async def test_a_batch_of_another_form_is_refused(ready, clock):
    lease = (await ready.lease()).lease_id
    late = clock.now() - timedelta(hours=1, microseconds=1)
    for request in (
        batch(1, MINE, packed_numbers=bytes(8), lease_id=lease),
        batch(1, packed_numbers=bytes(9), lease_id=lease),
        batch(1, packed_numbers=bytes(80008), lease_id=lease),
        batch(1, MINE, observe_time=stamp(late)),
        batch(1, MINE, observe_time=stamp(datetime(1, 1, 1, tzinfo=UTC))),
    ):
        assert await refused(ready.stream(request)) is Reason.FIELDS_INVALID


async def test_who_was_met_before_they_were_handed_over_is_not_met(ready, clock):
    clock.advance(timedelta(minutes=10))
    placed = clock.now()
    await ready.hand_over(item(TWO, MONITOR), court=NANCHANG)
    clock.advance(timedelta(minutes=1))
    await ready.follow()
    before = stamp(placed - timedelta(microseconds=1))
    answers, _ = await ready.stream(
        batch(1, OTHER, MINE, observe_time=before), batch(2, OTHER, observe_time=stamp(placed))
    )
    assert indexes(answers) == [[1], [0]]
    assert answers[1].hits[0].action == LET_PASS
    # A court that hands them over later is not told of it, and changes nothing of what was to be done then.
    await ready.hand_over(item(TWO), serial=2)
    answers, _ = await ready.stream(batch(3, OTHER, observe_time=stamp(placed)))
    assert [(hit.action, hit.hit) for hit in answers[0].hits] == [(LET_PASS, f"hits/{ready.hits[-1].hit_id}")]


async def test_who_was_met_under_a_control_that_is_lifted_since_is_let_go(ready, clock):
    (outcome,) = await ready.hand_over(item(TWO), serial=2)
    met = clock.now()
    clock.advance(timedelta(minutes=1))
    await ready.order(lifting(outcome.control, serial=2))
    clock.advance(timedelta(seconds=1))
    answers, _ = await ready.stream(batch(1, OTHER, observe_time=stamp(met)))
    assert indexes(answers) == [[]]


async def test_a_clock_that_is_behind_loses_no_hit_of_who_is_met_now(ready, clock):
    clock.advance(-timedelta(seconds=2))
    await ready.follow()
    answers, _ = await ready.stream(batch(1, MINE), batch(2, MINE, observe_time=stamp(clock.now())))
    assert indexes(answers) == [[0], [0]]


async def test_an_index_that_is_too_old_asks_the_database(ready, clock):
    clock.advance(BOUND + timedelta(seconds=1))
    await ready.order(filing(item(TWO), serial=2))  # the index does not follow
    lease = (await ready.lease()).lease_id
    third = THIRD.numbers[0]
    answers, _ = await ready.stream(batch(1, OTHER, third, "?"), packed(ready, 2, third, OTHER, lease=lease))
    assert indexes(answers) == [[0], [1]]
    assert not any(answer.HasField("index_age") for answer in answers)


async def test_without_index_and_database_nothing_counts_as_checked(ready, clock, database):
    database.close()
    away = {Reason.STORE_UNAVAILABLE, Reason.SHUTTING_DOWN}
    (answer,), _ = await ready.stream(batch(1, OTHER))
    assert answer.checked_count == 1
    assert await refused(ready.stream(batch(2, MINE))) in away
    clock.advance(BOUND + timedelta(seconds=1))
    assert await refused(ready.stream(batch(3, OTHER))) in away
    assert await refused(ready.check(TWO)) in away


async def test_a_control_that_is_over_and_that_the_index_still_knows_leaves_nothing(ready, exit_url, clock):
    clock.advance(timedelta(days=40))
    await ready.follow()
    before = contents(exit_url)
    answers, _ = await ready.stream(batch(1, MINE))
    assert indexes(answers) == [[]]
    assert contents(exit_url) == before


async def test_a_process_is_not_ready_before_its_index_is_there(database, keyring, clock):
    process = Process(database, keyring=keyring, clock=clock)
    assert await refused(process.border.watch.check()) is Reason.STORE_UNAVAILABLE
    await process.follow()
    await process.border.watch.check()
