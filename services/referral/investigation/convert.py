"""Between steps of units and the contract's messages."""

from __future__ import annotations

from datetime import date, datetime
from typing import TypeAlias

from services.chassis.call import Call
from services.filing.convert import invalid, read_date, read_instant
from services.referral.domain import Decision, Ground, Rank
from services.referral.investigation.domain import LetterKind, Officer, Reopening, Ruling, UnitLetter
from xiezhi.proof import statement
from xiezhi.referral.v1 import investigation_pb2

Step: TypeAlias = (
    investigation_pb2.ReceiveReferralRequest
    | investigation_pb2.RequestSupplementRequest
    | investigation_pb2.TransferReferralRequest
    | investigation_pb2.ExtendReviewRequest
    | investigation_pb2.DecideReferralRequest
    | investigation_pb2.GiveFeedbackRequest
    | investigation_pb2.GiveOpinionRequest
    | investigation_pb2.ReopenReferralRequest
)
"""A step that a unit takes."""


def read_officer(call: Call) -> Officer:
    """Reads who acts for which unit."""
    caller = call.officer
    is_head = caller.rank is not None and caller.rank >= statement.Rank.DIVISION_CHIEF
    return Officer(caller.organisation, caller.officer_id, Rank.COUNTY_HEAD if is_head else Rank.UNIT_HEAD)


def read_ruling(request: investigation_pb2.DecideReferralRequest) -> Ruling:
    """Reads a decision.

    Raises:
        InvalidArgument: FIELDS_INVALID.
    """
    decided_on: date = read_date(request.decision_date, field="decision_date")
    places = tuple(request.suspects)
    return Ruling(places, Decision(request.decision), decided_on, request.decision_number, request.late_reason)


def read_reopening(request: investigation_pb2.ReopenReferralRequest) -> Reopening:
    """Reads why suspects are taken up again."""
    return Reopening(tuple(request.suspects), Ground(request.ground), request.text)


def read_letter(request: investigation_pb2.GiveFeedbackRequest | investigation_pb2.GiveOpinionRequest) -> UnitLetter:
    """Reads a sealed letter."""
    is_opinion = isinstance(request, investigation_pb2.GiveOpinionRequest)
    kind = LetterKind.OPINION if is_opinion else LetterKind.FEEDBACK
    reasons = tuple(request.reasons) if isinstance(request, investigation_pb2.GiveOpinionRequest) else ()
    return UnitLetter(kind, tuple(request.suspects), request.document_number, reasons=reasons, pdf=request.letter_pdf)


def read_draft(request: investigation_pb2.DraftLetterRequest, *, at: datetime) -> UnitLetter:
    """Reads a letter that is still to be made; what it is follows from the decision.

    Args:
        request: The request.
        at: The current instant, at which a receipt says that the unit signed unless it is told otherwise.

    Raises:
        InvalidArgument: FIELDS_INVALID.
    """
    if not request.suspects:
        if request.reasons:
            raise invalid("reasons", "a receipt, which is about no suspect of its own, has none")
        return UnitLetter(LetterKind.RECEIPT, (), request.document_number, signed_at=_read_signed_at(request) or at)
    kind = LetterKind.OPINION if request.reasons else LetterKind.FEEDBACK
    return UnitLetter(kind, tuple(request.suspects), request.document_number, reasons=tuple(request.reasons))


def read_receipt(request: investigation_pb2.ReceiveReferralRequest) -> UnitLetter:
    """Reads the receipt with which a referral is signed for; its file is empty where there is none.

    Raises:
        InvalidArgument: FIELDS_INVALID.
    """
    signed_at = _read_signed_at(request)
    if request.receipt_pdf and signed_at is None:
        raise invalid("sign_time", "the receipt says when it was signed for: tell the same time")
    return UnitLetter(LetterKind.RECEIPT, (), request.receipt_number, pdf=request.receipt_pdf, signed_at=signed_at)


def _read_signed_at(
    request: investigation_pb2.ReceiveReferralRequest | investigation_pb2.DraftLetterRequest,
) -> datetime | None:
    return read_instant(request.sign_time, field="sign_time") if request.HasField("sign_time") else None
