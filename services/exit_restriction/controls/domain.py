"""Controls as they are filed: what is kept of what a court hands over, and the files of people that it changes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType

from services.exit_restriction.domain import (
    ControlFact,
    ControlOrder,
    ControlStanding,
    Finding,
    Lifted,
    Note,
    Placed,
    Refiled,
    controls_at,
)
from services.exit_restriction.registry.domain import Named, Subject, examine
from services.filing.domain import Contact
from xiezhi.errors import Reason, XiezhiError, error

NOTICE, LIBERTY = 0, 1
"""Places of the papers: the assistance notice, and the document that restricts liberty."""

_REFUSED: Mapping[Finding, Reason] = MappingProxyType(
    {Finding.NAME_DIFFERS: Reason.PERSON_NAME_MISMATCH, Finding.AMBIGUOUS: Reason.PERSON_AMBIGUOUS}
)


@dataclass(frozen=True, slots=True)
class HandedOver:
    """A natural person as a court hands them over.

    Attributes:
        name: Name.
        id_type: Kind of the number, a value of `xiezhi.common.v1.IdentityNumberType`.
        number: Identity number in normal form; of a foreigner known by a passport only, that one.
        is_passport: Whether the number is a document's.
        document_numbers: Numbers of documents that the court knows beside.
    """

    name: str = field(repr=False)
    id_type: int
    number: str = field(repr=False)
    is_passport: bool = False
    document_numbers: tuple[str, ...] = field(default=(), repr=False)

    @property
    def numbers(self) -> tuple[str, ...]:
        """All numbers that the court gives, each once."""
        return tuple(dict.fromkeys((self.number, *self.document_numbers)))

    @property
    def named(self) -> Named:
        """The person as the register is asked."""
        if self.is_passport:
            return Named(self.name, (), self.numbers)
        return Named(self.name, (self.number,), self.document_numbers)


@dataclass(frozen=True, slots=True)
class Judge:
    """The handling judge.

    Attributes:
        officer_id: As the court's token names them.
        contact: How to reach them.
    """

    officer_id: str
    contact: Contact


@dataclass(frozen=True, slots=True)
class Item:
    """What is ordered about one person of a batch.

    Attributes:
        person: The person.
        order: The order, as yet without the document that restricts liberty.
    """

    person: HandedOver
    order: ControlOrder


@dataclass(frozen=True, slots=True)
class ControlRecord:
    """A control as it was placed.

    Attributes:
        placed: The fact.
        subject_id: Key of the person's subject.
        person: The person as the court handed them over.
        decision_number: Number of the decision to restrict exit.
        judge: The handling judge.
        batch: Number of the batch, the request id.
    """

    placed: Placed
    subject_id: int
    person: HandedOver
    decision_number: str
    judge: Judge
    batch: str

    @property
    def control_id(self) -> str:
        """Its key, a UUID."""
        return self.placed.control_id


@dataclass(frozen=True, slots=True)
class Shown:
    """A control at a moment.

    Attributes:
        record: How it was placed.
        standing: How it stands.
        hits: How often the person was met by then.
    """

    record: ControlRecord
    standing: ControlStanding
    hits: int = 0


@dataclass(frozen=True, slots=True)
class ControlFile:
    """A person and all that happened to their controls.

    Attributes:
        subject: Who it is.
        records: The controls by key, in the order in which they were received.
        later: What happened to them later.
    """

    subject: Subject
    records: Mapping[str, ControlRecord]
    later: tuple[Lifted | Refiled, ...] = ()

    @property
    def facts(self) -> tuple[ControlFact, ...]:
        """All facts."""
        return (*(record.placed for record in self.records.values()), *self.later)

    @property
    def numbers(self) -> frozenset[str]:
        """All numbers under which the person is found at a port, whichever court gave them."""
        given = (number for record in self.records.values() for number in record.person.numbers)
        return frozenset((*self.subject.numbers, *self.subject.document_numbers, *given))

    def standings(self, at: datetime) -> tuple[Shown, ...]:
        """Returns the controls received until a moment as they stand then, in the order of receipt."""
        return tuple(Shown(self.records[s.placed.control_id], s) for s in controls_at(self.facts, at))

    def shown(self, control_id: str, at: datetime) -> Shown:
        """Returns one of the controls as it stands at a moment not before its receipt."""
        return next(shown for shown in self.standings(at) if shown.record.control_id == control_id)

    def is_sought(self, at: datetime) -> bool:
        """Whether any control is in force or going to be."""
        return any(shown.standing.is_open for shown in self.standings(at))

    def with_control(self, record: ControlRecord) -> ControlFile:
        """Returns the file with one more control."""
        return replace(self, records={**self.records, record.control_id: record})

    def followed_by(self, fact: Lifted | Refiled) -> ControlFile:
        """Returns the file with one more fact."""
        return replace(self, later=(*self.later, fact))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one person of a batch.

    Attributes:
        control: The control; None where it was refused.
        refused: Why it was refused; None where it was not.
        notes: What the court is told beside, each once.
    """

    control: Shown | None = None
    refused: Reason | None = None
    notes: tuple[Note, ...] = ()


def settle(named: Named, found: Iterable[Subject]) -> Subject | Reason | None:
    """Decides who of the register is placed under control.

    Args:
        named: Whom the court names.
        found: Those who have one of the numbers.

    Returns:
        Who is meant, or why nobody is; None where the register has nobody of the numbers.
    """
    examined = examine(named.name, found)
    if examined.subject is None:
        return _REFUSED.get(examined.finding)
    person = examined.subject.person
    return Reason.PERSON_DECEASED if person is not None and person.is_deceased else examined.subject


def keys_of(person: HandedOver, subject_id: int) -> frozenset[str]:
    """Returns by what it is seen that two items of a batch are about one person."""
    return frozenset((*person.numbers, f"#{subject_id}"))


def sought_in(items: Sequence[Item | Reason]) -> tuple[str, ...]:
    """Returns the numbers that papers must mention, one for each person."""
    return tuple(item.person.number for item in items if isinstance(item, Item))


def not_found() -> XiezhiError:
    """Makes the refusal of a control that is not there, or not the caller's."""
    return error(Reason.CONTROL_NOT_FOUND, "There is no such control of this court and case: check its name.")
