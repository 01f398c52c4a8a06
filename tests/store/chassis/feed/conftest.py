"""A feed on either database."""

from datetime import UTC, datetime

import pytest

from services.chassis.clock import ManualClock
from services.chassis.sealing import Keyring
from tests.store.chassis.feed.desk import Desk, create_tables

START = datetime(2026, 11, 24, 9, tzinfo=UTC)


@pytest.fixture(scope="session")
def keyring_file(tmp_path_factory):
    return tmp_path_factory.mktemp("keyring") / "feed.json"


@pytest.fixture(scope="session")
def keyring(keyring_file):
    return Keyring.create(keyring_file)


@pytest.fixture
def clock():
    return ManualClock(START)


@pytest.fixture
def feed_url(database_url):
    return create_tables(database_url)


@pytest.fixture
def open_desk(keyring, clock):
    """Opens a database as one process more."""
    desks = []

    def opened(url, **options):
        options = {"keyring": keyring, "space": len(desks) + 1} | options
        desks.append(Desk(url, clock=clock, **options))
        return desks[-1]

    yield opened
    for desk in desks:
        desk.database.close()


@pytest.fixture
def desk(feed_url, open_desk):
    return open_desk(feed_url)


@pytest.fixture
def other(feed_url, open_desk):
    """The same service in a second process, as far as the database can tell."""
    return open_desk(feed_url)
