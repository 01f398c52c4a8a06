"""Hashes of plates: what another implementation makes of them, one or many at a time, and what is never hashed."""

from __future__ import annotations

import re
import unicodedata

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.vehicle.alerts.hashing import MAX_BYTES, PlateHasher

KEY = bytes(range(16))
HASHER = PlateHasher(KEY)
CANONICAL = re.compile("[0-9A-Z\u4000-\u9fff]+")

HAN = st.characters(min_codepoint=0x4000, max_codepoint=0x9FFF)
LATIN = st.sampled_from("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")
canonical_texts = st.text(HAN | LATIN, min_size=1, max_size=MAX_BYTES).filter(lambda t: len(t.encode()) <= MAX_BYTES)
near_texts = st.text(HAN | LATIN | st.sampled_from("\n\0 az@[/:·－Ａ赣０㿿\ua000\ud83d😀"), max_size=40)
any_texts = st.text(st.characters(), max_size=40)


def is_canonical(text: str) -> bool:
    return CANONICAL.fullmatch(text) is not None and len(text.encode()) <= MAX_BYTES


@pytest.mark.parametrize(
    ("text", "tag"),
    # printf %s TEXT | openssl mac -cipher AES-128-CBC -macopt hexkey:000102030405060708090a0b0c0d0e0f CMAC
    [
        ("A", "741D159119D8BA70E053B39596C5E59C"),
        ("赣A12345", "F2D731B14E4A32535D4FBF516FAD7F8A"),
        ("赣AD12345", "13B7C8FF5B686D8C3391F39CCAE5EB5E"),
        ("赣A1234学", "115D089BD5B66C8F05B4E0477360AF7F"),
        ("赣赣赣赣赣A", "A6B257612FE3F01CDE93A68CB3CD7028"),
        ("LTST00006J0000001", "086738EA5FC2378711A337F1D83A9ED0"),
        ("0123456789ABCDEF0123456789ABCDEF", "0679A8EF6E2E637346F66C974D4EAA02"),
    ],
)
def test_a_hash_is_the_start_of_the_cmac_that_openssl_makes(text, tag):
    expected = int.from_bytes(bytes.fromhex(tag)[:8], "little")
    assert HASHER.hash(text) == expected
    many = HASHER.hash_all([text] * 20)
    assert many.canonical.all()
    assert (many.hashes == np.uint64(expected)).all()


@given(st.lists(canonical_texts, min_size=1, max_size=60))
def test_many_are_hashed_like_one(texts):
    found = HASHER.hash_all(texts)
    assert found.canonical.all()
    assert found.hashes.tolist() == [HASHER.hash(text) for text in texts]


@given(st.lists(near_texts | any_texts | canonical_texts, max_size=60))
def test_what_is_not_canonical_is_told_apart_and_spoils_no_other_hash(texts):
    found = HASHER.hash_all(texts)
    assert found.canonical.tolist() == [is_canonical(text) for text in texts]
    for text, number, canonical in zip(texts, found.hashes.tolist(), found.canonical.tolist(), strict=True):
        if canonical:
            assert number == HASHER.hash(text)


@given(near_texts | any_texts)
def test_one_text_is_refused_unless_it_is_canonical(text):
    if is_canonical(text):
        HASHER.hash(text)
    else:
        with pytest.raises(ValueError, match="digits, upper-case letters and Han characters"):
            HASHER.hash(text)


def test_a_refusal_does_not_repeat_the_text():
    with pytest.raises(ValueError) as caught:
        HASHER.hash("赣a12345")
    assert "12345" not in str(caught.value)


@pytest.mark.parametrize("count", [0, 1, 9, 10, 11, 2047, 2048, 2049, 5000])
def test_the_number_of_texts_does_not_matter(count):
    texts = [f"赣A{number:05}" if number % 7 else f"LTST00006J{number:07}" for number in range(count)]
    found = HASHER.hash_all(texts)
    assert found.canonical.all()
    assert found.hashes.tolist() == [HASHER.hash(text) for text in texts]


@pytest.mark.parametrize(
    "bad", ["", "\n", "赣A12345\n", "赣A1\n2345", "赣a12345", "赣Ａ12345", "赣A·12345", "赣A12345\0"]
)
@pytest.mark.parametrize("place", [0, 7, 19])
def test_a_bad_text_is_found_wherever_it_stands(bad, place):
    texts = [f"赣B{number:05}" for number in range(20)]
    texts[place] = bad
    found = HASHER.hash_all(texts)
    assert np.flatnonzero(~found.canonical).tolist() == [place]


def test_a_text_is_as_long_as_its_bytes():
    assert HASHER.hash_all(["赣" * 10 + "AA"] * 20).canonical.all()
    assert not HASHER.hash_all(["赣" * 10 + "AAA"] * 20).canonical.any()


def test_a_lower_case_or_full_width_plate_is_canonical_once_it_is_normalised():
    for text in ("赣a12345", "赣Ａ１２３４５", "赣ａ１２３４５"):
        assert not HASHER.hash_all([text]).canonical.any()
        assert HASHER.hash(unicodedata.normalize("NFKC", text).upper()) == HASHER.hash("赣A12345")


def test_another_key_makes_other_hashes():
    other = PlateHasher(KEY[::-1])
    texts = [f"赣C{number:05}" for number in range(1000)]
    assert not np.isin(HASHER.hash_all(texts).hashes, other.hash_all(texts).hashes).any()


@pytest.mark.parametrize("size", [0, 15, 17, 24, 32])
def test_a_key_of_another_size_is_refused(size):
    with pytest.raises(ValueError, match="16 bytes"):
        PlateHasher(bytes(size))
