"""What the register knows of a vehicle that decides whether it can be seized."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from services.codes.plates import Plate
from services.codes.vins import Vin


@dataclass(frozen=True, slots=True)
class TransferNotice:
    """A court's notice that a vehicle is to be transferred to somebody (财产权证照转移).

    Attributes:
        court_code: Code of the court.
        served_at: Instant at which it was served on the police.
    """

    court_code: str
    served_at: datetime


@dataclass(frozen=True, slots=True)
class RegisteredVehicle:
    """A vehicle on file.

    Attributes:
        vehicle_id: Key of the police's own register, without meaning.
        plate: Plate that it bears now.
        vin: Its identification number, which never changes.
        owner_numbers: Identity numbers of its owner in normal form: of an organisation the social credit code and the
            organisation code.
        former_owner_numbers: Those of the owners before.
        has_pending_transfer: Whether an application for its transfer was accepted and is not finished.
        transfer_notice: The court's notice to transfer it that is still to be carried out; None where there is none.
    """

    vehicle_id: int
    plate: Plate
    vin: Vin
    owner_numbers: frozenset[str] = field(repr=False)
    former_owner_numbers: frozenset[str] = field(default=frozenset(), repr=False)
    has_pending_transfer: bool = False
    transfer_notice: TransferNotice | None = None
