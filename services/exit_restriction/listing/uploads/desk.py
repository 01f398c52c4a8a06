"""The desk at which uploads are taken in: from messages to the store and back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial

from services.chassis.call import Call, Joint, Part
from services.chassis.clock import Clock
from services.chassis.gathering import gather
from services.chassis.paging import decode_token, encode_token, invalid_token, query_of
from services.codes.courts import find_court, is_same_or_superior
from services.exit_restriction import convert as shared
from services.exit_restriction.listing import convert
from services.exit_restriction.listing.uploads.domain import Chunk, Commit, Fault, Upload
from services.exit_restriction.listing.uploads.reading import find_faults, numbers_of, read_notice, show_item
from services.exit_restriction.listing.uploads.store import UploadStore
from services.filing.convert import invalid
from services.filing.desk import Verify
from services.filing.domain import RequestKey
from xiezhi.errors import NEXT_STEPS, Reason, error
from xiezhi.exit_restriction.v1 import listing_pb2

MOST_TOGETHER = 16
"""Chunks of one stream that are staged together."""
ITEMS_SHOWN, OUTCOMES_SHOWN = 100, 1_000
"""Items and outcomes of a page when the caller asks for no number."""

_NAME = "uploads/"


@dataclass(frozen=True, slots=True)
class UploadDesk:
    """What the use cases of uploads need.

    Attributes:
        store: Uploads.
        verify: Verifies papers.
        clock: Source of now.
        announce: Records whom the next part of a commit is about: its request names an upload and nobody.
    """

    store: UploadStore
    verify: Verify
    clock: Clock
    announce: Callable[[Call, tuple[str, ...]], Awaitable[None]]

    async def stage(
        self, requests: AsyncIterator[listing_pb2.StageEntriesRequest], call: Call
    ) -> AsyncGenerator[Joint, None]:
        """Stages chunks as they come, and those that have come meanwhile together."""
        court, name = _court(call), ""
        async with aclosing(gather(requests, most=MOST_TOGETHER)) as groups:
            async for group in groups:
                name = name or group[0].upload
                if any(request.upload != name for request in group):
                    raise invalid("upload", "it is another one than in the chunks before")
                chunks = await asyncio.to_thread(self._read, group, court, call)
                staged = await self.store.stage(name.removeprefix(_NAME), court, chunks)
                yield Joint(tuple(_write_staged(count, faults) for count, faults in staged))

    async def get(self, request: listing_pb2.GetUploadRequest, call: Call) -> listing_pb2.GetUploadResponse:
        """Tells how far an upload of the caller's court is."""
        response = listing_pb2.GetUploadResponse()
        _write_upload(response.upload, await self._own(request.name, call))
        return response

    async def discard(self, request: listing_pb2.DiscardUploadRequest, call: Call) -> listing_pb2.DiscardUploadResponse:
        """Erases an upload of the caller's court that is not committed."""
        await self.store.discard(request.name.removeprefix(_NAME), _court(call))
        return listing_pb2.DiscardUploadResponse()

    async def items(self, request: listing_pb2.ListUploadItemsRequest, call: Call) -> Part:
        """Shows what is staged, to the court and those above it."""
        court = _court(call)
        key = request.name.removeprefix(_NAME)
        upload = await self.store.get(key, lambda code: is_same_or_superior(court, code))
        query = query_of(request, call.officer.officer_id)
        start, size = _read_place(request.page_token, query), request.page_size or ITEMS_SHOWN
        response = listing_pb2.ListUploadItemsResponse()
        _write_upload(response.upload, upload)
        response.items.extend(map(show_item, await self.store.items(key, start=start, size=size)))
        # Of one that was abandoned what is left is not there any more.
        if response.items and (end := start + len(response.items)) < upload.item_count:
            response.next_page_token = encode_token(str(end), query=query)
        return Part(response, numbers_of(response.items))

    async def outcomes(
        self, request: listing_pb2.ListUploadOutcomesRequest, call: Call
    ) -> listing_pb2.ListUploadOutcomesResponse:
        """Lists what became of items."""
        upload = await self._own(request.name, call)
        query = query_of(request, call.officer.officer_id)
        start, size = _read_place(request.page_token, query), request.page_size or OUTCOMES_SHOWN
        response = listing_pb2.ListUploadOutcomesResponse()
        for index, one in enumerate(await self.store.outcomes(upload.upload_id, start=start, size=size), start):
            entry = convert.ENTRY + one.entry_id if one.entry_id else ""
            convert.write_forwarded(response.outcomes.add(index=index, entry=entry).outcome, one.forwarded)
        if (end := start + len(response.outcomes)) < upload.pushed_count:
            response.next_page_token = encode_token(str(end), query=query)
        return response

    async def commit(self, request: listing_pb2.CommitUploadRequest, call: Call) -> listing_pb2.CommitUploadResponse:
        """Pushes all that is staged."""
        key = RequestKey(_court(call), request.request_id, call.method.full_name, call.request_sha256)
        commit = Commit(
            key, request.name.removeprefix(_NAME), request.sha256, request.item_count, shared.level_of(call)
        )
        announce = partial(self.announce, call)
        answer = await self.store.push(commit, _write_committed, announce=announce)
        return listing_pb2.CommitUploadResponse.FromString(answer)

    async def _own(self, name: str, call: Call) -> Upload:
        court = _court(call)
        return await self.store.get(name.removeprefix(_NAME), lambda code: code == court)

    def _read(self, requests: Sequence[listing_pb2.StageEntriesRequest], court: str, call: Call) -> list[Chunk]:
        """Reads chunks; some milliseconds of computing for each notice, and for some hundred items."""
        now, today = self.clock.now(), shared.today_of(call)
        return [
            Chunk(
                request.first_index,
                tuple(request.items),
                find_faults(request.items, first_index=request.first_index, court_code=court, today=today),
                tuple(read_notice(pdf, verify=self.verify, court_code=court, now=now) for pdf in request.notices),
            )
            for request in requests
        ]


def _court(call: Call) -> str:
    """Returns the court for which the caller acts.

    Raises:
        PermissionDenied: OUT_OF_JURISDICTION, if it is none of the province.
    """
    organisation = call.officer.organisation
    if find_court(organisation) is None:
        raise error(Reason.OUT_OF_JURISDICTION, NEXT_STEPS[Reason.OUT_OF_JURISDICTION])
    return organisation


def _read_place(token: str, query: bytes) -> int:
    place = decode_token(token, query=query)
    if place and not (place.isascii() and place.isdecimal() and len(place) < 19):
        raise invalid_token()
    return int(place or 0)


def _write_staged(count: int, faults: Sequence[Fault]) -> listing_pb2.StageEntriesResponse:
    response = listing_pb2.StageEntriesResponse(item_count=count)
    for fault in faults:
        response.faults.add(index=fault.index, reason=fault.reason, field=fault.path)
    return response


def _write_committed(upload: Upload) -> bytes:
    response = listing_pb2.CommitUploadResponse()
    _write_upload(response.upload, upload)
    return response.SerializeToString()


def _write_upload(message: listing_pb2.Upload, upload: Upload) -> None:
    message.name, message.state = _NAME + upload.upload_id, upload.state  # type: ignore[assignment]
    message.item_count, message.sha256 = upload.item_count, upload.sha256
    message.pushed_count, message.forwarded_count = upload.pushed_count, upload.forwarded_count
    message.list_only_count, message.refused_count = upload.list_only_count, upload.refused_count
    if upload.is_unfinished:
        message.expire_time.FromDatetime(upload.expires_at)
