"""How a referral stands, at any moment and for each suspect, as the facts alone tell (domain sheet §16.4).

    SENT -> RECEIVED -> [SUPPLEMENT_REQUESTED] -> FILED -> FEEDBACK_GIVEN
                                               -> NOT_FILED -> OPINION_GIVEN -> REOPENED -> FILED or NOT_FILED
    RECEIVED, SUPPLEMENT_REQUESTED -> SENT, to the unit that has jurisdiction
    SENT, RECEIVED, SUPPLEMENT_REQUESTED -> WITHDRAWN

Nothing stored says so: the facts are played through in order. A fact in a state that does not admit it changes nothing;
`admission` and `decisions` let none of these in.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from services.codes.legal_time import legal_date
from services.referral.domain.facts import (
    Adjusted,
    Decided,
    Decision,
    Extended,
    Fact,
    FactOfReferral,
    FactOfSuspect,
    FeedbackGiven,
    Ground,
    OpinionGiven,
    Received,
    Reopened,
    Sent,
    Supplemented,
    SupplementRequested,
    Transferred,
    Withdrawn,
)
from services.referral.domain.standings import ADMITTED, UNDECIDED, Referral, ReferralState, Request, Round, Standing

_S = ReferralState


def referral_at(facts: Iterable[Fact], moment: datetime) -> Referral | None:
    """Tells how a referral stands at a moment.

    Args:
        facts: The referral's facts in any order; those after the moment are not looked at.
        moment: An aware instant, of the past, present or future.

    Returns:
        The referral; None before it was sent.
    """
    referral = None
    for fact in sorted((fact for fact in facts if fact.at <= moment), key=_order):
        if isinstance(fact, Sent):
            new = tuple(Standing(suspect, _S.SENT) for suspect in dict.fromkeys(fact.suspects))
            referral = referral or Referral(fact, new)
        elif referral is not None:
            referral = _settled(_after(referral, fact), fact.at)
    return referral


# Of facts at one instant, which admission never makes: what is there first can be changed then.
_KINDS: tuple[type[Fact], ...] = (Sent, *ADMITTED, Adjusted)


def _order(fact: Fact) -> tuple[datetime, int, str]:
    return fact.at, _KINDS.index(type(fact)), getattr(fact, "suspect", "")


def _after(referral: Referral, fact: FactOfReferral | FactOfSuspect | Adjusted) -> Referral:
    if isinstance(fact, Adjusted):
        return replace(referral, adjusted=(*referral.adjusted, fact))
    if isinstance(fact, FactOfSuspect):
        changed = (_of_suspect(s, fact) if s.suspect == fact.suspect else s for s in referral.suspects)
        return replace(referral, suspects=tuple(changed))
    return _of_referral(referral, fact) if referral.admits(type(fact)) else referral


def _of_referral(referral: Referral, fact: FactOfReferral) -> Referral:
    match fact:
        case Received():
            new = Round(fact.at, legal_date(fact.signed_at))
            received = (replace(s, rounds=(*s.rounds, new)) if s.state is _S.SENT else s for s in referral.suspects)
            return replace(referral, receipts=(*referral.receipts, fact), suspects=tuple(received))
        case SupplementRequested():
            return replace(referral, requests=(*referral.requests, Request(fact.at, days=fact.days)))
        case Supplemented():
            if not referral.requests or not referral.requests[-1].is_open:
                return referral
            return _with_request(referral, replace(referral.requests[-1], supplied_at=fact.at))
        case Transferred():
            passed = (_with_round(s, ended_at=fact.at) if s.state in UNDECIDED else s for s in referral.suspects)
            return replace(referral, transfers=(*referral.transfers, fact), suspects=tuple(passed))
        case Extended():
            extended = (_extended(s, fact) if s.state in UNDECIDED else s for s in referral.suspects)
            return replace(referral, suspects=tuple(extended))
        case Withdrawn():
            withdrawn = (_withdrawn(s, fact) if s.state in ADMITTED[Withdrawn] else s for s in referral.suspects)
            return replace(referral, suspects=tuple(withdrawn))


def _of_suspect(standing: Standing, fact: FactOfSuspect) -> Standing:
    if standing.state not in ADMITTED[type(fact)]:
        return standing
    match fact:
        case Decided():
            return _with_round(standing, decided=fact)
        case FeedbackGiven() | OpinionGiven():
            return _with_round(standing, answered=fact)
        case Reopened():
            ended = _with_round(standing, ended_at=fact.at)
            new = Round(fact.at, legal_date(fact.at), is_ordered=fact.ground is Ground.PROSECUTOR)
            return replace(ended, rounds=(*ended.rounds, new))


def _extended(standing: Standing, fact: Extended) -> Standing:
    """Extends a review; one that was extended further stays so, and what was ordered is none."""
    done = standing.rounds[-1].extensions
    if standing.rounds[-1].is_ordered:
        return standing
    if done and done[-1].review >= fact.review:
        return standing
    return _with_round(standing, extensions=(*done, fact))


def _withdrawn(standing: Standing, fact: Withdrawn) -> Standing:
    ended = _with_round(standing, ended_at=fact.at) if standing.state in UNDECIDED else standing
    return replace(ended, withdrawn_at=fact.at)


def _with_round(standing: Standing, **changes: object) -> Standing:
    *before, last = standing.rounds
    return replace(standing, rounds=(*before, replace(last, **changes)))  # type: ignore[arg-type]


def _with_request(referral: Referral, last: Request) -> Referral:
    return replace(referral, requests=(*referral.requests[:-1], last))


def _settled(referral: Referral, at: datetime) -> Referral:
    """Returns a referral with the states that follow from what has happened."""
    is_requested = bool(referral.requests) and referral.requests[-1].is_open
    if is_requested and all(_state(s, is_requested=False) not in UNDECIDED for s in referral.suspects):
        referral, is_requested = _with_request(referral, replace(referral.requests[-1], ended_at=at)), False
    states = (replace(s, state=_state(s, is_requested=is_requested)) for s in referral.suspects)
    return replace(referral, suspects=tuple(states))


def _state(standing: Standing, *, is_requested: bool) -> ReferralState:
    if standing.withdrawn_at is not None:
        return _S.WITHDRAWN
    last = standing.rounds[-1] if standing.rounds else None
    if last is None or (last.decided is None and last.ended_at is not None):
        return _S.SENT
    if last.decided is not None:
        is_filed = last.decided.decision is Decision.FILED
        if last.answered is None:
            return _S.FILED if is_filed else _S.NOT_FILED
        return _S.FEEDBACK_GIVEN if is_filed else _S.OPINION_GIVEN
    if is_requested:
        return _S.SUPPLEMENT_REQUESTED
    return _S.REOPENED if any(r.decided is not None for r in standing.rounds) else _S.RECEIVED
