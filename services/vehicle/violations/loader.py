"""Violations in bulk, as they come from the traffic police's own systems."""

from __future__ import annotations

import re
from collections.abc import Iterable

from sqlalchemy.exc import IntegrityError

from services.chassis.db import insert_new
from services.chassis.db.loading import BulkLoader
from services.chassis.sealing import Keyring
from services.vehicle.registry.intake import IntakeError
from services.vehicle.violations.domain import MAX_POINTS, ViolationRecord
from services.vehicle.violations.rows import ViolationSealer
from services.vehicle.violations.tables import VIOLATIONS

_CODE = re.compile("[0-9A-Z]{1,10}")
_RECORD_ID = re.compile("[0-9A-Z-]{1,40}")


class ViolationLoader(BulkLoader):
    """Writes violations; one that is there already stays as it is, cleared or not.

    Args:
        database_url: The vehicle service's database, migrated.
        keyring: Keys of its fields at rest.
    """

    def __init__(self, database_url: str, *, keyring: Keyring) -> None:
        super().__init__(database_url)
        self._sealer = ViolationSealer(keyring)

    def add(self, violations: Iterable[ViolationRecord]) -> None:
        """Adds violations in one transaction.

        Raises:
            IntakeError: If a record may not be let in; then nothing of this call is written.
            RuntimeError: If the loader is not entered.
        """
        self._require_link()
        wanted = list(violations)
        for violation in wanted:
            _check(violation)
        if not wanted:
            return
        try:
            with self.transaction() as connection:
                connection.execute(insert_new(connection, VIOLATIONS), [self._sealer.row(v) for v in wanted])
        except IntegrityError:
            raise IntakeError("A violation is said to be of a vehicle that is not on file.") from None


def _check(violation: ViolationRecord) -> None:
    problems = (
        (not _RECORD_ID.fullmatch(violation.record_id), "its number is not digits, upper-case letters and hyphens"),
        (not _CODE.fullmatch(violation.code), "its code is not digits and upper-case letters"),
        (not 0 <= violation.points <= MAX_POINTS, f"its points are not 0 to {MAX_POINTS}"),
    )
    for is_broken, text in problems:
        if is_broken:
            raise IntakeError(f"A violation of vehicle {violation.vehicle_id}: {text}.")
