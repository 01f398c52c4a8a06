"""Keys of the vehicle service's alerts, and what of plates and VINs is hashed under them."""

from __future__ import annotations

import re
import secrets
import unicodedata

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.alerts.keys import CheckKey
from services.chassis.sealing import Keyring
from services.vehicle.checks.keys import PlateHasher, alert_hasher, check_key
from tests.unit.vehicle.cars import car

KEYRING = Keyring({1: secrets.token_bytes(32)}, {7: secrets.token_bytes(32), 3: secrets.token_bytes(32)})
HASHER = PlateHasher(bytes(range(16)))
CANONICAL = re.compile("[0-9A-Z\u4000-\u9fff]+")
HAN = st.characters(min_codepoint=0x4000, max_codepoint=0x9FFF)
LATIN = st.sampled_from("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")
plates = st.text(HAN | LATIN | st.sampled_from("\n\0 az@[/:·－Ａ赣０㿿\ua000\ud83d😀"), max_size=40)


def test_the_key_is_the_one_under_which_alerts_were_always_kept():
    # The first half of a keyed digest under "vehicle.check": another one would find no alert that is on file.
    fixed = Keyring({1: bytes(32)}, {3: bytes(32)})
    assert check_key(fixed).key.hex() == "85b24f78225632399ebc9c9349954bd0"
    assert alert_hasher(check_key(fixed)).hash("赣A12345") == -9067661509498924705
    assert check_key(KEYRING) == CheckKey.all_of(KEYRING, "vehicle.check")[0]


def test_hashes_are_those_of_the_index_as_signed_numbers():
    key = check_key(KEYRING)
    hasher, unsigned = alert_hasher(key), PlateHasher(key.key)
    hashes = [hasher.hash(car(n).plate) for n in range(1, 60)]
    assert hasher.key_id == key.key_id
    assert [h % (1 << 64) for h in hashes] == [unsigned.hash(car(n).plate) for n in range(1, 60)]
    assert all(-(1 << 63) <= h < 1 << 63 for h in hashes)
    assert min(hashes) < 0 < max(hashes)
    assert hasher.hash(car().vin) != hasher.hash(car().plate)


@given(st.lists(plates, max_size=60))
def test_a_plate_is_of_digits_upper_case_letters_and_han_characters(texts):
    found = HASHER.hash_all(texts)
    expected = [CANONICAL.fullmatch(text) is not None and len(text.encode()) <= 32 for text in texts]
    assert found.canonical.tolist() == expected


@pytest.mark.parametrize(
    "bad", ["", "\n", "赣A12345\n", "赣A1\n2345", "赣a12345", "赣Ａ12345", "赣A·12345", "赣A12345\0"]
)
@pytest.mark.parametrize("place", [0, 7, 19])
def test_what_is_no_plate_is_found_wherever_it_stands(bad, place):
    texts = [f"赣B{number:05}" for number in range(20)]
    texts[place] = bad
    found = HASHER.hash_all(texts)
    assert np.flatnonzero(~found.canonical).tolist() == [place]


def test_a_refusal_does_not_repeat_the_plate():
    with pytest.raises(ValueError, match="digits, upper-case letters and Han characters") as caught:
        HASHER.hash("赣a12345")
    assert "12345" not in str(caught.value)


def test_a_lower_case_or_full_width_plate_is_canonical_once_it_is_normalised():
    for text in ("赣a12345", "赣Ａ１２３４５", "赣ａ１２３４５"):
        assert not HASHER.hash_all([text]).canonical.any()
        assert HASHER.hash(unicodedata.normalize("NFKC", text).upper()) == HASHER.hash("赣A12345")
