"""Keeps the index of alerts in step with the change feed, and says when it may not be asked."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from functools import partial

import numpy as np

from services.alerts.hashing import Hashes
from services.alerts.index import AlertIndex
from services.alerts.live import Found, LiveIndex, Progress
from services.alerts.numbers import as_hashes, as_numbers
from services.alerts.rows import AlertRows, Changes, FeedWentBackError, ForeignKeyError
from services.chassis.bell import Bell
from services.chassis.clock import Clock
from services.chassis.db import Database
from xiezhi.errors import Reason, XiezhiError, error

POLL = timedelta(milliseconds=200)
"""How often the feed is read without being woken, for what other processes write."""
PORTION = 50_000
"""Changes that are read at once."""


class AlertWatch:
    """The index of alerts of one process.

    Args:
        database: The service's database.
        rows: Reads the feed.
        clock: Source of now.
        bound: The greatest age at which the index answers.
        poll: How often the feed is read without being woken.
        portion: Changes that are read at once.
    """

    def __init__(
        self,
        database: Database,
        *,
        rows: AlertRows,
        clock: Clock,
        bound: timedelta,
        poll: timedelta = POLL,
        portion: int = PORTION,
    ) -> None:
        self._database = database
        self._rows = rows
        self._clock = clock
        self._bound = bound
        self._poll = poll
        self._portion = portion
        self._live: LiveIndex | None = None
        self._is_foreign = False
        self._bell = Bell()

    def find(self, hashes: Hashes) -> Found | None:
        """Looks hashes up.

        Returns:
            Which are sought; None if the index is too old to say, and the database must be asked.

        Raises:
            Unavailable: STORE_UNAVAILABLE, if alerts are kept under another key and nobody can tell.
        """
        if self._is_foreign:
            raise error(Reason.STORE_UNAVAILABLE, "Alerts are kept under another key than this process has.")
        return None if self._live is None else self._live.find(hashes, now=self._clock.now())

    async def listed(self, hashes: Sequence[int]) -> frozenset[int]:
        """Returns which hashes, as signed numbers, there are alerts under, as the database itself has it.

        Raises:
            Unavailable: STORE_UNAVAILABLE.
        """
        return frozenset(await self._database.read(lambda connection: self._rows.subjects(connection, hashes)))

    async def check(self) -> None:
        """Makes sure that checks can be answered, as for the health of the process.

        Raises:
            Unavailable: STORE_UNAVAILABLE if the index is not there yet, or cannot be.
        """
        if self._live is None or self._is_foreign:
            raise error(Reason.STORE_UNAVAILABLE, "The index of alerts is not there.")

    def wake(self) -> None:
        """Has the feed read at once; from any thread."""
        self._bell.ring()

    async def build(self) -> None:
        """Makes the index of all alerts.

        Raises:
            ForeignKeyError: If alerts are kept under another key.
            XiezhiError: STORE_UNAVAILABLE.
        """
        position, added, removed = 0, [as_hashes(())], [as_hashes(())]
        while True:
            as_of = self._clock.now()
            changes = await self._read(position)
            position = changes.position
            added.append(changes.added)
            removed.append(changes.removed)
            if changes.count < self._portion:
                break
        gone = await self._gone(np.concatenate(removed))
        self._live = await asyncio.to_thread(_make, added, gone, Progress(position, as_of), bound=self._bound)

    async def run(self) -> None:
        """Follows the feed until it is cancelled; a database that is away is waited for, while the index grows old."""
        while True:
            self._bell.still()
            try:
                more = await self.step()
            except ForeignKeyError:
                self._is_foreign, more = True, False
            except XiezhiError:
                more = False
            except Exception:  # noqa: BLE001 - whatever it is, an index of which nobody knows is worse than none
                self._live, more = None, False
            if not more:
                await self._bell.wait(longest=self._poll)

    async def step(self) -> bool:
        """Takes the next changes in.

        Returns:
            Whether there may be more, or the index is to be made anew.
        """
        if self._live is None:
            await self.build()
            return True
        as_of = self._clock.now()
        try:
            changes = await self._read(self._live.progress.position)
        except FeedWentBackError:
            # A restored database: what the index has from the time that was lost is nobody's alert any more, and what
            # is written from now on comes under numbers that it would pass over.
            self._live = None
            return True
        gone = await self._gone(changes.removed)
        follow = partial(
            self._live.follow,
            Progress(changes.position, as_of),
            added=changes.added[~np.isin(changes.added, gone)],
            removed=gone,
        )
        if changes.count:
            await asyncio.to_thread(follow)
        else:
            follow()
        return changes.count == self._portion

    async def _read(self, position: int) -> Changes:
        read = partial(self._rows.changes, after=position, size=self._portion)
        return await self._database.read(read, snapshot=False)

    async def _gone(self, removed: Hashes) -> Hashes:
        """Returns those of the hashes that no alert is left under: two vehicles may have one number."""
        if not removed.size:
            return removed
        numbers = as_numbers(np.unique(removed))
        sought = await self.listed(numbers)
        return as_hashes([number for number in numbers if number not in sought])


def _make(added: list[Hashes], gone: Hashes, progress: Progress, *, bound: timedelta) -> LiveIndex:
    index = AlertIndex.build(added)
    index.update(added=as_hashes(()), removed=gone)
    return LiveIndex(index, progress, bound=bound)
