"""The service of counters: from messages to what is read and back."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from functools import partial

from services.alerts.leases import LeaseBook
from services.chassis.call import Call, Joint
from services.chassis.clock import Clock
from services.chassis.feed import read_cursor
from services.chassis.spans import link_current_span
from services.codes.legal_time import legal_date
from services.exit_restriction.counter import convert
from services.exit_restriction.counter.copies import ADDRESSEE
from services.exit_restriction.counter.keys import PersonHasher
from services.exit_restriction.counter.store import CounterStore
from services.exit_restriction.counter.stream import CounterStream
from xiezhi.exit_restriction.v1 import counter_pb2


class ApplicationCounterServicer:
    """`xiezhi.exit_restriction.v1.ApplicationCounterService`.

    Args:
        store: Reads what counters ask.
        stream: Sends restrictions to their copies.
        leases: The key that is lent, and its leases.
        clock: Source of now.
    """

    def __init__(self, store: CounterStore, *, stream: CounterStream, leases: LeaseBook, clock: Clock) -> None:
        self._store = store
        self._stream = stream
        self._leases = leases
        self._hasher = PersonHasher(leases.key.key)
        self._clock = clock

    async def CheckApplication(
        self, request: counter_pb2.CheckApplicationRequest, call: Call
    ) -> counter_pb2.CheckApplicationResponse:
        """Says whether an application may be accepted."""
        applicant = convert.read_applicant(request.person, on=legal_date(call.accepted_at))
        return convert.write_decided(await self._store.check(applicant))

    async def LeaseCounterKey(
        self, request: counter_pb2.LeaseCounterKeyRequest, call: Call
    ) -> counter_pb2.LeaseCounterKeyResponse:
        """Leases the key to the calling system."""
        del request
        return await self._leases.answer(call.officer.certificate_sha256, message=counter_pb2.LeaseCounterKeyResponse())

    async def WatchRestrictions(
        self, request: counter_pb2.WatchRestrictionsRequest, call: Call
    ) -> AsyncGenerator[Joint, None]:
        """Sends restrictions to a counter's copy."""
        after = read_cursor(request.after, addressee=ADDRESSEE)
        require = partial(self._leases.require, request.lease_id, call.officer.certificate_sha256)
        async with aclosing(self._stream.follow(after, require)) as groups:
            async for group in groups:
                link_current_span(traceparent for told in group for traceparent in told.traceparents)
                yield Joint(tuple(convert.write_told(told, self._hasher) for told in group))

    async def AskPast(self, request: counter_pb2.AskPastRequest, call: Call) -> counter_pb2.AskPastResponse:
        """Tells what was in force at a past moment."""
        applicant = convert.read_applicant(request.person, on=legal_date(call.accepted_at))
        moment = convert.read_moment(request, now=self._clock.now())
        asked = await self._store.ask_past(applicant, moment)
        response = counter_pb2.AskPastResponse(name_differs=asked.name_differs)
        for past in asked.measures:
            convert.write_past(response.measures.add(), past)
        return response
