"""How a referral stands, at any moment and for each suspect, as the facts alone tell (domain sheet §16.4).

    SENT -> RECEIVED -> [SUPPLEMENT_REQUESTED] -> FILED -> FEEDBACK_GIVEN
                                               -> NOT_FILED -> OPINION_GIVEN -> REOPENED -> FILED or NOT_FILED
    SENT, RECEIVED, SUPPLEMENT_REQUESTED, REOPENED -> WITHDRAWN

Nothing stored says so: the facts are played through in order. A fact in a state that does not admit it changes nothing;
`admission` and `decisions` let none of these in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import IntEnum
from types import MappingProxyType

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
    OpinionGiven,
    PrivatelyProsecuted,
    Received,
    Reopened,
    Sent,
    Supplemented,
    SupplementRequested,
    Transferred,
    Withdrawn,
)


class ReferralState(IntEnum):
    """State of a referral for one suspect."""

    SENT = 1
    RECEIVED = 2
    SUPPLEMENT_REQUESTED = 3
    FILED = 4
    FEEDBACK_GIVEN = 5
    NOT_FILED = 6
    OPINION_GIVEN = 7
    REOPENED = 8
    WITHDRAWN = 9


_S = ReferralState

UNDECIDED = frozenset({_S.RECEIVED, _S.SUPPLEMENT_REQUESTED, _S.REOPENED})
"""States in which the unit reviews."""

OPEN = frozenset(_S) - {_S.FEEDBACK_GIVEN, _S.OPINION_GIVEN, _S.WITHDRAWN}
"""States in which somebody still has to act."""

ADMITTED: Mapping[type[FactOfReferral | FactOfSuspect], frozenset[ReferralState]] = MappingProxyType(
    {
        Received: frozenset({_S.SENT}),
        SupplementRequested: frozenset({_S.RECEIVED, _S.REOPENED}),
        Supplemented: frozenset({_S.SUPPLEMENT_REQUESTED}),
        Transferred: UNDECIDED,
        Extended: UNDECIDED,
        Decided: UNDECIDED,
        FeedbackGiven: frozenset({_S.FILED}),
        OpinionGiven: frozenset({_S.NOT_FILED}),
        Reopened: frozenset({_S.NOT_FILED, _S.OPINION_GIVEN}),
        PrivatelyProsecuted: UNDECIDED | {_S.NOT_FILED, _S.OPINION_GIVEN},
        Withdrawn: UNDECIDED | {_S.SENT},
    }
)
"""In which states of a suspect a fact is admitted; one of the whole referral, where any suspect is in one of them."""


@dataclass(frozen=True, slots=True)
class Round:
    """One review of a suspect: the first begins with the receipt, each further one with a reopening.

    Attributes:
        opened_at: Instant at which the exchange was told.
        opened_on: Day from which its clocks run.
        extensions: How it was extended.
        decided: The decision; None while there is none.
        answered: The written answer to the court; None while there is none.
        ended_at: Instant at which it ended without more, because of a reopening or withdrawal; None otherwise.
    """

    opened_at: datetime
    opened_on: date
    extensions: tuple[Extended, ...] = ()
    decided: Decided | None = None
    answered: FeedbackGiven | OpinionGiven | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """A request to complete the package.

    Attributes:
        requested_at: Instant.
        supplied_at: Instant at which the court did; None while it has not.
        ended_at: Instant at which the request was over without that, because all was decided; None otherwise.
    """

    requested_at: datetime
    supplied_at: datetime | None = None
    ended_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether the court may still complete the package."""
        return self.supplied_at is None and self.ended_at is None


@dataclass(frozen=True, slots=True)
class Standing:
    """How a referral stands for one suspect.

    Attributes:
        suspect: Key of the suspect.
        state: The state.
        rounds: Its reviews in their order; none before the receipt.
        prosecuted: The private prosecution; None where there is none.
        withdrawn_at: Instant at which the court took it back; None where it did not.
    """

    suspect: str
    state: ReferralState
    rounds: tuple[Round, ...] = ()
    prosecuted: PrivatelyProsecuted | None = None
    withdrawn_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Referral:
    """How a referral stands at a moment.

    Attributes:
        sent: How it was sent.
        suspects: How it stands for each suspect, in the order of the letter.
        received: The receipt; None before it.
        transfers: To which units it was passed on.
        requests: Requests to complete the package.
        adjusted: Which deadlines calendars have moved.
    """

    sent: Sent
    suspects: tuple[Standing, ...]
    received: Received | None = None
    transfers: tuple[Transferred, ...] = ()
    requests: tuple[Request, ...] = ()
    adjusted: tuple[Adjusted, ...] = ()

    @property
    def received_on(self) -> date | None:
        """Day of the receipt, which decides which version of the rules counts; None before it."""
        return None if self.received is None else legal_date(self.received.signed_at)

    def unit_at(self, moment: datetime) -> str:
        """Returns the code of the unit that had it at a moment."""
        return next((t.unit for t in reversed(self.transfers) if t.at <= moment), self.sent.unit)

    def find(self, suspect: str) -> Standing | None:
        """Returns how it stands for a suspect; None where it is about no such suspect."""
        return next((standing for standing in self.suspects if standing.suspect == suspect), None)

    def admits(self, kind: type[FactOfReferral]) -> bool:
        """Whether a fact of the whole referral is admitted now."""
        if kind is Transferred and any(r.decided for standing in self.suspects for r in standing.rounds):
            return False
        return any(standing.state in ADMITTED[kind] for standing in self.suspects)


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
            first = Round(fact.at, legal_date(fact.signed_at))
            received = (replace(s, rounds=(first,)) if s.state is _S.SENT else s for s in referral.suspects)
            return replace(referral, received=fact, suspects=tuple(received))
        case SupplementRequested():
            return replace(referral, requests=(*referral.requests, Request(fact.at)))
        case Supplemented():
            return _with_request(referral, replace(referral.requests[-1], supplied_at=fact.at))
        case Transferred():
            return replace(referral, transfers=(*referral.transfers, fact))
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
            return replace(ended, rounds=(*ended.rounds, Round(fact.at, legal_date(fact.at))))
        case PrivatelyProsecuted():
            return replace(standing, prosecuted=standing.prosecuted or fact)


def _extended(standing: Standing, fact: Extended) -> Standing:
    """Extends a review; one that was extended further stays so."""
    done = standing.rounds[-1].extensions
    if done and done[-1].review >= fact.review:
        return standing
    return _with_round(standing, extensions=(*done, fact))


def _withdrawn(standing: Standing, fact: Withdrawn) -> Standing:
    ended = _with_round(standing, ended_at=fact.at) if standing.rounds else standing
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
    if not standing.rounds:
        return _S.SENT
    last = standing.rounds[-1]
    if last.decided is not None:
        is_filed = last.decided.decision is Decision.FILED
        if last.answered is None:
            return _S.FILED if is_filed else _S.NOT_FILED
        return _S.FEEDBACK_GIVEN if is_filed else _S.OPINION_GIVEN
    if is_requested:
        return _S.SUPPLEMENT_REQUESTED
    return _S.RECEIVED if len(standing.rounds) == 1 else _S.REOPENED
