"""The service of checks: from messages to the use cases and back."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from functools import partial

from services.alerts.leases import LeaseBook
from services.alerts.streams import answer_together
from services.chassis.call import Call, Joint
from services.chassis.clock import Clock, duration_of
from services.chassis.spans import current_span
from services.filing.domain import RequestKey
from services.vehicle.checks import convert
from services.vehicle.checks.batches import PlateBatch
from services.vehicle.checks.domain import Checked, Seen
from services.vehicle.checks.handlers import Post, check_batches, check_vehicle
from xiezhi.vehicle.v1 import check_pb2


class VehicleCheckServicer:
    """`xiezhi.vehicle.v1.VehicleCheckService`.

    Args:
        post: What its use cases need.
        leases: The key that is lent, and its leases.
        clock: Source of now.
    """

    def __init__(self, post: Post, *, leases: LeaseBook, clock: Clock) -> None:
        self._post = post
        self._leases = leases
        self._clock = clock

    async def CheckVehicle(self, request: check_pb2.CheckVehicleRequest, call: Call) -> check_pb2.CheckVehicleResponse:
        """Checks one vehicle."""
        seen = convert.read_seen(request, call, now=self._clock.now(), traceparent=_traceparent())
        key = RequestKey(call.officer.organisation, request.request_id, call.method.full_name, call.request_sha256)
        answer = await check_vehicle(seen, key, post=self._post, write=partial(_write, seen=seen))
        return check_pb2.CheckVehicleResponse.FromString(answer)

    def StreamChecks(
        self, requests: AsyncIterator[check_pb2.StreamChecksRequest], call: Call
    ) -> AsyncGenerator[Joint, None]:
        """Checks batches as they come, and those that have come meanwhile together."""
        return answer_together(requests, read=partial(self._read, call), check=partial(self._check, call))

    async def LeaseCheckKey(
        self, request: check_pb2.LeaseCheckKeyRequest, call: Call
    ) -> check_pb2.LeaseCheckKeyResponse:
        """Leases the key to the calling system."""
        del request
        return await self._leases.answer(call.officer.certificate_sha256, message=check_pb2.LeaseCheckKeyResponse())

    async def _read(self, call: Call, requests: Sequence[check_pb2.StreamChecksRequest]) -> list[PlateBatch]:
        now = self._clock.now()
        batches = [convert.read_batch(request, now=now) for request in requests]
        named = (r.lease_id for r, batch in zip(requests, batches, strict=True) if batch.packed is not None)
        await self._leases.require_all(named, call.officer.certificate_sha256)
        return batches

    async def _check(self, call: Call, batches: list[PlateBatch]) -> list[check_pb2.StreamChecksResponse]:
        unit = call.officer.organisation
        answered = await check_batches(batches, unit=unit, traceparent=_traceparent(), post=self._post)
        age = None if answered.age is None else duration_of(answered.age)
        return [
            convert.write_batch(batch, answered.hashed.checked(number), answered.sightings.get(number), age=age)
            for number, batch in enumerate(batches)
        ]


def _write(checked: Checked, *, seen: Seen) -> bytes:
    return convert.write_checked(checked, seen).SerializeToString()


def _traceparent() -> str:
    span = current_span()
    return "" if span is None else span.traceparent
