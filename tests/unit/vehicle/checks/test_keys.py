"""Keys of alerts."""

from __future__ import annotations

import secrets

from services.chassis.sealing import Keyring
from services.vehicle.alerts.hashing import PlateHasher
from services.vehicle.checks.keys import AlertHasher, CheckKey
from tests.unit.vehicle.cars import car

KEYRING = Keyring({1: secrets.token_bytes(32)}, {7: secrets.token_bytes(32), 3: secrets.token_bytes(32)})


def test_keys_follow_from_the_keys_of_the_indexes():
    first, second = CheckKey.all_of(KEYRING)
    assert (first.key_id, second.key_id) == (7, 3)
    assert (len(first.key), len(second.key)) == (16, 16)
    assert first.key != second.key
    assert CheckKey.all_of(KEYRING) == (first, second)
    assert first.key not in KEYRING.indexing[7]


def test_hashes_are_those_of_the_index_as_signed_numbers():
    key = CheckKey.all_of(KEYRING)[0]
    hasher, unsigned = AlertHasher(key), PlateHasher(key.key)
    hashes = [hasher.hash(car(n).plate) for n in range(1, 60)]
    assert [h % (1 << 64) for h in hashes] == [unsigned.hash(car(n).plate) for n in range(1, 60)]
    assert all(-(1 << 63) <= h < 1 << 63 for h in hashes)
    assert min(hashes) < 0 < max(hashes)
    assert hasher.hash(car().vin) != hasher.hash(car().plate)


def test_a_key_is_not_shown():
    key = CheckKey.all_of(KEYRING)[0]
    assert repr(key.key) not in repr(key)
