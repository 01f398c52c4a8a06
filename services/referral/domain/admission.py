"""Which steps with a referral as a whole are let in: each becomes a fact, or is refused with what to do instead.

A fact happens at an instant of its own, so that what is let in finds what was there before and is never without effect.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum
from types import MappingProxyType

from services.codes.facts import next_instant
from services.codes.legal_time import legal_date
from services.referral.domain.calendars import Calendars
from services.referral.domain.clocks import LAW, Mark, RuleId, RuleSet, rules_on, time_limit
from services.referral.domain.duties import duties_at, marks_of
from services.referral.domain.facts import (
    Extended,
    Fact,
    FactOfReferral,
    Received,
    Review,
    Sent,
    Supplemented,
    SupplementRequested,
    Transferred,
    Withdrawn,
)
from services.referral.domain.referrals import referral_at
from services.referral.domain.running import REVIEWS
from services.referral.domain.standings import OPEN, UNDECIDED, Referral, ReferralState
from services.referral.domain.steps import not_found, refuse_step
from xiezhi.errors import Reason, error


class Item(IntEnum):
    """What a package (移送材料) consists of, beside what else is in it."""

    LETTER = 1
    ACCOUNT = 2
    EVIDENCE = 3


class Rank(IntEnum):
    """Rank of who extends a review; a higher one may do what a lower one may.

    The head of an organ at county level (县级以上公安机关负责人) is a caller of rank DIVISION_CHIEF or above.
    """

    UNIT_HEAD = 1
    COUNTY_HEAD = 2


@dataclass(frozen=True, slots=True)
class Letter:
    """What a court refers.

    Attributes:
        court_code: Code of the court.
        case_number: Number of its case, in normal form.
        unit: Code of the police unit, 12 digits.
        suspects: Keys of the suspects, the same for one person in all referrals of the case.
        sent_on: Day on which it goes out, which is earlier where it went on paper first.
        items: What the package has.
        follows: Key of the referral that this one follows with new evidence; empty where there is none.
    """

    court_code: str
    case_number: str
    unit: str
    suspects: tuple[str, ...]
    sent_on: date
    items: frozenset[Item]
    follows: str = ""


def send(letter: Letter, others: Iterable[Sequence[Fact]], *, now: datetime) -> Sent:
    """Lets a referral in.

    Args:
        letter: What the court refers.
        others: The facts of each other referral of this court and case.
        now: The current instant.

    Raises:
        FailedPrecondition: REFERRAL_PACKAGE_INCOMPLETE or REFERRAL_STATE.
        AlreadyExists: REFERRAL_EXISTS.
    """
    missing = "; ".join(name for item, name in _ITEMS.items() if item not in letter.items)
    if missing:
        raise error(Reason.REFERRAL_PACKAGE_INCOMPLETE, f"Send what the package lacks: {missing}.")
    if letter.sent_on > legal_date(now):
        raise error(Reason.REFERRAL_STATE, "The referral would go out in the future: give the day on which it did.")
    for facts in others:
        other = referral_at(facts, now)
        if other is not None and any(s.suspect in letter.suspects and s.state in OPEN for s in other.suspects):
            raise error(Reason.REFERRAL_EXISTS, "A referral of this case has the suspect and is open: supplement it.")
    return Sent(
        now,
        letter.court_code,
        letter.case_number,
        letter.unit,
        suspects=letter.suspects,
        sent_on=letter.sent_on,
        follows=letter.follows,
    )


def receive(
    facts: Sequence[Fact], receipt_number: str, *, signed_at: datetime, now: datetime, law: Sequence[RuleSet] = LAW
) -> Received:
    """Lets the unit sign for a referral, complete or not, which starts its clocks (A12).

    Args:
        facts: The referral's facts.
        receipt_number: Number of the receipt.
        signed_at: Instant of the signature.
        now: The current instant.
        law: All versions of the rules.

    Raises:
        NotFound: REFERRAL_NOT_FOUND.
        FailedPrecondition: REFERRAL_STATE, also where the signature cannot have been then.
    """
    at = next_instant(facts, now)
    referral = _admitting(Received, facts, at)
    day = legal_date(signed_at)
    is_too_early = any(signed_at < passed.at for passed in referral.transfers) or day < referral.sent.sent_on
    if signed_at > at or is_too_early:
        raise error(Reason.REFERRAL_STATE, "The referral is signed for between its sending and now: correct the time.")
    if all(day < rules.effective_from for rules in law):
        raise error(Reason.REFERRAL_STATE, "The referral was signed for before the notice was in effect.")
    return Received(at, signed_at, receipt_number)


def request_supplement(facts: Sequence[Fact], *, now: datetime, days: int | None = None) -> SupplementRequested:
    """Lets the unit ask the court to complete the package; no clock stands still for it.

    Args:
        facts: The referral's facts.
        now: The current instant.
        days: How many days the court has; None for those of the rule.

    Raises:
        NotFound: REFERRAL_NOT_FOUND.
        FailedPrecondition: NOT_RECEIVED or REFERRAL_STATE.
    """
    at = next_instant(facts, now)
    referral = _admitting(SupplementRequested, facts, at)
    if any(request.is_open for request in referral.requests):
        raise refuse_step(referral.suspects)
    return SupplementRequested(at, days)


def supplement(facts: Sequence[Fact], *, now: datetime) -> Supplemented:
    """Lets the court complete the package, also late, and also where nobody asked for it.

    Args:
        facts: The referral's facts.
        now: The current instant.

    Raises:
        NotFound: REFERRAL_NOT_FOUND.
        FailedPrecondition: REFERRAL_STATE, as after the decision.
    """
    at = next_instant(facts, now)
    _admitting(Supplemented, facts, at)
    return Supplemented(at)


def transfer(facts: Sequence[Fact], unit: str, *, now: datetime, law: Sequence[RuleSet] = LAW) -> Transferred:
    """Lets the unit pass a referral on to the one that has jurisdiction, within the time from its own receipt.

    Args:
        facts: The referral's facts.
        unit: Code of that unit, 12 digits.
        now: The current instant.
        law: All versions of the rules.

    Raises:
        NotFound: REFERRAL_NOT_FOUND.
        FailedPrecondition: NOT_RECEIVED, REFERRAL_STATE, REFERRAL_WRONG_UNIT or TRANSFER_TOO_LATE.
    """
    at = next_instant(facts, now)
    referral = _admitting(Transferred, facts, at)
    if unit == referral.unit_at(at):
        raise error(Reason.REFERRAL_WRONG_UNIT, "The referral lies with this unit already: name another one.")
    rules = _rules(referral, law)
    rule = rules.find(RuleId.JURISDICTION)
    if rule is None or at >= time_limit(rule, referral.receipts[-1].signed_at, version=rules.version).ends_at:
        raise error(Reason.TRANSFER_TOO_LATE, "The time for passing the referral on is over: decide it.")
    return Transferred(at, unit)


def extend(
    facts: Sequence[Fact],
    review: Review,
    rank: Rank,
    *,
    calendars: Calendars,
    now: datetime,
    law: Sequence[RuleSet] = LAW,
) -> Extended:
    """Lets the review be extended, while the time that it has is not over.

    Args:
        facts: The referral's facts.
        review: For what.
        rank: Rank of who does it.
        calendars: All calendars.
        now: The current instant.
        law: All versions of the rules.

    Raises:
        NotFound: REFERRAL_NOT_FOUND.
        FailedPrecondition: NOT_RECEIVED or REFERRAL_STATE.
        PermissionDenied: EXTENSION_NOT_ENTITLED.
    """
    at = next_instant(facts, now)
    referral = _admitting(Extended, facts, at)
    rules = _rules(referral, law)
    if rank < _ENTITLED[review]:
        raise error(Reason.EXTENSION_NOT_ENTITLED, "This extension takes the head of the organ at county level.")
    if rules.find(REVIEWS[review]) is None:
        raise error(Reason.REFERRAL_STATE, "The rules that count for this referral do not know this extension.")
    reviewed = [s for s in referral.suspects if s.state in UNDECIDED and not s.rounds[-1].is_ordered]
    if not reviewed:
        raise error(
            Reason.REFERRAL_STATE, "A prosecutor ordered the unit to file, which is no review: decide the referral."
        )
    if all(any(done.review >= review for done in s.rounds[-1].extensions) for s in reviewed):
        raise error(Reason.REFERRAL_STATE, "The review is extended as far already: decide the referral.")
    duties = duties_at(facts, at, calendars, law=law)
    if any(Mark.FEEDBACK_OVERDUE in marks_of(duties, standing.suspect) for standing in reviewed):
        raise error(Reason.REFERRAL_STATE, "The time for the review is over: decide the referral.")
    return Extended(at, review)


def withdraw(facts: Sequence[Fact], *, now: datetime) -> Withdrawn:
    """Lets the court take back a referral before anything is decided.

    Args:
        facts: The referral's facts.
        now: The current instant.

    Raises:
        NotFound: REFERRAL_NOT_FOUND.
        FailedPrecondition: REFERRAL_STATE.
    """
    at = next_instant(facts, now)
    _admitting(Withdrawn, facts, at)
    return Withdrawn(at)


_ITEMS: Mapping[Item, str] = MappingProxyType(
    {
        Item.LETTER: "the letter of referral (案件移送函)",
        Item.ACCOUNT: "the account of the enforcement (执行情况说明)",
        Item.EVIDENCE: "evidence (证据材料)",
    }
)
_ENTITLED: Mapping[Review, Rank] = MappingProxyType(
    {Review.VERIFICATION: Rank.UNIT_HEAD, Review.COMPLEX: Rank.COUNTY_HEAD}
)


def _admitting(kind: type[FactOfReferral], facts: Sequence[Fact], at: datetime) -> Referral:
    """Returns the referral if it admits a fact."""
    referral = referral_at(facts, at)
    if referral is None:
        raise not_found()
    if referral.admits(kind):
        return referral
    if referral.state is ReferralState.SENT:
        raise error(Reason.NOT_RECEIVED, "The unit has not signed for the referral yet: receive it first.")
    raise refuse_step(referral.suspects)


def _rules(referral: Referral, law: Sequence[RuleSet]) -> RuleSet:
    return rules_on(law, legal_date(referral.receipts[0].signed_at))
