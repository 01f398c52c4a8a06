"""What the province is made of: households with everybody in them, the cases about them, and their vehicles."""

from __future__ import annotations

from dataclasses import dataclass

from services.exit_restriction.registry.domain import Person
from services.identity.domain import Household, PersonRecord
from services.vehicle.registry.domain import Vehicle
from services.vehicle.violations.domain import ViolationRecord


@dataclass(frozen=True, slots=True)
class DebtCase:
    """An enforcement case.

    Attributes:
        court_code: Its court.
        case_number: Its number in normal form.
        handler: Officer id of the handling judge.
        parties: Numbers of its parties.
    """

    court_code: str
    case_number: str
    handler: str
    parties: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Debtor:
    """A party as a court names it.

    Attributes:
        name: Name.
        number: Citizen identity number.
    """

    name: str
    number: str


@dataclass(frozen=True, slots=True)
class Group:
    """Households that belong together, and all that is on file of them.

    Attributes:
        households: The households.
        people: Everybody who is or was registered in them.
        cases: Cases that people of it, or of groups before it, are parties to.
        vehicles: Vehicles that they or their businesses own.
        violations: Traffic violations of these.
        travellers: People whom only the exit-entry register has.
    """

    households: tuple[Household, ...]
    people: tuple[PersonRecord, ...]
    cases: tuple[DebtCase, ...] = ()
    vehicles: tuple[Vehicle, ...] = ()
    violations: tuple[ViolationRecord, ...] = ()
    travellers: tuple[Person, ...] = ()
