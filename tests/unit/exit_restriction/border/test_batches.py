"""Batches that are hashed together say of each number what it says alone."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from services.alerts.streams import Hashed
from services.exit_restriction.border.batches import TravellerBatch
from services.exit_restriction.border.keys import NumberHasher
from services.exit_restriction.registry.numbers import plain_number, read_document_number
from tests.unit.exit_restriction.sought import ENTRY, meeting

HASHER = NumberHasher(b"k" * 16)
KNOWN = ("E12345678", "36990119800115001X", "GBR123456789")
NUMBERS = st.sampled_from([*KNOWN, "e1234 5678", "36990119800115001x", "E123", "", "A" * 24, "护照12345", "A\nBCDEF"])


def texts(numbers, number=1):
    return TravellerBatch(number, meeting(), texts=numbers)


def packed(numbers, number=1):
    return TravellerBatch(number, meeting(ENTRY), packed=HASHER.hash_all(numbers).hashes, is_dated=True)


def hashed_of(batches):
    return Hashed.of(batches, HASHER, rewrite=plain_number)


BATCHES = st.lists(st.lists(NUMBERS, max_size=30).map(texts) | st.just(packed(KNOWN)), max_size=6)


@given(BATCHES, st.sets(st.sampled_from(KNOWN)))
def test_each_number_is_found_exactly_if_it_is_sought(batches, sought):
    hashed = hashed_of(batches)
    assert len(hashed.hashes) == sum(map(len, batches))
    wanted = np.array([HASHER.hash(number) for number in sought], np.uint64)
    found = hashed.candidates(np.isin(hashed.hashes, wanted))
    expected = []
    for which, batch in enumerate(batches):
        for place in range(len(batch)):
            if batch.packed is not None:
                number, text = KNOWN[place], ""
            else:
                number = text = read_document_number(batch.texts[place]) or ""
            if number in sought:
                expected.append((which, place, text, HASHER.hash(number), batch.meeting, batch.is_dated))
    got = [
        (*hashed.where(place), text, number % (1 << 64), batch.meeting, batch.is_dated)
        for place, (number, batch, text) in zip(found, hashed.at(found), strict=True)
    ]
    assert got == expected


@given(BATCHES)
def test_what_is_no_number_is_told_by_its_place_in_its_batch(batches):
    hashed = hashed_of(batches)
    for which, batch in enumerate(batches):
        wrong = [] if batch.packed is not None else [i for i, n in enumerate(batch.texts) if not _reads(n)]
        assert hashed.checked(which) == (len(batch) - len(wrong), wrong)


def _reads(number):
    return read_document_number(number) is not None
