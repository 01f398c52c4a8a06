"""Which decisions about a suspect are let in, and what follows from them in writing (R-3.2, R-3.3).

What comes late is let in and shows as late: a refusal would only keep the court waiting longer.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from services.codes.facts import next_instant
from services.codes.legal_time import legal_date
from services.referral.domain.facts import (
    Decided,
    Decision,
    Fact,
    FactOfSuspect,
    FeedbackGiven,
    Ground,
    OpinionGiven,
    Reopened,
)
from services.referral.domain.referrals import referral_at
from services.referral.domain.standings import ADMITTED, UNDECIDED, ReferralState, Standing
from services.referral.domain.steps import not_found, refuse_step
from xiezhi.errors import Reason, error


def decide(
    facts: Sequence[Fact],
    suspect: str,
    decision: Decision,
    *,
    decided_on: date,
    now: datetime,
    has_reason_for_date: bool = False,
) -> Decided:
    """Lets a decision in.

    Args:
        facts: The referral's facts.
        suspect: The suspect.
        decision: What the unit decided.
        decided_on: Day of the decision.
        now: The current instant.
        has_reason_for_date: Whether a reason is given for telling of it on a later day.

    Raises:
        NotFound: REFERRAL_NOT_FOUND.
        FailedPrecondition: NOT_RECEIVED, ALREADY_GIVEN, REFERRAL_STATE or DECISION_DATE_INVALID.
    """
    at = next_instant(facts, now)
    standing = _find(facts, suspect, at)
    if _is_decided(standing):
        raise error(Reason.ALREADY_GIVEN, "The suspect has a decision already: reopen the referral for a new one.")
    _check(Decided, standing)
    if not standing.rounds[-1].opened_on <= decided_on <= legal_date(at):
        raise error(
            Reason.DECISION_DATE_INVALID, "The decision is dated before the receipt or the reopening, or in the future."
        )
    if decided_on < legal_date(at) and not has_reason_for_date:
        raise error(Reason.DECISION_DATE_INVALID, "The decision is dated before today: give the reason for that.")
    return Decided(at, suspect, decision, decided_on)


def give_feedback(facts: Sequence[Fact], suspect: str, *, now: datetime) -> FeedbackGiven:
    """Lets the written feedback on a filing in, also late.

    Args:
        facts: The referral's facts.
        suspect: The suspect.
        now: The current instant.

    Raises:
        NotFound: REFERRAL_NOT_FOUND.
        FailedPrecondition: NOT_RECEIVED, NOT_DECIDED, ALREADY_GIVEN or REFERRAL_STATE.
    """
    at = next_instant(facts, now)
    _check_answer(FeedbackGiven, _find(facts, suspect, at), given=ReferralState.FEEDBACK_GIVEN)
    return FeedbackGiven(at, suspect)


def give_opinion(facts: Sequence[Fact], suspect: str, *, has_reasons: bool, now: datetime) -> OpinionGiven:
    """Lets the written opinion not to file in, also late.

    Args:
        facts: The referral's facts.
        suspect: The suspect.
        has_reasons: Whether it states its reasons.
        now: The current instant.

    Raises:
        NotFound: REFERRAL_NOT_FOUND.
        FailedPrecondition: NOT_RECEIVED, NOT_DECIDED, ALREADY_GIVEN, REFERRAL_STATE or REASONS_MISSING.
    """
    at = next_instant(facts, now)
    _check_answer(OpinionGiven, _find(facts, suspect, at), given=ReferralState.OPINION_GIVEN)
    if not has_reasons:
        raise error(Reason.REASONS_MISSING, "The opinion not to file says why in writing: state the reasons.")
    return OpinionGiven(at, suspect)


def reopen(facts: Sequence[Fact], suspect: str, ground: Ground, *, document: str, now: datetime) -> Reopened:
    """Lets a review begin again of what was not filed; clocks of its own begin with it.

    Args:
        facts: The referral's facts.
        suspect: The suspect.
        ground: On what.
        document: Number of the prosecutor's document, or key of the new evidence.
        now: The current instant.

    Raises:
        NotFound: REFERRAL_NOT_FOUND.
        FailedPrecondition: NOT_RECEIVED, NOT_DECIDED, REFERRAL_STATE or REOPENING_GROUND_MISSING.
    """
    at = next_instant(facts, now)
    standing = _find(facts, suspect, at)
    if standing.state in UNDECIDED:
        raise error(Reason.NOT_DECIDED, "Nothing is decided yet that could be taken up again: decide first.")
    _check(Reopened, standing)
    if not document.strip():
        raise error(Reason.REOPENING_GROUND_MISSING, "Name the prosecutor's document or the new evidence.")
    return Reopened(at, suspect, ground, document)


def _find(facts: Sequence[Fact], suspect: str, at: datetime) -> Standing:
    referral = referral_at(facts, at)
    standing = None if referral is None else referral.find(suspect)
    if standing is None:
        raise not_found()
    return standing


def _is_decided(standing: Standing) -> bool:
    return bool(standing.rounds) and standing.rounds[-1].decided is not None


def _check(kind: type[FactOfSuspect], standing: Standing) -> None:
    if standing.state in ADMITTED[kind]:
        return
    if standing.state is ReferralState.SENT:
        raise error(Reason.NOT_RECEIVED, "The unit has not signed for the referral yet: receive it first.")
    raise refuse_step((standing,))


def _check_answer(kind: type[FactOfSuspect], standing: Standing, *, given: ReferralState) -> None:
    if standing.state is given:
        raise error(Reason.ALREADY_GIVEN, "The court has this answer already: reopen the referral for another one.")
    if standing.state in UNDECIDED or (_is_decided(standing) and standing.state not in ADMITTED[kind]):
        raise error(Reason.NOT_DECIDED, "There is no decision that this answer would tell of: decide first.")
    _check(kind, standing)
