"""A migrated database of the coordination service of either kind, and the service over it."""

from __future__ import annotations

import pytest

from services.chassis.clock import ManualClock
from services.chassis.db import Database
from services.chassis.sealing import Keyring
from tests.store.coordination.disputes.consulting import NOW, Consulting


@pytest.fixture
def keyring_file(tmp_path):
    return tmp_path / "coordination.json"


@pytest.fixture
def keyring(keyring_file):
    return Keyring.create(keyring_file)


@pytest.fixture
def coordination_url(migrated_url):
    return migrated_url("services.coordination")


@pytest.fixture
def clock():
    return ManualClock(NOW)


@pytest.fixture
def database(coordination_url):
    opened = Database.open(coordination_url)
    yield opened
    opened.close()


@pytest.fixture
async def consulting(database, keyring, clock):
    return Consulting(database, keyring=keyring, clock=clock)
