"""A migrated database of the referral service of either kind, and courts and units over it."""

from __future__ import annotations

import pytest

from services.chassis.clock import ManualClock
from services.chassis.db import Database
from services.chassis.sealing import Keyring
from services.referral.changes import tell_nobody
from services.referral.referrals.store import ReferralStore
from tests.store.referral.builtin import BuiltInCalendars
from tests.store.referral.supervised import Supervised
from tests.unit.referral.asked import NOW, verify
from tests.unit.referral.domain.referred import at
from tests.unit.referral.exchange import Exchange


@pytest.fixture
def keyring_file(tmp_path):
    return tmp_path / "referral.json"


@pytest.fixture
def keyring(keyring_file):
    return Keyring.create(keyring_file)


@pytest.fixture
def referral_url(migrated_url):
    return migrated_url("services.referral")


@pytest.fixture
def clock():
    return ManualClock(NOW)


@pytest.fixture
def open_exchange(referral_url, keyring, clock):
    """Opens the services over the database, as a process does that starts."""
    opened = []

    def open_exchange(*, ring=keyring, tell=tell_nobody, verify=verify, supplement_days=3):
        database = Database.open(referral_url)
        opened.append(database)
        store = ReferralStore(database, keyring=ring, calendars=BuiltInCalendars(), tell=tell)
        return Exchange(store, verify=verify, clock=clock, supplement_days=supplement_days)

    yield open_exchange
    for database in opened:
        database.close()


@pytest.fixture
def exchange(open_exchange):
    return open_exchange()


@pytest.fixture
def database(referral_url):
    opened = Database.open(referral_url)
    yield opened
    opened.close()


@pytest.fixture
def days_of_2018(clock):
    """Sets the clock to days of which the domain sheet has vectors."""
    clock.set(at("2018-09-28", 12))
    return clock


@pytest.fixture
async def supervised(database, keyring, days_of_2018):
    """Duties, notices and supervision over the database, as a process has them that starts."""
    made = Supervised(database, keyring=keyring, clock=days_of_2018)
    await made.start()
    return made
