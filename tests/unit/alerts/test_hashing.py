"""Hashes of texts: what another implementation makes of them, one or many at a time, and what is never hashed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.alerts.hashing import ANY_TEXT, CAPITALS_AND_DIGITS, MAX_BYTES, Alphabet, TextHasher

KEY = bytes(range(16))
NUMBERS = Alphabet(CAPITALS_AND_DIGITS, "write a number in digits and upper-case letters only")
LINES = Alphabet(CAPITALS_AND_DIGITS + b"\n", "write lines of numbers")
ALPHABETS = (ANY_TEXT, NUMBERS, LINES)
HASHER = TextHasher(KEY, alphabet=ANY_TEXT)

capitals = st.sampled_from(CAPITALS_AND_DIGITS.decode())
numbers = st.text(capitals, min_size=1, max_size=MAX_BYTES)
near_texts = st.text(capitals | st.sampled_from("\n\0 az@[/:·－Ａ赣\ud83d😀"), max_size=40)
any_texts = st.text(st.characters(), max_size=40)


def is_canonical(text: str, alphabet: Alphabet) -> bool:
    encoded = text.encode("utf-8", "surrogatepass")
    is_text = not any("\ud800" <= character <= "\udfff" for character in text)
    return is_text and 0 < len(encoded) <= MAX_BYTES and set(encoded) <= set(alphabet.allowed)


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
        ("36990118900101001X", "9FF238F44C3EC75DC126E3F692541B7B"),
        ("USA12345678", "D18A6467A4E63AA7F42B2B6E5E4EE0EF"),
        ("DEU1234567890123", "AF212D5CA907AB21878BE049A463A68E"),
        ("DEUC01X00T47ABCDEFGHIJK", "5E9CC5BC861E90D2ECD8659AC06C3089"),
        ("two\nlines", "51C6D41BD1C80D88150D4D6491314B64"),
        ("😀", "1CF8453001E62A7671589E1F3A154BA4"),
        ("Ünïcödé ſtraße", "7B9A90D238D465E91EF78AEAE7D0D548"),
    ],
)
def test_a_hash_is_the_start_of_the_cmac_that_openssl_makes(text, tag):
    expected = int.from_bytes(bytes.fromhex(tag)[:8], "little")
    assert HASHER.hash(text) == expected
    many = HASHER.hash_all([text] * 20)
    assert many.canonical.all()
    assert (many.hashes == np.uint64(expected)).all()


@given(st.lists(numbers, min_size=1, max_size=60))
def test_many_are_hashed_like_one(texts):
    found = HASHER.hash_all(texts)
    assert found.canonical.all()
    assert found.hashes.tolist() == [HASHER.hash(text) for text in texts]


@given(st.lists(near_texts | any_texts | numbers, max_size=60), st.sampled_from(ALPHABETS))
def test_what_is_not_canonical_is_told_apart_and_spoils_no_other_hash(texts, alphabet):
    hasher = TextHasher(KEY, alphabet=alphabet)
    found = hasher.hash_all(texts)
    assert found.canonical.tolist() == [is_canonical(text, alphabet) for text in texts]
    for text, number, canonical in zip(texts, found.hashes.tolist(), found.canonical.tolist(), strict=True):
        if canonical:
            assert number == HASHER.hash(text)


@given(near_texts | any_texts, st.sampled_from(ALPHABETS))
def test_one_text_is_refused_unless_it_is_canonical(text, alphabet):
    hasher = TextHasher(KEY, alphabet=alphabet)
    if is_canonical(text, alphabet):
        assert hasher.hash(text) == HASHER.hash(text)
    else:
        with pytest.raises(ValueError) as caught:
            hasher.hash(text)
        assert str(caught.value) == alphabet.advice


@pytest.mark.parametrize("count", [0, 1, 9, 10, 11, 2047, 2048, 2049, 5000])
def test_the_number_of_texts_does_not_matter(count):
    texts = [f"USA{number:05}" if number % 7 else f"36990118900101{number:04}" for number in range(count)]
    found = HASHER.hash_all(texts)
    assert found.canonical.all()
    assert found.hashes.tolist() == [HASHER.hash(text) for text in texts]


@pytest.mark.parametrize("bad", ["", "\n", "USA12345\n", "USA1\n2345", "USa12345", "USA\ud83d", "USA12345\0", "A" * 33])
@pytest.mark.parametrize("place", [0, 7, 19])
def test_a_bad_text_is_found_wherever_it_stands(bad, place):
    texts = [f"USA{number:05}" for number in range(20)]
    texts[place] = bad
    found = TextHasher(KEY, alphabet=NUMBERS).hash_all(texts)
    assert np.flatnonzero(~found.canonical).tolist() == [place]


def test_a_text_is_as_long_as_its_bytes():
    assert HASHER.hash_all(["赣" * 10 + "AA"] * 20).canonical.all()
    assert not HASHER.hash_all(["赣" * 10 + "AAA"] * 20).canonical.any()


@pytest.mark.parametrize("size", range(1, MAX_BYTES + 1))
def test_texts_of_every_size_stand_beside_each_other(size):
    texts = ["7" * size, "A", "X" * 18, "Z" * MAX_BYTES] * 5
    found = HASHER.hash_all(texts)
    assert found.canonical.all()
    assert found.hashes.tolist() == [HASHER.hash(text) for text in texts]


def test_another_key_makes_other_hashes():
    other = TextHasher(KEY[::-1], alphabet=ANY_TEXT)
    texts = [f"USA{number:05}" for number in range(1000)]
    assert not np.isin(HASHER.hash_all(texts).hashes, other.hash_all(texts).hashes).any()


@pytest.mark.parametrize("size", [0, 15, 17, 24, 32])
def test_a_key_of_another_size_is_refused(size):
    with pytest.raises(ValueError, match="16 bytes"):
        TextHasher(bytes(size), alphabet=ANY_TEXT)


@pytest.mark.parametrize(("shortest", "longest"), [(0, 5), (6, 5), (1, 33)])
def test_an_alphabet_is_of_lengths_that_can_be_hashed(shortest, longest):
    with pytest.raises(ValueError, match="1 to 32 bytes"):
        Alphabet(CAPITALS_AND_DIGITS, "", shortest=shortest, longest=longest)


@pytest.mark.parametrize("count", [1, 20, 3000])
def test_a_text_of_another_length_is_not_canonical(count):
    hasher = TextHasher(b"k" * 16, alphabet=Alphabet(CAPITALS_AND_DIGITS, "", shortest=5, longest=23))
    found = hasher.hash_all(["A" * 4, "A" * 5, "A" * 23, "A" * 24] * count)
    assert found.canonical.tolist() == [False, True, True, False] * count
