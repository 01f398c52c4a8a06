"""A log of given entries on a real database, and the index over it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from services.chassis.db import Database
from services.ledger.convert import id_of
from services.ledger.log import Log
from services.ledger.oversight import handlers
from services.ledger.oversight.convert import read_indexed
from services.ledger.oversight.domain import By, Key, Period, Search, Spot
from services.ledger.oversight.indexer import Indexer
from services.ledger.oversight.patterns import Thresholds
from services.ledger.oversight.store import SqlIndex
from services.ledger.oversight.summaries import SqlSummaries
from tests.store.ledger.disk import Disk
from tests.unit.ledger.entries import records
from xiezhi.ledger.v1 import ledger_pb2

ALWAYS = Period()


@dataclass(frozen=True, slots=True)
class Office:
    """An overseer's view of a log.

    Attributes:
        log: The log.
        database: Its database.
        index: The index.
        indexer: Fills it.
    """

    log: Log
    database: Database
    index: SqlIndex
    indexer: Indexer

    @classmethod
    @asynccontextmanager
    async def open(cls, disk: Disk) -> AsyncIterator[Office]:
        """Starts the log, without anything in the background."""
        async with disk.start(id_of=id_of) as log:
            database = Database.open(disk.url)
            index = SqlIndex(database, read_indexed)
            try:
                yield cls(log, database, index, Indexer(index, log))
            finally:
                database.close()

    async def append(self, *entries: ledger_pb2.Entry) -> None:
        """Appends entries in their order."""
        await self.log.append(records(entries))

    async def find(
        self,
        by: By,
        *keys: Key,
        period: Period = ALWAYS,
        size: int = 100,
        after: Spot | None = None,
        sought: tuple[bytes, ...] = (),
    ) -> handlers.FoundPage:
        """Searches."""
        asked = Search(by, keys, period, size, after, sought)
        return await handlers.search(asked, log=self.log, indexer=self.indexer, index=self.index)

    async def places(self, by: By, *keys: Key, period: Period = ALWAYS) -> list[int]:
        """Returns the places that a search finds."""
        return [one.place.index for one in (await self.find(by, *keys, period=period)).found]

    async def report(self, period: Period, *, now: int, thresholds: Thresholds | None = None) -> handlers.Report:
        """Reports."""
        return await handlers.report(
            period,
            thresholds or Thresholds(),
            now=now,
            log=self.log,
            indexer=self.indexer,
            summaries=SqlSummaries(self.database),
        )

    async def rows(self, statements: Iterable[str]) -> list[Sequence[object]]:
        """Runs queries."""
        return await self.database.read(
            lambda connection: [tuple(row) for text in statements for row in connection.exec_driver_sql(text)]
        )


def thresholds(**changed: int) -> Thresholds:
    """Thresholds of which some are given, durations in seconds."""
    durations = {"consent_within", "followed_within"}
    return Thresholds(
        **{name: timedelta(seconds=value) if name in durations else value for name, value in changed.items()}  # type: ignore[arg-type]
    )
