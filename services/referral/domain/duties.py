"""What is due in a referral at a moment: by whom, until when, under which rule, and what was missed (R-3.2, R-3.3).

A clock that has begun is moved by nothing that happens later. What ends it, meets it or takes its place is a fact, and
so is a calendar that is adopted while it runs: each counts with the calendars that were adopted when it began.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import IntEnum

from services.codes.facts import next_instant
from services.codes.legal_time import legal_date
from services.codes.terms import end_of
from services.referral.domain.calendars import Calendars
from services.referral.domain.clocks import (
    LAW,
    Actor,
    Deadline,
    Mark,
    Rule,
    RuleId,
    RuleSet,
    deadline,
    rolled,
    rules_on,
)
from services.referral.domain.facts import Adjusted, Decision, Fact
from services.referral.domain.referrals import referral_at
from services.referral.domain.running import Clock, clocks_of
from services.referral.domain.standings import Referral, Standing


class DutyState(IntEnum):
    """How a duty stands, the values of `xiezhi.referral.v1.DutyState`."""

    OPEN = 1
    OVERDUE = 2
    DONE = 3
    DONE_LATE = 4
    VOID = 5


@dataclass(frozen=True, slots=True)
class Duty:
    """Something that must be done, or had to be.

    Attributes:
        suspect: The suspect; empty where it is about the whole referral.
        deadline: Until when, and under which rule.
        who: Code of the unit or court that must act.
        state: How it stands.
        days_left: Days until the last day, which is day 0; None unless it is open.
        days_late: Days after the last day: until it was done or ceased, or until now; 0 where it is not late.
        started_at: Instant of the fact that started the clock.
        ended_at: Instant at which the exchange was told that it is done, or ceased; None while it is neither.
        adjusted: What moved its last day since it began; None where nothing did.
    """

    suspect: str
    deadline: Deadline
    who: str
    state: DutyState
    days_left: int | None
    days_late: int
    started_at: datetime
    ended_at: datetime | None
    adjusted: Adjusted | None = None

    @property
    def is_owed(self) -> bool:
        """Whether it still has to be done."""
        return self.ended_at is None


def duties_at(
    facts: Iterable[Fact], moment: datetime, calendars: Calendars, *, law: Sequence[RuleSet] = LAW
) -> tuple[Duty, ...]:
    """Tells what is due in a referral at a moment, and what was.

    Args:
        facts: The referral's facts in any order; those after the moment are not looked at.
        moment: An aware instant, of the past, present or future.
        calendars: All calendars.
        law: All versions of the rules.

    Returns:
        The duties, first those that end first; none before the receipt.

    Raises:
        ValueError: If no rules were in effect on the day of receipt.
    """
    referral = referral_at(facts, moment)
    if referral is None or referral.received_on is None:
        return ()
    rules = rules_on(law, referral.received_on)
    found = []
    for clock in clocks_of(referral, rules):
        rule = rules.find(clock.rule_id)
        if rule is not None:
            moved = next((fact for fact in reversed(referral.adjusted) if _is_of(fact, clock)), None)
            ends = _deadline(clock, rule, moved, rules=rules, calendars=calendars, moment=moment)
            found.append(replace(_duty(clock, ends, referral, moment=moment), adjusted=moved))
    return tuple(sorted(found, key=lambda d: (d.deadline.ends_at, d.suspect, d.deadline.rule.id, d.started_at)))


def marks_of(duties: Iterable[Duty], suspect: str) -> frozenset[Mark]:
    """Returns with what a referral is marked for a suspect: for what has not been done although its time is over."""
    late = (d.deadline.rule.marks for d in duties if d.suspect == suspect and d.state is DutyState.OVERDUE)
    return frozenset(mark for mark in late if mark is not None)


def private_prosecution_eligible_on(standing: Standing, duties: Iterable[Duty]) -> date | None:
    """Returns the day from which the creditor may turn to private prosecution (自诉).

    Args:
        standing: How the referral stands for the suspect.
        duties: The referral's duties at that moment.

    Returns:
        The day of the first decision not to file, or the one after the sixty days without a written answer, whichever
        is first; None while there is neither, and where the police have filed since.

    Source:
        法〔2018〕147号 items 1, 2.
    """
    decisions = [r.decided for r in standing.rounds if r.decided is not None]
    if decisions and decisions[-1].decision is Decision.FILED:
        return None
    days = [decided.decided_on for decided in decisions]
    for duty in duties:
        is_sixty = duty.suspect == standing.suspect and duty.deadline.rule.id is RuleId.SIXTY_DAYS
        if is_sixty and duty.state in {DutyState.OVERDUE, DutyState.DONE_LATE}:
            days.append(legal_date(duty.deadline.ends_at))
    return min(days, default=None)


def adjust(
    facts: Sequence[Fact], moment: datetime, calendars: Calendars, *, law: Sequence[RuleSet] = LAW
) -> tuple[Adjusted, ...]:
    """Computes the deadlines of running clocks anew after a calendar was adopted; those that have ended stay.

    Nobody is late by it, nor later than before: a last day is not put before today, or before itself if it has passed.

    Args:
        facts: The referral's facts.
        moment: The current instant.
        calendars: All calendars.
        law: All versions of the rules.

    Returns:
        The facts to add, at instants of their own; none where nothing changes, as when it was done before.
    """
    made: list[Adjusted] = []
    today = legal_date(moment)
    for duty in duties_at(facts, moment, calendars, law=law):
        if not duty.is_owed:
            continue
        old = duty.deadline
        new = rolled(old, calendars.as_of(moment))
        floor = min(today, old.due)
        if new.due < floor:
            new = rolled(old, calendars.as_of(moment), not_before=floor)
        if (new.due, new.calendar_versions) == (old.due, old.calendar_versions):
            continue
        made.append(
            Adjusted(
                next_instant((*facts, *made), moment),
                old.rule.id,
                duty.suspect,
                started_at=duty.started_at,
                old_due=old.due,
                new_due=new.due,
                old_versions=old.calendar_versions,
                new_versions=new.calendar_versions,
                is_provisional=new.is_provisional,
            )
        )
    return tuple(made)


def _deadline(
    clock: Clock,
    rule: Rule,
    moved: Adjusted | None,
    *,
    rules: RuleSet,
    calendars: Calendars,
    moment: datetime,
) -> Deadline:
    stopped = _stopped(clock, rule, clock.ended_at or moment) if rules.supplement_stops else 0
    known = calendars.as_of(clock.started_at)
    rule = rule if clock.days is None else replace(rule, days=clock.days)
    found = deadline(rule, clock.start, known, version=rules.version, stopped=stopped)
    return found if moved is None else _adjusted(found, moved, calendars)


def _is_of(fact: Adjusted, clock: Clock) -> bool:
    return (fact.rule_id, fact.suspect, fact.started_at) == (clock.rule_id, clock.suspect, clock.started_at)


def _adjusted(found: Deadline, fact: Adjusted, calendars: Calendars) -> Deadline:
    if fact.new_due < found.nominal:
        # The clock stood still since, which only a configured rule makes it do.
        return rolled(found, calendars.as_of(fact.at))
    return replace(
        found,
        due=fact.new_due,
        ends_at=end_of(fact.new_due),
        calendar_versions=fact.new_versions,
        is_provisional=fact.is_provisional,
    )


def _stopped(clock: Clock, rule: Rule, until: datetime) -> int:
    """Counts the days for which a clock stood still, as far as it had not run out before."""
    days = 0
    for request in clock.requests:
        begin = legal_date(request.requested_at)
        if clock.start <= begin and (begin - clock.start).days <= rule.days + days:
            end = min(until, request.supplied_at or request.ended_at or until)
            days += max(0, (legal_date(end) - begin).days)
    return days


def _duty(clock: Clock, ends: Deadline, referral: Referral, *, moment: datetime) -> Duty:
    today = legal_date(moment)
    until = clock.met_on or _day(clock.ceased_at) or today
    late = max(0, (until - ends.due).days)
    if clock.met_on is not None:
        state = DutyState.DONE_LATE if late else DutyState.DONE
    elif clock.ceased_at is not None:
        state = DutyState.VOID
    else:
        state = DutyState.OVERDUE if late else DutyState.OPEN
    # Each unit has clocks of its own from its receipt on; only the sixty days pass from one to the other.
    unit_since = (clock.ended_at or moment) if clock.rule_id is RuleId.SIXTY_DAYS else clock.started_at
    return Duty(
        clock.suspect,
        ends,
        referral.unit_at(unit_since) if ends.rule.actor is Actor.UNIT else referral.sent.court_code,
        state,
        days_left=(ends.due - today).days if state is DutyState.OPEN else None,
        days_late=late,
        started_at=clock.started_at,
        ended_at=clock.ended_at,
    )


def _day(instant: datetime | None) -> date | None:
    return None if instant is None else legal_date(instant)
