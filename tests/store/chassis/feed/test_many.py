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
