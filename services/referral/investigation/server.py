"""The service of referrals as units see them: from messages to the use cases and back."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import TypeVar

from services.chassis.call import Call
from services.chassis.paging import DEFAULT_SIZE, decode_token, encode_token, invalid_token, query_of
from services.codes.legal_time import legal_date
from services.filing.convert import read_key
from services.referral.convert import read_name
from services.referral.domain import Review
from services.referral.investigation import convert, handlers, letters
from services.referral.investigation.desk import UnitDesk, take, take_letter
from services.referral.investigation.domain import Officer, UnitLetter, require_lies_with
from services.referral.referrals.convert import write_document, write_referral
from services.referral.referrals.domain import ReferralFile, no_document
from services.referral.referrals.files import Files
from xiezhi.referral.v1 import investigation_pb2

_LAST = (1 << 63) - 1
"""The last sequence that a database can have."""

Answer = TypeVar(
    "Answer",
    investigation_pb2.ReceiveReferralResponse,
    investigation_pb2.RequestSupplementResponse,
    investigation_pb2.TransferReferralResponse,
    investigation_pb2.ExtendReviewResponse,
    investigation_pb2.DecideReferralResponse,
    investigation_pb2.GiveFeedbackResponse,
    investigation_pb2.GiveOpinionResponse,
    investigation_pb2.ReopenReferralResponse,
)


class InvestigationServicer:
    """`xiezhi.referral.v1.InvestigationService`.

    Args:
        desk: What its use cases need.
        supplement_days: How long a court has to complete a package, in days.
    """

    def __init__(self, desk: UnitDesk, *, supplement_days: int) -> None:
        self._desk = desk
        self._supplement_days = supplement_days

    async def ListUnitReferrals(
        self, request: investigation_pb2.ListUnitReferralsRequest, call: Call
    ) -> investigation_pb2.ListUnitReferralsResponse:
        """Lists the referrals of the caller's unit."""
        unit = call.officer.organisation
        query, size = query_of(request, unit), request.page_size or DEFAULT_SIZE
        place = decode_token(request.page_token, query=query)
        before = _read_place(place) if place else _LAST
        found, calendars = await self._desk.store.of_unit(
            unit, state=request.state or None, before=before, most=size + 1
        )
        response, now = investigation_pb2.ListUnitReferralsResponse(), self._desk.clock.now()
        for _, file in found[:size]:
            at = max(now, file.last_at)
            write_referral(response.referrals.add(), file, at=at, calendars=calendars, has_events=False)
        if len(found) > size:
            response.next_page_token = encode_token(str(found[size - 1][0]), query=query)
        return response

    async def GetUnitReferral(
        self, request: investigation_pb2.GetUnitReferralRequest, call: Call
    ) -> investigation_pb2.GetUnitReferralResponse:
        """Returns a referral of the caller's unit."""
        found, calendars = await self._desk.store.find(read_name(request.name))
        file = require_lies_with(found, convert.read_officer(call))
        response = investigation_pb2.GetUnitReferralResponse()
        at = max(self._desk.clock.now(), file.last_at)
        write_referral(response.referral, file, at=at, calendars=calendars)
        return response

    async def FetchUnitDocument(
        self, request: investigation_pb2.FetchUnitDocumentRequest, call: Call
    ) -> investigation_pb2.FetchUnitDocumentResponse:
        """Returns a document of a referral of the caller's unit."""
        found, _ = await self._desk.store.find(read_name(request.name))
        paper = require_lies_with(found, convert.read_officer(call)).paper(request.sha256)
        pdf = None if paper is None else await self._desk.store.paper(request.sha256)
        if paper is None or pdf is None:
            raise no_document()
        response = investigation_pb2.FetchUnitDocumentResponse(pdf=pdf)
        write_document(response.document, paper)
        return response

    async def ReceiveReferral(
        self, request: investigation_pb2.ReceiveReferralRequest, call: Call
    ) -> investigation_pb2.ReceiveReferralResponse:
        """Signs for a referral."""
        receipt, answer = convert.read_receipt(request), investigation_pb2.ReceiveReferralResponse
        sha256 = hashlib.sha256(receipt.pdf).digest()
        step = partial(handlers.receive_one, read_name(request.name), receipt, sha256=sha256)
        if not receipt.pdf:
            return await self._take(request, call, step, answer=answer)
        admit = partial(handlers.reception, receipt=receipt)
        return await self._take_letter(request, call, receipt, admit=admit, step=step, answer=answer)

    async def RequestSupplement(
        self, request: investigation_pb2.RequestSupplementRequest, call: Call
    ) -> investigation_pb2.RequestSupplementResponse:
        """Asks the court for what is missing."""
        days = self._supplement_days
        step = partial(handlers.request_supplement, read_name(request.name), request.missing, days=days)
        return await self._take(request, call, step, answer=investigation_pb2.RequestSupplementResponse)

    async def TransferReferral(
        self, request: investigation_pb2.TransferReferralRequest, call: Call
    ) -> investigation_pb2.TransferReferralResponse:
        """Passes a referral on."""
        step = partial(handlers.transfer_one, read_name(request.name), request.unit, reason=request.reason)
        return await self._take(request, call, step, answer=investigation_pb2.TransferReferralResponse)

    async def ExtendReview(
        self, request: investigation_pb2.ExtendReviewRequest, call: Call
    ) -> investigation_pb2.ExtendReviewResponse:
        """Extends a review."""
        review = Review(request.extension)
        step = partial(handlers.extend_one, read_name(request.name), review, reason=request.reason)
        return await self._take(request, call, step, answer=investigation_pb2.ExtendReviewResponse)

    async def DecideReferral(
        self, request: investigation_pb2.DecideReferralRequest, call: Call
    ) -> investigation_pb2.DecideReferralResponse:
        """Decides about suspects."""
        step = partial(handlers.decide_all, read_name(request.name), convert.read_ruling(request))
        return await self._take(request, call, step, answer=investigation_pb2.DecideReferralResponse)

    async def DraftLetter(
        self, request: investigation_pb2.DraftLetterRequest, call: Call
    ) -> investigation_pb2.DraftLetterResponse:
        """Sets a letter."""
        found, _ = await self._desk.store.find(read_name(request.name))
        file, now = require_lies_with(found, convert.read_officer(call)), self._desk.clock.now()
        letter, today = convert.read_draft(request, at=max(now, file.last_at)), legal_date(call.accepted_at)
        response = investigation_pb2.DraftLetterResponse()
        if letter.signed_at is not None:
            handlers.reception(file, letter, now=max(now, file.last_at))
            response.sign_time.FromDatetime(letter.signed_at)
        response.pdf = await asyncio.to_thread(letters.draft, file, letter, issued_on=today)
        return response

    async def GiveFeedback(
        self, request: investigation_pb2.GiveFeedbackRequest, call: Call
    ) -> investigation_pb2.GiveFeedbackResponse:
        """Gives the feedback that suspects are filed."""
        return await self._give(request, call, answer=investigation_pb2.GiveFeedbackResponse)

    async def GiveOpinion(
        self, request: investigation_pb2.GiveOpinionRequest, call: Call
    ) -> investigation_pb2.GiveOpinionResponse:
        """Gives the opinion not to file."""
        return await self._give(request, call, answer=investigation_pb2.GiveOpinionResponse)

    async def ReopenReferral(
        self, request: investigation_pb2.ReopenReferralRequest, call: Call
    ) -> investigation_pb2.ReopenReferralResponse:
        """Takes suspects up again."""
        step = partial(handlers.reopen_all, read_name(request.name), convert.read_reopening(request))
        return await self._take(request, call, step, answer=investigation_pb2.ReopenReferralResponse)

    async def _take(
        self, request: convert.Step, call: Call, step: Callable[..., ReferralFile], *, answer: type[Answer]
    ) -> Answer:
        """Takes a step of the officer, and answers with the referral as it stands then."""
        act = _act(step, convert.read_officer(call), answer)
        return answer.FromString(await take(read_key(request.request_id, call), act, desk=self._desk))

    async def _give(
        self,
        request: investigation_pb2.GiveFeedbackRequest | investigation_pb2.GiveOpinionRequest,
        call: Call,
        *,
        answer: type[Answer],
    ) -> Answer:
        """Takes a letter in, and answers with the referral as it stands then."""
        letter = convert.read_letter(request)
        sha256 = hashlib.sha256(letter.pdf).digest()
        step = partial(handlers.answer_all, read_name(request.name), letter, sha256=sha256)
        admit = partial(handlers.answers, letter=letter, sha256=sha256)
        return await self._take_letter(request, call, letter, admit=admit, step=step, answer=answer)

    async def _take_letter(
        self,
        request: convert.Step,
        call: Call,
        letter: UnitLetter,
        *,
        admit: Callable[..., object],
        step: Callable[..., ReferralFile],
        answer: type[Answer],
    ) -> Answer:
        """Takes a step of the officer by a letter under seal; as `_take`."""
        officer = convert.read_officer(call)
        answered = await take_letter(
            read_key(request.request_id, call),
            read_name(request.name),
            letter,
            officer=officer,
            admit=lambda file, now: admit(file, now=now),
            act=_act(step, officer, answer),
            desk=self._desk,
        )
        return answer.FromString(answered)


def _act(
    step: Callable[..., ReferralFile], officer: Officer, answer: type[Answer]
) -> Callable[[Files, datetime], bytes]:
    def act(files: Files, now: datetime) -> bytes:
        file, response = step(officer, files=files, now=now), answer()
        write_referral(response.referral, file, at=file.last_at, calendars=files.calendars())
        return response.SerializeToString()

    return act


def _read_place(place: str) -> int:
    """Reads a place, which a caller may have made up: none is beyond all sequences."""
    try:
        before = int(place)
    except ValueError:
        raise invalid_token() from None
    if not 0 < before <= _LAST:
        raise invalid_token()
    return before
