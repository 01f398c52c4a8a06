"""Orders of courts about vehicles: what they say, which vehicle they mean, and what is let in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum

from services.codes.plates import Plate
from services.codes.vins import Vin
from services.filing.domain import Author
from services.vehicle.domain.facts import MAX_TERM_MONTHS, Served
from services.vehicle.domain.records import RegisteredVehicle
from services.vehicle.domain.seizures import Standing


class Note(IntEnum):
    """What a court is told about a seizure that was let in, the values of `xiezhi.vehicle.v1.SeizureNote`."""

    MATCHED_BY_VIN = 1
    TRANSFER_STOPPED = 2


@dataclass(frozen=True, slots=True)
class Term:
    """How long a seizure shall last, or by how much longer; the earlier of both ends counts.

    Attributes:
        months: 1 to `MAX_TERM_MONTHS`.
        last_day: Last day as the notice has it, inclusive; None where it names none.
    """

    months: int = MAX_TERM_MONTHS
    last_day: date | None = None


@dataclass(frozen=True, slots=True)
class SeizureOrder:
    """What a court orders for one vehicle: of a ruling about several there is one of these for each.

    Attributes:
        author: The court and the case.
        plate: Plate that the ruling names.
        vin: Identification number that it names; None where it names none.
        debtor_numbers: Identity numbers of the debtor in normal form: of an organisation the social credit code and the
            organisation code.
        term: How long.
    """

    author: Author
    plate: Plate
    vin: Vin | None
    debtor_numbers: frozenset[str] = field(repr=False)
    term: Term = Term()

    @property
    def names(self) -> tuple[str, ...]:
        """The plate, and the identification number where there is one: by what the ruling may name the vehicle."""
        return (self.plate.number,) if self.vin is None else (self.plate.number, self.vin.number)


@dataclass(frozen=True, slots=True)
class Match:
    """The vehicle that an order means.

    Attributes:
        vehicle: The vehicle.
        is_by_vin: Whether only its identification number told, because its plate has changed.
    """

    vehicle: RegisteredVehicle
    is_by_vin: bool


@dataclass(frozen=True, slots=True)
class Registration:
    """A seizure that is let in.

    Attributes:
        served: The fact.
        standing: How it stands from the first instant on.
        notes: What the court is told beside that.
    """

    served: Served
    standing: Standing
    notes: tuple[Note, ...]
