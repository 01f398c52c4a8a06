"""Delivers the events of an outbox, to whoever is given."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

from sqlalchemy import Connection

from services.chassis.bell import Bell
from services.chassis.clock import Clock
from services.chassis.db import Database
from services.chassis.ids import IdSource
from services.chassis.outbox import LEASE, Event, Outbox

POLL = timedelta(milliseconds=500)
"""How often a relay looks for events that another process wrote or that have become due."""

Deliver = Callable[[Event], Awaitable[None]]
"""Delivers one event; raises when it was not taken. Must be idempotent by event id."""


class Relay:
    """Delivers a service's events.

    Args:
        outbox: The events.
        database: Where they are.
        deliver: Delivers one.
        clock: Source of now.
        ids: Source of claims' ids.
        poll: How often to look without being woken.
    """

    def __init__(
        self,
        outbox: Outbox,
        *,
        database: Database,
        deliver: Deliver,
        clock: Clock,
        ids: IdSource,
        poll: timedelta = POLL,
    ) -> None:
        self._outbox = outbox
        self._database = database
        self._deliver = deliver
        self._clock = clock
        self._ids = ids
        self._poll = poll
        self._bell = Bell()
        outbox.on_commit(self._bell.ring)

    async def run(self) -> None:
        """Delivers until it is cancelled; a database that is away is waited for."""
        while True:
            self._bell.still()
            try:
                more = await self.step()
            except Exception:  # noqa: BLE001 - the store refuses while it is away, and nothing is lost meanwhile
                more = False
            if not more:
                await self._bell.wait(longest=self._poll)

    async def step(self) -> bool:
        """Claims what is due and delivers it.

        Returns:
            Whether anything was due.
        """
        lease = str(self._ids.uuid())
        claimed = await self._database.write(
            lambda connection: self._outbox.claim(connection, lease=lease, now=self._clock.now())
        )
        if not claimed:
            return False
        failures = await asyncio.gather(*(self._attempt(event) for _, event in claimed))
        now = self._clock.now()

        def settle(connection: Connection) -> None:
            done = [event.event_id for (_, event), failure in zip(claimed, failures, strict=True) if not failure]
            self._outbox.delivered(connection, done, lease=lease)
            for (attempts, event), failure in zip(claimed, failures, strict=True):
                if failure:
                    self._outbox.failed(
                        connection, event.event_id, lease=lease, attempts=attempts, error=failure, now=now
                    )

        await self._database.write(settle)
        return True

    async def _attempt(self, event: Event) -> str:
        """Delivers one event within its lease; returns the kind of the failure, empty if it was taken."""
        try:
            async with asyncio.timeout(LEASE.total_seconds() / 2):
                await self._deliver(event)
        except Exception as failure:  # noqa: BLE001 - whatever a consumer does, the event is kept
            return type(failure).__name__
        return ""
