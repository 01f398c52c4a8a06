"""The index holds exactly the hashes that an alert stands under, however the feed comes about and is read."""

from __future__ import annotations

import random

import pytest
from sqlalchemy import create_engine, insert

from services.vehicle.checks.alerts import as_hashes
from services.vehicle.checks.keys import CheckKey
from services.vehicle.seizures.tables import ALERTS
from tests.store.vehicle.police import Process

HASHES = (1, -1, 7, -(1 << 63), (1 << 63) - 1)
VEHICLES = (11, 12)


class Feed:
    """Changes that are written as they are drawn, and what they come to.

    Args:
        url: The database.
        key_id: The key of the hashes.
        seed: Of what is drawn.
    """

    def __init__(self, url, *, key_id, seed):
        self._engine = create_engine(url)
        self._key_id = key_id
        self._drawn = random.Random(seed)
        self._number = 0
        self._standing = set()

    def write(self):
        """Writes some changes, with gaps in their numbers."""
        rows = []
        for _ in range(self._drawn.randrange(8)):
            self._number += self._drawn.randint(1, 3)
            alert = (self._drawn.choice(HASHES), self._drawn.choice(VEHICLES))
            present = self._drawn.random() < 0.5
            (self._standing.add if present else self._standing.discard)(alert)
            rows.append(
                {
                    "number": self._number,
                    "hash": alert[0],
                    "vehicle_id": alert[1],
                    "key_id": self._key_id,
                    "present": present,
                }
            )
        if rows:
            with self._engine.begin() as connection:
                connection.execute(insert(ALERTS), rows)

    @property
    def sought(self):
        """The hashes that an alert stands under."""
        return [any((number, vehicle) in self._standing for vehicle in VEHICLES) for number in HASHES]

    def close(self):
        """Lets go of the database."""
        self._engine.dispose()


@pytest.mark.parametrize("seed", range(6))
async def test_the_index_is_what_the_feed_comes_to(vehicle_url, database, keyring, clock, seed):
    feed = Feed(vehicle_url, key_id=CheckKey.all_of(keyring)[0].key_id, seed=seed)
    following = [Process(database, keyring=keyring, clock=clock, portion=portion) for portion in (1, 3, 1000)]
    try:
        for _ in range(12):
            feed.write()
            late = Process(database, keyring=keyring, clock=clock, portion=2)
            for process in (*following, late):
                await process.follow()
                found = process.watch.find(as_hashes(HASHES))
                assert found is not None
                assert found.hits.tolist() == feed.sought
            assert await late.store.listed(HASHES) == {h for h, s in zip(HASHES, feed.sought, strict=True) if s}
    finally:
        feed.close()
