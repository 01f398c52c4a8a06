"""That a person under control was met, once or several times within minutes, and what was done."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from services.exit_restriction.domain import Action, Direction

WINDOW = timedelta(minutes=10)
"""How long after the last time the same meeting is the same hit."""


@dataclass(frozen=True, slots=True)
class Meeting:
    """That somebody presented at a port.

    Attributes:
        port: The port.
        direction: Which way they go.
        unit: Code of the police unit, 12 digits.
        at: When, UTC.
        traceparent: Trace of the check; empty where there is none.
    """

    port: str = field(repr=False)
    direction: Direction
    unit: str
    at: datetime
    traceparent: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Hit:
    """A person under control was met.

    Attributes:
        hit_id: Its key, a UUID.
        subject_id: The person.
        meeting: How they were met, the first time.
        action: What was to be done.
        controls: Keys of the controls that concerned it.
        told: Keys of those of them of which the cases were told, one of each case.
        recorded_at: When it was written down, UTC.
    """

    hit_id: str
    subject_id: int
    meeting: Meeting
    action: Action
    controls: tuple[str, ...]
    told: frozenset[str]
    recorded_at: datetime

    @property
    def matter(self) -> str:
        """What makes it news: a hit that differs in any of it is told, however soon it comes after another."""
        meeting = self.meeting
        parts = (meeting.unit, str(int(meeting.direction)), str(int(self.action)), *sorted(self.controls), meeting.port)
        return "|".join(parts)


@dataclass(frozen=True, slots=True)
class Handling:
    """What was done with a person who was met.

    Attributes:
        hit_id: The hit.
        action: What was done.
        note: The officer's remark; may be empty.
        officer_id: The officer.
        at: When it was recorded, UTC.
    """

    hit_id: str
    action: Action
    note: str = field(repr=False)
    officer_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ShownHit:
    """A hit as a court is shown it.

    Attributes:
        hit: The hit.
        control_id: The control of which the case was told.
        handling: What was recorded last of what was done; None while nothing is.
    """

    hit: Hit
    control_id: str
    handling: Handling | None = None
