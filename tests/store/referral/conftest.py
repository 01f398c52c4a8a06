"""A migrated database of the referral service of either kind, and a process over it."""

from __future__ import annotations

import pytest

from services.chassis.clock import ManualClock
from services.chassis.db import Database
from services.chassis.migrations import upgrade
from services.chassis.sealing import Keyring
from tests.store.referral.exchange import Exchange
from tests.unit.referral.domain.referred import at


@pytest.fixture
def referral_url(database_url):
    upgrade(database_url, package="services.referral")
    return database_url


@pytest.fixture
def keyring(tmp_path):
    return Keyring.create(tmp_path / "referral.json")


@pytest.fixture
def database(referral_url):
    opened = Database.open(referral_url)
    yield opened
    opened.close()


@pytest.fixture
def clock():
    return ManualClock(at("2018-09-28", 12))


@pytest.fixture
async def exchange(database, keyring, clock):
    made = Exchange(database, keyring=keyring, clock=clock)
    await made.start()
    return made
