"""The approval that comes with a request on paper: kept as if it had been submitted and decided here."""

from __future__ import annotations

from gateway.approval.domain import Approval, Cause, Event, Kind, Step, Submission, id_of
from gateway.approval.store import ApprovalStore
from gateway.paper.domain import reference_reused
from gateway.paper.reading import Paper, Signatures


async def register(
    paper: Paper, signatures: Signatures, *, cause: Cause, store: ApprovalStore, framework_ref: str
) -> Approval:
    """Keeps the approval of a request; one that is kept already stays as it is.

    Args:
        paper: The request.
        signatures: Who stands for it.
        cause: The call that brought it.
        store: The approvals.
        framework_ref: The rules under which approvals are asked for now: paper names none of its own.

    Returns:
        The approval, with whatever happened to it since.

    Raises:
        AlreadyExists: PAPER_REFERENCE_REUSED, if its name is that of an approval of something else.
    """
    submission = _submission(paper, signatures, cause=cause, framework_ref=framework_ref)
    kept = await store.add_decided(submission, _decisions(paper, signatures, cause))
    is_this_one = kept is not None and _asked(kept) == _asked(submission.approval)
    if kept is None or not is_this_one or {*kept.consent_texts} != {*paper.command.consents}:
        raise reference_reused()
    return kept


def _submission(paper: Paper, signatures: Signatures, *, cause: Cause, framework_ref: str) -> Submission:
    claims, judge, requirement = paper.claims, signatures.judge, paper.method.policy.approval
    assert requirement is not None  # noqa: S101 - only methods that need approvals go on paper
    approval = Approval(
        name=claims.approval,
        method=paper.method.full_name,
        request_sha256=paper.request_sha256,
        court_code=claims.court_code,
        case_number=claims.case_number,
        requester=judge.officer_id,
        requester_court=judge.organisation,
        submitted_at=claims.issued_at,
        expires_at=claims.not_after,
        requirement=requirement,
        timeline=(Event.of(Kind.SUBMITTED, claims.issued_at, judge.officer_id, cause=cause),),
        framework_ref=framework_ref,
    )
    # The judge chose the approval's id, so it serves as the key of the one submission that there is.
    return Submission(approval, id_of(claims.approval), claims.reason, None, paper.command.request)


def _decisions(paper: Paper, signatures: Signatures, cause: Cause) -> tuple[Step, ...]:
    """Returns the consents in the order in which they were signed, none before the request: clocks differ a little."""
    order = sorted(
        zip(paper.command.consents, signatures.consents, strict=True), key=lambda pair: pair[1].claims.issued_at
    )
    steps = []
    for text, consent in order:
        time = max(consent.claims.issued_at, paper.claims.issued_at)
        signed = (text, consent.digest)
        event = Event.of(Kind.CONSENTED, time, consent.signer.officer_id, cause=cause, statement=signed)
        steps.append(Step(event, consent.claims.reason))
    return tuple(steps)


def _asked(approval: Approval) -> tuple[object, ...]:
    return (
        approval.method,
        approval.request_sha256,
        approval.court_code,
        approval.case_number,
        approval.requester,
        approval.requester_court,
    )
