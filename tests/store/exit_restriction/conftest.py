"""A migrated database of the exit restriction service of either kind, and ways to fill and read it."""

from __future__ import annotations

import pytest

from services.chassis.clock import ManualClock
from services.chassis.db import Database
from services.chassis.sealing import Keyring
from services.exit_restriction.loader import SubjectLoader
from services.exit_restriction.registry.store import SubjectRows
from tests.store.exit_restriction.court import Court
from tests.store.exit_restriction.port import Process
from tests.unit.exit_restriction.travellers import NOW


@pytest.fixture
def keyring_file(tmp_path):
    return tmp_path / "exit_restriction.json"


@pytest.fixture
def keyring(keyring_file):
    return Keyring.create(keyring_file)


@pytest.fixture
def exit_url(migrated_url):
    return migrated_url("services.exit_restriction")


@pytest.fixture
def load(exit_url, keyring):
    """Loads people in one transaction, with a keyring of its own if one is given."""

    def load(*people, ring=keyring):
        with SubjectLoader(exit_url, keyring=ring, clock=ManualClock(NOW)) as loader:
            loader.add(people)
            return loader.count()

    return load


@pytest.fixture
def database(exit_url):
    opened = Database.open(exit_url)
    yield opened
    opened.close()


@pytest.fixture
def subjects(keyring):
    return SubjectRows(keyring)


@pytest.fixture
def clock():
    return ManualClock(NOW)


@pytest.fixture
async def process(database, keyring, clock):
    """A process that takes controls in and checks travellers; its index is built and follows when it is told to."""
    started = Process(database, keyring=keyring, clock=clock)
    await started.follow()
    return started


@pytest.fixture
def told():
    """What was told of restrictions."""
    return []


@pytest.fixture
def court(database, keyring, clock, told):
    return Court(database, keyring, clock=clock, tell=lambda _, changes: told.extend(changes))
