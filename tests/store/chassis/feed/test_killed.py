"""A process that is killed at an arbitrary moment, and another that goes on over the same database."""

import asyncio
from datetime import timedelta

import pytest

from tests.store.chassis.feed.desk import words
from tests.store.killed import write_and_kill


@pytest.mark.parametrize("moment", [1, 40])
async def test_what_a_killed_process_said_was_written_is_delivered_and_escalated_once(
    desk, feed_url, keyring_file, clock, moment
):
    said = await asyncio.to_thread(
        write_and_kill, "tests.store.chassis.feed.writer", feed_url, keyring_file, moment=moment
    )
    await desk.tell("after")
    told = (await desk.all_told("a"))["a"]
    # What was written as it died may be one more than it could say.
    assert told in ([*map(str, range(1, last + 1)), "after"] for last in (said, said + 1))
    taken = await desk.take(len(told), after=None)
    assert [notice.number for notice in taken] == list(range(1, len(told) + 1))
    assert words(taken) == told
    clock.advance(timedelta(minutes=30))
    relay = desk.relay()
    while await relay.step():
        pass
    assert await desk.all_told("b") == {"b": told[:-1]}
