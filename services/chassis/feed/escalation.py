"""What becomes of a notice that nobody acknowledged in time, as an event of the outbox that is due then.

Ids of the notices that follow are derived from the first one and the level, so that an event delivered twice, or two
notices of one level that are both overdue, tell the next level once.
"""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from services.chassis.feed.notices import OVERDUE_SUFFIX, Delivered, Escalation, Notice
from services.chassis.outbox import Event

TOPIC = "feed.overdue"
"""Topic of the outbox's events that a feed takes."""
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Overdue:
    """That a notice is to be escalated unless it is acknowledged.

    Attributes:
        notice_id: The notice.
        level_id: What all notices of its level have in common; for the first one its own id.
        levels: Who is told, level by level.
    """

    notice_id: str
    level_id: str
    levels: tuple[Escalation, ...]

    @classmethod
    def read(cls, event: Event) -> Self:
        """Reads what `event` wrote.

        Raises:
            ValueError: If the event is of another topic.
        """
        if event.topic != TOPIC:
            raise ValueError("an event of another topic is not the feed's")
        notice_id, level_id, levels = json.loads(event.payload)
        return cls(
            notice_id,
            level_id,
            tuple(
                Escalation(tuple(addressees), None if within is None else within * _MICROSECOND)
                for addressees, within in levels
            ),
        )

    def event(self, due_at: datetime, *, traceparent: str) -> Event:
        """Returns the event; each notice is a subject of its own, because none waits for another's deadline.

        Args:
            due_at: When the notice must have been acknowledged.
            traceparent: Trace that caused the notice.
        """
        levels = [
            (level.addressees, None if level.ack_within is None else level.ack_within // _MICROSECOND)
            for level in self.levels
        ]
        return Event(
            event_id=_derive(self.notice_id, TOPIC),
            topic=TOPIC,
            subject=uuid.UUID(self.notice_id).bytes,
            payload=json.dumps((self.notice_id, self.level_id, levels), ensure_ascii=False).encode(),
            traceparent=traceparent,
            due_at=due_at,
        )

    def notices(self, overdue: Delivered, *, now: datetime) -> tuple[str, tuple[Notice, ...]]:
        """Returns what the next level is told, and the id of that level.

        Args:
            overdue: The notice that was not acknowledged.
            now: The present instant, from which the next level has its time.
        """
        level, *further = self.levels
        level_id = _derive(self.level_id, TOPIC)
        return level_id, tuple(
            Notice(
                notice_id=_derive(level_id, addressee),
                addressee=addressee,
                topic=overdue.topic.removesuffix(OVERDUE_SUFFIX) + OVERDUE_SUFFIX,
                subject=overdue.subject,
                payload=overdue.payload,
                made_at=now,
                traceparent=overdue.traceparent,
                ack_within=level.ack_within,
                escalations=tuple(further),
            )
            for addressee in level.addressees
        )


def _derive(origin: str, name: str) -> str:
    return str(uuid.uuid5(uuid.UUID(origin), name))
