"""A process that is killed at an arbitrary moment, and another that goes on over the same database."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from tests.store.coordination.disputes.writer import lead
from tests.store.killed import write_and_kill
from tests.store.seen import contents, rows

MOMENT = 5
"""How many disputes are said to be answered before the process is killed."""


@pytest.mark.long
async def test_steps_of_a_killed_process_are_there_as_a_whole_and_once(
    coordination_url, keyring, keyring_file, consulting
):
    del keyring
    said = await asyncio.to_thread(
        write_and_kill, "tests.store.coordination.disputes.writer", coordination_url, keyring_file, moment=MOMENT
    )
    disputes, steps = rows(coordination_url, "disputes"), rows(coordination_url, "dispute_steps")
    # What was written as it died may be a dispute more than it could say, answered or not.
    assert (len(disputes) - said, len(steps) - 2 * said) in {(0, 0), (1, 1), (1, 2)}
    assert all(row.answer for row in rows(coordination_url, "requests"))
    told = Counter(row.addressee for row in rows(coordination_url, "feed_notices"))
    assert sum(told.values()) == len(steps), "each step is told once, with it"
    before = contents(coordination_url)
    for number in range(1, said + 1):
        assert len((await lead(consulting, number)).steps) == 2
    assert contents(coordination_url) == before
    await lead(consulting, said + 1)
    assert len(rows(coordination_url, "dispute_steps")) == 2 * said + 2
