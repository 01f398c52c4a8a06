"""A process that is killed at an arbitrary moment, and another that goes on over the same database."""

from __future__ import annotations

import asyncio

import pytest

from tests.store.killed import write_and_kill
from tests.store.seen import contents, rows
from tests.store.vehicle.writer import FLEET, order_of

TABLES = ("seizures", "seizure_requests", "papers", "alerts")


@pytest.mark.parametrize("moment", [1, 15])
async def test_orders_of_a_killed_process_are_there_as_a_whole_and_once(
    load, vehicle_url, keyring, keyring_file, open_court, database, moment
):
    load(*FLEET)
    said = await asyncio.to_thread(
        write_and_kill, "tests.store.vehicle.writer", vehicle_url, keyring_file, moment=moment
    )
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
