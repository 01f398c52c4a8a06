"""What came on paper: an item that is never changed, and the one answer that it ever gets (notice 四.1, R-4.1)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from services.codes.police import is_in_reach_of
from xiezhi.errors import Reason, XiezhiError, error

_FINAL = frozenset(
    {"INVALID_ARGUMENT", "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "FAILED_PRECONDITION", "OUT_OF_RANGE"}
)
_OF_THE_CALL = frozenset({Reason.CALLER_NOT_ALLOWED, Reason.PAPER_REFERENCE_REUSED})
"""Refusals that say nothing of the request itself, whatever became of it before."""
_NO_ANSWERS = _OF_THE_CALL | frozenset(
    {
        Reason.APPROVALS_INSUFFICIENT,
        Reason.APPROVAL_CASE_MISMATCH,
        Reason.APPROVAL_EXPIRED,
        Reason.APPROVAL_METHOD_MISMATCH,
        Reason.APPROVAL_REQUEST_MISMATCH,
        Reason.APPROVER_IS_REQUESTER,
        Reason.APPROVER_NOT_ENTITLED,
        Reason.CHANNEL_OPERATIONAL,
        Reason.METHOD_NOT_ON_PAPER,
        Reason.STATEMENT_INVALID,
        Reason.STATEMENT_REVOKED,
        Reason.BUNDLE_OF_ANOTHER_RECIPIENT,
    }
)
"""Refusals that whoever brings the paper is told, and that are kept as no answer to the judge.

Of the consents too: whoever carries them can leave one out or add one, and must not use up the judge's approval by it.
"""


@dataclass(frozen=True, slots=True)
class Item:
    """A request that came on paper.

    Attributes:
        approval: Name of the approval that it asks for and brings along.
        court_code: Court that asks.
        paper_reference: Reference on the paper (纸质文号), unique for the court.
        content_sha256: SHA-256 of all that was signed, as `content_of` makes it, 32 bytes.
        method: Full name of the method.
        bundle_id: Id of the bundle in which it came first, a UUID.
        bundle_sha256: SHA-256 of that bundle's file, 32 bytes.
        organisation: Police organisation that brought it in.
        importer: Officer id of who brought it in.
        signed_at: When the judge signed it, UTC.
        imported_at: When it was brought in first, UTC.
    """

    approval: str
    court_code: str
    paper_reference: str
    content_sha256: bytes
    method: str
    bundle_id: str
    bundle_sha256: bytes
    organisation: str
    importer: str
    signed_at: datetime
    imported_at: datetime

    def is_again(self, other: Item) -> bool:
        """Whether two are one, whoever brought either and in which bundle."""
        return self._identity() == other._identity()

    def _identity(self) -> tuple[object, ...]:
        return (self.approval, self.court_code, self.paper_reference, self.content_sha256)


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of an item.

    Attributes:
        sealed: The answer's bytes, sealed to the judge's key; empty where it was refused.
        status: google.rpc.Status of the refusal, serialised; empty where it was performed.
        reason: Reason of the refusal; empty where it was performed.
        performed_at: When it was performed or refused, UTC.
    """

    sealed: bytes
    status: bytes
    reason: str
    performed_at: datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """An item as it stands.

    Attributes:
        item: The item.
        answer: What became of it; None while that is open.
    """

    item: Item
    answer: Answer | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a list, newest first, a page ended.

    Attributes:
        imported_at: When the last item was brought in, UTC.
        approval: Name of its approval.
    """

    imported_at: datetime
    approval: str


def content_of(request_sha256: bytes, statements: Iterable[bytes]) -> bytes:
    """Digests all that was signed: the request and every statement about it.

    Args:
        request_sha256: SHA-256 of the request's bytes, 32 bytes.
        statements: SHA-256 of each statement, 32 bytes each; their order says nothing.
    """
    return hashlib.sha256(b"".join((request_sha256, *sorted(statements)))).digest()


def require_recipient(organisation: str, *, unit: str, court_code: str, on: date) -> None:
    """Refuses an organisation for which the item is not, or that is not in the reach of the court.

    Args:
        organisation: The police organisation that brings it in.
        unit: The one that the judge named.
        court_code: The judge's court.
        on: The day; codes of divisions change.

    Raises:
        PermissionDenied: BUNDLE_OF_ANOTHER_RECIPIENT.
    """
    if organisation != unit or not is_in_reach_of(organisation, court_code, on=on):
        raise error(
            Reason.BUNDLE_OF_ANOTHER_RECIPIENT,
            "The request was written for another police organisation, or this one is not at the court's place.",
        )


def reference_reused() -> XiezhiError:
    """Makes the refusal of other content under what names something that came on paper already."""
    return error(
        Reason.PAPER_REFERENCE_REUSED,
        "The approval or the paper's reference came on paper already with other content: sign the request anew.",
    )


def may_be_done() -> XiezhiError:
    """Makes the refusal of what was passed on before a break and can be asked no more, so that its answer is lost."""
    return error(
        Reason.APPROVAL_SPENT,
        "It was passed on before a break and may have been done; its answer is lost: look first, then sign it anew.",
    )


def is_final(failure: XiezhiError) -> bool:
    """Whether it makes no difference how often whoever was refused so asks again."""
    return failure.code in _FINAL and failure.reason not in _OF_THE_CALL


def is_answer(failure: XiezhiError) -> bool:
    """Whether a refusal is the request's own answer for good, and not one that passes or concerns what was carried."""
    return failure.code in _FINAL and failure.reason not in _NO_ANSWERS
