"""What could not be delivered, for operators: listed without content, and replayed."""

from __future__ import annotations

from services.chassis.clock import Clock, write_instant
from services.chassis.db import Database
from services.chassis.outbox import DeadLetter, Outbox
from xiezhi.common.v1 import dead_letter_pb2
from xiezhi.errors import Reason, error

PAGE_SIZE = 100
"""Dead letters that are listed when the caller asks for no number."""


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

    async def list(self, *, limit: int = 0) -> tuple[DeadLetter, ...]:
        """Returns dead letters, the oldest first.

        Args:
            limit: Most of them; 0 for 100.

        Raises:
            XiezhiError: STORE_UNAVAILABLE.
        """
        return tuple(
            await self._database.read(
                lambda connection: self._outbox.dead_letters(connection, limit=limit or PAGE_SIZE), snapshot=False
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


def write_dead_letter(letter: DeadLetter) -> dead_letter_pb2.DeadLetter:
    """Writes what could not be delivered as operators are told of it."""
    message = dead_letter_pb2.DeadLetter(
        event_id=letter.event_id, topic=letter.topic, attempts=letter.attempts, error=letter.error
    )
    write_instant(message.dead_time, letter.dead_at)
    return message
