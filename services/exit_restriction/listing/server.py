"""The service of the list: from messages to the use cases and back."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from dataclasses import replace

from services.chassis.call import Call, Joint, Part
from services.chassis.spans import traceparent
from services.exit_restriction import convert as shared
from services.exit_restriction.domain import TERM_RULES, TermRule
from services.exit_restriction.listing import convert, handlers
from services.exit_restriction.listing.correcting import correct_one
from services.exit_restriction.listing.desk import NOTICE, ListDesk
from services.exit_restriction.listing.domain import Push, RemovalKind
from services.exit_restriction.listing.files import Files
from services.exit_restriction.listing.handlers import Removal
from services.exit_restriction.listing.pushing import Means
from services.exit_restriction.listing.uploads.desk import UploadDesk
from services.exit_restriction.reporting import Debtor
from services.filing.convert import read_as_of, read_author
from services.filing.desk import Accepted, take
from xiezhi.exit_restriction.v1 import listing_pb2


class DishonestListServicer:
    """`xiezhi.exit_restriction.v1.DishonestListService`.

    Args:
        desk: What the use cases of single entries need.
        uploads: What those of uploads need.
        rules: How terms are computed.
    """

    def __init__(self, desk: ListDesk, *, uploads: UploadDesk, rules: Sequence[TermRule] = TERM_RULES) -> None:
        self._desk = desk
        self._uploads = uploads
        self._rules = rules

    async def PushEntry(self, request: listing_pb2.PushEntryRequest, call: Call) -> listing_pb2.PushEntryResponse:
        """Pushes one entry."""
        debtor = shared.read_debtor(request.debtor, field="debtor", on=shared.today_of(call))
        filing = convert.read_filing(request.context, call, notice=request.notice_pdf, debtor=debtor)
        decision = shared.decision_number(filing)
        push = convert.read_push(request, debtor, call, decision=decision)
        trace = traceparent()

        def act(accepted: Accepted, files: Files) -> bytes:
            response = listing_pb2.PushEntryResponse()
            named = _as_named(push, accepted, decision)
            convert.write_entry(
                response.entry, handlers.push_one(named, means=self._means(accepted, files, trace=trace))
            )
            return response.SerializeToString()

        answer = await take(filing, act, desk=self._desk, sought=convert.sought_of(debtor, decision))
        return listing_pb2.PushEntryResponse.FromString(answer)

    async def CorrectEntry(
        self, request: listing_pb2.CorrectEntryRequest, call: Call
    ) -> listing_pb2.CorrectEntryResponse:
        """Corrects an entry."""
        debtor = shared.read_debtor(request.debtor, field="debtor", on=shared.today_of(call))
        filing = convert.read_filing(request.context, call, notice=request.notice_pdf, debtor=debtor)
        push, name = convert.read_correction(request, debtor, call), convert.read_name(request.name)
        trace = traceparent()

        def act(accepted: Accepted, files: Files) -> bytes:
            response = listing_pb2.CorrectEntryResponse()
            shown = correct_one(name, _as_named(push, accepted, ""), means=self._means(accepted, files, trace=trace))
            convert.write_entry(response.entry, shown)
            return response.SerializeToString()

        answer = await take(filing, act, desk=self._desk, sought=convert.sought_of(debtor, ""))
        return listing_pb2.CorrectEntryResponse.FromString(answer)

    async def RemoveEntry(self, request: listing_pb2.RemoveEntryRequest, call: Call) -> listing_pb2.RemoveEntryResponse:
        """Takes an entry off the list, and proposes to release whom the case restricts."""
        debtor = shared.read_debtor(request.debtor, field="debtor", on=shared.today_of(call))
        filing = convert.read_filing(request.context, call, notice=None, debtor=debtor)
        removal = Removal(
            convert.read_name(request.name),
            read_author(request.context),
            debtor.party.number,
            RemovalKind(request.kind),
        )
        trace = traceparent()

        def act(accepted: Accepted, files: Files) -> bytes:
            response = listing_pb2.RemoveEntryResponse()
            shown, proposed = handlers.remove_one(removal, means=self._means(accepted, files, trace=trace))
            convert.write_entry(response.entry, shown)
            response.proposed_releases.extend(convert.RESTRICTION + key for key in proposed)
            return response.SerializeToString()

        return listing_pb2.RemoveEntryResponse.FromString(await take(filing, act, desk=self._desk))

    async def ListEntries(self, request: listing_pb2.ListEntriesRequest, call: Call) -> listing_pb2.ListEntriesResponse:
        """Lists the entries of a case on a debtor as they stood at a moment."""
        asked = request.as_of_time if request.HasField("as_of_time") else None
        as_of = read_as_of(asked, now=self._desk.clock.now())
        debtor: Debtor = shared.read_debtor(request.debtor, field="debtor", on=shared.today_of(call))
        author = read_author(request.context)
        response = listing_pb2.ListEntriesResponse()
        for shown in await self._desk.store.of_case(author, debtor.party.number, as_of=as_of):
            convert.write_entry(response.entries.add(), shown)
        return response

    async def StageEntries(
        self, requests: AsyncIterator[listing_pb2.StageEntriesRequest], call: Call
    ) -> AsyncGenerator[Joint, None]:
        """Stages chunks of an upload as they come, and those that have come meanwhile together."""
        async with aclosing(self._uploads.stage(requests, call)) as joints:
            async for joint in joints:
                yield joint

    async def GetUpload(self, request: listing_pb2.GetUploadRequest, call: Call) -> listing_pb2.GetUploadResponse:
        """Tells how far an upload is."""
        return await self._uploads.get(request, call)

    async def DiscardUpload(
        self, request: listing_pb2.DiscardUploadRequest, call: Call
    ) -> listing_pb2.DiscardUploadResponse:
        """Erases an upload that is not committed."""
        return await self._uploads.discard(request, call)

    async def ListUploadItems(self, request: listing_pb2.ListUploadItemsRequest, call: Call) -> Part:
        """Shows what is staged."""
        return await self._uploads.items(request, call)

    async def CommitUpload(
        self, request: listing_pb2.CommitUploadRequest, call: Call
    ) -> listing_pb2.CommitUploadResponse:
        """Pushes all that is staged."""
        return await self._uploads.commit(request, call)

    async def ListUploadOutcomes(
        self, request: listing_pb2.ListUploadOutcomesRequest, call: Call
    ) -> listing_pb2.ListUploadOutcomesResponse:
        """Lists what became of the items of an upload."""
        return await self._uploads.outcomes(request, call)

    def _means(self, accepted: Accepted, files: Files, *, trace: str) -> Means:
        return Means(files, self._desk.ids, self._rules, accepted.now, trace)


def _as_named(push: Push, accepted: Accepted, decision: str) -> Push:
    """Returns a push with what the notice names of it."""
    ordered = replace(
        push.ordered,
        names_debtor=accepted.mentions(NOTICE, push.written.debtor.number),
        names_decision=bool(decision) and accepted.mentions(NOTICE, decision),
    )
    return replace(push, ordered=ordered)
