"""A migrated database of the vehicle service of either kind, and ways to fill and read it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.chassis.clock import ManualClock
from services.chassis.db import Database
from services.chassis.sealing import Keyring
from services.vehicle.loader import VehicleLoader
from services.vehicle.registry.store import SqlRegistry, VehicleRows
from tests.store.vehicle.court import Court
from tests.store.vehicle.police import Process
from tests.unit.vehicle.cars import NOW
from tests.unit.vehicle.orders import registration


@pytest.fixture
def keyring_file(tmp_path):
    return tmp_path / "vehicle.json"


@pytest.fixture
def keyring(keyring_file):
    return Keyring.create(keyring_file)


@pytest.fixture
def vehicle_url(migrated_url):
    return migrated_url("services.vehicle")


@pytest.fixture
def load(vehicle_url, keyring):
    """Loads vehicles in one transaction, with a keyring of its own if one is given."""

    def load(*vehicles, ring=keyring):
        with VehicleLoader(vehicle_url, keyring=ring) as loader:
            loader.add(vehicles)
            return loader.count()

    return load


@pytest.fixture
def database(vehicle_url):
    opened = Database.open(vehicle_url)
    yield opened
    opened.close()


@pytest.fixture
def open_registry(database, keyring):
    """Opens the register with a keyring."""

    def open_registry(ring=keyring):
        return SqlRegistry(database, rows=VehicleRows(ring), read_queues=lambda *_: {})

    return open_registry


@pytest.fixture
def clock():
    return ManualClock(NOW)


@pytest.fixture
def open_court(keyring, clock):
    """Opens the desk over a database, as a process does that starts."""

    def open_court(over, *, ring=keyring, **known):
        return Court.over(over, ring, clock=clock, **known)

    return open_court


@pytest.fixture
def order(open_court, database):
    return open_court(database)


@pytest.fixture
async def process(database, keyring, clock):
    return Process(database, keyring=keyring, clock=clock)


@pytest.fixture
def seize(process, open_court, database):
    """Seizes vehicles in a process that keeps checks; the index follows."""
    court = open_court(database, seen_before=process.store.seen_before, wake=process.watch.wake)

    async def seize(*vehicles, **known):
        response = await court(registration(*vehicles, **known))
        await process.follow()
        process.clock.advance(timedelta(milliseconds=1))
        return response.outcomes

    seize.court = court
    return seize
