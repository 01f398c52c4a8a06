"""What goes to the services with a call, and what of their refusals is told: the same for both doors of the gateway."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import grpc

from gateway.decision import Grant
from services.chassis.admission import AUTHORIZATION_KEY, GRANT_KEY
from services.chassis.call import Call, Metadata
from services.chassis.clock import write_instant
from services.chassis.refusals import Relayed
from services.chassis.telemetry import Telemetry
from xiezhi.approval.v1 import grant_pb2
from xiezhi.errors import Reason, error
from xiezhi.errors.status import STATUS_KEY


def metadata_of(call: Call, granted: Grant, telemetry: Telemetry) -> Metadata:
    """Returns what goes with a call: who asks as the caller proved it, the grant, and the trace."""
    return (
        (AUTHORIZATION_KEY, call.text(AUTHORIZATION_KEY)),
        (GRANT_KEY, _encode(call, granted)),
        *telemetry.inject(),
    )


def relay(failure: grpc.aio.AioRpcError) -> Exception:
    """Passes a service's refusal on as it is; what the transport says becomes a refusal of the gateway's own."""
    trailing = tuple(failure.trailing_metadata() or ())
    if any(key == STATUS_KEY for key, _ in trailing):
        return Relayed(failure.code(), failure.details() or "", trailing)
    if failure.code() is grpc.StatusCode.DEADLINE_EXCEEDED:
        return error(Reason.DEADLINE_TOO_SHORT, "The service did not answer within the deadline.")
    if failure.code() is grpc.StatusCode.RESOURCE_EXHAUSTED:
        return error(Reason.MESSAGE_TOO_LARGE, "The message is longer than the service takes.")
    return error(Reason.BACKEND_UNAVAILABLE, "The service behind the gateway does not answer.")


class Forwarder:
    """Makes single calls to the services, with the bytes as they are.

    Args:
        backends: For each service, by its full name, the channel to the process that hosts it.
        telemetry: Carries the trace on.
    """

    def __init__(self, backends: Mapping[str, grpc.aio.Channel], *, telemetry: Telemetry) -> None:
        self._backends = backends
        self._telemetry = telemetry

    async def ask(self, call: Call, granted: Grant) -> bytes:
        """Makes a call that has one answer.

        Returns:
            The answer's exact bytes.

        Raises:
            Relayed: What the service refused.
            XiezhiError: BACKEND_UNAVAILABLE, DEADLINE_TOO_SHORT, MESSAGE_TOO_LARGE, or METHOD_UNKNOWN where no process
                hosts the method.
        """
        channel = self._backends.get(call.method.service)
        if channel is None:
            raise error(Reason.METHOD_UNKNOWN, "There is no such method.")
        try:
            forward: Any = channel.unary_unary(call.method.full_name)
            answer: bytes = await forward(
                call.request,
                metadata=metadata_of(call, granted, self._telemetry),
                timeout=call.method.policy.deadline.total_seconds(),
            )
        except grpc.aio.AioRpcError as failure:
            raise relay(failure) from None
        return answer


def _encode(call: Call, granted: Grant) -> bytes:
    grant = grant_pb2.Grant(
        method=call.method.full_name,
        request_sha256=call.request_sha256,
        approval=granted.approval.name if granted.approval is not None else "",
        statements=granted.approval.consent_texts if granted.approval is not None else (),
        caller_certificate_sha256=call.peer.certificate_sha256,
        liaison=granted.liaison,
    )
    write_instant(grant.accept_time, granted.accepted_at)
    write_instant(grant.issue_time, call.received_at)
    return grant.SerializeToString()
