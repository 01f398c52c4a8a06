"""What happened to a referral (移送): facts, to which more are added and which never change.

Suspects are known by keys without meaning, since each of them may be decided about differently. Every fact has the
instant at which the exchange took it in; where the law counts from another day, the fact has that as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum

from services.referral.domain.clocks import RuleId


class Decision(IntEnum):
    """What the unit decides about a suspect, the values of `xiezhi.referral.v1.FilingDecision`."""

    FILED = 1
    NOT_FILED = 2


class Review(IntEnum):
    """For what the review is extended, which decides until when; the values of `xiezhi.referral.v1.ReviewExtension`."""

    VERIFICATION = 1
    COMPLEX = 2


class Ground(IntEnum):
    """On what a referral is reopened, the values of `xiezhi.referral.v1.ReopeningGround`."""

    PROSECUTOR = 1
    NEW_EVIDENCE = 2


@dataclass(frozen=True, slots=True)
class Sent:
    """The court sent the referral (移送).

    Attributes:
        at: Instant.
        court_code: Code of the court.
        case_number: Number of its case, in normal form.
        unit: Code of the police unit, 12 digits.
        suspects: Keys of the suspects.
        sent_on: Day on which it went out, which is earlier where it went on paper first.
        follows: Key of the referral that this one follows with new evidence; empty where there is none.
    """

    at: datetime
    court_code: str
    case_number: str
    unit: str
    suspects: tuple[str, ...]
    sent_on: date
    follows: str = ""


@dataclass(frozen=True, slots=True)
class Received:
    """The unit signed for the referral (签收), from which its clocks run (A12).

    Attributes:
        at: Instant at which the exchange was told.
        signed_at: Instant of the signature, which is earlier where paper was signed for.
        receipt_number: Number of the receipt (回执).
    """

    at: datetime
    signed_at: datetime
    receipt_number: str


@dataclass(frozen=True, slots=True)
class SupplementRequested:
    """The unit asked the court to complete the package (补正).

    Attributes:
        at: Instant.
        days: How many days the court has, as was configured then; None for those of the rule.
    """

    at: datetime
    days: int | None = None


@dataclass(frozen=True, slots=True)
class Supplemented:
    """The court completed the package, whether it was asked to or not.

    Attributes:
        at: Instant.
    """

    at: datetime


@dataclass(frozen=True, slots=True)
class Transferred:
    """The unit passed the referral on to the one that has jurisdiction, and told the court.

    That one signs for it anew, which starts its own clocks; the sixty days run on from the first receipt.

    Attributes:
        at: Instant.
        unit: Code of that unit, 12 digits.
    """

    at: datetime
    unit: str


@dataclass(frozen=True, slots=True)
class Extended:
    """The review of those suspects about whom nothing was decided was extended.

    Attributes:
        at: Instant.
        review: For what.
    """

    at: datetime
    review: Review


@dataclass(frozen=True, slots=True)
class Decided:
    """The unit decided about a suspect.

    Attributes:
        at: Instant at which the exchange was told.
        suspect: The suspect.
        decision: What it decided.
        decided_on: Day of the decision.
    """

    at: datetime
    suspect: str
    decision: Decision
    decided_on: date


@dataclass(frozen=True, slots=True)
class FeedbackGiven:
    """The unit told the court in writing that it filed (立案反馈).

    Attributes:
        at: Instant.
        suspect: The suspect.
    """

    at: datetime
    suspect: str


@dataclass(frozen=True, slots=True)
class OpinionGiven:
    """The unit gave the court its written opinion not to file (不予立案意见), with reasons.

    Attributes:
        at: Instant.
        suspect: The suspect.
    """

    at: datetime
    suspect: str


@dataclass(frozen=True, slots=True)
class Reopened:
    """What was not filed is reviewed again.

    Attributes:
        at: Instant.
        suspect: The suspect.
        ground: On what.
        document: Number of the prosecutor's document, or key of the new evidence.
    """

    at: datetime
    suspect: str
    ground: Ground
    document: str


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """The court took back the referral, before anything was decided.

    Attributes:
        at: Instant.
    """

    at: datetime


@dataclass(frozen=True, slots=True)
class Adjusted:
    """The last day of a clock that was running moved, because a calendar was adopted.

    Attributes:
        at: Instant.
        rule_id: The rule.
        suspect: The suspect; empty where the clock is of the whole referral.
        started_at: Instant of the fact that started the clock.
        old_due: Last day before.
        new_due: Last day from then on.
        old_versions: Versions of the calendars that decided before.
        new_versions: Versions of those that decide from then on.
        is_provisional: Whether one of the latter is.
    """

    at: datetime
    rule_id: RuleId
    suspect: str
    started_at: datetime
    old_due: date
    new_due: date
    old_versions: tuple[str, ...]
    new_versions: tuple[str, ...]
    is_provisional: bool = False

    @property
    def why(self) -> str:
        """Why the day was computed anew, for example "calendar 国办发明电〔2026〕7号 published"."""
        return f"calendar {', '.join(self.new_versions)} published"


FactOfReferral = Received | SupplementRequested | Supplemented | Transferred | Extended | Withdrawn
"""What happens to a referral as a whole after it was sent."""

FactOfSuspect = Decided | FeedbackGiven | OpinionGiven | Reopened
"""What happens to one suspect."""

Fact = Sent | FactOfReferral | FactOfSuspect | Adjusted
"""Any of them."""
