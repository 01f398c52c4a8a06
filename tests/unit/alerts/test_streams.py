"""Batches of a stream are taken together and told apart again."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.alerts.hashing import CAPITALS_AND_DIGITS, Alphabet, TextHasher
from services.alerts.streams import (
    CROWD,
    HASHES_PER_TEXT,
    MOST_AT_ONCE,
    MOST_TOGETHER,
    Batch,
    Hashed,
    portions,
    read_portions,
)

HASHER = TextHasher(b"k" * 16, alphabet=Alphabet(CAPITALS_AND_DIGITS, "write numbers in digits and capitals"))


def texts(some, *, number=1):
    return Batch(number, texts=some)


def packed(count, *, number=1):
    return Batch(number, packed=np.zeros(count, np.uint64))


@given(st.lists(st.tuples(st.integers(0, 12), st.booleans()), max_size=20), st.integers(1, 20))
def test_portions_keep_the_order_and_are_none_too_large(sizes, most):
    batches = [
        packed(size * HASHES_PER_TEXT, number=number) if is_packed else texts(["USA12345678"] * size, number=number)
        for number, (size, is_packed) in enumerate(sizes)
    ]
    divided = list(portions(batches, most=most))
    assert [batch for portion in divided for batch in portion] == batches
    for portion in divided:
        assert portion
        assert len(portion) == 1 or sum(sizes[batch.number][0] for batch in portion) <= most


@given(st.lists(st.integers(0, 4), max_size=8))
def test_what_is_found_is_told_by_batch_and_by_place_in_it(sizes):
    hashed = Hashed.of([texts(["USA12345678"] * size) for size in sizes], HASHER, rewrite=str.upper)
    expected = {which: {place: (which, place) for place in range(size)} for which, size in enumerate(sizes) if size}
    assert hashed.by_batch({place: hashed.where(place) for place in range(sum(sizes))}) == expected


async def asked(*batches):
    for batch in batches:
        yield batch


async def test_what_has_come_meanwhile_is_read_together_in_portions():
    batches = [texts(["USA12345678"] * size) for size in (1, MOST_AT_ONCE, 2)]

    async def read(batch):
        return batch

    async with aclosing(read_portions(asked(*batches), read)) as found:
        assert [portion async for portion in found] == [batches[:1], batches[1:2], batches[2:]]


async def test_packed_batches_that_come_together_are_one_portion():
    batches = [packed(1_000, number=number) for number in range(MOST_TOGETHER)]

    async def read(batch):
        return batch

    async with aclosing(read_portions(asked(*batches), read)) as found:
        assert [portion async for portion in found] == [batches]


@pytest.mark.parametrize(("first", "gathering", "later"), [(CROWD, 0.3, [5]), (CROWD - 1, 3_600, [1] * 5)])
async def test_after_a_crowd_and_only_then_the_next_batches_gather(first, gathering, later):
    wanted = asyncio.Semaphore(0)

    async def coming():
        for number in range(first + 5):
            if number >= first and first < CROWD:
                await wanted.acquire()
            elif number >= first:
                await asyncio.sleep(0)
            yield texts(["USA12345678"], number=number)

    async def read(batch):
        return batch

    sizes = []
    async with aclosing(read_portions(coming(), read, gathering=timedelta(seconds=gathering))) as found:
        async for portion in found:
            sizes.append(len(portion))
            wanted.release()
    assert sizes == [first, *later]


async def test_what_cannot_be_read_ends_the_stream():
    async def read(batch):
        raise ValueError("it is no batch")

    async with aclosing(read_portions(asked(texts([])), read)) as found:
        with pytest.raises(ValueError, match="no batch"):
            await anext(found)
