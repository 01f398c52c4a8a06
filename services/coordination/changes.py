"""What organisations are told of disputes, the directory, credentials and the channel, by whoever keeps these."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Protocol

from sqlalchemy import Connection

NO_DEPARTMENT = 0


class ChangeKind(IntEnum):
    """Why somebody is told, the values of `xiezhi.coordination.v1.CoordinationNoticeKind`."""

    DISPUTE_OPENED = 1
    DISPUTE_STEP = 2
    DISPUTE_AGREED = 3
    DISPUTE_ESCALATED = 4
    DISPUTE_SETTLED = 5
    DISPUTE_WITHDRAWN = 6
    DIRECTORY_FAULT = 7
    CREDENTIAL_EXPIRING = 8
    CHANNEL = 9


@dataclass(frozen=True, slots=True)
class Change:
    """Something that organisations are told; nothing of it is personal.

    Attributes:
        kind: Why they are told.
        subject: Name of what it is about, for example "disputes/…"; empty for a gap in the directory.
        organisation: Who acted, or whose directory it is.
        told: Codes of the organisations that are told, each at its office.
        key: Names the change, so that it is told once however often it is written: for example the name of a fault with
            its first day.
        at: When it is told.
        department: Department that it is about; `NO_DEPARTMENT` where it is about none.
        traceparent: Trace context of the call that made it; empty where it has none.
    """

    kind: ChangeKind
    subject: str
    organisation: str
    told: tuple[str, ...]
    key: str
    at: datetime
    department: int = NO_DEPARTMENT
    traceparent: str = ""


class Tell(Protocol):
    """Tells of a change, within the transaction that makes it; who writes about one thing holds its lock."""

    def __call__(self, connection: Connection, change: Change) -> None:
        """Writes the notices."""
        ...
