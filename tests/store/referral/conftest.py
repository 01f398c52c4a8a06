"""A migrated database of the referral service of either kind, a process over it, and courts and units that ask it."""

from __future__ import annotations

import pytest

from services.chassis.clock import ManualClock
from services.chassis.db import Database
from services.chassis.migrations import upgrade
from services.chassis.sealing import Keyring
from services.referral.changes import tell_nobody
from services.referral.referrals.store import ReferralStore
from tests.store.referral.exchange import Exchange
from tests.unit.referral.asked import NOW, verify
from tests.unit.referral.domain.referred import at
from tests.unit.referral.parties import BuiltInCalendars, Parties


@pytest.fixture
def referral_url(database_url):
    upgrade(database_url, package="services.referral")
    return database_url


@pytest.fixture
def keyring_file(tmp_path):
    return tmp_path / "referral.json"


@pytest.fixture
def keyring(keyring_file):
    return Keyring.create(keyring_file)


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


@pytest.fixture
def open_parties(referral_url, keyring):
    """Opens the services over the database, as a process does that starts; all have one clock."""
    opened, clock = [], ManualClock(NOW)

    def open_parties(*, ring=keyring, tell=tell_nobody, verify=verify, calendars=None):
        database = Database.open(referral_url)
        opened.append(database)
        store = ReferralStore(database, keyring=ring, calendars=calendars or BuiltInCalendars(), tell=tell)
        return Parties(store, verify=verify, clock=clock)

    yield open_parties
    for database in opened:
        database.close()


@pytest.fixture
def parties(open_parties):
    return open_parties()
