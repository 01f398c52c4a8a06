"""What is read of approvals: who reads, from which place on, and what is shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from gateway.approval.domain import Approval


@dataclass(frozen=True, slots=True)
class Reader:
    """Who lists approvals, and which ones that officer may decide on.

    Attributes:
        officer_id: The officer, who sees the own approvals.
        organisation: The officer's court or unit.
        rank: The officer's rank; 0 for none.
        level: Level of the officer's court; 0 where it is none.
        courts: Courts whose requests the officer's court may decide on.
    """

    officer_id: str
    organisation: str
    rank: int
    level: int
    courts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the list of approvals, newest first."""

    submitted_at: datetime
    name: str


@dataclass(frozen=True, slots=True)
class View:
    """An approval with what its parties may read of it.

    Attributes:
        approval: The approval.
        reason: Why the request is made, as the requester wrote it.
        reasons: The reason given with each event of the timeline, in its order; empty where none was.
        request: The request's bytes; empty where they are erased or not to be shown.
    """

    approval: Approval
    reason: str
    reasons: tuple[str, ...]
    request: bytes = b""
