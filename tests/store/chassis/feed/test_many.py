"""Notices that are written many at once: numbered like others, once each, and never with a deadline."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from services.chassis.feed import Notice


def notice(clock, addressee="a", **known):
    values = {"notice_id": str(uuid.uuid4()), "topic": "t", "subject": b"s", "payload": b"p", "made_at": clock.now()}
    return Notice(addressee=addressee, **(values | known))


async def write(desk, *notices):
    await desk.database.write(lambda connection: desk.feed.write_all(connection, notices))


async def head(desk, addressee):
    return await desk.database.read(lambda connection: desk.feed.head(connection, addressee))


async def test_many_notices_come_in_order_and_those_there_were_are_left(desk, clock):
    made = [notice(clock, payload=str(number).encode()) for number in range(5)]
    await write(desk, *made[:2])
    await write(desk, *made)
    await write(desk)
    taken = await desk.take(5)
    assert [(one.number, one.payload) for one in taken] == [(n + 1, str(n).encode()) for n in range(5)]


async def test_the_head_of_an_addressee_is_its_last_number(desk, clock):
    assert await head(desk, "a") == 0
    await write(desk, *(notice(clock) for _ in range(3)), notice(clock, "b"))
    assert (await head(desk, "a"), await head(desk, "b")) == (3, 1)


async def test_what_is_to_be_acknowledged_is_not_written_with_others(desk, clock):
    with pytest.raises(ValueError, match="for itself"):
        await write(desk, notice(clock, ack_within=timedelta(hours=1)))


async def test_what_comes_many_at_once_and_by_itself_in_one_transaction_has_numbers_without_a_gap(desk, clock):
    many, alone, there = [notice(clock) for _ in range(3)], notice(clock), notice(clock)
    await write(desk, there)

    def both(connection):
        desk.feed.write_all(connection, [many[0], there, *many[1:]])
        desk.feed.write(connection, alone)
        desk.feed.write_all(connection, [many[0], alone])

    await desk.database.write(both)
    taken = await desk.take(5)
    assert [one.number for one in taken] == [1, 2, 3, 4, 5]
    assert [one.notice_id for one in taken] == [n.notice_id for n in (there, alone, *many)]
    assert await head(desk, "a") == 5


async def test_nothing_is_told_of_a_write_that_fails(desk, clock):
    def failing(connection):
        desk.feed.write_all(connection, [notice(clock)])
        raise KeyError

    with pytest.raises(KeyError):
        await desk.database.write(failing)
    await write(desk, notice(clock, payload=b"next"))
    (taken,) = await desk.take(1)
    assert (taken.number, taken.payload) == (1, b"next")


async def test_what_was_told_before_leaves_no_head_behind_it(desk, clock):
    known = notice(clock)
    await write(desk, known)
    await write(desk, known, known)
    assert await head(desk, "a") == 1
