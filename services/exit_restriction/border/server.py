"""The service of checks at ports: from messages to the use cases and back."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from functools import partial

from services.alerts.leases import LeaseBook
from services.alerts.streams import answer_together
from services.chassis.call import Call, Joint
from services.chassis.clock import Clock, duration_of, write_instant
from services.chassis.spans import current_span
from services.exit_restriction.border import convert
from services.exit_restriction.border.batches import TravellerBatch
from services.exit_restriction.border.domain import Checked
from services.exit_restriction.border.handlers import Post, check_batches, check_traveller
from services.filing.domain import RequestKey
from xiezhi.exit_restriction.v1 import border_pb2


class BorderCheckServicer:
    """`xiezhi.exit_restriction.v1.BorderCheckService`.

    Args:
        post: What its use cases need.
        leases: The key that is lent, and its leases.
        clock: Source of now.
    """

    def __init__(self, post: Post, *, leases: LeaseBook, clock: Clock) -> None:
        self._post = post
        self._leases = leases
        self._clock = clock

    async def CheckTraveller(
        self, request: border_pb2.CheckTravellerRequest, call: Call
    ) -> border_pb2.CheckTravellerResponse:
        """Checks one traveller."""
        presented = convert.read_presented(request, call, now=self._clock.now(), traceparent=_traceparent())
        answer = await check_traveller(presented, _key_of(request.request_id, call), post=self._post, write=_write)
        return border_pb2.CheckTravellerResponse.FromString(answer)

    def StreamTravellers(
        self, requests: AsyncIterator[border_pb2.StreamTravellersRequest], call: Call
    ) -> AsyncGenerator[Joint, None]:
        """Checks batches as they come, and those that have come meanwhile together."""
        return answer_together(requests, read=partial(self._read, call), check=self._check)

    async def LeaseBorderKey(
        self, request: border_pb2.LeaseBorderKeyRequest, call: Call
    ) -> border_pb2.LeaseBorderKeyResponse:
        """Leases the key to the calling system."""
        del request
        return await self._leases.answer(call.officer.certificate_sha256, message=border_pb2.LeaseBorderKeyResponse())

    async def RecordHandling(
        self, request: border_pb2.RecordHandlingRequest, call: Call
    ) -> border_pb2.RecordHandlingResponse:
        """Records what was done with a traveller who was met."""
        handling = convert.read_handling(request, call, now=self._clock.now())
        key, unit = _key_of(request.request_id, call), call.officer.organisation
        recorded = await self._post.store.handle(handling, key, unit=unit, traceparent=_traceparent())
        response = border_pb2.RecordHandlingResponse()
        write_instant(response.record_time, recorded.at)
        return response

    async def _read(self, call: Call, requests: Sequence[border_pb2.StreamTravellersRequest]) -> list[TravellerBatch]:
        unit, now, trace = call.officer.organisation, self._clock.now(), _traceparent()
        batches = [convert.read_batch(request, unit=unit, now=now, traceparent=trace) for request in requests]
        named = (r.lease_id for r, batch in zip(requests, batches, strict=True) if batch.packed is not None)
        await self._leases.require_all(named, call.officer.certificate_sha256)
        return batches

    async def _check(self, batches: list[TravellerBatch]) -> list[border_pb2.StreamTravellersResponse]:
        answered = await check_batches(batches, post=self._post)
        age = None if answered.age is None else duration_of(answered.age)
        return [
            convert.write_batch(batch, answered.hashed.checked(number), answered.hits.get(number), age=age)
            for number, batch in enumerate(batches)
        ]


def _key_of(request_id: str, call: Call) -> RequestKey:
    return RequestKey(call.officer.organisation, request_id, call.method.full_name, call.request_sha256)


def _write(checked: Checked) -> bytes:
    return convert.write_checked(checked).SerializeToString()


def _traceparent() -> str:
    span = current_span()
    return "" if span is None else span.traceparent
