"""Errors: one tree for the domain, the services and their clients."""

from xiezhi.errors.classes import CLASS_OF, error, invalid_fields
from xiezhi.errors.reasons import DOMAIN, NEXT_STEPS, Reason
from xiezhi.errors.tree import (
    AlreadyExists,
    Cancelled,
    DataLoss,
    DeadlineExceeded,
    FailedPrecondition,
    Internal,
    InvalidArgument,
    NotFound,
    OutOfRange,
    PermissionDenied,
    ResourceExhausted,
    Unauthenticated,
    Unavailable,
    Unimplemented,
    Violation,
    XiezhiError,
)

__all__ = [
    "CLASS_OF",
    "DOMAIN",
    "NEXT_STEPS",
    "AlreadyExists",
    "Cancelled",
    "DataLoss",
    "DeadlineExceeded",
    "FailedPrecondition",
    "Internal",
    "InvalidArgument",
    "NotFound",
    "OutOfRange",
    "PermissionDenied",
    "Reason",
    "ResourceExhausted",
    "Unauthenticated",
    "Unavailable",
    "Unimplemented",
    "Violation",
    "XiezhiError",
    "error",
    "invalid_fields",
]
