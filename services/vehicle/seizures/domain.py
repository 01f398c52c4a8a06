"""Seizures as they are filed: what is kept of what a court hands in, and the files of vehicles that it changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import IntEnum

from services.codes.plates import Plate
from services.codes.vins import Vin
from services.filing.domain import Contact
from services.vehicle.domain import Fact, Served, Standing, standing_at
from services.vehicle.registry.domain import Vehicle
from xiezhi.errors import Reason, XiezhiError, error

RULING = 0
"""Place of the paper that must name the vehicle: the ruling, or the notice where that stands alone."""


class SeizureNote(IntEnum):
    """What a court is told beside, the values of `xiezhi.vehicle.v1.SeizureNote`."""

    PLATE_CHANGED = 1
    VIN_CHECK_DIGIT = 2
    TRANSFER_STOPPED = 3
    SEEN_BEFORE = 4


@dataclass(frozen=True, slots=True)
class SeizureRecord:
    """A seizure as it was served.

    Attributes:
        served: The fact.
        vehicle_id: The vehicle.
        plate: Its plate at service.
        vin: Its VIN.
        ruling_number: Number of the ruling.
        debtor_key: The debtor.
        handler: The handling judge.
    """

    served: Served
    vehicle_id: int
    plate: Plate
    vin: Vin
    ruling_number: str
    debtor_key: str = field(repr=False)
    handler: Contact

    @property
    def seizure_id(self) -> str:
        """Its key, a UUID."""
        return self.served.seizure_id


@dataclass(frozen=True, slots=True)
class Shown:
    """A seizure at a moment.

    Attributes:
        record: How it was served.
        standing: How it stands.
    """

    record: SeizureRecord
    standing: Standing


@dataclass(frozen=True, slots=True)
class VehicleFile:
    """A vehicle and all that happened to its seizures.

    Attributes:
        vehicle: The vehicle as it is on the register.
        records: Its seizures by key, in the order in which they were received.
        later: What happened to them later.
    """

    vehicle: Vehicle
    records: Mapping[str, SeizureRecord]
    later: tuple[Fact, ...] = ()

    @property
    def facts(self) -> tuple[Fact, ...]:
        """All facts."""
        return (*(record.served for record in self.records.values()), *self.later)

    def standings(self, at: datetime) -> tuple[Shown, ...]:
        """Returns the seizures served until a moment as they stand then, in the order of service."""
        return tuple(Shown(self.records[s.seizure.seizure_id], s) for s in standing_at(self.facts, at))

    def shown(self, seizure_id: str, at: datetime) -> Shown:
        """Returns one of the seizures as it stands at a moment not before its service."""
        return next(shown for shown in self.standings(at) if shown.record.seizure_id == seizure_id)

    def is_seized(self, at: datetime) -> bool:
        """Whether any seizure is in force or waits."""
        return any(shown.standing.is_open for shown in self.standings(at))

    def names(self, seizure_id: str) -> frozenset[str]:
        """Returns by which plates and VIN a court may name the vehicle of a seizure: as it was seized, and as it is."""
        record = self.records[seizure_id]
        return frozenset({record.plate.number, record.vin.number, self.vehicle.plate})

    def with_seizure(self, record: SeizureRecord) -> VehicleFile:
        """Returns the file with one more seizure."""
        return replace(self, records={**self.records, record.seizure_id: record})

    def followed_by(self, fact: Fact) -> VehicleFile:
        """Returns the file with one more fact."""
        return replace(self, later=(*self.later, fact))


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who bought a vehicle (买受人).

    Attributes:
        name: Name.
        number: Identity number in normal form.
        is_organisation: Whether it is an organisation's.
    """

    name: str = field(repr=False)
    number: str = field(repr=False)
    is_organisation: bool


@dataclass(frozen=True, slots=True)
class Sale:
    """A judicial sale (司法拍卖, 变卖).

    Attributes:
        seizure_id: The seizure under which the vehicle was sold.
        vehicle_id: The vehicle.
        buyer: Who bought it.
        sold_on: Day of the sale.
        ruling_number: Number of the enforcement ruling.
        notice_number: Number of the assistance notice.
    """

    seizure_id: str
    vehicle_id: int
    buyer: Buyer
    sold_on: date
    ruling_number: str
    notice_number: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one vehicle of a ruling.

    Attributes:
        seizure: The seizure; None where it was refused.
        refused: Why it was refused; None where it was not.
        notes: What the court is told beside.
    """

    seizure: Shown | None = None
    refused: Reason | None = None
    notes: tuple[SeizureNote, ...] = ()


def not_found() -> XiezhiError:
    """Makes the refusal of a seizure that is not there, or not the caller's."""
    return error(Reason.SEIZURE_NOT_FOUND, "There is no such seizure of this court and case: check its name.")
