"""How an error travels over gRPC: google.rpc.Status with its standard details, there and back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from google.protobuf.any_pb2 import Any
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import DecodeError
from google.rpc import error_details_pb2, status_pb2
from google.rpc.code_pb2 import Code

from xiezhi.errors.classes import CLASS_OF
from xiezhi.errors.reasons import DOMAIN, Reason
from xiezhi.errors.tree import Violation, XiezhiError

STATUS_KEY = "grpc-status-details-bin"
"""Trailing metadata key of the rich status, as gRPC's own libraries use it."""

_TRANSPORT_REASONS = {
    "UNAVAILABLE": Reason.BACKEND_UNAVAILABLE,
    "DEADLINE_EXCEEDED": Reason.DEADLINE_TOO_SHORT,
    "CANCELLED": Reason.CANCELLED,
    "RESOURCE_EXHAUSTED": Reason.MESSAGE_TOO_LARGE,
    "UNIMPLEMENTED": Reason.METHOD_UNKNOWN,
    "UNAUTHENTICATED": Reason.CERTIFICATE_UNKNOWN,
}


def to_status(failure: XiezhiError, *, trace_id: str) -> bytes:
    """Serialises an error as google.rpc.Status for the trailing metadata.

    Args:
        failure: The error.
        trace_id: Trace of the call, 32 hexadecimal characters.
    """
    status = status_pb2.Status(code=Code.Value(failure.code), message=failure.message)
    info = error_details_pb2.ErrorInfo(reason=failure.reason.value, domain=DOMAIN)
    info.metadata["trace_id"] = trace_id
    info.metadata["next_step"] = failure.next_step
    if failure.error_id:
        info.metadata["error_id"] = failure.error_id
    _pack(status, info)
    if failure.violations:
        if failure.code == "FAILED_PRECONDITION":
            _pack(status, _preconditions(failure))
        else:
            _pack(status, _bad_request(failure))
    if failure.resource:
        _pack(status, error_details_pb2.ResourceInfo(resource_name=failure.resource))
    if failure.retry_after is not None:
        delay = Duration()
        delay.FromTimedelta(failure.retry_after)
        _pack(status, error_details_pb2.RetryInfo(retry_delay=delay))
    return status.SerializeToString()


def from_status(code: str, text: str, trailing_metadata: Iterable[tuple[str, str | bytes]]) -> XiezhiError:
    """Rebuilds the error that the server raised.

    Args:
        code: Name of the gRPC status code.
        text: The status text; used when the server sent no rich status, as a proxy or the transport does.
        trailing_metadata: The call's trailing metadata.
    """
    for key, value in trailing_metadata:
        if key == STATUS_KEY and isinstance(value, bytes):
            rebuilt = _parse(value)
            if rebuilt is not None:
                return rebuilt
    reason = _TRANSPORT_REASONS.get(code, Reason.INTERNAL)
    return CLASS_OF[reason](reason, text or "The connection failed before an answer came.")


def _parse(serialised: bytes) -> XiezhiError | None:
    try:
        status = status_pb2.Status.FromString(serialised)
    except DecodeError:
        return None
    info = error_details_pb2.ErrorInfo()
    if not _unpack(status, info) or info.domain != DOMAIN or info.reason not in Reason.__members__:
        return None
    reason = Reason(info.reason)
    retry = error_details_pb2.RetryInfo()
    resource = error_details_pb2.ResourceInfo()
    retry_after: timedelta | None = None
    if _unpack(status, retry):
        retry_after = retry.retry_delay.ToTimedelta()
    _unpack(status, resource)
    return CLASS_OF[reason](
        reason,
        status.message,
        violations=_violations(status),
        resource=resource.resource_name,
        retry_after=retry_after,
        trace_id=info.metadata.get("trace_id", ""),
        error_id=info.metadata.get("error_id", ""),
    )


def _violations(status: status_pb2.Status) -> tuple[Violation, ...]:
    request, state = error_details_pb2.BadRequest(), error_details_pb2.PreconditionFailure()
    if _unpack(status, request):
        return tuple(Violation(v.field, v.description) for v in request.field_violations)
    if _unpack(status, state):
        return tuple(Violation(v.subject, v.description) for v in state.violations)
    return ()


def _bad_request(failure: XiezhiError) -> error_details_pb2.BadRequest:
    return error_details_pb2.BadRequest(
        field_violations=[
            error_details_pb2.BadRequest.FieldViolation(field=v.field, description=v.description)
            for v in failure.violations
        ]
    )


def _preconditions(failure: XiezhiError) -> error_details_pb2.PreconditionFailure:
    return error_details_pb2.PreconditionFailure(
        violations=[
            error_details_pb2.PreconditionFailure.Violation(
                type=failure.reason.value, subject=v.field, description=v.description
            )
            for v in failure.violations
        ]
    )


def _pack(status: status_pb2.Status, detail: object) -> None:
    packed = Any()
    packed.Pack(detail)  # type: ignore[arg-type]
    status.details.append(packed)


def _unpack(status: status_pb2.Status, detail: object) -> bool:
    for packed in status.details:
        if packed.Is(detail.DESCRIPTOR):  # type: ignore[attr-defined]
            packed.Unpack(detail)  # type: ignore[arg-type]
            return True
    return False
