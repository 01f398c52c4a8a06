"""The error tree that domain code raises and clients catch.

Standard library only, so that domain modules may import it. `xiezhi.errors.classes` has which reason is of which class,
`xiezhi.errors.status` how an error travels over gRPC.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from xiezhi.errors.reasons import NEXT_STEPS, Reason


@dataclass(frozen=True, slots=True)
class Violation:
    """One field that breaks its rule; never with the value."""

    field: str
    """Path of the field, for example "debtor.id_number"."""
    description: str
    """What the rule asks for."""


class XiezhiError(Exception):
    """Any refusal or failure that a caller is told of.

    Attributes:
        reason: Why, as the contract names it.
        message: One sentence for a person, without personal values.
        violations: Fields that break their rules; empty unless the reason is FIELDS_INVALID.
        resource: Name of the resource concerned; empty where there is none.
        retry_after: When to call again at the earliest; None where that is not known.
        trace_id: Trace of the call, 32 hexadecimal characters; empty on the server's side.
        error_id: Leads the operator to the cause of an INTERNAL error; empty otherwise.
    """

    code: ClassVar[str] = "UNKNOWN"

    def __init__(
        self,
        reason: Reason,
        message: str,
        *,
        violations: Sequence[Violation] = (),
        resource: str = "",
        retry_after: timedelta | None = None,
        trace_id: str = "",
        error_id: str = "",
    ) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message
        self.violations = tuple(violations)
        self.resource = resource
        self.retry_after = retry_after
        self.trace_id = trace_id
        self.error_id = error_id

    @property
    def next_step(self) -> str:
        """What the caller can do about it, one sentence."""
        return NEXT_STEPS[self.reason]

    def __str__(self) -> str:
        return f"{self.reason}: {self.message}"


class InvalidArgument(XiezhiError):
    """The request is wrong whatever the state of the system."""

    code = "INVALID_ARGUMENT"


class Unauthenticated(XiezhiError):
    """The caller has not shown who it is."""

    code = "UNAUTHENTICATED"


class PermissionDenied(XiezhiError):
    """The caller may not do this."""

    code = "PERMISSION_DENIED"


class FailedPrecondition(XiezhiError):
    """The system is not in the state that the call needs."""

    code = "FAILED_PRECONDITION"


class NotFound(XiezhiError):
    """The resource is not there, or the caller may not know that it is."""

    code = "NOT_FOUND"


class AlreadyExists(XiezhiError):
    """What the call would make is there already."""

    code = "ALREADY_EXISTS"


class ResourceExhausted(XiezhiError):
    """A limit is reached."""

    code = "RESOURCE_EXHAUSTED"


class OutOfRange(XiezhiError):
    """The call reads past an end."""

    code = "OUT_OF_RANGE"


class Unimplemented(XiezhiError):
    """There is no such method."""

    code = "UNIMPLEMENTED"


class Unavailable(XiezhiError):
    """The system cannot answer now; a retry may succeed."""

    code = "UNAVAILABLE"


class DeadlineExceeded(XiezhiError):
    """The time is over."""

    code = "DEADLINE_EXCEEDED"


class Cancelled(XiezhiError):
    """The caller went away."""

    code = "CANCELLED"


class Internal(XiezhiError):
    """An unexpected failure."""

    code = "INTERNAL"


class DataLoss(XiezhiError):
    """Stored data is damaged beyond what can be answered for."""

    code = "DATA_LOSS"
