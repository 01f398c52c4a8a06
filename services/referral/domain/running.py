"""Which clocks a referral has: what started each, and what met it, ended it or took its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import zip_longest
from types import MappingProxyType

from services.codes.legal_time import legal_date
from services.referral.domain.clocks import RuleId, RuleSet
from services.referral.domain.facts import Decision, OpinionGiven, Review
from services.referral.domain.standings import Referral, Request, Round, Standing

REVIEWS: Mapping[Review, RuleId] = MappingProxyType(
    {Review.VERIFICATION: RuleId.REVIEW_VERIFIED, Review.COMPLEX: RuleId.REVIEW_COMPLEX}
)
"""The rule for each extended review."""

_OPINIONS: Mapping[Review, RuleId] = MappingProxyType(
    {Review.VERIFICATION: RuleId.OPINION_VERIFIED, Review.COMPLEX: RuleId.OPINION_COMPLEX}
)


@dataclass(frozen=True, slots=True)
class Clock:
    """A clock, before its deadline is computed.

    Attributes:
        rule_id: The rule.
        suspect: The suspect; empty where it is of the whole referral.
        started_at: Instant of the fact that started it, by which it is told from others of its rule and suspect.
        start: Day from which it runs.
        met_at: Instant at which the exchange was told that it was met; None while it is not.
        met_on: Day on which it was met.
        ceased_at: Instant at which it ceased or another one took its place; None where neither happened.
        requests: Requests for a supplement, during which it may stand still.
        days: Days that were given in place of the rule's; None where they are the rule's.
    """

    rule_id: RuleId
    suspect: str
    started_at: datetime
    start: date
    met_at: datetime | None = None
    met_on: date | None = None
    ceased_at: datetime | None = None
    requests: tuple[Request, ...] = ()
    days: int | None = None

    @property
    def ended_at(self) -> datetime | None:
        """Instant at which it ended, in whichever way; None while it runs."""
        return self.met_at or self.ceased_at


def clocks_of(referral: Referral, rules: RuleSet) -> Iterator[Clock]:
    """Yields the clocks of a referral: those that run, those that were met, and those that ceased.

    Args:
        referral: How it stands.
        rules: The version of the rules that counts for it.
    """
    for standing in referral.suspects:
        for made in standing.rounds:
            yield from _of_review(standing.suspect, made, rules=rules, requests=referral.requests)
            yield from _of_decision(standing.suspect, made)
        yield from _of_sixty_days(standing)
    for request in referral.requests:
        yield Clock(
            RuleId.SUPPLEMENT,
            "",
            request.requested_at,
            legal_date(request.requested_at),
            met_at=request.supplied_at,
            met_on=_day(request.supplied_at),
            ceased_at=request.ended_at,
            days=request.days,
        )


def _of_review(suspect: str, made: Round, *, rules: RuleSet, requests: tuple[Request, ...]) -> Iterator[Clock]:
    """Yields the clocks of the review and of the opinion; a known extension, or an order, replaces them."""
    decided, answered = made.decided, made.answered
    # Filing is an answer in this sense: five days with neither opinion nor filing are what is overdue (A13).
    said_at = answered.at if isinstance(answered, OpinionGiven) else None
    said_on = _day(said_at)
    if decided is not None and decided.decision is Decision.FILED:
        said_at, said_on = decided.at, decided.decided_on
    if made.is_ordered:
        clock = Clock(RuleId.ORDERED_FILING, suspect, made.opened_at, made.opened_on, requests=requests)
        yield replace(clock, met_at=said_at, met_on=said_on, ceased_at=made.ended_at)
        return
    extensions = [e for e in made.extensions if rules.find(REVIEWS[e.review]) is not None]
    begins = [(made.opened_at, None), *((e.at, e.review) for e in extensions)]
    for (begin, review), by in zip_longest(begins, extensions):
        is_replaced, end = by is not None, made.ended_at if by is None else by.at
        rule_id = RuleId.REVIEW if review is None else REVIEWS[review]
        clock = Clock(rule_id, suspect, begin, made.opened_on, ceased_at=end, requests=requests)
        yield clock if is_replaced or decided is None else replace(clock, met_at=decided.at, met_on=decided.decided_on)
        clock = replace(clock, rule_id=RuleId.OPINION if review is None else _OPINIONS[review])
        yield clock if is_replaced else replace(clock, met_at=said_at, met_on=said_on)


def _of_decision(suspect: str, made: Round) -> Iterator[Clock]:
    if made.decided is None:
        return
    is_filed = made.decided.decision is Decision.FILED
    answered_at = None if made.answered is None else made.answered.at
    yield Clock(
        RuleId.FILED_FEEDBACK if is_filed else RuleId.NON_FILING_NOTICE,
        suspect,
        made.decided.at,
        made.decided.decided_on,
        met_at=answered_at,
        met_on=_day(answered_at),
        ceased_at=made.ended_at,
    )


def _of_sixty_days(standing: Standing) -> Iterator[Clock]:
    """Yields the clock of the sixty days, which any written answer meets and no reopening starts again."""
    if standing.rounds:
        first = standing.rounds[0]
        answered_at = min((r.answered.at for r in standing.rounds if r.answered is not None), default=None)
        yield Clock(
            RuleId.SIXTY_DAYS,
            standing.suspect,
            first.opened_at,
            first.opened_on,
            met_at=answered_at,
            met_on=_day(answered_at),
            ceased_at=standing.withdrawn_at,
        )


def _day(instant: datetime | None) -> date | None:
    return None if instant is None else legal_date(instant)
