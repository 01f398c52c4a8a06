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
from services.exit_restriction.domain.facts import Author
from xiezhi.errors import Reason


class Requirement(IntEnum):
    """What the court demands (边控要求), the values of `xiezhi.exit.v1.Requirement`.

    Attributes:
        MONITOR: 掌握出入境动态, let pass and tell the court.
        BLOCK_EXIT: 阻止出境.
        BLOCK_EXIT_WITHHOLD: 阻止出境且扣留证件.
        BLOCK_ENTRY: 阻止入境.
        BLOCK_ENTRY_WITHHOLD: 阻止入境且扣留证件.
        DETAIN: 扣留人员.
    """

    MONITOR = 1
    BLOCK_EXIT = 2
    BLOCK_EXIT_WITHHOLD = 3
    BLOCK_ENTRY = 4
    BLOCK_ENTRY_WITHHOLD = 5
    DETAIN = 6


class Note(IntEnum):
    """What a court is told about a control that was let in, the values of `xiezhi.exit.v1.ControlNote`."""

    LONGER_THAN_USUAL = 1


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
        last_day: Last day of the control (控制期限), inclusive.
        start: Day from which the term runs, in Asia/Shanghai; None for the day of receipt.
        has_liberty_document: Whether a document that restricts the person's liberty is there.
    """

    author: Author
    requirement: Requirement
    last_day: date
    start: date | None = None
    has_liberty_document: bool = False


OBJECTIONS: Mapping[Reason, str] = MappingProxyType(
    {
        Reason.REQUIREMENT_NOT_ALLOWED: "A court may not ask for this requirement: ask for another one.",
        Reason.LIBERTY_DOCUMENT_MISSING: "Attach the document that restricts the person's liberty.",
        Reason.TERM_ENDS_BEFORE_START: "The control would be over before it begins: correct its last day.",
        Reason.TERM_TOO_LONG: "The control is longer than its requirement allows: correct its last day.",
    }
)
"""What to do about everything to which `objections_to` objects."""


def objections_to(order: ControlOrder, rule: ControlRule, *, today: date) -> tuple[Reason, ...]:
    """Returns everything for which an order cannot be let in; nothing where it can.

    Args:
        order: The order.
        rule: How long controls last and which of them a court may have.
        today: Day of receipt, in Asia/Shanghai.
    """
    start = today if order.start is None else order.start
    limit = rule.limits.get(order.requirement)
    lacks_document = order.requirement in rule.with_liberty_document and not order.has_liberty_document
    found = (
        (Reason.REQUIREMENT_NOT_ALLOWED, order.requirement not in rule.allowed),
        (Reason.LIBERTY_DOCUMENT_MISSING, lacks_document),
        (Reason.TERM_ENDS_BEFORE_START, order.last_day < max(start, today)),
        (Reason.TERM_TOO_LONG, limit is not None and order.last_day > limit.last_day_from(start)),
    )
    return tuple(reason for reason, applies in found if applies)


def notes_on(order: ControlOrder, rule: ControlRule, *, today: date) -> tuple[Note, ...]:
    """Returns what a court is told about an order that is let in.

    Args:
        order: The order.
        rule: How long controls usually last.
        today: Day of receipt, in Asia/Shanghai.
    """
    usual = rule.usual.get(order.requirement)
    start = today if order.start is None else order.start
    return (Note.LONGER_THAN_USUAL,) if usual is not None and order.last_day > usual.last_day_from(start) else ()
