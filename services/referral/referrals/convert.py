"""Between referrals of courts and the contract's messages."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from itertools import groupby
from typing import TypeAlias

from services.chassis.call import Call
from services.codes.legal_time import legal_date
from services.filing import convert as filing_convert
from services.filing.convert import invalid, read_date, read_party, write_date
from services.filing.domain import DocumentKind, Filing, Paper
from services.referral.convert import NAME, event_of, read_name, write_duty
from services.referral.domain import Calendars, Item, Referral, Standing, duties_at, private_prosecution_eligible_on
from services.referral.referrals.domain import Evidence, ReferralFile, ReferralPaper, Step, Suspect
from services.referral.referrals.handlers import Package
from xiezhi.common.v1 import case_pb2
from xiezhi.referral.v1 import referral_pb2

OfSuspect: TypeAlias = (
    referral_pb2.SupplementReferralRequest
    | referral_pb2.WithdrawReferralRequest
    | referral_pb2.ListReferralsRequest
    | referral_pb2.FetchDocumentRequest
)
"""A request that names one of the suspects."""


def read_sending(request: referral_pb2.SendReferralRequest, call: Call) -> Filing:
    """Reads what a court hands in when it refers; a file that is empty was not sent.

    Raises:
        InvalidArgument: FIELDS_INVALID.
    """
    papers = [Paper(DocumentKind.REFERRAL_LETTER, request.letter_pdf), Paper(DocumentKind.OTHER, request.account_pdf)]
    return filing_convert.read_filing(request.context, call, papers=[paper for paper in papers if paper.pdf])


def read_step(
    request: referral_pb2.SupplementReferralRequest | referral_pb2.WithdrawReferralRequest, call: Call
) -> Filing:
    """Reads what a court hands in later.

    Raises:
        InvalidArgument: FIELDS_INVALID.
    """
    papers = []
    if isinstance(request, referral_pb2.SupplementReferralRequest):
        papers.append(Paper(DocumentKind.OTHER, request.supplement_pdf))
    filing = filing_convert.read_filing(request.context, call, papers=papers)
    return replace(filing, subject_key=read_number(request, call))


def read_number(request: OfSuspect, call: Call) -> str:
    """Reads the number of the suspect.

    Raises:
        InvalidArgument: FIELDS_INVALID.
    """
    return read_party(request.suspect, field="suspect", on=legal_date(call.accepted_at)).number


def read_package(request: referral_pb2.SendReferralRequest, call: Call) -> Package:
    """Reads what is referred.

    Raises:
        InvalidArgument: FIELDS_INVALID, also where a suspect is named twice.
    """
    present = {
        Item.LETTER: bool(request.letter_pdf),
        Item.ACCOUNT: bool(request.account_pdf),
        Item.EVIDENCE: bool(request.evidence),
    }
    return Package(
        request.unit,
        _read_suspects(request.suspects, on=legal_date(call.accepted_at)),
        request.facts,
        read_evidence(request.evidence),
        items=frozenset(item for item, is_there in present.items() if is_there),
        predecessor=read_name(request.predecessor),
        sent_on=_read_sent_on(request),
    )


def _read_sent_on(request: referral_pb2.SendReferralRequest) -> date | None:
    """Returns the day from which what went on paper first may have been signed for: that of its letter."""
    if request.context.channel != case_pb2.CHANNEL_MANUAL:
        return None
    sha256 = hashlib.sha256(request.letter_pdf).digest()
    days = (document.issue_date for document in request.context.documents if document.sha256 == sha256)
    return next((read_date(day, field="context.documents") for day in days), None)


def _read_suspects(parties: Iterable[case_pb2.Party], *, on: date) -> tuple[Suspect, ...]:
    suspects: dict[str, Suspect] = {}
    for place, message in enumerate(parties):
        party = read_party(message, field=f"suspects[{place}]", on=on)
        if party.number in suspects:
            raise invalid(f"suspects[{place}].id_number", "it is that of an earlier suspect")
        suspects[party.number] = Suspect("", party, message.type, message.id_type)
    return tuple(suspects.values())


def read_evidence(pieces: Iterable[referral_pb2.Evidence]) -> tuple[Evidence, ...]:
    """Reads evidence.

    Raises:
        InvalidArgument: FIELDS_INVALID, where a digest is none of SHA-256.
    """
    found = tuple(Evidence(piece.evidence_class, piece.title, piece.sha256) for piece in pieces)
    for place, piece in enumerate(found):
        if len(piece.sha256) not in {0, 32}:
            raise invalid(f"evidence[{place}].sha256", "it has 32 bytes, or none for what is no file")
    return found


def write_referral(
    message: referral_pb2.Referral,
    file: ReferralFile,
    *,
    at: datetime,
    calendars: Calendars,
    has_events: bool = True,
) -> None:
    """Writes a referral into an empty message.

    Args:
        message: The message.
        file: The referral as it was at the moment.
        at: The moment, not before it was sent.
        calendars: All calendars.
        has_events: Whether what happened is shown.
    """
    record, standing = file.record, file.standing(at)
    message.name = NAME + record.referral_id
    message.court_code, message.case_number, message.unit = record.court_code, record.case_number, standing.unit_at(at)
    message.state = standing.state  # type: ignore[assignment]
    for place, (suspect, stands) in enumerate(zip(record.suspects, standing.suspects, strict=True)):
        _write_suspect(message.suspects.add(), place, suspect, stands=stands)
    message.facts = record.facts
    for piece in file.evidence:
        message.evidence.add(evidence_class=piece.kind, title=piece.title, sha256=piece.sha256)
    message.send_time.FromDatetime(record.sent_at)
    _write_receipt(message, standing)
    message.predecessor = NAME + record.predecessor if record.predecessor else ""
    message.successor = NAME + file.successors[-1][0] if file.successors else ""
    _write_duties(message, file, standing, at=at, calendars=calendars)
    if has_events:
        _write_events(message, file)
    for paper in file.papers:
        write_document(message.documents.add(), paper)


def write_document(message: referral_pb2.ReferralDocument, paper: ReferralPaper) -> None:
    """Writes a document into an empty message."""
    message.sha256, message.kind = paper.sha256, paper.kind  # type: ignore[assignment]
    message.document_number, message.sealed_by = paper.number, paper.sealed_by
    message.record_time.FromDatetime(paper.at)


def _write_suspect(message: referral_pb2.Suspect, place: int, suspect: Suspect, *, stands: Standing) -> None:
    message.index = place
    message.party.type = suspect.party_type  # type: ignore[assignment]
    message.party.name = suspect.party.name
    message.party.id_type = suspect.number_type  # type: ignore[assignment]
    message.party.id_number = suspect.party.number
    message.state = stands.state  # type: ignore[assignment]
    last = stands.rounds[-1] if stands.rounds else None
    if last is not None and last.decided is not None:
        write_date(message.decision_date, last.decided.decided_on)
    if last is not None and last.answered is not None:
        message.answer_time.FromDatetime(last.answered.at)


def _write_receipt(message: referral_pb2.Referral, standing: Referral) -> None:
    """Writes the receipt of the unit that it lies with; one that it came from is of no consequence for that one."""
    receipt = standing.receipts[-1] if standing.receipts else None
    if receipt is None or any(receipt.at < passed.at for passed in standing.transfers):
        return
    message.receipt_number = receipt.receipt_number
    message.receive_time.FromDatetime(receipt.signed_at)


def _write_duties(
    message: referral_pb2.Referral, file: ReferralFile, standing: Referral, *, at: datetime, calendars: Calendars
) -> None:
    duties = duties_at(file.facts, at, calendars)
    places: dict[str, int | None] = {suspect.key: place for place, suspect in enumerate(file.record.suspects)}
    placed = [(places.get(duty.suspect), duty) for duty in duties]
    # Keys have no meaning and no order: of what ends on one day, the suspects come in their places.
    for place, duty in sorted(placed, key=lambda one: (one[1].deadline.ends_at, -1 if one[0] is None else one[0])):
        write_duty(message.duties.add(), duty, place=place)
    days = (private_prosecution_eligible_on(stands, duties) for stands in standing.suspects)
    opens = min((day for day in days if day is not None), default=None)
    if opens is not None:
        write_date(message.private_prosecution_date, opens)


def _write_events(message: referral_pb2.Referral, file: ReferralFile) -> None:
    """Writes what happened; what one request did to several suspects is one event."""
    record = file.record
    sent = message.events.add(organisation=record.court_code, officer_id=record.officer_id)
    sent.kind = event_of(record.sent)  # type: ignore[assignment]
    sent.record_time.FromDatetime(record.sent_at)
    for _, group in groupby(enumerate(file.steps), key=_request_of):
        steps = [step for _, step in group]
        first = steps[0]
        event = message.events.add(
            organisation=first.deed.organisation, officer_id=first.deed.officer_id, text=first.deed.text
        )
        event.kind = event_of(first.fact)  # type: ignore[assignment]
        event.record_time.FromDatetime(first.fact.at)
        suspects = [suspect for step in steps if (suspect := getattr(step.fact, "suspect", ""))]
        event.suspects.extend(sorted({record.place_of(suspect) for suspect in suspects}))


def _request_of(numbered: tuple[int, Step]) -> tuple[int, bytes]:
    """Returns what the facts of one request have in common; what the exchange did stands alone."""
    number, step = numbered
    return event_of(step.fact), step.request or number.to_bytes(4)
