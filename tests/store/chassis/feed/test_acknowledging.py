"""Acknowledging: once, by the addressee only, and alike for what is not theirs and what is not there."""

import asyncio
import uuid
from datetime import timedelta

import pytest

from xiezhi.errors import Reason, XiezhiError


async def test_an_acknowledgement_stays_as_it_was_the_first_time(desk, clock):
    one, two = await desk.tell("one", "two")
    first = await desk.acknowledge(one, by="first")
    clock.advance(timedelta(minutes=1))
    again = await desk.acknowledge(two, one, two, by="second")
    assert [(ack.notice_id, ack.number, ack.by) for ack in again] == [
        (two, 2, "second"),
        (one, 1, "first"),
        (two, 2, "second"),
    ]
    assert again[1] == first[0]
    assert [notice.acked_at for notice in await desk.take(2)] == [first[0].at, clock.now()]
    assert await desk.acknowledge() == ()


async def test_of_a_call_it_is_told_how_many_it_was_the_first_to_acknowledge(desk, clock):
    one, two = await desk.tell("one", "two")
    assert await desk.feed.acknowledge_now("a", [one], by="first") == 1
    clock.advance(timedelta(minutes=1))
    assert await desk.feed.acknowledge_now("a", [two, one], by="first") == 1
    assert await desk.feed.acknowledge_now("a", [two, one], by="second") == 0
    with pytest.raises(XiezhiError) as refused:
        await desk.feed.acknowledge_now("b", [one], by="first")
    assert refused.value.reason is Reason.NOT_FOUND


@pytest.mark.parametrize("kind", ["another's", "nobody's"])
async def test_what_is_not_the_addressees_is_not_found_whether_it_exists_or_not(desk, kind):
    (own,) = await desk.tell("one")
    (others,) = await desk.tell("two", addressee="b")
    asked = others if kind == "another's" else str(uuid.uuid4())
    with pytest.raises(XiezhiError) as refused:
        await desk.acknowledge(own, asked)
    assert refused.value.reason is Reason.NOT_FOUND
    assert asked not in str(refused.value)
    assert [notice.acked_at for name in "ab" for notice in await desk.take(1, name)] == [None, None]


async def test_of_acknowledgements_that_race_one_counts_and_all_are_told_which(desk, other):
    ids = await desk.tell(*(str(number) for number in range(10)))
    answers = await asyncio.gather(
        *(one.acknowledge(notice, by=name) for notice in ids for one, name in ((desk, "x"), (other, "y")))
    )
    for notice in ids:
        told = {ack for (ack,) in answers if ack.notice_id == notice}
        assert len(told) == 1
        assert await desk.acknowledge(notice, by="late") == tuple(told)
