"""Asks the processes of the suite whose an object is: each answers for what it keeps."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TypeAlias

import grpc

from services.chassis.spans import traceparent
from services.chassis.standing import STANDING
from services.chassis.trace_context import TRACEPARENT
from services.coordination.disputes.domain import Whose
from xiezhi.errors import Reason, XiezhiError, error
from xiezhi.errors.status import from_status
from xiezhi.standing.v1 import standing_pb2

DEADLINE = timedelta(seconds=3)
"""How long a process may take to answer."""
RETRY_AFTER = timedelta(seconds=1)

Ask: TypeAlias = "grpc.aio.UnaryUnaryMultiCallable[standing_pb2.GetStandingRequest, standing_pb2.GetStandingResponse]"


class Standings:
    """Knows where to ask.

    Args:
        channels: Channels to the processes, by the first part of the names that each keeps.
    """

    def __init__(self, channels: Mapping[str, grpc.aio.Channel]) -> None:
        self._ask: Mapping[str, Ask] = {
            kind: channel.unary_unary(
                f"/{STANDING}/GetStanding",
                request_serializer=standing_pb2.GetStandingRequest.SerializeToString,
                response_deserializer=standing_pb2.GetStandingResponse.FromString,
            )
            for kind, channel in channels.items()
        }

    async def find(self, name: str) -> Whose | None:
        """Returns whose an object is; None if it is not there.

        Args:
            name: Its resource name.

        Raises:
            Unavailable: BACKEND_UNAVAILABLE, if the process that keeps it does not say.
        """
        ask = self._ask.get(name.partition("/")[0])
        if ask is None:
            raise _unavailable()
        trace = traceparent()
        metadata = ((TRACEPARENT, trace),) if trace else ()
        try:
            found = await ask(
                standing_pb2.GetStandingRequest(name=name), timeout=DEADLINE.total_seconds(), metadata=metadata
            )
        except grpc.aio.AioRpcError as failure:
            told = from_status(failure.code().name, failure.details() or "", tuple(failure.trailing_metadata() or ()))
            if told.reason is Reason.NOT_FOUND:
                return None
            raise _unavailable() from None
        return Whose(found.court_code, found.department, tuple(found.units))


def _unavailable() -> XiezhiError:
    return error(
        Reason.BACKEND_UNAVAILABLE,
        "The process that keeps the object does not say whose it is: call again.",
        retry_after=RETRY_AFTER,
    )
