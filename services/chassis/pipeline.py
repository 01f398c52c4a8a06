"""What surrounds every call of every process: cohort, span, deadline, trailing metadata; `refusals` where it fails."""

from __future__ import annotations

import asyncio
import hashlib
import math
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Sequence
from contextlib import aclosing, contextmanager
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar, cast

from services.chassis.call import Call, Context, Metadata, Peer
from services.chassis.clock import Clock
from services.chassis.cohorts import FOLLOWED, Cohorts
from services.chassis.ids import IdSource
from services.chassis.peers import Peers
from services.chassis.policy import MethodInfo
from services.chassis.recorder import Recorder
from services.chassis.refusals import TRACE_KEY, Refusals
from services.chassis.telemetry import CallSpan, Telemetry
from xiezhi.errors import Reason, XiezhiError, error

SHORTEST = 0.005
"""A call with less time left than this, in seconds, is not begun."""
IDLE = 5.0
"""Seconds that a stream may have nothing to say before it is ended once the process stops: more than an answer's record
may take, so that whoever works comes to an end, and whoever only waits for something to happen does not hold up."""
LATE = 1.0
"""Seconds after the end of its time for which a stream may wait for a caller who does not read."""

T = TypeVar("T")

UnaryWork = Callable[[Call, CallSpan], Awaitable[bytes]]
StreamWork = Callable[[Call, CallSpan], AsyncGenerator[Sequence[bytes], None]]
"""Yields answers in groups: those that are there together are waited for once."""


def time_remaining(context: Context) -> float | None:
    """Returns the seconds that the caller still waits, None where the caller set no deadline."""
    # The stubs do not know that there may be none.
    return cast("float | None", context.time_remaining())


def _metadata(context: Context) -> Metadata:
    return tuple(context.invocation_metadata() or ())


@contextmanager
def _cancelled_at(ends: float | None) -> Iterator[None]:
    """Cancels the running task a little after a stream's end, when its caller has stopped to read."""
    task = asyncio.current_task()
    if ends is None or task is None:
        yield
        return
    timer = asyncio.get_running_loop().call_at(ends + LATE, task.cancel)
    try:
        yield
    finally:
        timer.cancel()


class Pipeline:
    """Runs the work of a call within everything that surrounds it.

    Args:
        peers: Reads who is at the other end.
        recorder: Records refusals.
        telemetry: Spans, metrics and logs.
        clock: Source of now.
        ids: Source of error ids.
        max_request_bytes: The longest request taken.
        groups_come: Whether to believe callers who say that others come right behind them, as the gateway does.
        limit: Refuses a peer that calls too often.
    """

    def __init__(
        self,
        *,
        peers: Peers,
        recorder: Recorder,
        telemetry: Telemetry,
        clock: Clock,
        ids: IdSource,
        max_request_bytes: int,
        groups_come: bool = True,
        limit: Callable[[Peer], None] = lambda peer: None,
    ) -> None:
        self._peers = peers
        self._telemetry = telemetry
        self._clock = clock
        self._refusals = Refusals(recorder=recorder, telemetry=telemetry, ids=ids, finish=self.finish)
        self._max_request_bytes = max_request_bytes
        self._groups_come = groups_come
        self._drained_at = math.inf
        self._limit = limit
        self._unfinished: set[asyncio.Future[Any]] = set()
        self._waits: set[asyncio.Timeout] = set()
        self._cohorts = Cohorts()

    def drain(self) -> None:
        """Refuses calls that arrive from now on; those in flight go on, streams while they have something to say."""
        self._drained_at = time.perf_counter()
        for wait in self._waits:
            wait.reschedule(self._wait_until(wait.when()))

    @property
    def _is_draining(self) -> bool:
        return self._drained_at < math.inf

    async def settle(self) -> None:
        """Waits until everything is finished that must be, also for callers who did not wait for it."""
        await asyncio.gather(*self._unfinished, return_exceptions=True)

    async def finish(self, work: Awaitable[T]) -> T:
        """Lets work come to its end even when the caller goes away.

        Args:
            work: What must not be left half done.
        """
        task = asyncio.ensure_future(work)
        self._unfinished.add(task)
        task.add_done_callback(self._forget)
        return await asyncio.shield(task)

    async def unary(self, method: MethodInfo, context: Context, work: UnaryWork, *, request: bytes | None) -> bytes:
        """Runs a call that has one answer.

        Args:
            method: The method called.
            context: gRPC's context of the call.
            work: Produces the answer's bytes.
            request: The request's bytes; None for a stream of requests.
        """
        started = time.perf_counter()
        metadata = _metadata(context)
        run = partial(self._unary, method, context, work, request=request, metadata=metadata, started=started)
        # An upload takes as long as its sender, and what processes ask of each other comes in groups already.
        if request is None or method.policy.internal:
            return await run(company=1)
        try:
            cohort = await self._cohorts.join(followed=self._groups_come and FOLLOWED in metadata)
        except asyncio.CancelledError:
            seconds = time.perf_counter() - started
            self._telemetry.refused(method.full_name, Reason.CANCELLED.value, seconds)
            raise
        try:
            return await run(company=cohort.size)
        finally:
            self._cohorts.leave(cohort)

    async def _unary(
        self,
        method: MethodInfo,
        context: Context,
        work: UnaryWork,
        *,
        request: bytes | None,
        metadata: Metadata,
        started: float,
        company: int,
    ) -> bytes:
        with self._telemetry.server_span(method.full_name, metadata) as span:
            call = self._call(method, metadata, span)
            call.company = company
            context.set_trailing_metadata(((TRACE_KEY, span.trace_id),))
            try:
                limit = self._begin(call, context, request, started=started)
                if limit is None:
                    answer = await work(call, span)
                else:
                    async with asyncio.timeout(limit):
                        answer = await work(call, span)
            except Exception as failure:  # noqa: BLE001 - everything becomes a XiezhiError here
                await self._refusals.tell(
                    call, span, context, failure=self._explain_timeout(failure), seconds=time.perf_counter() - started
                )
            self._telemetry.answered(method.full_name, time.perf_counter() - started)
            return answer

    async def stream(
        self, method: MethodInfo, context: Context, work: StreamWork, *, request: bytes | None
    ) -> AsyncGenerator[bytes, None]:
        """Runs a call whose answers are a stream; as `unary` otherwise."""
        started = time.perf_counter()
        metadata = _metadata(context)
        with self._telemetry.server_span(method.full_name, metadata) as span:
            call = self._call(method, metadata, span)
            context.set_trailing_metadata(((TRACE_KEY, span.trace_id),))
            try:
                limit = self._begin(call, context, request, started=started)
                ends = asyncio.get_running_loop().time() + limit if limit is not None else None
                async with aclosing(work(call, span)) as answers:
                    with _cancelled_at(ends):
                        while True:
                            group = await self._next(answers, ends)
                            if group is None:
                                break
                            for answer in group:
                                yield answer
            except Exception as failure:  # noqa: BLE001
                await self._refusals.tell(
                    call, span, context, failure=self._explain_timeout(failure), seconds=time.perf_counter() - started
                )
            self._telemetry.answered(method.full_name, time.perf_counter() - started)

    async def _next(self, answers: AsyncGenerator[Sequence[bytes], None], ends: float | None) -> Sequence[bytes] | None:
        """Waits for a stream's next answers; None at its end."""
        async with asyncio.timeout_at(self._wait_until(ends)) as wait:
            self._waits.add(wait)
            try:
                return await anext(answers, None)
            finally:
                self._waits.discard(wait)

    def _wait_until(self, ends: float | None) -> float | None:
        if not self._is_draining:
            return ends
        idle = asyncio.get_running_loop().time() + IDLE
        return idle if ends is None else min(ends, idle)

    def _forget(self, task: asyncio.Future[Any]) -> None:
        self._unfinished.discard(task)
        if not task.cancelled():
            task.exception()  # the caller is told of it, if there still is one

    def _call(self, method: MethodInfo, metadata: Metadata, span: CallSpan) -> Call:
        now = self._clock.now()
        return Call(
            method=method,
            received_at=now,
            accepted_at=now,
            trace_id=span.trace_id,
            span_id=span.span_id,
            metadata=dict(metadata),
            peer=Peers.UNKNOWN,
        )

    def _begin(self, call: Call, context: Context, request: bytes | None, *, started: float) -> float | None:
        """Checks what needs no parsing; returns the policy's seconds, None where the caller's are fewer."""
        if request is not None:
            call.request = request
            call.request_sha256 = hashlib.sha256(request).digest()
        call.peer = self._peers.read(context, call.received_at)
        self._limit(call.peer)
        if started > self._drained_at:
            raise _shutting_down()
        if request is not None and len(request) > self._max_request_bytes:
            raise error(Reason.MESSAGE_TOO_LARGE, f"The message is longer than {self._max_request_bytes:,} bytes.")
        remaining = time_remaining(context)
        if remaining is not None and remaining < SHORTEST:
            raise error(Reason.DEADLINE_TOO_SHORT, "The caller's deadline leaves no time to begin.")
        allowed = call.method.policy.deadline.total_seconds()
        return allowed if remaining is None or remaining > allowed else None

    def _explain_timeout(self, failure: Exception) -> Exception:
        """Says of a time-out whose it is; any other failure is returned as it is."""
        if not isinstance(failure, TimeoutError):
            return failure
        if self._is_draining:
            return _shutting_down()
        return error(Reason.DEADLINE_TOO_SHORT, "The method's deadline is over.")


def _shutting_down() -> XiezhiError:
    return error(Reason.SHUTTING_DOWN, "The process is stopping.", retry_after=timedelta(seconds=1))
