"""Keeps the index up with the log: in the background at leisure, and at once for whoever searches.

Appending knows nothing of it. The index follows what the log has shown, by a cursor that moves in the transaction of
what is indexed, so that wherever the process is killed it goes on where it was.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import timedelta
from typing import Protocol

from services.ledger.log import Log
from xiezhi.errors import Reason, XiezhiError, error

AT_ONCE = 500
"""Entries of one transaction, for whoever searches."""
A_FEW = 100
"""Entries of one transaction of the background: appends wait meanwhile where the database has one writer."""
REST = timedelta(milliseconds=500)
"""How often the background looks for fresh entries."""
LITTLE = 20_000
"""Entries that may wait while the log is busy: whoever searches has them indexed within seconds."""
LEISURE, HASTE = 20, 4
"""For so many times as long as the background worked, it leaves the processor and the disk to appends: while little
waits, and while much does."""
PATIENCE = timedelta(seconds=20)
"""How long whoever searches waits for the index."""


class Index(Protocol):
    """Where the index is kept."""

    async def next_index(self) -> int:
        """Returns the place of the first entry that is not indexed yet."""
        ...

    async def advance(self, start: int, end: int) -> int:
        """Indexes some of the entries of a row, and returns the place of the first that is not indexed then."""
        ...


class Indexer:
    """Fills an index from a log.

    Args:
        index: The index.
        log: The log.
        patience: How long `catch_up` may take.
        rest: How often `run` looks for fresh entries.
    """

    def __init__(self, index: Index, log: Log, *, patience: timedelta = PATIENCE, rest: timedelta = REST) -> None:
        self._index = index
        self._log = log
        self._patience = patience.total_seconds()
        self._rest = rest.total_seconds()
        self._next: int | None = None
        self._turn = asyncio.Lock()

    async def catch_up(self, size: int) -> None:
        """Returns once all entries of a tree are in the index.

        Args:
            size: Size of the tree, which the log has shown.

        Raises:
            Unavailable: STORE_UNAVAILABLE, also where that takes too long.
            DataLoss: LEDGER_DAMAGED.
        """
        try:
            async with asyncio.timeout(self._patience):
                while await self._step(size):
                    pass
        except TimeoutError:
            raise error(
                Reason.STORE_UNAVAILABLE,
                f"The index of the log is being made: {self._next or 0:,} of {size:,} entries are in it.",
                retry_after=timedelta(seconds=10),
            ) from None

    async def run(self) -> None:
        """Keeps up with the log for ever; while the store is away or the log damaged, what is due waits."""
        loop = asyncio.get_running_loop()
        while True:
            started, waiting = loop.time(), 0
            with suppress(XiezhiError):
                size = self._log.shown.head.size
                await self._step(size, most=A_FEW)
                waiting = size - (self._next or 0)
            pause = (loop.time() - started) * (HASTE if waiting > LITTLE else LEISURE)
            await asyncio.sleep(pause if waiting else max(pause, self._rest))

    async def _step(self, size: int, *, most: int = AT_ONCE) -> bool:
        """Indexes the next entries of a tree; tells whether there may be more."""
        if self._next is not None and self._next >= size:
            return False
        async with self._turn:
            start, self._next = self._next, None
            if start is None:
                start = await self._index.next_index()
            self._next = await self._index.advance(start, min(start + most, size)) if start < size else start
            return self._next < size
