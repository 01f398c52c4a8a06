"""Seizures and sales as they are kept: sealed as a whole, and bound to the row they are in.

Dates are days counted from 1 January of the year 1.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from services.chassis.records import read_record, write_record
from services.chassis.sealing import Sealer
from services.codes.plates import Plate
from services.codes.vins import Vin
from services.filing.domain import Contact
from services.vehicle.domain import Served
from services.vehicle.seizures.domain import Buyer, Sale, SeizureRecord

_FORM = 1


class SeizureSealer:
    """Seals and opens.

    Args:
        sealer: Seals fields at rest.
    """

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    def seal_record(self, record: SeizureRecord) -> bytes:
        """Seals a seizure; its sequence, instant and vehicle are in its row."""
        served, last_day = record.served, record.served.last_day
        values = [
            served.court_code,
            served.case_number,
            served.term_months,
            None if last_day is None else last_day.toordinal(),
            record.plate.number,
            record.plate.type,
            record.vin.number,
            record.ruling_number,
            record.debtor_key,
            record.handler.name,
            record.handler.phone,
        ]
        return self._seal(values, f"vehicle.seizure:{record.seizure_id}:{record.vehicle_id}")

    def open_record(
        self, sealed: bytes, *, seizure_id: str, vehicle_id: int, sequence: int, at: datetime
    ) -> SeizureRecord:
        """Opens a seizure.

        Args:
            sealed: The record.
            seizure_id: Its key.
            vehicle_id: The vehicle.
            sequence: Order in which it was received.
            at: When it was served.

        Raises:
            SealError: If it was changed or moved, or its key is not in the keyring.
            RecordForm: If it is of an unknown form.
        """
        values = self._open(sealed, f"vehicle.seizure:{seizure_id}:{vehicle_id}")
        court, case, months, last_day, plate, plate_type, vin, ruling, debtor, name, phone = values
        served = Served(
            seizure_id,
            court,
            case,
            at=at,
            sequence=sequence,
            term_months=months,
            last_day=None if last_day is None else date.fromordinal(last_day),
        )
        return SeizureRecord(
            served, vehicle_id, Plate(plate, plate_type), Vin(vin), ruling, debtor, Contact(name, phone)
        )

    def seal_sale(self, sale: Sale) -> bytes:
        """Seals a sale."""
        values = [
            sale.buyer.name,
            sale.buyer.number,
            sale.buyer.is_organisation,
            sale.sold_on.toordinal(),
            sale.ruling_number,
            sale.notice_number,
        ]
        return self._seal(values, f"vehicle.disposal:{sale.seizure_id}:{sale.vehicle_id}")

    def open_sale(self, sealed: bytes, *, seizure_id: str, vehicle_id: int) -> Sale:
        """Opens a sale; raises as `open_record`."""
        values = self._open(sealed, f"vehicle.disposal:{seizure_id}:{vehicle_id}")
        name, number, is_organisation, sold, ruling, notice = values
        return Sale(
            seizure_id, vehicle_id, Buyer(name, number, is_organisation), date.fromordinal(sold), ruling, notice
        )

    def _seal(self, values: list[Any], place: str) -> bytes:
        return self._sealer.seal(write_record(_FORM, values), place=place)

    def _open(self, sealed: bytes, place: str) -> list[Any]:
        return read_record(_FORM, self._sealer.open(sealed, place=place))
