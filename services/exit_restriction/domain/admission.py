"""Which orders of courts about a restriction are let in: each becomes a fact, or is refused with what to do instead.

Every decision is taken at the instant at which its fact will happen, so that what is let in is never without effect.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from services.codes.facts import next_instant
from services.codes.legal_time import legal_date
from services.codes.terms import end_of
from services.exit_restriction.domain.facts import (
    Fact,
    Filed,
    Ground,
    Released,
    Renewed,
    Superseded,
)
from services.exit_restriction.domain.restrictions import RestrictionState, Standing, standing_at
from services.exit_restriction.domain.terms import (
    FilingLevel,
    Term,
    TermRule,
    first_last_day,
    renewed_last_day,
    rule_on,
)
from services.filing.domain import Author
from xiezhi.errors import Reason, error

ON_ITS_WAY = timedelta(days=1)
"""How long after the end of a term a renewal that came in time is still decided; later nobody is restricted by it."""


@dataclass(frozen=True, slots=True)
class RestrictionOrder:
    """What a court orders about one person.

    Attributes:
        author: The court and the case.
        ground: Why.
        level: Level at which it was decided.
        term: How long.
        start: Day from which the term runs, in Asia/Shanghai; None for the day of receipt.
    """

    author: Author
    ground: Ground
    level: FilingLevel
    term: Term
    start: date | None = None


@dataclass(frozen=True, slots=True)
class Correction:
    """A restriction that passes from the wrong person to the right one at one instant.

    Attributes:
        superseded: The fact about the wrong person.
        filed: The fact about the right person, with the same last day.
    """

    superseded: Superseded
    filed: Filed


def file(
    order: RestrictionOrder, facts: Sequence[Fact], *, restriction_id: str, rules: Iterable[TermRule], now: datetime
) -> Filed:
    """Lets a restriction in, which is in force from the later of its receipt and its first day.

    Args:
        order: The order, whose person has passed `eligibility`.
        facts: The person's facts.
        restriction_id: Key of the restriction to be.
        rules: How terms are computed: that of the day from which the term runs, or of its receipt if that is earlier.
        now: The instant of receipt.

    Raises:
        AlreadyExists: RESTRICTION_EXISTS.
        FailedPrecondition: TERM_EXCEEDS_LEVEL, TERM_REASON_MISSING, TERM_TOO_LONG or TERM_ENDS_BEFORE_START.
    """
    at = next_instant(facts, now)
    today = legal_date(at)
    start = today if order.start is None else order.start
    rule = rule_on(rules, min(start, today))
    last_day = first_last_day(order.term, level=order.level, rule=rule, start=start)
    if end_of(last_day) <= at:
        raise error(Reason.TERM_ENDS_BEFORE_START, f"The term was over on {last_day}: correct its last day.")
    _refuse_second(order.author, standing_at(facts, at))
    return Filed(
        restriction_id, order.author, order.ground, at=at, start=start, last_day=last_day, rule_version=rule.version
    )


def renew(
    restriction_id: str,
    author: Author,
    facts: Sequence[Fact],
    *,
    term: Term,
    level: FilingLevel,
    rules: Iterable[TermRule],
    now: datetime,
    received: datetime | None = None,
) -> Renewed:
    """Lets a renewal in; it must come within the last month of the term, and only one can lie ahead (A8, A9).

    One that came in time and is decided only after the term was over renews it all the same, without a gap (R-1.13).

    Args:
        restriction_id: Key of the restriction.
        author: Who orders it.
        facts: The person's facts.
        term: The term that follows the present one.
        level: Level at which it was decided.
        rules: How terms are computed: that of the day of receipt.
        now: The present instant.
        received: The instant of receipt; None for now.

    Raises:
        NotFound: RESTRICTION_NOT_FOUND.
        AlreadyExists: RESTRICTION_ALREADY_RENEWED, or RESTRICTION_EXISTS if the case has filed another one meanwhile.
        FailedPrecondition: RENEWAL_TOO_EARLY, RESTRICTION_ALREADY_RELEASED, TERM_EXCEEDS_LEVEL, TERM_REASON_MISSING,
            TERM_TOO_LONG or TERM_ENDS_BEFORE_START.
    """
    at = next_instant(facts, now)
    standings = standing_at(facts, at)
    standing = _find(restriction_id, author, standings)
    came = at if received is None or not _is_just_over(standing, at) else min(at, received)
    if came >= standing.ends_at or standing.state is not RestrictionState.EXPIRED:
        standing = _find_open(restriction_id, author, standings)
    _check_window(standing, legal_date(came))
    _refuse_second(author, (one for one in standings if one.filed.restriction_id != restriction_id))
    rule = rule_on(rules, legal_date(came))
    last_day = renewed_last_day(term, level=level, rule=rule, present=standing.last_day)
    return Renewed(
        restriction_id,
        at,
        last_day=last_day,
        rule_version=rule.version,
        received_at=came if came < standing.ends_at <= at else None,
    )


def release(restriction_id: str, author: Author, facts: Sequence[Fact], *, has_notice: bool, now: datetime) -> Released:
    """Lets an early release in, which takes effect at its receipt; what other courts restrict stays.

    Args:
        restriction_id: Key of the restriction.
        author: Who orders it.
        facts: The person's facts.
        has_notice: Whether a sealed assistance notice (协助执行通知书) orders the release (R-1.14).
        now: The instant of receipt.

    Raises:
        NotFound: RESTRICTION_NOT_FOUND.
        FailedPrecondition: MISSING_ASSISTANCE_NOTICE or RESTRICTION_ALREADY_RELEASED.
    """
    at = next_instant(facts, now)
    _find_open(restriction_id, author, standing_at(facts, at))
    if not has_notice:
        raise error(Reason.MISSING_ASSISTANCE_NOTICE, "Send the sealed assistance notice that orders the release.")
    return Released(restriction_id, at)


def correct(
    restriction_id: str,
    author: Author,
    facts: Sequence[Fact],
    *,
    successor_id: str,
    successor_facts: Sequence[Fact],
    now: datetime,
) -> Correction:
    """Lets a correction of the person in: the wrong one is free and the right one restricted at the same instant.

    The right person gets one term with the first and the last day of all those before, so that nothing gets longer.

    Args:
        restriction_id: Key of the restriction of the wrong person.
        author: Who orders it.
        facts: The wrong person's facts.
        successor_id: Key of the restriction of the right person to be.
        successor_facts: The right person's facts.
        now: The instant of receipt.

    Raises:
        NotFound: RESTRICTION_NOT_FOUND.
        AlreadyExists: RESTRICTION_EXISTS.
        FailedPrecondition: RESTRICTION_ALREADY_RELEASED.
    """
    at = next_instant((*facts, *successor_facts), now)
    standing = _find_open(restriction_id, author, standing_at(facts, at))
    _refuse_second(author, standing_at(successor_facts, at))
    filed = Filed(
        successor_id,
        author,
        standing.filed.ground,
        at=at,
        start=standing.filed.start,
        last_day=standing.last_day,
        rule_version=standing.periods[-1].rule_version,
    )
    return Correction(Superseded(restriction_id, at, successor_id), filed)


def supersede(restriction_id: str, author: Author, facts: Sequence[Fact], *, now: datetime) -> Superseded:
    """Lets a correction in after which nobody is restricted: the wrong person is free, the right one is not admitted.

    Args:
        restriction_id: Key of the restriction of the wrong person.
        author: Who orders it.
        facts: The wrong person's facts.
        now: The instant of receipt.

    Raises:
        NotFound: RESTRICTION_NOT_FOUND.
        FailedPrecondition: RESTRICTION_ALREADY_RELEASED.
    """
    at = next_instant(facts, now)
    _find_open(restriction_id, author, standing_at(facts, at))
    return Superseded(restriction_id, at, successor_id="")


def _is_just_over(standing: Standing, at: datetime) -> bool:
    """Whether a term was over so short a time ago that a renewal which came before may still be on its way."""
    return standing.ends_at <= at < standing.ends_at + ON_ITS_WAY


def _check_window(standing: Standing, today: date) -> None:
    present = standing.periods[-1]
    if present.sequence and today < present.first_day:
        raise error(
            Reason.RESTRICTION_ALREADY_RENEWED,
            f"The restriction is renewed until {present.last_day}: renew it again from {present.window_opens} on.",
        )
    if today < present.window_opens:
        raise error(
            Reason.RENEWAL_TOO_EARLY,
            f"The restriction can be renewed from {present.window_opens} to {present.last_day}: renew it then.",
        )


def _refuse_second(author: Author, standings: Iterable[Standing]) -> None:
    for standing in standings:
        if standing.is_open and standing.filed.author == author:
            raise error(
                Reason.RESTRICTION_EXISTS,
                f"This case restricts the person until {standing.last_day} already: renew that restriction instead.",
            )


def _find(restriction_id: str, author: Author, standings: Iterable[Standing]) -> Standing:
    """Finds a restriction of this very author; another's looks like one that is not there."""
    for standing in standings:
        if standing.filed.restriction_id == restriction_id and standing.filed.author == author:
            return standing
    raise error(Reason.RESTRICTION_NOT_FOUND, "There is no such restriction of this court and case: check its name.")


def _find_open(restriction_id: str, author: Author, standings: Iterable[Standing]) -> Standing:
    """Finds a restriction of this very author that has not ended."""
    standing = _find(restriction_id, author, standings)
    if standing.ended_at is not None:
        present, expired = standing.periods[-1], standing.state is RestrictionState.EXPIRED
        how = f"ended with {present.last_day}" if expired else f"was ended on {legal_date(standing.ended_at)}"
        window = f"it could be renewed from {present.window_opens} to {present.last_day}"
        raise error(
            Reason.RESTRICTION_ALREADY_RELEASED, f"The restriction {how}; {window}. File a new one if it is needed."
        )
    return standing
