"""What could not be delivered, for operators: listed without content, and replayed."""

from __future__ import annotations

from services.chassis.clock import Clock
from services.chassis.db import Database
from services.chassis.outbox import DeadLetter, Outbox
from xiezhi.errors import Reason, error


class DeadLetters:
    """A service's events that were given up: an escalation whose payload does not open, for example.

    Args:
        outbox: The service's events.
        database: Where they are.
        clock: Source of now.
    """

    def __init__(self, outbox: Outbox, *, database: Database, clock: Clock) -> None:
        self._outbox = outbox
        self._database = database
        self._clock = clock

    async def list(self, *, limit: int = 100) -> tuple[DeadLetter, ...]:
        """Returns dead letters, the oldest first.

        Args:
            limit: Most of them.

        Raises:
            XiezhiError: STORE_UNAVAILABLE.
        """
        return tuple(
            await self._database.read(
                lambda connection: self._outbox.dead_letters(connection, limit=limit), snapshot=False
            )
        )

    async def replay(self, event_id: str) -> None:
        """Has a dead letter delivered again from now on.

        Raises:
            XiezhiError: NOT_FOUND if there is no such dead letter, or STORE_UNAVAILABLE.
        """
        now = self._clock.now()
        if not await self._database.write(lambda connection: self._outbox.replay(connection, event_id, now=now)):
            raise error(Reason.NOT_FOUND, "There is no such dead letter: list them again.")
