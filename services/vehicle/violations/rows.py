"""Violations as they are kept: sealed, and found by keyed digests."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from services.chassis.records import read_record, write_record
from services.chassis.sealing import BlindIndex, Keyring, Sealer
from services.vehicle.violations.domain import ViolationRecord

RECORD_INDEX = "vehicle.violation"
"""Label of the index of the records' numbers."""

_FORM = 1


class ViolationSealer:
    """Seals, opens and finds violations.

    Args:
        keyring: Keys of the service's fields at rest.
    """

    def __init__(self, keyring: Keyring) -> None:
        self._sealer = Sealer(keyring)
        self._index = BlindIndex(keyring, RECORD_INDEX)

    def digests(self, record_ids: Iterable[str]) -> list[bytes]:
        """Returns the digests of records' numbers under every key of the index."""
        return [digest for record_id in record_ids for digest in self._index.all_of(record_id)]

    def row(self, record: ViolationRecord) -> dict[str, Any]:
        """Returns the row of a violation that is open."""
        digest = self._index.of(record.record_id)
        values = [
            record.record_id,
            record.code,
            record.committed_on.toordinal(),
            record.points,
            record.is_crime,
        ]
        sealed = self._sealer.seal(write_record(_FORM, values), place=_place(digest, record.vehicle_id))
        return {"digest": digest, "vehicle_id": record.vehicle_id, "record": sealed}

    def open(self, digest: bytes, vehicle_id: int, sealed: bytes) -> ViolationRecord:
        """Opens a violation.

        Raises:
            SealError: If it was changed or moved, or its key is not in the keyring.
            RecordForm: If it is of an unknown form.
        """
        values = read_record(_FORM, self._sealer.open(sealed, place=_place(digest, vehicle_id)))
        record_id, code, committed, points, is_crime = values
        return ViolationRecord(record_id, vehicle_id, code, date.fromordinal(committed), points, is_crime)


def _place(digest: bytes, vehicle_id: int) -> str:
    return f"vehicle.violation:{digest.hex()}:{vehicle_id}"
