"""The statutory clocks: how long who may take for what, as the law has it, and on which day that ends.

The day of the event is not counted. A last day that is not a working day moves to the next working day; days off within
the period do not make it longer. Which version of the rules counts is decided by the day on which the police signed for
the referral (签收), once and for all.

    Rule                  From               Time        Who       Source
    FILED_FEEDBACK        filing decision    3 days      unit      notice 三.1
    OPINION               receipt            5 days      unit      notice 三.1
    REVIEW                receipt            3 days      unit      公通字〔2015〕32号, a rule of thumb (原则上)
    REVIEW_VERIFIED       receipt            7 days      unit      公通字〔2015〕32号, where facts must be verified
    REVIEW_COMPLEX        receipt            30 days     unit      公通字〔2015〕32号, major or complex, with approval
    OPINION_VERIFIED      receipt            7 days      unit      notice 三.1 after such a review (A13)
    OPINION_COMPLEX       receipt            30 days     unit      notice 三.1 after such a review (A13)
    SIXTY_DAYS            receipt            60 days     unit      法〔2018〕147号, then private prosecution is open
    JURISDICTION          receipt            24 hours    unit      公安机关办理刑事案件程序规定 art 175
    SUPPLEMENT            request            3 days      court     the same, art 180 by analogy
    ORDERED_FILING        prosecutor's order 15 days     unit      the same, art 182, in place of a new review

From 2025-07-01 on 法发〔2025〕8号 takes the place of the times for review and opinion: 7 days for the review, 30 where
the case is complex, and 7 days from a decision not to file for telling the court.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import IntEnum, StrEnum
from types import MappingProxyType

from services.codes.legal_time import legal_date
from services.codes.terms import end_of
from services.codes.versions import version_on
from services.referral.domain.calendars import Calendars


class RuleId(StrEnum):
    """A rule, in whichever version."""

    FILED_FEEDBACK = "FILED_FEEDBACK"
    OPINION = "OPINION"
    REVIEW = "REVIEW"
    REVIEW_VERIFIED = "REVIEW_VERIFIED"
    REVIEW_COMPLEX = "REVIEW_COMPLEX"
    OPINION_VERIFIED = "OPINION_VERIFIED"
    OPINION_COMPLEX = "OPINION_COMPLEX"
    NON_FILING_NOTICE = "NON_FILING_NOTICE"
    SIXTY_DAYS = "SIXTY_DAYS"
    JURISDICTION = "JURISDICTION"
    SUPPLEMENT = "SUPPLEMENT"
    ORDERED_FILING = "ORDERED_FILING"


class DutyKind(IntEnum):
    """What is to be done, values of `xiezhi.referral.v1.DutyKind`; for signing for a referral no rule sets a time."""

    DECIDE = 2
    FEEDBACK = 3
    OPINION = 4
    SUPPLEMENT = 5
    SIXTY_DAYS = 6


class Actor(IntEnum):
    """Who must act."""

    UNIT = 1
    COURT = 2


class Mark(IntEnum):
    """What a referral is marked with when a deadline has passed."""

    FEEDBACK_OVERDUE = 1
    SIXTY_DAY_ELAPSED = 2


@dataclass(frozen=True, slots=True)
class Rule:
    """How long something may take.

    Attributes:
        id: Which rule it is.
        name: What the law calls it.
        citation: Where it stands.
        days: Days from the event; 0 where it counts hours.
        hours: Hours from the event, which no day off makes longer; 0 where it counts days.
        actor: Who must act.
        marks: What the referral is marked with when the time is over; None where it is not marked.
    """

    id: RuleId
    name: str
    citation: str
    days: int = 0
    hours: int = 0
    actor: Actor = Actor.UNIT
    marks: Mark | None = None

    @property
    def kind(self) -> DutyKind | None:
        """What is to be done; None where it is only a time within which something may be done."""
        return _KINDS.get(self.id)


@dataclass(frozen=True, slots=True)
class RuleSet:
    """A version of the rules.

    Attributes:
        version: Its name.
        effective_from: First day of receipt to which it applies.
        rules: The rules; what it has no rule for has no deadline.
        supplement_stops: Whether clocks that run from the receipt stand still while the court supplements. The notice
            does not say so.
    """

    version: str
    effective_from: date
    rules: tuple[Rule, ...]
    supplement_stops: bool = False

    def find(self, rule_id: RuleId) -> Rule | None:
        """Returns a rule; None where this version does not have it."""
        return next((rule for rule in self.rules if rule.id is rule_id), None)


@dataclass(frozen=True, slots=True)
class Deadline:
    """Until when something must be done, and why then.

    Attributes:
        rule: The rule that says so.
        rule_version: The version of the rules.
        start: Day of the event, which is not counted.
        nominal: Last day by counting alone.
        due: Last day, on which it is still in time.
        ends_at: Instant from which it is late, in UTC.
        calendar_versions: Versions of the calendars that moved the last day, or left it.
        is_provisional: Whether one of them is, so that the day may still move.
    """

    rule: Rule
    rule_version: str
    start: date
    nominal: date
    due: date
    ends_at: datetime
    calendar_versions: tuple[str, ...] = ()
    is_provisional: bool = False


_KINDS: Mapping[RuleId, DutyKind] = MappingProxyType(
    {
        RuleId.FILED_FEEDBACK: DutyKind.FEEDBACK,
        RuleId.OPINION: DutyKind.OPINION,
        RuleId.OPINION_VERIFIED: DutyKind.OPINION,
        RuleId.OPINION_COMPLEX: DutyKind.OPINION,
        RuleId.NON_FILING_NOTICE: DutyKind.OPINION,
        RuleId.REVIEW: DutyKind.DECIDE,
        RuleId.REVIEW_VERIFIED: DutyKind.DECIDE,
        RuleId.REVIEW_COMPLEX: DutyKind.DECIDE,
        RuleId.SIXTY_DAYS: DutyKind.SIXTY_DAYS,
        RuleId.SUPPLEMENT: DutyKind.SUPPLEMENT,
        RuleId.ORDERED_FILING: DutyKind.DECIDE,
    }
)

_NOTICE = "赣高法〔2018〕160号 三.1"
_REVIEW = "公通字〔2015〕32号"
_SPC_2018 = "法〔2018〕147号"
_JOINT_2025 = "法发〔2025〕8号"
_PROCEDURE = "公安机关办理刑事案件程序规定"
_OVERDUE = Mark.FEEDBACK_OVERDUE

_FILED = Rule(RuleId.FILED_FEEDBACK, "立案后书面反馈", _NOTICE, days=3, marks=_OVERDUE)
_SIXTY = Rule(RuleId.SIXTY_DAYS, "六十日内书面答复", _SPC_2018, days=60, marks=Mark.SIXTY_DAY_ELAPSED)
_JURISDICTION = Rule(RuleId.JURISDICTION, "移送有管辖权的机关", f"{_PROCEDURE} art 175", hours=24)
_SUPPLEMENT = Rule(RuleId.SUPPLEMENT, "补正材料", f"{_PROCEDURE} art 180", days=3, actor=Actor.COURT)
_ORDERED = Rule(RuleId.ORDERED_FILING, "检察机关通知立案", f"{_PROCEDURE} art 182", days=15, marks=_OVERDUE)

NOTICE_RULES = RuleSet(
    "160-2018",
    date(2018, 8, 3),
    (
        _FILED,
        Rule(RuleId.OPINION, "不予立案书面意见", _NOTICE, days=5, marks=_OVERDUE),
        Rule(RuleId.REVIEW, "立案审查", _REVIEW, days=3),
        Rule(RuleId.REVIEW_VERIFIED, "立案审查（需要查证）", _REVIEW, days=7),
        Rule(RuleId.REVIEW_COMPLEX, "立案审查（重大、复杂）", _REVIEW, days=30),
        Rule(RuleId.OPINION_VERIFIED, "不予立案书面意见（需要查证）", f"{_NOTICE}; {_REVIEW}", days=7, marks=_OVERDUE),
        Rule(
            RuleId.OPINION_COMPLEX, "不予立案书面意见（重大、复杂）", f"{_NOTICE}; {_REVIEW}", days=30, marks=_OVERDUE
        ),
        _SIXTY,
        _JURISDICTION,
        _SUPPLEMENT,
        _ORDERED,
    ),
)
"""The rules from the notice on."""

JOINT_RULES = RuleSet(
    "8-2025",
    date(2025, 7, 1),
    (
        _FILED,
        Rule(RuleId.REVIEW, "立案审查", _JOINT_2025, days=7, marks=_OVERDUE),
        Rule(RuleId.REVIEW_COMPLEX, "立案审查（案情复杂）", _JOINT_2025, days=30, marks=_OVERDUE),
        Rule(RuleId.NON_FILING_NOTICE, "不予立案通知", _JOINT_2025, days=7, marks=_OVERDUE),
        _SIXTY,
        _JURISDICTION,
        _SUPPLEMENT,
        _ORDERED,
    ),
)
"""The rules since the joint opinion of the Supreme Court, the Procuratorate and the Ministry."""

LAW = (NOTICE_RULES, JOINT_RULES)
"""All versions."""


def rules_on(law: Iterable[RuleSet], day: date) -> RuleSet:
    """Returns the version of the rules that counts for what was received on a day.

    Args:
        law: All versions; of those that begin on one day the last counts.
        day: Day on which the police signed for it.

    Raises:
        ValueError: If none does.
    """
    found = version_on(law, day)
    if found is None:
        raise ValueError("no rules were in effect on the day of receipt")
    return found


def deadline(rule: Rule, start: date, calendars: Calendars, *, version: str, stopped: int = 0) -> Deadline:
    """Computes the deadline of a rule that counts days.

    Args:
        rule: The rule.
        start: Day of the event.
        calendars: The calendars to count with.
        version: Version of the rules.
        stopped: Days during which the clock stood still.

    Source:
        民法典 arts 201, 203; 刑事诉讼法(2018) art 105.
    """
    nominal = start + timedelta(days=rule.days + stopped)
    return rolled(Deadline(rule, version, start, nominal, nominal, end_of(nominal)), calendars)


def rolled(found: Deadline, calendars: Calendars, *, not_before: date = date.min) -> Deadline:
    """Returns a deadline with its last day moved as calendars have it.

    Args:
        found: The deadline.
        calendars: The calendars to count with.
        not_before: Day before which the last day is not put.
    """
    due = calendars.roll(max(found.nominal, not_before))
    used = calendars.between(found.nominal, due)
    return replace(
        found,
        due=due,
        ends_at=end_of(due),
        calendar_versions=tuple(calendar.version for calendar in used),
        is_provisional=any(calendar.is_provisional for calendar in used),
    )


def time_limit(rule: Rule, start: datetime, *, version: str) -> Deadline:
    """Computes the deadline of a rule that counts hours.

    Args:
        rule: The rule.
        start: Instant of the event.
        version: Version of the rules.
    """
    end = start + timedelta(hours=rule.hours)
    return Deadline(rule, version, legal_date(start), legal_date(end), legal_date(end), end)
