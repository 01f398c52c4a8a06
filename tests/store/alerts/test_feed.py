"""The feed of alerts: what is written is found, numbered without a gap that a reader could fall into, and woken for."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import create_engine, select

from services.alerts.numbers import as_number
from tests.store.alerts.post import ALERTS, HASHER, KEY, Post
from tests.unit.alerts.checked import check_texts

TEXTS = ("36990118900101001X", "USA12345678", "DEUC01X00T47ABCDEFGHIJK")


async def hits(post):
    """Returns which of the texts are found in the index, and which in the database."""
    in_index = await check_texts(TEXTS, post.watch, hasher=HASHER)
    listed = await post.watch.listed([as_number(HASHER.hash(text)) for text in TEXTS])
    return in_index.hits, [number for number, text in enumerate(TEXTS) if as_number(HASHER.hash(text)) in listed]


async def test_what_is_written_is_found_until_it_is_taken_back(post):
    await post.follow()
    assert await hits(post) == ([], [])
    await post.write((1, TEXTS[0]), (2, TEXTS[2]))
    await post.follow()
    assert await hits(post) == ([0, 2], [0, 2])
    await post.write((1, TEXTS[0]), present=False)
    await post.follow()
    assert await hits(post) == ([2], [2])


async def test_a_text_that_two_things_share_is_found_until_both_are_taken_back(post):
    await post.write((1, TEXTS[0]), (2, TEXTS[0]))
    for subject, expected in ((1, [0]), (2, [])):
        await post.write((subject, TEXTS[0]), present=False)
        await post.follow()
        assert await hits(post) == (expected, expected)


async def test_a_row_says_what_is_sought_under_which_key(post, database):
    await post.write((4, TEXTS[1]))
    (row,) = await database.read(lambda connection: connection.execute(select(ALERTS.changes)).all())
    assert (row.number, row.subject_id, row.key_id, row.present) == (1, 4, KEY.key_id, True)
    assert row.hash == as_number(HASHER.hash(TEXTS[1]))


async def test_writers_of_two_processes_number_their_alerts_in_one_row(post, database, clock):
    other = Post(database, clock=clock)
    await asyncio.gather(*((post, other)[n % 2].write((n, TEXTS[n % 3])) for n in range(12)))
    rows = await database.read(lambda connection: connection.execute(select(ALERTS.changes.c.number)).scalars().all())
    head = await database.read(lambda connection: connection.execute(select(ALERTS.head.c.last)).scalar_one())
    assert len(set(rows)) == 12
    assert max(rows) == head


async def test_a_text_that_is_not_canonical_is_refused_and_nothing_is_written(post):
    with pytest.raises(ValueError, match="digits and capitals"):
        await post.write((1, TEXTS[0]), (2, "usa12345678"))
    await post.follow()
    assert await hits(post) == ([], [])


async def test_nothing_to_say_wakes_nobody(post):
    woken = []
    post.feed.on_commit(lambda: woken.append(1))
    await post.write()
    assert not woken
    await post.write((1, TEXTS[0]))
    assert woken == [1]


def test_a_loader_writes_at_the_end_of_a_transaction_of_its_own(post, alerts_url):
    engine = create_engine(alerts_url)
    with engine.begin() as connection:
        post.feed.write_last(connection, [(1, TEXTS[0]), (2, TEXTS[1])], present=True)
    with engine.connect() as connection:
        numbers = connection.execute(select(ALERTS.changes.c.number)).scalars().all()
    engine.dispose()
    assert sorted(numbers) == [1, 2]
