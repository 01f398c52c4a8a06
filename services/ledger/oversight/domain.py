"""What overseers ask of the log, without a database and without a wire.

Instants are whole microseconds since 1970, UTC, as entries have them.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from enum import Enum, IntEnum

Key = bytes | str
"""What an entry is found by: an officer's id, a keyed digest of 32 bytes, or the 16 bytes of an approval's UUID."""
EARLIEST, LATEST = -(2**62), 2**62
"""Before and after all instants."""
APPROVALS = "approvals/"
"""Beginning of the names of approvals."""


class Step(IntEnum):
    """Steps of approvals that patterns are made of."""

    OTHER = 0
    SUBMISSION = 1
    CONSENT = 2


class By(Enum):
    """What entries are searched by."""

    ACTOR = "actor"
    CASE = "case"
    SUBJECT = "subject"
    APPROVAL = "approval"


@dataclass(frozen=True, slots=True)
class Indexed:
    """What the index keeps of an entry.

    Attributes:
        leaf_index: Its place in the log.
        time: When it was written.
        kind: Its kind, a value of `xiezhi.ledger.v1.EntryKind`.
        step: Which step of an approval it is.
        actor: Officer id; empty where there is none.
        organisation: Court or unit of the officer; empty where there is none.
        approval: UUID of the approval; None where there is none.
        case_index: Keyed digest of the case; None where there is none.
        subjects: Keyed digests of the data subjects, each once.
    """

    leaf_index: int
    time: int
    kind: int
    step: Step
    actor: str
    organisation: str
    approval: bytes | None
    case_index: bytes | None
    subjects: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Period:
    """A half-open interval of instants.

    Attributes:
        start: Its begin, inclusive.
        end: Its end, exclusive.
    """

    start: int = EARLIEST
    end: int = LATEST


@dataclass(frozen=True, slots=True)
class Spot:
    """Where an indexed entry stands among those found; the greater, the newer."""

    time: int
    leaf_index: int


@dataclass(frozen=True, slots=True)
class Search:
    """A page of a search.

    Attributes:
        by: What is searched by.
        keys: What the entries may be found by: one key, or the digests of one value under several keys of the index.
        period: When the entries were written.
        size: Most entries of the page.
        after: Where the page before ended; None for the first page.
        sought: Digests under which is recorded of whom somebody searched: entries of such searches are found too.
    """

    by: By
    keys: tuple[Key, ...]
    period: Period
    size: int
    after: Spot | None
    sought: tuple[bytes, ...] = ()


def approval_key(name: str) -> bytes | None:
    """Returns by what the entries of an approval are found; None for what names no approval.

    Args:
        name: Its name, "approvals/" and a UUID.
    """
    if not name.startswith(APPROVALS):
        return None
    try:
        return uuid.UUID(name.removeprefix(APPROVALS)).bytes
    except ValueError:
        return None


def approval_name(key: bytes) -> str:
    """Returns the name of the approval that a key is of."""
    return f"{APPROVALS}{uuid.UUID(bytes=key)}"
