"""What is known of a referral: the states of its suspects, which facts each state admits, and what has become of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum
from types import MappingProxyType

from services.codes.legal_time import legal_date
from services.referral.domain.facts import (
    Adjusted,
    Decided,
    Extended,
    FactOfReferral,
    FactOfSuspect,
    FeedbackGiven,
    OpinionGiven,
    Received,
    Reopened,
    Sent,
    Supplemented,
    SupplementRequested,
    Transferred,
    Withdrawn,
)


class ReferralState(IntEnum):
    """State of a referral for one suspect, or as a whole; the values of `xiezhi.referral.v1.ReferralState`."""

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

# From the one where most is still to be done.
_ORDER = (
    _S.SENT,
    _S.RECEIVED,
    _S.SUPPLEMENT_REQUESTED,
    _S.REOPENED,
    _S.NOT_FILED,
    _S.FILED,
    _S.OPINION_GIVEN,
    _S.FEEDBACK_GIVEN,
    _S.WITHDRAWN,
)

ADMITTED: Mapping[type[FactOfReferral | FactOfSuspect], frozenset[ReferralState]] = MappingProxyType(
    {
        Received: frozenset({_S.SENT}),
        SupplementRequested: frozenset({_S.RECEIVED, _S.REOPENED}),
        Supplemented: UNDECIDED | {_S.SENT},
        Transferred: UNDECIDED,
        Extended: UNDECIDED,
        Decided: UNDECIDED,
        FeedbackGiven: frozenset({_S.FILED}),
        OpinionGiven: frozenset({_S.NOT_FILED}),
        Reopened: frozenset({_S.NOT_FILED, _S.OPINION_GIVEN}),
        Withdrawn: UNDECIDED | {_S.SENT},
    }
)
"""In which states of a suspect a fact is admitted; one of the whole referral, where any suspect is in one of them."""


@dataclass(frozen=True, slots=True)
class Round:
    """One review of a suspect: it begins with a receipt or a reopening.

    Attributes:
        opened_at: Instant at which the exchange was told.
        opened_on: Day from which its clocks run.
        extensions: How it was extended.
        decided: The decision; None while there is none.
        answered: The written answer to the court; None while there is none.
        ended_at: Instant at which it ended without more, because of a reopening, transfer or withdrawal; None
            otherwise.
        is_ordered: Whether a prosecutor ordered the unit to file, so that there is nothing left to review.
    """

    opened_at: datetime
    opened_on: date
    extensions: tuple[Extended, ...] = ()
    decided: Decided | None = None
    answered: FeedbackGiven | OpinionGiven | None = None
    ended_at: datetime | None = None
    is_ordered: bool = False


@dataclass(frozen=True, slots=True)
class Request:
    """A request to complete the package.

    Attributes:
        requested_at: Instant.
        supplied_at: Instant at which the court did; None while it has not.
        ended_at: Instant at which the request was over without that, because all was decided; None otherwise.
        days: How many days the court has; None for those of the rule.
    """

    requested_at: datetime
    supplied_at: datetime | None = None
    ended_at: datetime | None = None
    days: int | None = None

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
        withdrawn_at: Instant at which the court took it back; None where it did not.
    """

    suspect: str
    state: ReferralState
    rounds: tuple[Round, ...] = ()
    withdrawn_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Referral:
    """How a referral stands at a moment.

    Attributes:
        sent: How it was sent.
        suspects: How it stands for each suspect, in the order of the letter.
        receipts: Who signed for it: more than one where it was passed on.
        transfers: To which units it was passed on.
        requests: Requests to complete the package.
        adjusted: Which deadlines calendars have moved.
    """

    sent: Sent
    suspects: tuple[Standing, ...]
    receipts: tuple[Received, ...] = ()
    transfers: tuple[Transferred, ...] = ()
    requests: tuple[Request, ...] = ()
    adjusted: tuple[Adjusted, ...] = ()

    @property
    def received_on(self) -> date | None:
        """Day of the first receipt, which decides which version of the rules counts; None before it."""
        return legal_date(self.receipts[0].signed_at) if self.receipts else None

    @property
    def state(self) -> ReferralState:
        """The state as a whole: that of the suspect for whom most is still to be done."""
        return min((standing.state for standing in self.suspects), key=_ORDER.index)

    @property
    def is_closed(self) -> bool:
        """Whether every suspect has a written answer, or was withdrawn."""
        return all(standing.state not in OPEN for standing in self.suspects)

    def unit_at(self, moment: datetime) -> str:
        """Returns the code of the unit that had it at a moment."""
        return next((t.unit for t in reversed(self.transfers) if t.at <= moment), self.sent.unit)

    def find(self, suspect: str) -> Standing | None:
        """Returns how it stands for a suspect; None where it is about no such suspect."""
        return next((standing for standing in self.suspects if standing.suspect == suspect), None)

    def admits(self, kind: type[FactOfReferral]) -> bool:
        """Whether a fact of the whole referral is admitted now; once anything is decided, it stays where it is."""
        if kind in {Transferred, Withdrawn} and any(r.decided for standing in self.suspects for r in standing.rounds):
            return False
        return any(standing.state in ADMITTED[kind] for standing in self.suspects)
