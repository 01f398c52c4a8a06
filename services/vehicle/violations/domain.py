"""Violations on file, and what is brought to the window (交通违法处理窗口)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Protocol

from services.codes.legal_time import SHANGHAI
from services.codes.plates import Plate
from services.codes.vins import Vin
from services.filing.domain import RequestKey
from services.vehicle.domain import Item, Violation
from services.vehicle.registry.domain import Vehicle
from services.vehicle.seizures.domain import Buyer, Sale

MAX_POINTS = 12
"""Most points of one violation."""


@dataclass(frozen=True, slots=True)
class ViolationRecord:
    """A violation as the traffic police's register has it.

    Attributes:
        record_id: Number of the record.
        vehicle_id: The vehicle.
        code: Code of the violation, for example "1039".
        committed_on: Day in Asia/Shanghai.
        points: Points that it carries, 0 to `MAX_POINTS`.
        is_crime: Whether it is a crime, which no window clears.
    """

    record_id: str = field(repr=False)
    vehicle_id: int
    code: str
    committed_on: date
    points: int
    is_crime: bool = False

    @property
    def decided(self) -> Violation:
        """What decides whether it is cleared."""
        return Violation(self.record_id, start_of(self.committed_on), self.is_crime)


@dataclass(frozen=True, slots=True)
class Brought:
    """A document at the window.

    Attributes:
        number: Its number.
        is_original_shown: Whether the original was shown.
        copy: The copy that is kept; empty where none was handed in.
    """

    number: str
    is_original_shown: bool
    copy: bytes = field(repr=False)

    def items(self, number: str, *, original: Item, copy: Item) -> frozenset[Item]:
        """Returns what it counts for: nothing unless it is the document of this number.

        Args:
            number: Number of the document that is wanted.
            original: What its original is.
            copy: What its copy is.
        """
        if _plain(self.number) != _plain(number):
            return frozenset()
        return frozenset(
            item for item, is_there in ((original, self.is_original_shown), (copy, bool(self.copy))) if is_there
        )


@dataclass(frozen=True, slots=True)
class Application:
    """What happens at the window.

    Attributes:
        key: Under which key it is asked; its court is the police unit whose window it is.
        plate: Plate of the vehicle.
        vin: Its VIN; None where it was not given.
        applicant: The buyer, as what is shown of them says.
        is_card_shown: Whether the applicant's own identity card, or the organisation's licence, was shown.
        is_authorised: Whether somebody came who is authorised by the organisation that bought it.
        ruling: The enforcement ruling (执行裁定书).
        notice: The assistance notice (协助执行通知书).
    """

    key: RequestKey
    plate: Plate
    vin: Vin | None
    applicant: Buyer
    is_card_shown: bool
    is_authorised: bool
    ruling: Brought
    notice: Brought


@dataclass(frozen=True, slots=True)
class SoldVehicle:
    """A vehicle that a court has sold.

    Attributes:
        vehicle: The vehicle as it is on the register now.
        sale: The last sale.
        is_cleared: Whether violations were cleared under it.
        violations: Its open violations.
    """

    vehicle: Vehicle
    sale: Sale
    is_cleared: bool
    violations: Mapping[str, ViolationRecord]


class Window(Protocol):
    """What the window sees and does within one change, which is kept as a whole or not at all."""

    def find(self, plate: Plate, vin: Vin | None) -> SoldVehicle | None:
        """Finds a vehicle that was sold, and keeps everybody else from changing it; None if there is none."""
        ...

    def clear(self, sold: SoldVehicle, record_ids: Sequence[str], *, at: datetime) -> None:
        """Notes violations as cleared.

        Args:
            sold: The vehicle.
            record_ids: Numbers of their records.
            at: The present instant.
        """
        ...


def start_of(day: date) -> datetime:
    """Returns the instant at which a day begins in Asia/Shanghai."""
    return datetime.combine(day, time(), SHANGHAI)


def _plain(number: str) -> str:
    """Returns a document's number without what people write in more ways than one."""
    return "".join(number.translate(str.maketrans("()", "（）")).split())
