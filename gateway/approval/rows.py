"""Between rows of approvals and approvals: what is personal is sealed on the way in and opened on the way out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Row

from gateway.approval.domain import Approval, Event, Kind, Step, Submission, id_of, name_of
from gateway.approval.views import View
from services.chassis.policy import ApprovalRequirement
from services.chassis.sealing import Sealer

_MICROSECOND = timedelta(microseconds=1)


class Rows:
    """Reads and writes rows of approvals.

    Args:
        sealer: Seals what is personal, bound to its row.
    """

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    def of_submission(self, submission: Submission) -> dict[str, Any]:
        """Returns the row of a submission."""
        approval, needed = submission.approval, submission.approval.requirement
        return {
            "id": id_of(approval.name),
            "request_id": submission.request_id,
            "requester": approval.requester,
            "requester_court": approval.requester_court,
            "method": approval.method,
            "request_sha256": approval.request_sha256,
            "court_code": approval.court_code,
            "case_number": approval.case_number,
            "reason": self._sealer.seal(submission.reason.encode(), place=_reason(approval.name)),
            "validity_us": None if submission.validity is None else submission.validity // _MICROSECOND,
            "submitted_at": approval.submitted_at,
            "expires_at": approval.expires_at,
            "needed_count": needed.count,
            "needed_rank": needed.min_rank,
            "needed_level": needed.min_court_level,
            "max_validity_us": needed.max_validity // _MICROSECOND,
            "framework_ref": approval.framework_ref or None,
        }

    def of_request(self, submission: Submission) -> dict[str, Any]:
        """Returns the row of a request's bytes."""
        name = submission.approval.name
        return {
            "approval_id": id_of(name),
            "expires_at": submission.approval.expires_at,
            "request": self._sealer.seal(submission.request, place=_request(name)),
        }

    def of_event(self, name: str, sequence: int, step: Step) -> dict[str, Any]:
        """Returns the row of an event.

        Args:
            name: Name of the approval.
            sequence: Place in the timeline, the first is 1.
            step: The event.
        """
        event = step.event
        return {
            "approval_id": id_of(name),
            "sequence": sequence,
            "kind": event.kind.value,
            "time": event.time,
            "actor": event.actor,
            "trace_id": event.trace_id,
            "reason": self._seal(step.reason, _event_reason(name, sequence)),
            "statement": self._seal(event.statement, _statement(name, sequence)),
            "statement_sha256": event.statement_sha256 or None,
            "span_id": event.span_id or None,
        }

    def approval(self, row: Row[Any], events: Sequence[Row[Any]]) -> Approval:
        """Returns the approval of a submission's row and its events' rows, which are in order."""
        name = name_of(row.id)
        return Approval(
            name=name,
            method=row.method,
            request_sha256=bytes(row.request_sha256),
            court_code=row.court_code,
            case_number=row.case_number,
            requester=row.requester,
            requester_court=row.requester_court,
            submitted_at=row.submitted_at,
            expires_at=row.expires_at,
            requirement=ApprovalRequirement(
                row.needed_count, row.needed_rank, row.needed_level, row.max_validity_us * _MICROSECOND
            ),
            timeline=tuple(self._event(name, event) for event in events),
            framework_ref=row.framework_ref or "",
        )

    def submission(self, row: Row[Any], approval: Approval) -> Submission:
        """Returns the submission of a row, without the request's bytes."""
        validity = None if row.validity_us is None else row.validity_us * _MICROSECOND
        return Submission(approval, row.request_id, self._reason(row), validity)

    def view(self, row: Row[Any], events: Sequence[Row[Any]], *, request: bytes | None = None) -> View:
        """Returns what the parties of an approval read.

        Args:
            row: The submission's row.
            events: The rows of its events, in order.
            request: The sealed request; None where it is erased or not to be shown.
        """
        approval = self.approval(row, events)
        return View(
            approval=approval,
            reason=self._reason(row),
            reasons=tuple(self._open(event.reason, _event_reason(approval.name, event.sequence)) for event in events),
            request=b"" if request is None else self._sealer.open(bytes(request), place=_request(approval.name)),
        )

    def _event(self, name: str, row: Row[Any]) -> Event:
        return Event(
            kind=Kind(row.kind),
            time=row.time,
            actor=row.actor,
            trace_id=row.trace_id,
            statement=self._open(row.statement, _statement(name, row.sequence)),
            statement_sha256=bytes(row.statement_sha256 or b""),
            span_id=row.span_id or "",
        )

    def _reason(self, row: Row[Any]) -> str:
        return self._sealer.open(bytes(row.reason), place=_reason(name_of(row.id))).decode()

    def _seal(self, text: str, place: str) -> bytes | None:
        return self._sealer.seal(text.encode(), place=place) if text else None

    def _open(self, sealed: bytes | None, place: str) -> str:
        return "" if sealed is None else self._sealer.open(bytes(sealed), place=place).decode()


def _reason(name: str) -> str:
    return f"gateway.approval.reason:{name}"


def _request(name: str) -> str:
    return f"gateway.approval.request:{name}"


def _event_reason(name: str, sequence: int) -> str:
    return f"gateway.approval.event.reason:{name}:{sequence}"


def _statement(name: str, sequence: int) -> str:
    return f"gateway.approval.event.statement:{name}:{sequence}"
