"""A feed as one process has it, and what the tests do with it."""

from __future__ import annotations

import asyncio
from contextlib import aclosing, suppress
from datetime import timedelta
from functools import partial

from sqlalchemy import MetaData, create_engine

from services.chassis.db import Database
from services.chassis.feed import DeadLetters, Feed, Notice, define_feed
from services.chassis.ids import SequenceIds
from services.chassis.outbox import Outbox, define_outbox
from services.chassis.relay import Relay
from services.chassis.sealing import Sealer
from xiezhi.errors import Unavailable

METADATA = MetaData()
TABLES = define_feed(METADATA)
OUTBOX = define_outbox(METADATA)
SOON = timedelta(milliseconds=20)
PATIENCE = 20
"""Seconds that a test waits for what must come."""


async def until(true):
    """Waits until something is so, and fails after a while."""
    async with asyncio.timeout(PATIENCE):
        while not true():  # noqa: ASYNC110 - what is waited for has no event to tell of it
            await asyncio.sleep(0.005)


def create_tables(url):
    engine = create_engine(url)
    METADATA.create_all(engine)
    engine.dispose()
    return url


class Desk:
    """A feed as one process has it.

    Args:
        url: The database, which has the tables.
        keyring: Seals payloads.
        clock: Source of now.
        space: Tells the ids of this process from those of others.
    """

    def __init__(self, url, *, keyring, clock, space=1, poll=SOON):
        self.url = url
        self.clock = clock
        self.database = Database.open(url)
        self.outbox = Outbox(OUTBOX)
        self.feed = Feed(
            TABLES, database=self.database, outbox=self.outbox, sealer=Sealer(keyring), clock=clock, poll=poll
        )
        self.ids = SequenceIds(space)
        self.letters = DeadLetters(self.outbox, database=self.database, clock=clock)

    def notice(self, word, addressee="a", **fields):
        known = {
            "notice_id": str(self.ids.uuid()),
            "addressee": addressee,
            "topic": "test.told",
            "subject": b"subject",
            "payload": word.encode(),
            "made_at": self.clock.now(),
        }
        return Notice(**known | fields)

    async def write(self, *notices):
        """Writes notices, again where another process kept the database from it: a notice is written once."""

        def work(connection):
            return [self.feed.write(connection, notice) for notice in notices]

        async with asyncio.timeout(PATIENCE):
            while True:
                with suppress(Unavailable):
                    return await self.database.write(work)

    async def tell(self, *words, addressee="a", **fields):
        """Writes notices and returns their ids."""
        notices = [self.notice(word, addressee, **fields) for word in words]
        await self.write(*notices)
        return [notice.notice_id for notice in notices]

    async def take(self, count, addressee="a", *, after=0):
        """Follows until so many notices have come."""
        taken = []
        async with asyncio.timeout(PATIENCE), aclosing(self.feed.follow(addressee, after=after)) as groups:
            while len(taken) < count:
                taken += await anext(groups)
        return taken

    async def acknowledge(self, *notice_ids, addressee="a", by="officer"):
        work = partial(self.feed.acknowledge, addressee=addressee, notice_ids=notice_ids, by=by, now=self.clock.now())
        return await self.database.write(work)

    def relay(self):
        return Relay(self.outbox, database=self.database, deliver=self.feed.escalate, clock=self.clock, ids=self.ids)

    async def all_told(self, *addressees):
        """Returns the words that addressees were told by now, in order."""
        return {addressee: await self._told(addressee) for addressee in addressees}

    async def _told(self, addressee):
        found = []
        while group := await self.database.read(
            partial(self.feed._log.group, addressee=addressee, after=found[-1].number if found else 0)
        ):
            found += group
        return words(found)


def words(notices):
    return [notice.payload.decode() for notice in notices]
