"""The key of alerts, and which numbers are hashed under it."""

from __future__ import annotations

import pytest

from services.chassis.sealing import Keyring
from services.exit_restriction.border.keys import NumberHasher, alert_hasher, border_key
from services.vehicle.checks.keys import check_key


def test_the_key_follows_from_the_keyring_and_is_the_borders_own(tmp_path):
    keyring = Keyring.create(tmp_path / "ring.json")
    key = border_key(keyring)
    assert key == border_key(keyring)
    assert key.key != check_key(keyring).key
    assert repr(key.key) not in repr(key)
    assert alert_hasher(key).hash("E12345678") % (1 << 64) == NumberHasher(key.key).hash("E12345678")


@pytest.mark.parametrize("text", ["E123", "A" * 24, "e12345678", "E 12345678", ""])
def test_what_is_no_number_is_not_hashed(text):
    hasher = NumberHasher(b"k" * 16)
    with pytest.raises(ValueError, match="5 to 23 digits"):
        hasher.hash(text)
    for count in (1, 20):
        assert not hasher.hash_all([text] * count).canonical.any()


@pytest.mark.parametrize("text", ["E1234", "36990119800115001X", "GBR" + "1" * 20])
def test_what_is_a_number_is_hashed_alone_as_with_others(text):
    hasher = NumberHasher(b"k" * 16)
    found = hasher.hash_all([text, "?"] * 20)
    assert found.canonical.tolist() == [True, False] * 20
    assert {int(one) for one in found.hashes[::2]} == {hasher.hash(text)}
