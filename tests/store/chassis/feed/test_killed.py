"""A process that is killed at an arbitrary moment, and another that goes on over the same database."""

import asyncio
import os
import signal
import subprocess
import sys
from datetime import timedelta

import pytest

from tests.store.chassis.feed.desk import words

PATIENCE = 60


def write_and_kill(url, keyring_file, *, moment):
    """Has another process write until it is killed, and returns how many notices it said were written."""
    command = [sys.executable, "-m", "tests.store.chassis.feed.writer", url, str(keyring_file)]
    running = subprocess.Popen(command, stdout=subprocess.PIPE)
    with running.stdout:
        for _ in range(moment):
            assert running.stdout.readline()
        os.kill(running.pid, signal.SIGKILL)
        said = moment + len(running.stdout.readlines())
    assert running.wait(PATIENCE) == -signal.SIGKILL, "it had ended before it was killed"
    return said


@pytest.mark.parametrize("moment", [1, 40])
async def test_what_a_killed_process_said_was_written_is_delivered_and_escalated_once(
    desk, feed_url, keyring_file, clock, moment
):
    said = await asyncio.to_thread(write_and_kill, feed_url, keyring_file, moment=moment)
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
