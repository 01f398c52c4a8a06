"""Who is told of a step of a dispute."""

from __future__ import annotations

from services.coordination.changes import Change, ChangeKind
from services.coordination.disputes.domain import DisputeFile, Step
from services.coordination.domain.disputes import PROVINCIAL, DisputeState, Fact, Opened, Positioned, Settled

_BY_STATE = {
    DisputeState.AGREED: ChangeKind.DISPUTE_AGREED,
    DisputeState.ESCALATED: ChangeKind.DISPUTE_ESCALATED,
    DisputeState.SETTLED: ChangeKind.DISPUTE_SETTLED,
    DisputeState.WITHDRAWN: ChangeKind.DISPUTE_WITHDRAWN,
}


def change_of(file: DisputeFile, step: Step, *, before: DisputeState | None, traceparent: str) -> Change:
    """Returns what is told of a step.

    The other side is told of everything; both are of what they agreed to, of what came to the provincial bodies, which
    are told too, and of what these settled.

    Args:
        file: The dispute after the step.
        step: The step.
        before: State before it; None for the opening.
        traceparent: Trace context of the call that made it.
    """
    state, fact, parties = file.dispute.state, step.fact, file.record.parties
    kind = ChangeKind.DISPUTE_OPENED if isinstance(fact, Opened) else ChangeKind.DISPUTE_STEP
    if before is not None and state is not before:
        kind = _BY_STATE[state]
    return Change(
        kind,
        file.record.name,
        step.officer.organisation,
        _told(kind, fact, file),
        key=f"{file.record.dispute_id}/{fact.at.isoformat()}",
        at=fact.at,
        department=parties.department,
        traceparent=traceparent,
    )


def _told(kind: ChangeKind, fact: Fact, file: DisputeFile) -> tuple[str, ...]:
    parties = file.record.parties
    both = (parties.court_code, parties.police)
    if kind is ChangeKind.DISPUTE_ESCALATED:
        return (*both, *PROVINCIAL)
    if isinstance(fact, Settled) or (kind is ChangeKind.DISPUTE_AGREED and isinstance(fact, Positioned)):
        return both
    return (parties.organisation(fact.side.other),)
