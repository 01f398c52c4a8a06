"""A migrated registry on either database, and ways to fill and read it."""

from __future__ import annotations

import pytest

from services.chassis.clock import ManualClock
from services.chassis.db import Database
from services.chassis.sealing import BlindIndex, Keyring, Sealer
from services.identity.store import NUMBER_INDEX, RegistryLoader, SqlRegistry
from tests.store.identity.seen import NOW


@pytest.fixture
def keyring_file(tmp_path):
    return tmp_path / "identity.json"


@pytest.fixture
def keyring(keyring_file):
    return Keyring.create(keyring_file)


@pytest.fixture
def registry_url(migrated_url):
    return migrated_url("services.identity")


@pytest.fixture
def load(registry_url, keyring):
    """Loads records in one transaction, with a keyring of its own if one is given."""

    def load(persons=(), households=(), photos=(), *, ring=keyring):
        with RegistryLoader(registry_url, keyring=ring, clock=ManualClock(NOW)) as loader:
            loader.add(persons, households, photos)
            return loader.count()

    return load


@pytest.fixture
def database(registry_url):
    opened = Database.open(registry_url)
    yield opened
    opened.close()


@pytest.fixture
def open_registry(database, keyring):
    """Opens the registry with a keyring."""

    def open_registry(ring=keyring):
        return SqlRegistry(database, sealer=Sealer(ring), index=BlindIndex(ring, NUMBER_INDEX))

    return open_registry


@pytest.fixture
def registry(open_registry):
    return open_registry()
