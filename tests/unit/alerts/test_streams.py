"""Batches of a stream are taken together and told apart again."""

from __future__ import annotations

from contextlib import aclosing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.alerts.hashing import CAPITALS_AND_DIGITS, Alphabet, TextHasher
from services.alerts.streams import MOST_AT_ONCE, Batch, Hashed, answer_together, portions
from xiezhi.vehicle.v1 import check_pb2

HASHER = TextHasher(b"k" * 16, alphabet=Alphabet(CAPITALS_AND_DIGITS, "write numbers in digits and capitals"))


def texts(some, *, number=1):
    return Batch(number, texts=some)


@given(st.lists(st.integers(0, 12), max_size=20), st.integers(1, 20))
def test_portions_keep_the_order_and_are_none_too_large(sizes, most):
    batches = [texts(["USA12345678"] * size, number=number) for number, size in enumerate(sizes)]
    divided = list(portions(batches, most=most))
    assert [batch for portion in divided for batch in portion] == batches
    for portion in divided:
        assert portion
        assert len(portion) == 1 or sum(map(len, portion)) <= most


@given(st.lists(st.integers(0, 4), max_size=8))
def test_what_is_found_is_told_by_batch_and_by_place_in_it(sizes):
    hashed = Hashed.of([texts(["USA12345678"] * size) for size in sizes], HASHER, rewrite=str.upper)
    expected = {which: {place: (which, place) for place in range(size)} for which, size in enumerate(sizes) if size}
    assert hashed.by_batch({place: hashed.where(place) for place in range(sum(sizes))}) == expected


async def asked(*batches):
    for batch in batches:
        yield batch


async def same(batches):
    return batches


async def test_what_has_come_meanwhile_is_looked_up_in_portions_and_answered_together():
    batches = [texts(["USA12345678"] * size, number=size) for size in (1, MOST_AT_ONCE, 2)]
    portions_seen = []

    async def check(portion):
        portions_seen.append([batch.number for batch in portion])
        return [check_pb2.StreamChecksResponse(batch=batch.number) for batch in portion]

    async with aclosing(answer_together(asked(*batches), read=same, check=check)) as found:
        joints = [joint async for joint in found]
    assert portions_seen == [[1], [MOST_AT_ONCE], [2]]
    assert [[answer.batch for answer in joint.messages] for joint in joints] == [[1, MOST_AT_ONCE, 2]]


async def test_what_cannot_be_read_ends_the_stream():
    async def read(batches):
        raise ValueError("it is no batch")

    async def check(portion):
        raise AssertionError("nothing is looked up")

    async with aclosing(answer_together(asked(texts([])), read=read, check=check)) as found:
        with pytest.raises(ValueError, match="no batch"):
            await anext(found)
