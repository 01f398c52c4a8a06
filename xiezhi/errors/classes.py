"""Which reason is of which class, and how the error of a reason is made.

Standard library only, so that domain modules may import it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from xiezhi.errors.reasons import Reason
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

_CLASSES: dict[type[XiezhiError], tuple[Reason, ...]] = {
    Unauthenticated: (
        Reason.TOKEN_MISSING,
        Reason.TOKEN_INVALID,
        Reason.TOKEN_EXPIRED,
        Reason.CERTIFICATE_UNKNOWN,
    ),
    PermissionDenied: (
        Reason.CALLER_NOT_ALLOWED,
        Reason.PERMISSION_MISSING,
        Reason.OUT_OF_JURISDICTION,
        Reason.CREDENTIALS_REQUIRED,
        Reason.NOT_HANDLING_JUDGE,
        Reason.SUBJECT_NOT_PARTY,
        Reason.APPROVAL_NOT_FOUND,
        Reason.APPROVAL_METHOD_MISMATCH,
        Reason.APPROVAL_REQUEST_MISMATCH,
        Reason.APPROVAL_CASE_MISMATCH,
        Reason.STATEMENT_INVALID,
        Reason.STATEMENT_REVOKED,
        Reason.APPROVER_IS_REQUESTER,
        Reason.APPROVER_NOT_ENTITLED,
        Reason.CHECK_KEY_LEASE_INVALID,
        Reason.EXTENSION_NOT_ENTITLED,
        Reason.LIAISON_NOT_APPOINTED,
        Reason.CREDENTIAL_OF_ANOTHER_COURT,
        Reason.BUNDLE_OF_ANOTHER_RECIPIENT,
    ),
    FailedPrecondition: (
        Reason.APPROVAL_REQUIRED,
        Reason.APPROVAL_PENDING,
        Reason.APPROVAL_REJECTED,
        Reason.APPROVAL_WITHDRAWN,
        Reason.APPROVAL_EXPIRED,
        Reason.APPROVAL_REVOKED,
        Reason.APPROVAL_SPENT,
        Reason.APPROVALS_INSUFFICIENT,
        Reason.APPROVAL_STATE,
        Reason.APPROVAL_NOT_NEEDED,
        Reason.CASE_CLOSED,
        Reason.SEIZURE_WAITING,
        Reason.SEIZURE_EFFECTIVE,
        Reason.SEIZURE_ENDED,
        Reason.TERM_TOO_LONG,
        Reason.TERM_ENDS_BEFORE_START,
        Reason.VEHICLE_OWNER_MISMATCH,
        Reason.VEHICLE_TRANSFERRED,
        Reason.TRANSFER_NOTICE_FIRST,
        Reason.VEHICLE_NOT_IN_RULING,
        Reason.CLEARING_ITEMS_MISSING,
        Reason.CLEARING_NOT_BUYER,
        Reason.CLEARING_WRONG_WINDOW,
        Reason.CLEARING_NOTHING_OPEN,
        Reason.MISSING_ASSISTANCE_NOTICE,
        Reason.EXIT_DECISION_MISSING,
        Reason.TERM_EXCEEDS_LEVEL,
        Reason.TERM_REASON_MISSING,
        Reason.PERSON_AMBIGUOUS,
        Reason.PERSON_DECEASED,
        Reason.PERSON_NAME_MISMATCH,
        Reason.PERSON_UNDER_AGE,
        Reason.ENTRY_ENDED,
        Reason.RESTRICTION_ALREADY_RELEASED,
        Reason.RENEWAL_TOO_EARLY,
        Reason.UPLOAD_OUT_OF_ORDER,
        Reason.UPLOAD_MISMATCH,
        Reason.UPLOAD_CLOSED,
        Reason.UPLOADS_UNFINISHED,
        Reason.LIBERTY_DOCUMENT_MISSING,
        Reason.REQUIREMENT_NOT_ALLOWED,
        Reason.CONTROL_ENDED,
        Reason.REFERRAL_STATE,
        Reason.REFERRAL_PACKAGE_INCOMPLETE,
        Reason.REFERRAL_WRONG_UNIT,
        Reason.NOT_RECEIVED,
        Reason.NOT_DECIDED,
        Reason.DECISION_DATE_INVALID,
        Reason.ALREADY_GIVEN,
        Reason.REASONS_MISSING,
        Reason.TRANSFER_TOO_LATE,
        Reason.REOPENING_GROUND_MISSING,
        Reason.KEY_CASE_LIST_STATE,
        Reason.LIAISON_LIMIT,
        Reason.LIAISON_NOT_ESTABLISHED,
        Reason.DISPUTE_STATE,
        Reason.SETTLEMENT_NOT_JOINT,
        Reason.CONSULTATION_NOT_OVER,
        Reason.CHANNEL_NOT_OPERATIONAL,
        Reason.CHANNEL_OPERATIONAL,
        Reason.CHANNEL_STATE,
        Reason.METHOD_NOT_ON_PAPER,
        Reason.DISPUTE_TERMS_DIFFER,
    ),
    InvalidArgument: (
        Reason.MESSAGE_MALFORMED,
        Reason.FIELDS_INVALID,
        Reason.PAGE_TOKEN_INVALID,
        Reason.DOCUMENT_NOT_PDF,
        Reason.DOCUMENT_TOO_LARGE,
        Reason.DOCUMENT_UNREADABLE,
        Reason.DOCUMENT_ACTIVE_CONTENT,
        Reason.DOCUMENT_UNSEALED,
        Reason.DOCUMENT_ALTERED,
        Reason.SEAL_UNTRUSTED,
        Reason.SEAL_EXPIRED,
        Reason.SEAL_REVOKED,
        Reason.SEAL_OF_ANOTHER_COURT,
        Reason.DOCUMENT_NOT_LISTED,
        Reason.NATURAL_PERSON_ONLY,
        Reason.BATCH_DUPLICATE,
        Reason.CALENDAR_INVALID,
        Reason.SEAL_OF_ANOTHER_UNIT,
        Reason.PERSONAL_DATA_IN_TEXT,
        Reason.BUNDLE_INVALID,
    ),
    AlreadyExists: (
        Reason.ALREADY_DECIDED,
        Reason.REQUEST_ID_REUSED,
        Reason.CASE_EXISTS,
        Reason.SEIZURE_EXISTS,
        Reason.CLEARING_ALREADY_DONE,
        Reason.ENTRY_EXISTS,
        Reason.RESTRICTION_EXISTS,
        Reason.RESTRICTION_ALREADY_RENEWED,
        Reason.CONTROL_EXISTS,
        Reason.REFERRAL_EXISTS,
        Reason.LIAISON_EXISTS,
        Reason.CREDENTIAL_EXISTS,
        Reason.DISPUTE_EXISTS,
        Reason.PAPER_REFERENCE_REUSED,
    ),
    ResourceExhausted: (Reason.MESSAGE_TOO_LARGE, Reason.RATE_LIMITED),
    NotFound: (
        Reason.NOT_FOUND,
        Reason.SEIZURE_NOT_FOUND,
        Reason.VEHICLE_NOT_FOUND,
        Reason.PERSON_NOT_FOUND,
        Reason.ENTRY_NOT_FOUND,
        Reason.RESTRICTION_NOT_FOUND,
        Reason.UPLOAD_NOT_FOUND,
        Reason.CONTROL_NOT_FOUND,
        Reason.REFERRAL_NOT_FOUND,
        Reason.CAMPAIGN_NOT_FOUND,
        Reason.KEY_CASE_LIST_NOT_FOUND,
        Reason.LIAISON_NOT_FOUND,
        Reason.CREDENTIAL_NOT_FOUND,
        Reason.DISPUTE_NOT_FOUND,
        Reason.DISPUTE_SUBJECT_NOT_FOUND,
    ),
    Unimplemented: (Reason.METHOD_UNKNOWN,),
    DeadlineExceeded: (Reason.DEADLINE_TOO_SHORT,),
    Unavailable: (
        Reason.BACKEND_UNAVAILABLE,
        Reason.LEDGER_UNAVAILABLE,
        Reason.STORE_UNAVAILABLE,
        Reason.CLOCK_SKEW,
        Reason.SHUTTING_DOWN,
        Reason.SEAL_CHECK_UNAVAILABLE,
        Reason.DIRECTORY_STALE,
        Reason.REVOCATION_CHECK_UNAVAILABLE,
    ),
    Internal: (Reason.INTERNAL,),
    Cancelled: (Reason.CANCELLED,),
    DataLoss: (Reason.LEDGER_DAMAGED,),
    OutOfRange: (Reason.LEDGER_RANGE,),
}

CLASS_OF: dict[Reason, type[XiezhiError]] = {
    reason: error_class for error_class, reasons in _CLASSES.items() for reason in reasons
}
"""The class, and so the gRPC code, of each reason."""


def error(
    reason: Reason,
    message: str,
    *,
    violations: Sequence[Violation] = (),
    resource: str = "",
    retry_after: timedelta | None = None,
) -> XiezhiError:
    """Makes the error of the class that the reason belongs to.

    Args:
        reason: Why.
        message: One sentence that says what is wrong and what to do, without personal values.
        violations: Fields that break their rules.
        resource: Name of the resource concerned.
        retry_after: When to call again at the earliest.
    """
    return CLASS_OF[reason](reason, message, violations=violations, resource=resource, retry_after=retry_after)


def invalid_fields(*violations: Violation) -> XiezhiError:
    """Makes the refusal of a request whose fields break their rules.

    Args:
        *violations: The fields, never with their values.
    """
    return error(Reason.FIELDS_INVALID, "Fields of the request break their rules.", violations=violations)
