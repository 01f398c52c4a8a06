"""A process that is killed at an arbitrary moment, and another that goes on over the same database."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys

import pytest

from tests.store.vehicle.seen import contents, rows
from tests.store.vehicle.writer import FLEET, order_of

PATIENCE = 60
TABLES = ("seizures", "seizure_requests", "papers", "alerts")


def write_and_kill(url, keyring_file, *, moment):
    """Has another process write until it is killed, and returns how many orders it said were answered."""
    command = [sys.executable, "-m", "tests.store.vehicle.writer", url, str(keyring_file)]
    running = subprocess.Popen(command, stdout=subprocess.PIPE)
    with running.stdout:
        for _ in range(moment):
            assert running.stdout.readline()
        os.kill(running.pid, signal.SIGKILL)
        said = moment + len(running.stdout.readlines())
    assert running.wait(PATIENCE) == -signal.SIGKILL, "it had ended before it was killed"
    return said


@pytest.mark.parametrize("moment", [1, 15])
async def test_orders_of_a_killed_process_are_there_as_a_whole_and_once(
    load, vehicle_url, keyring, keyring_file, open_court, database, moment
):
    load(*FLEET)
    said = await asyncio.to_thread(write_and_kill, vehicle_url, keyring_file, moment=moment)
    # What was written as it died may be one more than it could say.
    kept = len(rows(vehicle_url, "seizure_requests"))
    assert kept in {said, said + 1}
    assert all(row.answer for row in rows(vehicle_url, "seizure_requests"))
    assert len(rows(vehicle_url, "seizures")) == kept * len(FLEET)
    assert all(row.number for row in rows(vehicle_url, "alerts"))
    before = contents(vehicle_url, *TABLES)
    order = open_court(database)
    for number in range(1, kept + 1):
        response = await order(order_of(number))
        assert [o.seizure.queue_position for o in response.outcomes] == [number - 1] * len(FLEET)
    assert contents(vehicle_url, *TABLES) == before
    response = await order(order_of(kept + 1))
    assert [o.seizure.queue_position for o in response.outcomes] == [kept] * len(FLEET)
