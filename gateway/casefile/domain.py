"""A case: what was registered, and an append-only timeline from which its state and its handling judge follow.

Source:
    Notice 五.2 (R-5.2): only the handling judge may have what the police answer.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import IntEnum

from services.codes.case_number import CaseNumber
from services.codes.errors import CodeError
from xiezhi.errors import Reason, Violation, error, invalid_fields

DIGEST_SIZE = 32
"""Bytes of a party's keyed index."""


class CaseState(IntEnum):
    """State of a case; the values of `xiezhi.casefile.v1.CaseState`."""

    OPEN = 1
    CLOSED = 2


class Kind(IntEnum):
    """What can happen to a case."""

    REGISTERED = 1
    REASSIGNED = 2
    CLOSED = 3


@dataclass(frozen=True, slots=True)
class Event:
    """One event of a case's timeline.

    Attributes:
        kind: What happened.
        time: When, UTC; it counts from that instant on.
        actor: Officer id of who did it.
        handler: Officer id of the handling judge from then on.
    """

    kind: Kind
    time: datetime
    actor: str
    handler: str


@dataclass(frozen=True, slots=True)
class Parties:
    """The parties of a case, as keyed indexes of their numbers.

    Attributes:
        packed: The indexes, 32 bytes each, sorted, one after another.
    """

    packed: bytes

    @classmethod
    def of(cls, digests: Iterable[bytes]) -> Parties:
        """Packs indexes; equal ones count once."""
        return cls(b"".join(sorted(set(digests))))

    def __len__(self) -> int:
        return len(self.packed) // DIGEST_SIZE

    def __contains__(self, digest: bytes) -> bool:
        low, high = 0, len(self)
        while low < high:
            middle = (low + high) // 2
            found = self.packed[middle * DIGEST_SIZE : (middle + 1) * DIGEST_SIZE]
            if found == digest:
                return True
            low, high = (middle + 1, high) if found < digest else (low, middle)
        return False


@dataclass(frozen=True, slots=True)
class Case:
    """A case.

    Attributes:
        court_code: Its court.
        case_number: Its number in its normal form.
        parties: Its parties.
        timeline: What happened, oldest first; the registration first.
    """

    court_code: str
    case_number: str
    parties: Parties
    timeline: tuple[Event, ...]

    @property
    def state(self) -> CaseState:
        """Open until it is closed, which is for good."""
        return CaseState.CLOSED if self.timeline[-1].kind is Kind.CLOSED else CaseState.OPEN

    @property
    def handler(self) -> str:
        """Officer id of the handling judge now, or at the end."""
        return self.timeline[-1].handler

    @property
    def assignments(self) -> tuple[Event, ...]:
        """The events from which on another judge handles the case."""
        return tuple(event for event in self.timeline if event.kind is not Kind.CLOSED)

    @property
    def version(self) -> int:
        """Number of events."""
        return len(self.timeline)

    def followed_by(self, event: Event) -> Case:
        """Returns the case after one more event."""
        return replace(self, timeline=(*self.timeline, event))

    def require_same_registration(self, asked: Case) -> None:
        """Refuses a registration that says something else than the one that was made.

        Raises:
            AlreadyExists: CASE_EXISTS.
        """
        made, wanted = self.timeline[0].handler, asked.timeline[0].handler
        if (self.court_code, made, self.parties) != (asked.court_code, wanted, asked.parties):
            raise error(Reason.CASE_EXISTS, "The case is registered already, with another handler or other parties.")

    def reassigned(self, handler: str, *, actor: str, now: datetime) -> Event | None:
        """Returns the event that hands the case to a judge; None if that judge handles it already.

        Raises:
            FailedPrecondition: CASE_CLOSED.
        """
        if self.state is CaseState.CLOSED:
            raise error(Reason.CASE_CLOSED, "The case is closed.")
        return None if handler == self.handler else Event(Kind.REASSIGNED, self._not_before(now), actor, handler)

    def closed(self, *, actor: str, now: datetime) -> Event | None:
        """Returns the event that closes the case; None if it is closed already."""
        if self.state is CaseState.CLOSED:
            return None
        return Event(Kind.CLOSED, self._not_before(now), actor, self.handler)

    def _not_before(self, now: datetime) -> datetime:
        return max(now, self.timeline[-1].time)


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """What the gate needs to know of a case.

    Attributes:
        case: The case.
        digests: Returns the indexes under which a number may be found, one per key.
    """

    case: Case
    digests: Callable[[str], tuple[bytes, ...]]

    @property
    def handler(self) -> str:
        """Officer id of the handling judge now."""
        return self.case.handler

    @property
    def is_open(self) -> bool:
        """Whether the case is open."""
        return self.case.state is CaseState.OPEN

    def are_parties(self, numbers: tuple[str, ...]) -> bool:
        """Whether every number is that of a party."""
        parties = self.case.parties
        return all(any(digest in parties for digest in self.digests(normal(number))) for number in numbers)


@dataclass(frozen=True, slots=True)
class CaseRecord:
    """A case to be loaded in bulk.

    Attributes:
        court_code: Its court.
        case_number: Its number.
        handler: Officer id of the handling judge.
        parties: Numbers of its parties.
    """

    court_code: str
    case_number: str
    handler: str
    parties: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RequestKey:
    """Under which key a court asks for a change, and what it asks.

    Attributes:
        court_code: The court.
        request_id: Its idempotency key, a UUID in lower case.
        content_sha256: Digest of what is asked, 32 bytes.
    """

    court_code: str
    request_id: str
    content_sha256: bytes

    @classmethod
    def of(cls, court_code: str, request_id: str, *content: str) -> RequestKey:
        """Makes the key of a request.

        Args:
            court_code: The court.
            request_id: Its idempotency key.
            content: What is asked, without anything personal.
        """
        return cls(court_code, request_id, hashlib.sha256(json.dumps(content).encode()).digest())

    def require_same(self, content_sha256: bytes) -> None:
        """Refuses a key that was used for another request.

        Raises:
            AlreadyExists: REQUEST_ID_REUSED.
        """
        if content_sha256 != self.content_sha256:
            raise error(Reason.REQUEST_ID_REUSED, "The request id was used for another request.")


def normal(number: str) -> str:
    """Returns an identity number in the form in which it is indexed; an organisation code may come with a hyphen."""
    return number.upper().replace("-", "")


def read_number(court_code: str, case_number: str, *, under: str = "") -> str:
    """Reads the number of a case of a court.

    Args:
        court_code: Code of the court.
        case_number: The number as it was written.
        under: What stands before the two fields' names in the request, for example "context.".

    Returns:
        The number in normal form.

    Raises:
        InvalidArgument: FIELDS_INVALID, if it is none or one of another court.
    """
    field = f"{under}case_number"
    try:
        number = CaseNumber.parse(case_number)
    except CodeError as failure:
        raise invalid_fields(Violation(field, str(failure))) from None
    if not number.matches(court_code):
        raise invalid_fields(Violation(field, f"the court in the number is not {under}court_code"))
    return str(number)
