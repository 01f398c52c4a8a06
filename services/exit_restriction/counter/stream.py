"""What a counter's copy is sent: a snapshot in parts, then every change, and at quiet times that nothing has changed.

The lease of a copy is counted from a moment at which the counter had everything that was there to be told. So a copy
that is behind, or whose exchange cannot read its own database, is not said to be good for longer.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.alerts.leases import Lease
from services.chassis.clock import Clock
from services.chassis.feed import Delivered, Feed
from services.exit_restriction.counter.copies import ADDRESSEE, read_copied
from services.exit_restriction.counter.domain import Copied
from services.exit_restriction.counter.store import LOWEST_KEY, CounterStore
from xiezhi.errors import Reason, XiezhiError

PART = 1_000
"""Most restrictions of one answer."""
PEOPLE = 500
"""People looked at in one reading of a snapshot."""
TOGETHER = 16
"""Parts of a snapshot that share a receipt; the counter holds them back until it has come."""
BEATS = 3
"""How many times within a lease a counter hears that nothing has changed."""

RequireKey = Callable[[], Awaitable[Lease]]
"""Returns the lease of the key, or refuses one that does not hold any more."""


@dataclass(frozen=True, slots=True)
class Told:
    """One answer to a counter.

    Attributes:
        copies: Restrictions, up to 1,000.
        number: After which change to go on; None within a snapshot.
        lease_end: Until when the copy may be used; None where it is behind, and what it was told before holds.
        is_complete: Whether the snapshot is complete with it.
        traceparents: Traces that caused it.
    """

    copies: tuple[Copied, ...]
    number: int | None
    lease_end: datetime | None
    is_complete: bool = False
    traceparents: tuple[str, ...] = ()


class CounterStream:
    """Sends restrictions to counters.

    Args:
        store: Reads them.
        feed: The service's notices.
        duration: How long a copy may be used without news.
        clock: Source of now.
        part: Most restrictions of one answer.
    """

    def __init__(self, store: CounterStore, *, feed: Feed, duration: timedelta, clock: Clock, part: int = PART) -> None:
        self._store = store
        self._feed = feed
        self._duration = duration
        self._clock = clock
        self._part = part

    async def follow(self, after: int | None, require_key: RequireKey) -> AsyncGenerator[tuple[Told, ...], None]:
        """Yields answers, those that share a receipt together; to be closed when it is left early.

        Args:
            after: The change after which to go on; None to begin with a snapshot.
            require_key: Makes sure that the counter's key is leased.

        Raises:
            XiezhiError: PAGE_TOKEN_INVALID, CHECK_KEY_LEASE_INVALID, STORE_UNAVAILABLE, SHUTTING_DOWN.
        """
        lease = await require_key()
        if after is None:
            as_of = self._clock.now()
            # Taken first: what changes while the snapshot is read comes again after it.
            after = await self._store.head()
            async with aclosing(self._snapshot(after, self._end_of(lease, as_of))) as groups:
                async for group in groups:
                    yield group
        async with aclosing(self._changes(after, require_key)) as answers:
            async for answer in answers:
                yield (answer,)

    async def _snapshot(self, head: int, lease_end: datetime) -> AsyncGenerator[tuple[Told, ...], None]:
        group: list[Told] = []
        held: tuple[Copied, ...] = ()
        place: int | None = LOWEST_KEY
        while place is not None:
            page = await self._store.page(after=place, size=PEOPLE)
            held, place = held + page.copies, page.after
            while len(held) > self._part:
                group.append(Told(held[: self._part], None, lease_end))
                held = held[self._part :]
            if len(group) >= TOGETHER:
                yield tuple(group)
                group.clear()
        yield (*group, Told(held, head, lease_end, is_complete=True))

    async def _changes(self, after: int, require_key: RequireKey) -> AsyncGenerator[Told, None]:
        beat = (self._duration / BEATS).total_seconds()
        position, patience = after, 0.0  # Whoever resumes hears at once that it is up to date: its lease may end soon.
        async with aclosing(self._feed.follow(ADDRESSEE, after=after)) as groups:
            reading: asyncio.Task[tuple[Delivered, ...]] | None = None
            try:
                while True:
                    reading = reading or asyncio.ensure_future(anext(groups))
                    await asyncio.wait((reading,), timeout=patience)
                    patience = beat
                    group: tuple[Delivered, ...] = ()
                    if reading.done():
                        group, reading = reading.result(), None
                        position = group[-1].number
                    lease_end = await self._lease_end(position, await require_key())
                    if group or lease_end is not None:
                        yield _told(group, position, lease_end)
            finally:
                if reading is not None:
                    reading.cancel()
                    await asyncio.gather(reading, return_exceptions=True)

    async def _lease_end(self, position: int, lease: Lease) -> datetime | None:
        """Returns until when a copy that has read to a place may be used; None where there is more to be read."""
        as_of = self._clock.now()
        try:
            head = await self._store.head()
        except XiezhiError as failure:
            if failure.reason is not Reason.STORE_UNAVAILABLE:
                raise
            return None
        return self._end_of(lease, as_of) if head <= position else None

    def _end_of(self, lease: Lease, as_of: datetime) -> datetime:
        return min(as_of + self._duration, lease.expires_at)


def _told(group: tuple[Delivered, ...], position: int, lease_end: datetime | None) -> Told:
    return Told(
        tuple(read_copied(notice.payload) for notice in group),
        position,
        lease_end,
        traceparents=tuple(notice.traceparent for notice in group),
    )
