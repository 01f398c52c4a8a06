"""How long a restriction of applications lasts: one year in principle, and by the level of who files it.

A term runs from its first day, which is not counted, to the corresponding day, which is never moved for a holiday.

Source:
    Notice 赣高法〔2018〕160号 一.2; 关于实行对法定不批准出境人员通报备案制度的规定 art 6 (法〔1998〕56号).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import IntEnum
from types import MappingProxyType

from services.codes.terms import corresponding_day
from services.codes.versions import version_on
from xiezhi.errors import Reason, XiezhiError, error

NOTICE_DAY = date(2018, 8, 3)
"""Day from which the notice is in force, that of its issue (domain sheet A19)."""

WINDOW_MONTHS = 1
"""How many months before its last day a term can first be renewed."""


class FilingLevel(IntEnum):
    """Level of the organ that files or approves, the values of `xiezhi.exit_restriction.v1.FilingLevel`."""

    COUNTY = 1
    PREFECTURE = 2
    PROVINCE = 3


LEVEL_LIMITS: Mapping[FilingLevel, int] = MappingProxyType(
    {FilingLevel.COUNTY: 3, FilingLevel.PREFECTURE: 12, FilingLevel.PROVINCE: 60}
)
"""Longest term of each level, in months."""


@dataclass(frozen=True, slots=True)
class TermRule:
    """How terms are computed, from a day on; a later version takes the place of an earlier one.

    Attributes:
        version: Its name, for example "160-2018".
        effective_from: First day, in Asia/Shanghai.
        standard_months: Term where none is named, beyond which a reason is needed; None where one must be named.
        limits: Longest term of every level, in months.
    """

    version: str
    effective_from: date
    standard_months: int | None
    limits: Mapping[FilingLevel, int] = field(hash=False)

    def __post_init__(self) -> None:
        """Refuses a rule that leaves a level without limit."""
        if set(self.limits) != set(FilingLevel):
            raise ValueError("a rule of terms needs a limit for every level")


BEFORE_NOTICE = TermRule("56-1998", date.min, standard_months=None, limits=LEVEL_LIMITS)
"""What held before the notice: the same levels, and no term that applies by itself (R-5.5)."""

NOTICE_RULE = TermRule("160-2018", NOTICE_DAY, standard_months=12, limits=LEVEL_LIMITS)
"""What the notice says: one year in principle (R-1.11)."""

TERM_RULES = (BEFORE_NOTICE, NOTICE_RULE)
"""The rules, unless configured otherwise."""


@dataclass(frozen=True, slots=True)
class Term:
    """How long a restriction shall last, or by how much longer.

    Attributes:
        months: How many; None for as long as the last day or else the rule says.
        last_day: Last day as the document has it, inclusive; None where it names none.
        reason: Why it must be longer than the rule's standard term; empty where it is not.
    """

    months: int | None = None
    last_day: date | None = None
    reason: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Period:
    """One term of a restriction.

    Attributes:
        sequence: 0 for the first, 1 for the first renewal, and so on; each follows the one before it.
        first_day: First day, in Asia/Shanghai.
        last_day: Last day, inclusive.
        rule_version: Version of the rule by which it was computed.
    """

    sequence: int
    first_day: date
    last_day: date
    rule_version: str

    @property
    def window_opens(self) -> date:
        """First day on which it can be renewed (A8); the last one is its own last day."""
        return max(self.first_day, corresponding_day(self.last_day, -WINDOW_MONTHS))


def rule_on(rules: Iterable[TermRule], day: date) -> TermRule:
    """Returns the rule in effect on a day.

    Args:
        rules: All versions; of those that begin on one day the last counts.
        day: The day.

    Raises:
        ValueError: If none is.
    """
    rule = version_on(rules, day)
    if rule is None:
        raise ValueError("no rule of terms is in effect: configure one")
    return rule


def first_last_day(term: Term, *, level: FilingLevel, rule: TermRule, start: date) -> date:
    """Returns the last day of a first term.

    Args:
        term: How long.
        level: Level at which it was decided.
        rule: The rule.
        start: Day from which it runs.

    Raises:
        FailedPrecondition: TERM_EXCEEDS_LEVEL, TERM_REASON_MISSING, TERM_TOO_LONG or TERM_ENDS_BEFORE_START.
    """
    return _last_day(term, level, rule, runs_from=start, first_day=start)


def renewed_last_day(term: Term, *, level: FilingLevel, rule: TermRule, present: date) -> date:
    """Returns the last day of the term that follows another one, counted from the last day of that (A9).

    So the 29th of February is not won back after a year that has none.

    Args:
        term: How long.
        level: Level at which it was decided.
        rule: The rule.
        present: Last day of the present term.

    Raises:
        FailedPrecondition: TERM_EXCEEDS_LEVEL, TERM_REASON_MISSING, TERM_TOO_LONG or TERM_ENDS_BEFORE_START.
    """
    return _last_day(term, level, rule, runs_from=present, first_day=present + timedelta(days=1))


def _last_day(term: Term, level: FilingLevel, rule: TermRule, *, runs_from: date, first_day: date) -> date:
    limit = rule.limits[level]
    last_day = _named_last_day(term, rule, limit, runs_from=runs_from)
    if last_day < first_day:
        raise error(Reason.TERM_ENDS_BEFORE_START, "The term would be over before it begins: correct its last day.")
    if last_day > corresponding_day(runs_from, limit):
        raise _over_level(limit)
    standard = rule.standard_months
    if standard is not None and last_day > corresponding_day(runs_from, standard) and not term.reason.strip():
        raise error(Reason.TERM_REASON_MISSING, f"The term is longer than {standard} months: say why it must be.")
    return last_day


def _named_last_day(term: Term, rule: TermRule, limit: int, *, runs_from: date) -> date:
    """Returns the day that the document names, or else the one that corresponds to its first."""
    if term.months is not None and term.months < 1:
        raise error(Reason.TERM_ENDS_BEFORE_START, "The term has no month: name one or more.")
    if term.last_day is None:
        months = rule.standard_months if term.months is None else term.months
        if months is None:
            raise error(
                Reason.TERM_ENDS_BEFORE_START, "Before the notice no term applied by itself: name the last day."
            )
        if months > limit:
            raise _over_level(limit)
        return corresponding_day(runs_from, months)
    # The level, not this contradiction, is what to tell of a day that lies beyond both.
    beyond = term.months is not None and term.last_day > corresponding_day(runs_from, min(term.months, limit))
    if beyond and term.last_day <= corresponding_day(runs_from, limit):
        raise error(Reason.TERM_TOO_LONG, "The last day lies beyond the months of the term: correct one of them.")
    return term.last_day


def _over_level(limit: int) -> XiezhiError:
    return error(
        Reason.TERM_EXCEEDS_LEVEL,
        f"At this level a term has at most {limit} months: shorten it, or go higher.",
    )
