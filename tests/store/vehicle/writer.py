"""A process that seizes vehicles until it is killed, and says of each order that it was answered."""

from __future__ import annotations

import asyncio
import itertools
import sys
import uuid
from pathlib import Path

from services.chassis.clock import ManualClock
from services.chassis.db import Database
from services.chassis.sealing import Keyring
from tests.store.vehicle.court import Court
from tests.unit.vehicle.cars import NOW, car
from tests.unit.vehicle.orders import registration

FLEET = tuple(car(n) for n in range(1, 11))
"""The vehicles of each order."""


def order_of(number):
    """Makes an order of its own case; the same bytes for the same number."""
    return registration(*FLEET, serial=number, request_id=str(uuid.UUID(int=number)))


async def write(url, keyring):
    database = Database.open(url)
    court = Court.over(database, Keyring.load(Path(keyring)), clock=ManualClock(NOW))
    for number in itertools.count(1):
        await court(order_of(number))
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(write(*sys.argv[1:]))
