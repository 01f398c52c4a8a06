"""What a border control (边控) demands, what a court may demand, and for how long.

Sources differ on the terms, so they are a table that an operator can change.

Source:
    Notice 赣高法〔2018〕160号 二.3; domain sheet §7.4.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import IntEnum
from types import MappingProxyType

from services.codes.terms import corresponding_day
from services.filing.domain import Author
from xiezhi.errors import Reason


class Requirement(IntEnum):
    """What the court demands (边控要求), the values of `xiezhi.exit_restriction.v1.ControlRequirement`.

    Attributes:
        MONITOR: 掌握出入境动态, let pass and tell the court.
        BLOCK_ENTRY: 阻止入境.
        BLOCK_ENTRY_WITHHOLD: 阻止入境且扣留证件.
        BLOCK_EXIT: 阻止出境.
        BLOCK_EXIT_WITHHOLD: 阻止出境且扣留证件.
        DETAIN: 扣留人员.
    """

    MONITOR = 1
    BLOCK_ENTRY = 2
    BLOCK_ENTRY_WITHHOLD = 3
    BLOCK_EXIT = 4
    BLOCK_EXIT_WITHHOLD = 5
    DETAIN = 6


class Note(IntEnum):
    """What a court is told about a control that was let in, the values of `xiezhi.exit_restriction.v1.ControlNote`.

    Attributes:
        LONG_TERM: The term is longer than is usual for the requirement.
        NOT_ON_FILE: The register knows no such person.
        ABROAD: The person was last seen going abroad.
        REFILED: A control in force of the same case goes over into this one.
    """

    LONG_TERM = 1
    NOT_ON_FILE = 2
    ABROAD = 3
    REFILED = 4


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time in calendar months, or in days, or both.

    Attributes:
        months: Months, counted first.
        days: Days.
    """

    months: int = 0
    days: int = 0

    def last_day_from(self, start: date) -> date:
        """Returns its last day; the day from which it runs is not counted."""
        return corresponding_day(start, self.months) + timedelta(days=self.days)


_THREE_MONTHS, _ONE_MONTH, _THIRTY_DAYS = Span(months=3), Span(months=1), Span(days=30)


@dataclass(frozen=True, slots=True)
class ControlRule:
    """How long controls last and which of them a court may have.

    Attributes:
        version: Its name, for example "7.4-current".
        limits: Longest term by requirement; one that is not there has no term, and cannot be had.
        usual: Term by requirement beyond which the court is told that it is unusual.
        allowed: Requirements that a court may have.
        with_liberty_document: Those of them that need a document which restricts the person's liberty.
    """

    version: str
    limits: Mapping[Requirement, Span] = field(hash=False)
    usual: Mapping[Requirement, Span] = field(hash=False)
    allowed: frozenset[Requirement] = frozenset(
        {Requirement.MONITOR, Requirement.BLOCK_EXIT, Requirement.BLOCK_EXIT_WITHHOLD, Requirement.DETAIN}
    )
    with_liberty_document: frozenset[Requirement] = frozenset({Requirement.DETAIN})

    def __post_init__(self) -> None:
        """Refuses a rule that lets a court have what has no end."""
        if not self.allowed <= self.limits.keys():
            raise ValueError("a rule of controls needs a limit for every requirement that a court may have")


CURRENT_RULE = ControlRule(
    "7.4-current",
    limits=MappingProxyType({r: Span(months=12) if r is Requirement.MONITOR else _THREE_MONTHS for r in Requirement}),
    usual=MappingProxyType({r: _ONE_MONTH for r in Requirement if r is not Requirement.MONITOR}),
)
"""Monitoring up to a year; anything else up to three months, of which more than one is unusual."""

RULE_OF_1987 = ControlRule(
    "7.4-1987", limits=MappingProxyType(dict.fromkeys(Requirement, _THIRTY_DAYS)), usual=MappingProxyType({})
)
"""What four ministries ruled in 1987: thirty days, whatever is demanded, and none without filing again."""


@dataclass(frozen=True, slots=True)
class ControlOrder:
    """What a court orders about one natural person.

    Attributes:
        author: The court and the case.
        requirement: What it demands.
        months: Length of the term (控制期限); 0 for the longest that is usual.
        last_day: Last day as the decision writes it, inclusive; None where it names none.
        has_liberty_document: Whether a document that restricts the person's liberty is there.
    """

    author: Author
    requirement: Requirement
    months: int = 0
    last_day: date | None = None
    has_liberty_document: bool = False


@dataclass(frozen=True, slots=True)
class Beginning:
    """From when a term runs.

    Attributes:
        counted_from: Day from which it is counted, which is not counted itself: that of receipt, or the last day of the
            control that it follows.
        first_day: First day on which it is in force.
    """

    counted_from: date
    first_day: date

    @classmethod
    def on(cls, day: date) -> Beginning:
        """Returns that of a term which begins on the day of receipt."""
        return cls(day, day)

    @classmethod
    def after(cls, day: date) -> Beginning:
        """Returns that of a term which begins when another one is over, with no gap and no day in both."""
        return cls(day, day + timedelta(days=1))


OBJECTIONS: Mapping[Reason, str] = MappingProxyType(
    {
        Reason.REQUIREMENT_NOT_ALLOWED: "A court may not ask for this requirement: ask for another one.",
        Reason.LIBERTY_DOCUMENT_MISSING: "Attach the document that restricts the person's liberty.",
        Reason.TERM_ENDS_BEFORE_START: "The control would be over before it begins: correct its last day.",
        Reason.TERM_TOO_LONG: "The control is longer than its requirement allows: correct its last day.",
    }
)
"""What to do about everything to which `objections_to` objects."""


def last_day_of(order: ControlOrder, rule: ControlRule, beginning: Beginning) -> date:
    """Returns the last day of what is ordered: as the decision writes it, otherwise that of the term.

    Args:
        order: The order, of a requirement that a court may have.
        rule: How long controls usually last.
        beginning: From when the term runs.
    """
    return order.last_day or _end_of_term(order, rule, beginning)


def objections_to(order: ControlOrder, rule: ControlRule, beginning: Beginning) -> tuple[Reason, ...]:
    """Returns everything for which an order cannot be let in; nothing where it can.

    Args:
        order: The order.
        rule: How long controls last and which of them a court may have.
        beginning: From when the term runs.
    """
    limit = rule.limits.get(order.requirement)
    if limit is None or order.requirement not in rule.allowed:
        return (Reason.REQUIREMENT_NOT_ALLOWED,)
    lacks_document = order.requirement in rule.with_liberty_document and not order.has_liberty_document
    longest = limit.last_day_from(beginning.counted_from)
    end = _end_of_term(order, rule, beginning) if order.months else longest
    last_day = last_day_of(order, rule, beginning)
    found = (
        (Reason.LIBERTY_DOCUMENT_MISSING, lacks_document),
        (Reason.TERM_ENDS_BEFORE_START, last_day < beginning.first_day),
        (Reason.TERM_TOO_LONG, end > longest or last_day > end),
    )
    return tuple(reason for reason, applies in found if applies)


def notes_on(order: ControlOrder, rule: ControlRule, beginning: Beginning) -> tuple[Note, ...]:
    """Returns what a court is told about an order that is let in.

    Args:
        order: The order.
        rule: How long controls usually last.
        beginning: From when the term runs.
    """
    usual = rule.usual.get(order.requirement)
    if usual is None or last_day_of(order, rule, beginning) <= usual.last_day_from(beginning.counted_from):
        return ()
    return (Note.LONG_TERM,)


def _end_of_term(order: ControlOrder, rule: ControlRule, beginning: Beginning) -> date:
    """Returns the last day of the term that is asked for, or of the usual one."""
    usual = rule.usual.get(order.requirement) or rule.limits[order.requirement]
    term = Span(order.months) if order.months else usual
    return term.last_day_from(beginning.counted_from)
