"""Lists of texts: each is found exactly if it is sought, and what is not checked is told."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.alerts.batches import hash_list, sift
from services.alerts.hashing import CAPITALS_AND_DIGITS, Alphabet, TextHasher
from services.alerts.live import Found
from services.alerts.numbers import as_number
from tests.unit.alerts.checked import check_texts
from tests.unit.alerts.drawn import hashes
from xiezhi.errors import Reason, XiezhiError, error

HASHER = TextHasher(b"k" * 16, alphabet=Alphabet(CAPITALS_AND_DIGITS, "write numbers in digits and capitals"))
KNOWN = ("36990118900101001X", "369901189001010019", "USA12345678", "DEUC01X00T47ABCDEFGHIJK")
TEXTS = st.sampled_from([*KNOWN, "36990118900101001x", "usa12345678", "usa-1", "", "A\nB", "A" * 33])
AGE = timedelta(milliseconds=150)


class Index:
    """An index of some texts; none of an age that it has not.

    Args:
        sought: The texts.
        database: Asked while the index is too old.
        is_fresh: Whether it is not.
    """

    def __init__(self, sought, *, database, is_fresh):
        self.listed = database.listed
        self._hashes = hashes(HASHER.hash(text) for text in sought)
        self._is_fresh = is_fresh

    def find(self, asked):
        return Found(np.isin(asked, self._hashes), AGE) if self._is_fresh else None


class Database:
    """A database of some alerts; it notes what it was asked."""

    def __init__(self, sought, *, is_there=True):
        self._numbers = {as_number(HASHER.hash(text)) for text in sought}
        self._is_there = is_there
        self.asked = []

    async def listed(self, numbers):
        self.asked.append(list(numbers))
        if not self._is_there:
            raise error(Reason.STORE_UNAVAILABLE, "The database is away.")
        return self._numbers & set(numbers)


def place(sought, *, is_fresh=True, is_there=True):
    database = Database(sought, is_there=is_there)
    return Index(sought, database=database, is_fresh=is_fresh), database


@settings(max_examples=60)
@given(st.lists(TEXTS, max_size=30), st.sets(st.sampled_from(KNOWN)), st.booleans())
async def test_each_text_is_found_exactly_if_it_is_sought(texts, sought, is_fresh):
    alerts, database = place(sought, is_fresh=is_fresh)
    found = await check_texts(texts, alerts, hasher=HASHER, rewrite=str.upper)
    assert found.hits == [index for index, text in enumerate(texts) if text.upper() in sought]
    assert found.invalid == [index for index, text in enumerate(texts) if text in {"usa-1", "", "A\nB", "A" * 33}]
    assert found.age == (AGE if is_fresh else None)
    assert bool(database.asked) is not is_fresh


async def test_without_rewriting_what_is_not_canonical_is_not_checked():
    alerts, _ = place(KNOWN)
    found = await check_texts(["usa12345678", "USA12345678"], alerts, hasher=HASHER)
    assert (found.hits, found.invalid) == ([1], [0])


async def test_a_hit_in_the_place_of_what_is_invalid_is_none():
    # What is hashed in its place says nothing, whatever it meets.
    invalid = hash_list(["?"], HASHER, rewrite=str)
    alerts = _All()
    assert (await sift(invalid.hashes, alerts)).hits.all()
    assert (await check_texts(["?"], alerts, hasher=HASHER)).hits == []


async def test_the_database_is_asked_for_each_hash_once():
    alerts, database = place(KNOWN, is_fresh=False)
    found = await check_texts([KNOWN[0], KNOWN[1], KNOWN[0]], alerts, hasher=HASHER)
    assert found.hits == [0, 1, 2]
    assert database.asked == [[as_number(HASHER.hash(text)) for text in KNOWN[:2]]]


async def test_without_index_and_database_nothing_counts_as_checked():
    alerts, _ = place(KNOWN, is_fresh=False, is_there=False)
    with pytest.raises(XiezhiError) as caught:
        await check_texts(["USA12345678"], alerts, hasher=HASHER)
    assert caught.value.reason is Reason.STORE_UNAVAILABLE


def test_texts_are_hashed_in_the_form_that_they_were_given():
    found = hash_list(["USA12345678", "usa12345678", "?"], HASHER, rewrite=str.upper)
    assert found.rewritten == {1: "USA12345678"}
    assert found.invalid == [2]
    assert found.hashes[:2].tolist() == [HASHER.hash("USA12345678")] * 2


def test_nothing_of_a_list_is_shown_by_accident():
    assert "USA" not in repr(hash_list(["usa12345678"], HASHER, rewrite=str.upper))


class _All:
    """An index in which everything is found."""

    def find(self, asked):
        return Found(np.ones(len(asked), np.bool_), AGE)
