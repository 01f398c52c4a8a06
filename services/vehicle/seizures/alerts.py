"""The change feed of alerts: for which plates and VINs a seizure is in force, waits, or may be."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Protocol

from sqlalchemy import Connection, bindparam, func, insert, select, update

from services.chassis.db import after_commit, before_commit
from services.vehicle.seizures.tables import ALERT_HEAD, ALERTS

_ADD = insert(ALERTS)
_RAISE = (
    update(ALERT_HEAD)
    .where(ALERT_HEAD.c.id == 1)
    .values(last=ALERT_HEAD.c.last + bindparam("count"))
    .returning(ALERT_HEAD.c.last)
)
_UNNUMBERED = ALERTS.c.number.is_(None)
_RANGE = select(func.min(ALERTS.c.sequence), func.max(ALERTS.c.sequence)).where(_UNNUMBERED)
_NUMBER = update(ALERTS).where(_UNNUMBERED).values(number=ALERTS.c.sequence + bindparam("shift"))


class Hasher(Protocol):
    """Hashes plates and VINs; `services.vehicle.checks.keys.AlertHasher` is one."""

    key_id: int

    def hash(self, text: str) -> int:
        """Returns the hash of a plate or VIN in normal form, a signed number of 64 bits."""
        ...


class AlertFeed:
    """Writes alerts with the changes that they follow from.

    Args:
        hasher: Hashes plates and VINs.
    """

    def __init__(self, hasher: Hasher) -> None:
        self._hasher = hasher
        self._wake: Callable[[], None] = lambda: None

    def on_commit(self, wake: Callable[[], None]) -> None:
        """Has a function called, in the writer's thread, after each commit that wrote an alert."""
        self._wake = wake

    def write(self, connection: Connection, texts: Collection[tuple[int, str]], *, present: bool) -> None:
        """Says whether vehicles are to be found from now on.

        A term that runs out writes nothing: whoever finds an alert asks how the seizures stand.

        Args:
            connection: That of a write function.
            texts: Keys of vehicles with a plate or VIN of theirs in normal form.
            present: Whether there is an alert for them.
        """
        if self._add(connection, texts, present=present):
            before_commit(connection, _number)
            after_commit(connection, self._wake)

    def write_last(self, connection: Connection, texts: Collection[tuple[int, str]], *, present: bool) -> None:
        """Says so at the end of a transaction that is not the server's, as `write` does in one that is.

        Args:
            connection: A connection in a transaction that is committed next.
            texts: Keys of vehicles with a plate or VIN of theirs in normal form.
            present: Whether there is an alert for them.
        """
        if self._add(connection, texts, present=present):
            _number(connection)

    def _add(self, connection: Connection, texts: Collection[tuple[int, str]], *, present: bool) -> bool:
        rows = [
            {"hash": self._hasher.hash(text), "key_id": self._hasher.key_id, "vehicle_id": key, "present": present}
            for key, text in texts
        ]
        if rows:
            connection.execute(_ADD, rows)
        return bool(rows)


def _number(connection: Connection) -> None:
    """Numbers the alerts of this transaction, which no other sees yet; numbers may have gaps."""
    first, last = connection.execute(_RANGE).one()
    if first is None:
        return
    count = last - first + 1
    head = connection.execute(_RAISE, {"count": count}).scalar_one()
    connection.execute(_NUMBER, {"shift": head - last})
