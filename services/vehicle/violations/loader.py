"""Violations in bulk, as they come from the traffic police's own systems."""

from __future__ import annotations

import re
from collections.abc import Iterable
from types import TracebackType
from typing import Self

from sqlalchemy.exc import IntegrityError

from services.chassis.db import insert_new
from services.chassis.db.database import make_store
from services.chassis.db.stores import Link, Timeouts
from services.chassis.sealing import Keyring
from services.vehicle.registry.intake import IntakeError
from services.vehicle.violations.domain import MAX_POINTS, ViolationRecord
from services.vehicle.violations.rows import ViolationSealer
from services.vehicle.violations.tables import VIOLATIONS

_CODE = re.compile("[0-9A-Z]{1,10}")
_RECORD_ID = re.compile("[0-9A-Z-]{1,40}")


class ViolationLoader:
    """Writes violations; one that is there already stays as it is, cleared or not.

    Args:
        database_url: The vehicle service's database, migrated.
        keyring: Keys of its fields at rest.
    """

    def __init__(self, database_url: str, *, keyring: Keyring) -> None:
        self._store = make_store(database_url, Timeouts())
        self._sealer = ViolationSealer(keyring)
        self._link: Link | None = None

    def __enter__(self) -> Self:
        self._link = self._store.connect(writes=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, failure: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        if self._link is not None:
            self._link.close()
        self._store.close()

    def add(self, violations: Iterable[ViolationRecord]) -> None:
        """Adds violations in one transaction.

        Raises:
            IntakeError: If a record may not be let in; then nothing of this call is written.
            RuntimeError: If the loader is not entered.
        """
        if self._link is None:
            raise RuntimeError("a loader is used in a with statement")
        wanted = list(violations)
        for violation in wanted:
            _check(violation)
        if not wanted:
            return
        connection = self._link.connection
        self._store.begin(self._link)
        try:
            with connection.begin():
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
