"""What a counter is told: whether an application may be accepted, what its copy keeps, and what was in force before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import IntEnum
from types import MappingProxyType
from typing import Protocol

from services.codes.legal_time import legal_date
from services.exit_restriction.domain import Ground, Period, Standing
from services.exit_restriction.registry.domain import Subject
from services.exit_restriction.restrictions.domain import RestrictionFile, Shown
from xiezhi.errors import Reason, error

LEGAL_BASES: Mapping[Ground, str] = MappingProxyType(
    {
        Ground.CITIZEN_UNSETTLED_CASE: "出境入境管理法 art 12(3)",
        Ground.FOREIGNER_UNSETTLED_CASE: "出境入境管理法 art 28(2)",
    }
)
"""The law that restrictions rest on."""


class Decision(IntEnum):
    """What a counter does with an application, the values of `xiezhi.exit_restriction.v1.ApplicationDecision`."""

    PASS = 1
    RESTRICTED = 2
    MANUAL = 3


class CopyChange(IntEnum):
    """What happened to a restriction, the values of `xiezhi.exit_restriction.v1.CopyChange`."""

    PRESENT = 1
    FILED = 2
    RENEWED = 3
    RELEASED = 4
    SUPERSEDED = 5
    EXPIRED = 6


@dataclass(frozen=True, slots=True)
class Applicant:
    """Who applies, or is asked about.

    Attributes:
        number: Identity number in normal form.
        name: Name; it only confirms.
    """

    number: str = field(repr=False)
    name: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Cause:
    """Why an application is restricted, as the applicant may be told.

    Attributes:
        court_code: Court to turn to.
        phone: Telephone of the handling judge.
        decision_number: Number of the decision.
        last_day: Last day, inclusive.
        legal_basis: The law that it rests on.
    """

    court_code: str
    phone: str = field(repr=False)
    decision_number: str
    last_day: date
    legal_basis: str

    @classmethod
    def of(cls, shown: Shown) -> Cause:
        """Returns what an applicant may be told of a restriction."""
        record = shown.record
        return cls(
            record.court_code,
            shown.handler.phone,
            shown.decision_number,
            shown.standing.last_day,
            LEGAL_BASES[record.filed.ground],
        )


@dataclass(frozen=True, slots=True)
class Decided:
    """What is said of an application.

    Attributes:
        decision: What the counter does.
        as_of: As of when, UTC.
        causes: What restricts the applicant; empty unless RESTRICTED.
        name_differs: Whether the name is not the one with this number on file.
    """

    decision: Decision
    as_of: datetime
    causes: tuple[Cause, ...] = ()
    name_differs: bool = False


@dataclass(frozen=True, slots=True)
class Copied:
    """A restriction as a counter's copy keeps it.

    Attributes:
        restriction_id: Key of the restriction.
        change: What happened.
        numbers: Every identity number of the person, in normal form.
        effective_from: From when it is in force, UTC, inclusive.
        ends_at: Until when, UTC, exclusive.
        cause: What the applicant may be told.
    """

    restriction_id: str
    change: CopyChange
    numbers: tuple[str, ...] = field(repr=False)
    effective_from: datetime
    ends_at: datetime
    cause: Cause

    @classmethod
    def of(cls, shown: Shown, change: CopyChange, numbers: Iterable[str]) -> Copied:
        """Copies a restriction.

        Args:
            shown: The restriction.
            change: What happened to it.
            numbers: Numbers of the person on file; the one that the court gave is added.
        """
        standing = shown.standing
        ends_at = end_of_standing(standing)
        return cls(
            shown.record.restriction_id,
            change,
            tuple(dict.fromkeys((shown.record.debtor.number, *numbers))),
            # One that ended before it began is in force at no moment.
            effective_from=ends_at if standing.effective_from is None else standing.effective_from,
            ends_at=ends_at,
            cause=Cause.of(shown),
        )


@dataclass(frozen=True, slots=True)
class Past:
    """A measure that was in force at a past moment.

    Attributes:
        name: Name of the restriction or control.
        court_code: Court that had it.
        case_number: Case in which it had it.
        decision_number: Number of the decision.
        start: First day of the term in force then.
        last_day: Last day of that term, inclusive, as known then.
        rule_version: Version of the rules under which that term was given.
    """

    name: str
    court_code: str
    case_number: str
    decision_number: str
    start: date
    last_day: date
    rule_version: str


@dataclass(frozen=True, slots=True)
class AskedPast:
    """What is said of a past moment.

    Attributes:
        measures: What was in force, restrictions first.
        name_differs: Whether the name is not the one with this number on file; then nothing else is said.
    """

    measures: tuple[Past, ...] = ()
    name_differs: bool = False


class Dated(Protocol):
    """Anything that happened at an instant."""

    @property
    def at(self) -> datetime:
        """The instant."""
        ...


def end_of_standing(standing: Standing) -> datetime:
    """Returns the instant at which a restriction ended, or will if nothing happens."""
    return standing.ends_at if standing.ended_at is None else standing.ended_at


def present(facts: Iterable[Dated], now: datetime) -> datetime:
    """Returns the moment to ask about the present: now, or the last fact, which another process's clock may have dated.

    Args:
        facts: What happened.
        now: The current instant.
    """
    return max((now, *(fact.at for fact in facts)))


def require_one(subjects: Iterable[Subject]) -> None:
    """Makes sure that a number is that of one person of the register at most.

    Raises:
        FailedPrecondition: PERSON_AMBIGUOUS.
    """
    if sum(subject.is_on_file for subject in subjects) > 1:
        raise error(Reason.PERSON_AMBIGUOUS, "The number belongs to more than one person: check by hand who it is.")


def decide(applicant: Applicant, known: Iterable[tuple[Subject, RestrictionFile]], *, now: datetime) -> Decided:
    """Decides about an application.

    Whom only a court named under the number is looked at beside the person of the register: if that name differs and
    something is in force, nobody but the counter can say whether the applicant is meant.

    Args:
        applicant: Who applies.
        known: Those who have the number, with what happened to their restrictions.
        now: The current instant.

    Raises:
        FailedPrecondition: PERSON_AMBIGUOUS.
    """
    everybody = tuple(known)
    require_one(subject for subject, _ in everybody)
    confirmed = [file for subject, file in everybody if subject.has_name(applicant.name)]
    others = [file for subject, file in everybody if not (subject.is_on_file or subject.has_name(applicant.name))]
    if differs(applicant, (subject for subject, _ in everybody)) or any(_in_force(file, now) for file in others):
        return Decided(Decision.MANUAL, now, name_differs=True)
    causes = tuple(Cause.of(shown) for file in confirmed for shown in _in_force(file, now))
    return Decided(Decision.RESTRICTED if causes else Decision.PASS, now, causes)


def differs(applicant: Applicant, known: Iterable[Subject]) -> bool:
    """Whether a name is not the one with a number: not that of the register, or of nobody whom a court named.

    Args:
        applicant: Who applies, or is asked about.
        known: Those who have the number.
    """
    named = [(subject.is_on_file, subject.has_name(applicant.name)) for subject in known]
    return bool(named) and (not any(has for _, has in named) or any(on_file and not has for on_file, has in named))


def past_of(shown: Shown, moment: datetime, *, name: str) -> Past:
    """Tells of a restriction that was in force at a moment.

    Args:
        shown: How it stood then.
        moment: The moment.
        name: Name of the restriction.
    """
    period = _period_on(shown.standing.periods, legal_date(moment))
    record = shown.record
    return Past(
        name,
        record.court_code,
        record.case_number,
        shown.decision_number,
        start=period.first_day,
        last_day=period.last_day,
        rule_version=period.rule_version,
    )


def _period_on(periods: tuple[Period, ...], day: date) -> Period:
    return next((period for period in reversed(periods) if period.first_day <= day), periods[0])


def _in_force(file: RestrictionFile, now: datetime) -> list[Shown]:
    return [shown for shown in file.all_shown(present(file.facts, now)) if shown.standing.is_in_force]
