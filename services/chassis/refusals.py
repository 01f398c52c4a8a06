"""How a call that fails is told to its caller, counted and recorded.

An uncaught exception in a grpc.aio handler sends its text to the client, so this is a security control:
nothing leaves here as it is but a `XiezhiError`, and what a service behind this process has made of one.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import NoReturn

import grpc

from services.chassis.call import Call, Context, Metadata
from services.chassis.ids import IdSource
from services.chassis.policy import UNKNOWN_METHOD
from services.chassis.recorder import Recorder
from services.chassis.telemetry import CallSpan, Telemetry
from xiezhi.errors import Internal, NotFound, Reason, Unavailable, XiezhiError
from xiezhi.errors.status import STATUS_KEY, from_status, to_status

TRACE_KEY = "xiezhi-trace-id"
"""Trailing metadata key of the trace id."""


class Relayed(Exception):
    """A refusal of a service behind this process, which has recorded it; passed on as it is."""

    def __init__(self, code: grpc.StatusCode, text: str, trailing: Metadata) -> None:
        super().__init__(text)
        self.code = code
        self.text = text
        self.trailing = trailing


class Refusals:
    """Tells callers why there is no answer.

    Args:
        recorder: Records refusals.
        telemetry: Spans, metrics and logs.
        ids: Source of error ids.
        finish: Lets work come to its end even when the caller goes away.
    """

    def __init__(
        self,
        *,
        recorder: Recorder,
        telemetry: Telemetry,
        ids: IdSource,
        finish: Callable[[Awaitable[None]], Awaitable[None]],
    ) -> None:
        self._recorder = recorder
        self._telemetry = telemetry
        self._ids = ids
        self._finish = finish

    async def tell(
        self, call: Call, span: CallSpan, context: Context, *, failure: Exception, seconds: float
    ) -> NoReturn:
        """Ends a call with the reason of its failure, which is recorded first where no other process has or will.

        Args:
            call: The call.
            span: Its span.
            context: gRPC's context of the call.
            failure: Why there is no answer; anything but a `XiezhiError` or a `Relayed` is told as INTERNAL.
            seconds: How long the call took.

        Raises:
            AbortError: Always: gRPC's own, which ends the handler.
        """
        if isinstance(failure, Relayed):
            reason = from_status(failure.code.name, failure.text, failure.trailing).reason.value
            span.refused(reason)
            self._telemetry.refused(call.method.full_name, reason, seconds)
            await context.abort(failure.code, failure.text, failure.trailing)
        told = self._explain(call, failure)
        if isinstance(told, Internal):
            span.failed(told.error_id)
        else:
            span.refused(told.reason.value)
        self._telemetry.refused(call.method.full_name, told.reason.value, seconds)
        # A caller who goes away after the refusal must not take its record along.
        await self._finish(self._record(call, told))
        await context.abort(
            getattr(grpc.StatusCode, told.code),
            told.message,
            ((STATUS_KEY, to_status(told, trace_id=span.trace_id)), (TRACE_KEY, span.trace_id)),
        )

    async def _record(self, call: Call, told: XiezhiError) -> None:
        is_internal = call.method.policy.internal and call.method is not UNKNOWN_METHOD
        if is_internal and isinstance(told, Unavailable | NotFound):
            # A process tries again and again, or looks for something; what comes of that is recorded with the call that
            # it does so for.
            return
        try:
            await self._recorder.refused(call, told)
        except Exception as failure:  # noqa: BLE001 - else grpc would send its words to the client
            self._log(call, failure)

    def _log(self, call: Call, failure: Exception) -> str:
        error_id = str(self._ids.uuid())
        self._telemetry.log_failure(call.method.full_name, error_id, failure)
        return error_id

    def _explain(self, call: Call, failure: Exception) -> XiezhiError:
        if isinstance(failure, XiezhiError):
            return failure
        error_id = self._log(call, failure)
        return Internal(Reason.INTERNAL, "An unexpected failure; the error id leads to it.", error_id=error_id)
