"""Records of the register as they are kept: written compactly, sealed as a whole, and bound to the row they are in.

Dates are days counted from 1 January of the year 1, instants ISO 8601 texts.
"""

from __future__ import annotations

from datetime import date, datetime

from services.chassis.records import read_record, write_record
from services.chassis.sealing import Sealer
from services.vehicle.domain import TransferNotice
from services.vehicle.registry.domain import Owner, Transfers, Vehicle

_FORM = 1
_DAY = date.fromordinal


class VehicleSealer:
    """Seals and opens records.

    Args:
        sealer: Seals fields at rest.
    """

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    def is_current(self, sealed: bytes) -> bool:
        """Whether a record is sealed with the key that seals now."""
        return self._sealer.is_current(sealed)

    def seal(self, vehicle: Vehicle) -> bytes:
        """Seals a vehicle."""
        return self._sealer.seal(write_record(_FORM, _values(vehicle)), place=_place(vehicle.vehicle_id))

    def open(self, vehicle_id: int, sealed: bytes) -> Vehicle:
        """Opens a vehicle.

        Raises:
            SealError: If it was changed or moved, or its key is not in the keyring.
            RecordForm: If it is of an unknown form.
        """
        values = read_record(_FORM, self._sealer.open(sealed, place=_place(vehicle_id)))
        texts, colours, statuses, owner, registered, inspected, accepted, notice, former = values
        plate, plate_type, vin, engine, brand, model, vehicle_type, use, division, mortgagee = texts
        return Vehicle(
            vehicle_id,
            plate,
            plate_type,
            vin,
            engine,
            brand,
            model,
            vehicle_type,
            tuple(colours),
            use,
            frozenset(statuses),
            Owner(*owner),
            _DAY(registered),
            division,
            None if inspected is None else _DAY(inspected),
            mortgagee,
            Transfers(
                accepted and datetime.fromisoformat(accepted),
                notice and TransferNotice(notice[0], datetime.fromisoformat(notice[1])),
                tuple(former),
            ),
        )


def _values(vehicle: Vehicle) -> list[object]:
    owner, transfers, inspected = vehicle.owner, vehicle.transfers, vehicle.inspection_valid_to
    return [
        [
            vehicle.plate,
            vehicle.plate_type,
            vehicle.vin,
            vehicle.engine_number,
            vehicle.brand,
            vehicle.model,
            vehicle.vehicle_type,
            vehicle.use_nature,
            vehicle.division,
            vehicle.mortgagee,
        ],
        "".join(vehicle.colours),
        "".join(sorted(vehicle.statuses)),
        [owner.name, owner.certificate_type, owner.certificate_number],
        vehicle.first_registered_on.toordinal(),
        None if inspected is None else inspected.toordinal(),
        transfers.accepted_at and transfers.accepted_at.isoformat(),
        transfers.notice and [transfers.notice.court_code, transfers.notice.served_at.isoformat()],
        transfers.former_owners,
    ]


def _place(vehicle_id: int) -> str:
    return f"vehicle.registry:{vehicle_id}"
