"""Disputes as they are kept: between whom, about what, and all that happened."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import IntEnum
from typing import TypeAlias

from services.codes.courts import HIGH_COURT
from services.coordination.domain.disputes import PROVINCIAL, Dispute, DisputeState, Fact, Opened, Side, dispute_at
from xiezhi.errors import Reason, Violation, XiezhiError, error, invalid_fields

_UNIT = re.compile("[0-9]{12}")
PREFIX = "disputes/"
"""Begins the names of disputes."""


class Topic(IntEnum):
    """What a dispute is about, the values of `xiezhi.coordination.v1.DisputeTopic`."""

    REFUSAL = 1
    DELAY = 2
    CONTENT = 3
    COMPETENCE = 4
    OTHER = 5


@dataclass(frozen=True, slots=True)
class Officer:
    """Who takes a step.

    Attributes:
        organisation: Court code, or police organisation.
        officer_id: The officer.
    """

    organisation: str
    officer_id: str


@dataclass(frozen=True, slots=True)
class Parties:
    """Between whom a dispute is.

    Attributes:
        court_code: The court.
        police: The police organisation.
        department: Its department, a value of `xiezhi.policy.v1.Department`.
    """

    court_code: str
    police: str
    department: int

    def side_of(self, organisation: str) -> Side | None:
        """Returns which side an organisation is; None if it is neither."""
        if organisation == self.court_code:
            return Side.COURT
        return Side.POLICE if organisation == self.police else None

    def organisation(self, side: Side) -> str:
        """Returns the code of a side."""
        return self.court_code if side is Side.COURT else self.police


@dataclass(frozen=True, slots=True)
class DisputeRecord:
    """What a dispute is about, and between whom.

    Attributes:
        dispute_id: Its key, a UUID.
        subject: Name of the request, measure or referral.
        topic: What it is about.
        parties: Between whom.
    """

    dispute_id: str
    subject: str
    topic: Topic
    parties: Parties

    @property
    def name(self) -> str:
        """Its name."""
        return PREFIX + self.dispute_id


@dataclass(frozen=True, slots=True)
class Step:
    """What happened, who did it and what was written with it.

    Attributes:
        fact: What happened.
        officer: Who did it.
        text: What was written; empty where nothing was.
    """

    fact: Fact
    officer: Officer
    text: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class DisputeFile:
    """A dispute and all that happened to it.

    Attributes:
        record: What it is about, and between whom.
        steps: What happened, the opening first.
    """

    record: DisputeRecord
    steps: tuple[Step, ...]

    @property
    def facts(self) -> tuple[Fact, ...]:
        """All facts, the oldest first."""
        return tuple(step.fact for step in self.steps)

    @property
    def dispute(self) -> Dispute:
        """How it stands after all that has happened."""
        found = dispute_at(self.facts, self.steps[-1].fact.at)
        if found is None:
            raise ValueError("what is kept was opened")
        return found

    @property
    def opened(self) -> Opened:
        """How it was opened."""
        return self.dispute.opened

    def side_of(self, organisation: str) -> Side | None:
        """Returns which side an organisation is; None if it is neither."""
        return self.record.parties.side_of(organisation)

    def is_shown_to(self, organisation: str) -> bool:
        """Whether an organisation sees it: the sides, and the provincial bodies once it has come to them."""
        if self.side_of(organisation) is not None:
            return True
        return organisation in PROVINCIAL and self.dispute.state in {DisputeState.ESCALATED, DisputeState.SETTLED}

    def followed_by(self, step: Step) -> DisputeFile:
        """Returns the file with one more step."""
        return replace(self, steps=(*self.steps, step))


@dataclass(frozen=True, slots=True)
class Whose:
    """Whose an object is that somebody disputes about, as the process tells that keeps it.

    Attributes:
        court_code: Court whose it is.
        department: Department that acts on it.
        units: Police organisations that it lies or lay with, the present one first; empty for any of the department.
    """

    court_code: str
    department: int
    units: tuple[str, ...] = ()


HasDepartment: TypeAlias = Callable[[str, int], bool]
"""Whether a police organisation has a liaison of a department now."""


def parties_of(organisation: str, counterpart: str, whose: Whose, *, has_department: HasDepartment) -> Parties:
    """Returns between whom a dispute is that an organisation opens.

    Args:
        organisation: The organisation.
        counterpart: Whom it names as the other side; empty where it names nobody.
        whose: Whose the object is.
        has_department: Knows which police organisations have which departments.

    Raises:
        NotFound: DISPUTE_SUBJECT_NOT_FOUND, if the organisation is no side of the object.
        InvalidArgument: FIELDS_INVALID, if the other side is not one that the object leaves.
    """
    if organisation.startswith(HIGH_COURT):
        if organisation != whose.court_code:
            raise subject_not_found()
        return Parties(organisation, _police(counterpart, whose, has_department), whose.department)
    if not _may_act(organisation, whose, has_department):
        raise subject_not_found()
    if counterpart not in {"", whose.court_code}:
        raise invalid_fields(Violation("counterpart", "the other side is the court of the object: leave it empty"))
    return Parties(whose.court_code, organisation, whose.department)


def subject_not_found() -> XiezhiError:
    """Makes the refusal of an object that is not there, or that the caller is no side of."""
    return error(
        Reason.DISPUTE_SUBJECT_NOT_FOUND, "There is no such object that this organisation is a side of: check its name."
    )


def _police(counterpart: str, whose: Whose, has_department: HasDepartment) -> str:
    if not counterpart and whose.units:
        return whose.units[0]
    if not counterpart:
        raise invalid_fields(
            Violation("counterpart", "the object lies with no one police organisation: name the one that is meant")
        )
    # Nothing is asked of the directory that no organisation is called.
    if not _UNIT.fullmatch(counterpart) or not _may_act(counterpart, whose, has_department):
        raise invalid_fields(
            Violation("counterpart", "it is no police organisation that acts on the object: name one that does")
        )
    return counterpart


def _may_act(organisation: str, whose: Whose, has_department: HasDepartment) -> bool:
    return organisation in whose.units if whose.units else has_department(organisation, whose.department)
