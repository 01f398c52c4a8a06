"""The service of supervision: from messages to the store and back."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import date
from functools import partial

from sqlalchemy import Connection

from services.chassis.call import Call
from services.chassis.clock import Clock
from services.chassis.paging import decode_token, encode_token, invalid_token, query_of
from services.chassis.spans import traceparent
from services.codes.legal_time import legal_date
from services.filing.convert import invalid, read_date, read_key
from services.filing.desk import Verify
from services.papers import mentions
from services.papers.fonts import shown
from services.referral.domain import Grouping, Scope, tally
from services.referral.notices.convert import write_item
from services.referral.supervision import convert
from services.referral.supervision.adjusting import Adjusting
from services.referral.supervision.domain import CAMPAIGN_PREFIX, CODES, LIST_PREFIX, Listed, require_body
from services.referral.supervision.papers import draw_list, draw_report
from services.referral.supervision.store import SupervisionStore
from xiezhi.referral.v1 import supervision_pb2

PAGE_SIZE = 100
"""Duties of a page when the caller asks for no number."""


@dataclass(frozen=True, slots=True)
class Office:
    """What the service needs.

    Attributes:
        store: What is supervised.
        adjusting: Computes deadlines anew.
        verify: Verifies papers under seal.
        clock: Source of now.
    """

    store: SupervisionStore
    adjusting: Adjusting
    verify: Verify
    clock: Clock


class SupervisionServicer:
    """`xiezhi.referral.v1.SupervisionService`.

    Args:
        office: What it needs.
    """

    def __init__(self, office: Office) -> None:
        self._store = office.store
        self._adjusting = office.adjusting
        self._verify = office.verify
        self._clock = office.clock

    async def ListDue(self, request: supervision_pb2.ListDueRequest, call: Call) -> supervision_pb2.ListDueResponse:
        """Lists what is due."""
        reader, today = call.officer.organisation, legal_date(self._clock.now())
        until = read_date(request.until_date, field="until_date") if request.HasField("until_date") else today
        query, size = query_of(request, reader), request.page_size or PAGE_SIZE
        after = _read_place(decode_token(request.page_token, query=query))
        found = await self._store.due(reader, until, after=after, most=size + 1)
        response = supervision_pb2.ListDueResponse()
        for owed in found[:size]:
            write_item(response.items.add(), owed, on=today)
        if len(found) > size:
            last = found[size - 1]
            response.next_page_token = encode_token(f"{last.due.isoformat()}/{last.key.hex()}", query=query)
        return response

    async def CreateCampaign(
        self, request: supervision_pb2.CreateCampaignRequest, call: Call
    ) -> supervision_pb2.CreateCampaignResponse:
        """Opens a campaign."""
        body = CODES[require_body(call.officer.organisation)]
        first_day = read_date(request.start_date, field="start_date")
        last_day = read_date(request.end_date, field="end_date")

        def act(connection: Connection) -> bytes:
            response = supervision_pb2.CreateCampaignResponse()
            counted = self._store.open_campaign(
                connection, request.title, first_day=first_day, last_day=last_day, opened_by=body
            )
            convert.write_campaign(response.campaign, counted)
            return response.SerializeToString()

        answer = await self._store.change(read_key(request.request_id, call), act)
        return supervision_pb2.CreateCampaignResponse.FromString(answer)

    async def JoinCampaign(
        self, request: supervision_pb2.JoinCampaignRequest, call: Call
    ) -> supervision_pb2.JoinCampaignResponse:
        """Adds referrals to a campaign."""
        require_body(call.officer.organisation)
        campaign_id = request.name.removeprefix(CAMPAIGN_PREFIX)
        referral_ids = convert.read_names(request.referrals)

        def act(connection: Connection) -> bytes:
            response = supervision_pb2.JoinCampaignResponse()
            counted = self._store.join_campaign(connection, campaign_id, referral_ids)
            convert.write_campaign(response.campaign, counted)
            return response.SerializeToString()

        answer = await self._store.change(read_key(request.request_id, call), act)
        return supervision_pb2.JoinCampaignResponse.FromString(answer)

    async def ListCampaigns(
        self, request: supervision_pb2.ListCampaignsRequest, call: Call
    ) -> supervision_pb2.ListCampaignsResponse:
        """Lists campaigns with their numbers."""
        del request, call
        response = supervision_pb2.ListCampaignsResponse()
        for counted in await self._store.list_campaigns():
            convert.write_campaign(response.campaigns.add(), counted)
        return response

    async def ProposeKeyCases(
        self, request: supervision_pb2.ProposeKeyCasesRequest, call: Call
    ) -> supervision_pb2.ProposeKeyCasesResponse:
        """Proposes a list of key cases."""
        body, referral_ids = require_body(call.officer.organisation), convert.read_names(request.referrals)
        key = read_key(request.request_id, call)

        def act(connection: Connection) -> bytes:
            response = supervision_pb2.ProposeKeyCasesResponse()
            listed = self._store.propose_list(
                connection, referral_ids, year=request.year, title=request.title, body=body
            )
            convert.write_list(response.list, listed)
            return response.SerializeToString()

        answer = await self._store.answered(key)
        if answer is None:
            # What cannot be printed could not be signed either, and would stay pending for ever.
            preview = await self._store.preview_list(referral_ids, year=request.year, title=request.title, body=body)
            await asyncio.to_thread(draw_list, preview, body)
            answer = await self._store.change(key, act)
        return supervision_pb2.ProposeKeyCasesResponse.FromString(answer)

    async def DraftKeyCaseList(
        self, request: supervision_pb2.DraftKeyCaseListRequest, call: Call
    ) -> supervision_pb2.DraftKeyCaseListResponse:
        """Sets a list for a body to seal."""
        body = require_body(call.officer.organisation)
        listed = await self._store.read_list(request.name.removeprefix(LIST_PREFIX))
        return supervision_pb2.DraftKeyCaseListResponse(pdf=await asyncio.to_thread(draw_list, listed, body))

    async def SignKeyCases(
        self, request: supervision_pb2.SignKeyCasesRequest, call: Call
    ) -> supervision_pb2.SignKeyCasesResponse:
        """Signs a list of key cases."""
        body, key = require_body(call.officer.organisation), read_key(request.request_id, call)
        list_id, trace = request.name.removeprefix(LIST_PREFIX), traceparent()
        answer = await self._store.answered(key)
        if answer is None:
            listed = await self._store.require_signable(list_id, body)
            await asyncio.to_thread(self._require_list, request.list_pdf, listed, CODES[body])

            def act(connection: Connection) -> bytes:
                response = supervision_pb2.SignKeyCasesResponse()
                signed = self._store.sign_list(connection, list_id, body, traceparent=trace)
                convert.write_list(response.list, signed)
                return response.SerializeToString()

            answer = await self._store.change(key, act, papers=[request.list_pdf])
        return supervision_pb2.SignKeyCasesResponse.FromString(answer)

    async def ListKeyCases(
        self, request: supervision_pb2.ListKeyCasesRequest, call: Call
    ) -> supervision_pb2.ListKeyCasesResponse:
        """Lists the year's lists of key cases."""
        year = request.year or legal_date(self._clock.now()).year
        response = supervision_pb2.ListKeyCasesResponse()
        for listed in await self._store.lists_of(year, call.officer.organisation):
            convert.write_list(response.lists.add(), listed)
        return response

    async def GetReport(
        self, request: supervision_pb2.GetReportRequest, call: Call
    ) -> supervision_pb2.GetReportResponse:
        """Counts referrals of a period."""
        reader, grouping = call.officer.organisation, Grouping(request.grouping)
        period = convert.read_period(request, now=self._clock.now())
        histories, calendars, campaigns = await self._store.histories(
            reader, period, has_campaigns=grouping is Grouping.CAMPAIGN
        )
        scope = Scope(period.first_day, period.last_day, grouping, campaigns)
        found = await asyncio.to_thread(tally, histories, scope, period.now, calendars=calendars)
        response = supervision_pb2.GetReportResponse()
        for one in found[:-1]:
            convert.write_row(response.rows.add(), one, grouping)
        convert.write_row(response.total, found[-1], grouping)
        if request.with_pdf:
            draw = partial(draw_report, found, period, grouping, organisation=reader, campaigns=campaigns)
            response.pdf = await asyncio.to_thread(draw)
        return response

    async def ImportCalendar(
        self, request: supervision_pb2.ImportCalendarRequest, call: Call
    ) -> supervision_pb2.ImportCalendarResponse:
        """Takes in a calendar, and computes open deadlines anew."""
        key = read_key(request.request_id, call)
        answer = await self._store.answered(key)
        if answer is None:
            kept = await self._store.adopt(convert.read_calendar(request.calendar))
            # In transactions of its own: whoever is killed here asks again, and the rest is done then.
            run = await self._adjusting.finish(kept.sequence)
            done = supervision_pb2.ImportCalendarResponse(recomputed_count=run.recomputed, changed_count=run.changed)
            answer = await self._store.change(key, lambda _: done.SerializeToString())
        return supervision_pb2.ImportCalendarResponse.FromString(answer)

    async def ListCalendars(
        self, request: supervision_pb2.ListCalendarsRequest, call: Call
    ) -> supervision_pb2.ListCalendarsResponse:
        """Lists the calendars."""
        del request, call
        response = supervision_pb2.ListCalendarsResponse()
        for kept in convert.in_order(await self._store.calendars()):
            convert.write_calendar(response.calendars.add(), kept)
        return response

    def _require_list(self, pdf: bytes, listed: Listed, organisation: str) -> None:
        """Makes sure that a file is the list under the body's seal."""
        paper = self._verify(pdf, organisation=organisation, now=self._clock.now())
        # As they stand in the draft, where marks stand for rare characters.
        if not all(mentions(paper, text) for text in map(shown, listed.texts)):
            raise invalid("list_pdf", "it does not have the list's title and the number of every case: seal the draft")


def _read_place(place: str) -> tuple[date, bytes] | None:
    if not place:
        return None
    day, _, key = place.partition("/")
    try:
        return date.fromisoformat(day), bytes.fromhex(key)
    except ValueError:
        raise invalid_token() from None
