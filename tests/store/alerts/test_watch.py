"""The index holds exactly the hashes that an alert stands under, however the feed comes about and is read."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from sqlalchemy import create_engine, delete, insert

from services.alerts.numbers import as_hashes
from services.alerts.rows import ForeignKeyError
from tests.store.alerts.post import ALERTS, BOUND, HASHER, KEY, Post
from xiezhi.errors import Reason, XiezhiError

HASHES = (1, -1, 7, -(1 << 63), (1 << 63) - 1)
SUBJECTS = (11, 12)
TEXT = "36990118900101001X"


class Feed:
    """Changes that are written as they are drawn, and what they come to.

    Args:
        url: The database.
        seed: Of what is drawn.
    """

    def __init__(self, url, *, seed):
        self._engine = create_engine(url)
        self._drawn = random.Random(seed)
        self._number = 0
        self._standing = set()

    def write(self):
        """Writes some changes, with gaps in their numbers."""
        rows = []
        for _ in range(self._drawn.randrange(8)):
            self._number += self._drawn.randint(1, 3)
            alert = (self._drawn.choice(HASHES), self._drawn.choice(SUBJECTS))
            present = self._drawn.random() < 0.5
            (self._standing.add if present else self._standing.discard)(alert)
            rows.append(
                {
                    "number": self._number,
                    "hash": alert[0],
                    "subject_id": alert[1],
                    "key_id": KEY.key_id,
                    "present": present,
                }
            )
        if rows:
            with self._engine.begin() as connection:
                connection.execute(insert(ALERTS.changes), rows)

    @property
    def sought(self):
        """The hashes that an alert stands under."""
        return [any((number, subject) in self._standing for subject in SUBJECTS) for number in HASHES]

    def close(self):
        """Lets go of the database."""
        self._engine.dispose()


@pytest.mark.parametrize("seed", range(6))
async def test_the_index_is_what_the_feed_comes_to(alerts_url, database, clock, seed):
    feed = Feed(alerts_url, seed=seed)
    following = [Post(database, clock=clock, portion=portion) for portion in (1, 3, 1000)]
    try:
        for _ in range(12):
            feed.write()
            late = Post(database, clock=clock, portion=2)
            for post in (*following, late):
                await post.follow()
                found = post.watch.find(as_hashes(HASHES))
                assert found is not None
                assert found.hits.tolist() == feed.sought
            assert await late.watch.listed(HASHES) == {h for h, s in zip(HASHES, feed.sought, strict=True) if s}
    finally:
        feed.close()


async def test_a_process_that_has_no_index_yet_is_not_ready_and_finds_nothing(post):
    assert post.watch.find(as_hashes(HASHES)) is None
    with pytest.raises(XiezhiError) as refusal:
        await post.watch.check()
    assert refusal.value.reason is Reason.STORE_UNAVAILABLE
    await post.follow()
    await post.watch.check()


async def test_an_index_says_nothing_beyond_its_bound(post, clock):
    await post.follow()
    clock.advance(BOUND)
    assert post.watch.find(as_hashes(HASHES)) is not None
    clock.advance(timedelta(microseconds=1))
    assert post.watch.find(as_hashes(HASHES)) is None


async def test_alerts_under_another_key_let_no_index_be_made(post, database, clock):
    await post.write((11, TEXT))
    other = Post(database, clock=clock, key_id=KEY.key_id + 1)
    with pytest.raises(ForeignKeyError):
        await other.watch.build()


async def test_after_a_database_was_restored_the_index_is_made_anew(post, database):
    await post.write((11, TEXT))
    await post.follow()
    await database.write(lambda connection: connection.execute(delete(ALERTS.changes)))
    await post.follow()
    assert not post.watch.find(HASHER.hash_all([TEXT]).hashes).hits.any()
