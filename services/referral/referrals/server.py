"""The service of referrals as courts see them: from messages to the use cases and back."""

from __future__ import annotations

from typing import Any

from services.chassis.call import Call
from services.filing.convert import invalid, read_author, read_instant
from services.filing.desk import Accepted, take
from services.referral.convert import read_name
from services.referral.referrals import convert, handlers
from services.referral.referrals.desk import ReferralDesk
from services.referral.referrals.domain import LATEST, ReferralFile, no_document, not_found
from services.referral.referrals.files import Files
from xiezhi.referral.v1 import referral_pb2


class ReferralServicer:
    """`xiezhi.referral.v1.ReferralService`.

    Args:
        desk: What its use cases need.
    """

    def __init__(self, desk: ReferralDesk) -> None:
        self._desk = desk

    async def SendReferral(
        self, request: referral_pb2.SendReferralRequest, call: Call
    ) -> referral_pb2.SendReferralResponse:
        """Refers suspects."""
        filing, package = convert.read_sending(request, call), convert.read_package(request, call)
        officer, ids = call.officer.officer_id, self._desk.ids

        def act(accepted: Accepted, files: Files) -> bytes:
            made = handlers.send_one(package, accepted, files, officer_id=officer, ids=ids)
            return _answer(referral_pb2.SendReferralResponse(), made, files)

        sought = {handlers.LETTER: handlers.names_of(package.suspects)} if filing.papers else {}
        answer = await take(filing, act, desk=self._desk, sought=sought)
        return referral_pb2.SendReferralResponse.FromString(answer)

    async def SupplementReferral(
        self, request: referral_pb2.SupplementReferralRequest, call: Call
    ) -> referral_pb2.SupplementReferralResponse:
        """Completes a package."""
        filing, evidence = convert.read_step(request, call), convert.read_evidence(request.evidence)
        name, officer = read_name(request.name), call.officer.officer_id

        def act(accepted: Accepted, files: Files) -> bytes:
            made = handlers.supplement_one(name, evidence, accepted, files=files, officer_id=officer)
            return _answer(referral_pb2.SupplementReferralResponse(), made, files)

        return referral_pb2.SupplementReferralResponse.FromString(await take(filing, act, desk=self._desk))

    async def WithdrawReferral(
        self, request: referral_pb2.WithdrawReferralRequest, call: Call
    ) -> referral_pb2.WithdrawReferralResponse:
        """Takes a referral back."""
        filing, name, officer = convert.read_step(request, call), read_name(request.name), call.officer.officer_id

        def act(accepted: Accepted, files: Files) -> bytes:
            made = handlers.withdraw_one(name, request.reason, accepted, files=files, officer_id=officer)
            return _answer(referral_pb2.WithdrawReferralResponse(), made, files)

        return referral_pb2.WithdrawReferralResponse.FromString(await take(filing, act, desk=self._desk))

    async def ListReferrals(
        self, request: referral_pb2.ListReferralsRequest, call: Call
    ) -> referral_pb2.ListReferralsResponse:
        """Lists the referrals of a suspect in a case."""
        now = self._desk.clock.now()
        as_of = read_instant(request.as_of_time, field="as_of_time") if request.HasField("as_of_time") else None
        if as_of is not None and as_of > now:
            raise invalid("as_of_time", "it is to come")
        author, number = read_author(request.context), convert.read_number(request, call)
        found, calendars = await self._desk.store.of_suspect(author, number, as_of=as_of or LATEST)
        response = referral_pb2.ListReferralsResponse()
        for file in found:
            # Facts of one instant follow each other by a moment, so the last one may be a moment ahead of the clock.
            at = as_of or max(now, file.last_at)
            convert.write_referral(response.referrals.add(), file.until(at), at=at, calendars=calendars)
        return response

    async def FetchDocument(
        self, request: referral_pb2.FetchDocumentRequest, call: Call
    ) -> referral_pb2.FetchDocumentResponse:
        """Returns a document."""
        author, number = read_author(request.context), convert.read_number(request, call)
        file, _ = await self._desk.store.find(read_name(request.name))
        if file is None or not file.is_of(author) or not file.has_suspect(number):
            raise not_found()
        paper, pdf = file.paper(request.sha256), await self._desk.store.paper(request.sha256)
        if paper is None or pdf is None:
            raise no_document()
        response = referral_pb2.FetchDocumentResponse(pdf=pdf)
        convert.write_document(response.document, paper)
        return response


def _answer(response: Any, file: ReferralFile, files: Files) -> bytes:
    """Writes an answer as it is kept: with the referral as it stands after the step."""
    convert.write_referral(response.referral, file, at=file.last_at, calendars=files.calendars())
    answer: bytes = response.SerializeToString()
    return answer
