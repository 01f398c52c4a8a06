"""The byte proxy: forwards exactly the bytes that were decided about, with the grant beside them.

It knows no method by name. Which methods there are, what they need and where they go follows from the
contracts and the configuration, so a new method needs no line here.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import grpc
from google.protobuf.message import Message

from gateway.approval.domain import Approval
from gateway.decision import Grant
from gateway.forwarding import metadata_of, relay
from gateway.gate import Gate
from services.chassis.call import Call, Context, Metadata
from services.chassis.cohorts import Departures, next_stage
from services.chassis.handling import Handler, Incoming, make_handler
from services.chassis.pipeline import Pipeline, time_remaining
from services.chassis.policy import Contracts, MethodInfo
from services.chassis.telemetry import CallSpan, Telemetry
from services.chassis.trace_context import Remote, format_traceparent
from services.chassis.validation import parse, parse_first
from xiezhi.errors import Reason, error

RESERVE = 0.02
"""Seconds of the caller's time that the gateway keeps, to record and to tell that the service did not answer in it."""


class Proxy:
    """Forwards calls to the services.

    Args:
        pipeline: What surrounds every call.
        gate: Decides about calls.
        telemetry: Carries the trace on.
        backends: For each service, by its full name, the channel to the process that hosts it.
    """

    def __init__(
        self,
        *,
        pipeline: Pipeline,
        gate: Gate,
        telemetry: Telemetry,
        backends: Mapping[str, grpc.aio.Channel],
    ) -> None:
        self._pipeline = pipeline
        self._gate = gate
        self._telemetry = telemetry
        self._backends = backends
        self._departures = {channel: Departures() for channel in backends.values()}

    def handlers(self, contracts: Contracts) -> dict[str, Handler]:
        """Returns a handler for every external method of the services behind the gateway."""
        return {
            method.full_name: self._handler(method, self._backends[service])
            for service in self._backends
            for method in contracts.of_service(service)
            if not method.policy.internal
        }

    def _handler(self, method: MethodInfo, channel: grpc.aio.Channel) -> Handler:
        kinds: dict[tuple[bool, bool], Callable[[str], Any]] = {
            (False, False): channel.unary_unary,
            (False, True): channel.unary_stream,
            (True, False): channel.stream_unary,
            (True, True): channel.stream_stream,
        }
        forward = kinds[method.client_streaming, method.server_streaming](method.full_name)
        departures = self._departures[channel]

        async def one(call: Call, span: CallSpan, incoming: Incoming) -> bytes:
            requests, metadata, _ = await self._decide(call, span, incoming)
            left = _time_left(call, incoming.context)
            # From here on nothing keeps it back: those who depart before it tell the service that it comes.
            metadata += await departures.depart(call)
            with _relaying(requests):
                answer: bytes = await forward(requests, metadata=metadata, timeout=left)
            return answer

        async def many(call: Call, span: CallSpan, incoming: Incoming) -> AsyncGenerator[Sequence[bytes], None]:
            requests, metadata, granted = await self._decide(call, span, incoming)
            answers = forward(requests, metadata=metadata, timeout=_time_left(call, incoming.context))
            try:
                with _relaying(requests):
                    async for answer in answers:
                        await self._gate.require_lasting(call, granted)
                        yield (answer,)
            finally:
                answers.cancel()

        return make_handler(self._pipeline, method, one=one, many=many)

    async def _decide(
        self, call: Call, span: CallSpan, incoming: Incoming
    ) -> tuple[bytes | _CheckedRequests, Metadata, Grant]:
        """Decides about a call; about a stream of requests on its first one, and validates each that follows."""
        self._gate.authenticate(call)
        if not call.method.client_streaming:
            await next_stage(call)
            message = parse(call.method, call.request)
            await next_stage(call)
            metadata, granted = await self._grant(call, span, message)
            return call.request, metadata, granted
        first, message = await parse_first(call.method, incoming.requests)
        metadata, granted = await self._grant(call, span, message)
        return _CheckedRequests(call.method, first, incoming.requests), metadata, granted

    async def _grant(self, call: Call, span: CallSpan, message: Message) -> tuple[Metadata, Grant]:
        granted = await self._gate.grant(call, message)
        if granted.approval is not None:
            span.set("xiezhi.approval", granted.approval.name)
            _link(span, granted.approval)
        return metadata_of(call, granted, self._telemetry), granted


class _CheckedRequests:
    """A stream of requests on their way to a service, each checked before it is sent.

    gRPC cancels a call whose requests fail and does not say why.

    Args:
        method: The method called.
        first: The first request, which has been checked.
        rest: Those that follow.

    Attributes:
        failure: Why a request was not sent, if one was not.
    """

    def __init__(self, method: MethodInfo, first: bytes, rest: AsyncIterator[bytes]) -> None:
        self.failure: Exception | None = None
        self._method = method
        self._first = first
        self._rest = rest

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._first
        try:
            async for request in self._rest:
                parse(self._method, request)
                yield request
        except Exception as failure:
            self.failure = failure
            raise


@contextmanager
def _relaying(requests: bytes | _CheckedRequests) -> Iterator[None]:
    """Turns the failure of a call to a service into what is told to the caller."""
    try:
        yield
    except grpc.aio.AioRpcError as failure:
        raise relay(failure) from None
    except asyncio.CancelledError:
        if isinstance(requests, _CheckedRequests) and requests.failure is not None:
            raise requests.failure from None
        raise


def _link(span: CallSpan, approval: Approval) -> None:
    """Links a call to those by which its approval was submitted and given; where it is recorded at all."""
    for event in approval.origins if span.sampled else ():
        if event.span_id and event.trace_id != span.trace_id:
            span.link(format_traceparent(Remote(event.trace_id, event.span_id, sampled=True)))


def _time_left(call: Call, context: Context) -> float:
    """Returns the seconds that the service gets: fewer than the caller has, who else would hear of no refusal.

    Raises:
        DeadlineExceeded: DEADLINE_TOO_SHORT, if that leaves none.
    """
    remaining = time_remaining(context)
    allowed = call.method.policy.deadline.total_seconds()
    if remaining is None:
        return allowed
    if remaining <= RESERVE:
        raise error(Reason.DEADLINE_TOO_SHORT, "The caller's deadline leaves the service no time to answer.")
    return min(remaining - RESERVE, allowed)
