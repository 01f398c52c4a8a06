"""Keys of alerts."""

from __future__ import annotations

import secrets

from services.alerts.hashing import ANY_TEXT, TextHasher
from services.alerts.keys import AlertHasher, CheckKey
from services.chassis.sealing import Keyring

LABEL = "service.check"
KEYRING = Keyring({1: secrets.token_bytes(32)}, {7: secrets.token_bytes(32), 3: secrets.token_bytes(32)})


def test_keys_follow_from_the_keys_of_the_indexes():
    first, second = CheckKey.all_of(KEYRING, LABEL)
    assert (first.key_id, second.key_id) == (7, 3)
    assert (len(first.key), len(second.key)) == (16, 16)
    assert first.key != second.key
    assert CheckKey.all_of(KEYRING, LABEL) == (first, second)
    assert first.key not in KEYRING.indexing[7]


def test_services_have_keys_of_their_own():
    assert CheckKey.all_of(KEYRING, LABEL)[0].key != CheckKey.all_of(KEYRING, "other.check")[0].key


def test_a_hash_is_that_of_the_index_as_a_signed_number():
    texts = TextHasher(bytes(16), alphabet=ANY_TEXT)
    hasher = AlertHasher(7, texts)
    hashes = [hasher.hash(f"3699011890010100{n:02}") for n in range(60)]
    assert hasher.key_id == 7
    assert [h % (1 << 64) for h in hashes] == [texts.hash(f"3699011890010100{n:02}") for n in range(60)]
    assert all(-(1 << 63) <= h < 1 << 63 for h in hashes)
    assert min(hashes) < 0 < max(hashes)


def test_a_key_is_not_shown():
    key = CheckKey.all_of(KEYRING, LABEL)[0]
    assert repr(key.key) not in repr(key)
