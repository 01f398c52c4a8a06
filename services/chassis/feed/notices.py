"""What a feed tells: notices as they are written, delivered and acknowledged."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.chassis.trace_context import parse_traceparent

OVERDUE_SUFFIX = ".overdue"
"""Ends the topic of notices that tell of one that was not acknowledged in time."""
LONGEST_ADDRESSEE = 128
LONGEST_TOPIC = 64 - len(OVERDUE_SUFFIX)
LONGEST_SUBJECT = 64
_UUID = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Escalation:
    """Who is told when a notice is not acknowledged in time.

    Attributes:
        addressees: They are told the same under the topic with ".overdue".
        ack_within: How long they have before the next level is told; None where there is none.

    Raises:
        ValueError: If nobody is named, or the time is not positive.
    """

    addressees: tuple[str, ...]
    ack_within: timedelta | None = None

    def __post_init__(self) -> None:
        if not self.addressees:
            raise ValueError("an escalation names somebody")
        for addressee in self.addressees:
            _require_addressee(addressee)
        _require_positive(self.ack_within)


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that one addressee is told.

    Attributes:
        notice_id: UUID, canonical text; a notice written again under the same id is not written twice.
        addressee: Who is told, an opaque text of 1 to 128 characters; never a personal value.
        topic: What it is about, for example "measure.lifted", 1 to 56 characters.
        subject: What it concerns, an opaque key of 1 to 64 bytes; never a personal value.
        payload: What is told; sealed where it is kept.
        made_at: When it was made, UTC.
        traceparent: Trace that caused it (W3C trace context), empty where there is none.
        ack_within: How long the addressee has to acknowledge it; None where it need not.
        escalations: Who is told, level by level, when it is not acknowledged in time.

    Raises:
        ValueError: If a field has not its form, or an escalation is named that no deadline leads to.
    """

    notice_id: str
    addressee: str
    topic: str
    subject: bytes
    payload: bytes
    made_at: datetime
    traceparent: str = ""
    ack_within: timedelta | None = None
    escalations: tuple[Escalation, ...] = ()

    def __post_init__(self) -> None:
        if not _UUID.fullmatch(self.notice_id):
            raise ValueError("the id of a notice is a UUID in its canonical text")
        _require_addressee(self.addressee)
        if not 0 < len(self.topic.removesuffix(OVERDUE_SUFFIX)) <= LONGEST_TOPIC:
            raise ValueError(f"a topic has 1 to {LONGEST_TOPIC} characters")
        if not 0 < len(self.subject) <= LONGEST_SUBJECT:
            raise ValueError(f"a subject has 1 to {LONGEST_SUBJECT} bytes")
        _require_positive(self.ack_within)
        # The last level needs no time to acknowledge in; most notices have no level at all.
        levels = self.escalations
        if levels and None in (self.ack_within, *(level.ack_within for level in levels[:-1])):
            raise ValueError("a level is told only when the one before it had a time to acknowledge in")

    @property
    def ack_due_at(self) -> datetime | None:
        """When it must be acknowledged, exclusive; None where it need not be."""
        return None if self.ack_within is None else self.made_at + self.ack_within


@dataclass(frozen=True, slots=True)
class Delivered:
    """A notice as its addressee receives it.

    Attributes:
        notice_id: The notice; the same however often it is delivered.
        addressee: Who is told.
        number: Its place among the addressee's notices, from 1 without a gap.
        topic: What it is about.
        subject: What it concerns.
        payload: What is told.
        traceparent: Trace that caused it, for the watcher's span to link to; empty where there is none.
        made_at: When it was made, UTC.
        ack_due_at: When it must be acknowledged, exclusive; None where it need not be.
        acked_at: When it was acknowledged; None if it was not when it was read.
    """

    notice_id: str
    addressee: str
    number: int
    topic: str
    subject: bytes
    payload: bytes
    traceparent: str
    made_at: datetime
    ack_due_at: datetime | None
    acked_at: datetime | None

    @property
    def trace_id(self) -> str:
        """Id of the trace that caused it, 32 hexadecimal characters; empty where there is none."""
        cause = parse_traceparent(self.traceparent)
        return "" if cause is None else cause.trace_id


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """That a notice was acknowledged, as it was the first time.

    Attributes:
        notice_id: The notice.
        number: Its place among the addressee's notices.
        at: When, UTC.
        by: Opaque id of who did.
    """

    notice_id: str
    number: int
    at: datetime
    by: str


def _require_addressee(addressee: str) -> None:
    if not 0 < len(addressee) <= LONGEST_ADDRESSEE:
        raise ValueError(f"an addressee has 1 to {LONGEST_ADDRESSEE} characters")


def _require_positive(time: timedelta | None) -> None:
    if time is not None and time <= timedelta(0):
        raise ValueError("a time to acknowledge in is positive")
