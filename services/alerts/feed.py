"""The change feed of alerts as it is written: what is to be found from now on, and what no longer."""

from __future__ import annotations

from collections.abc import Callable, Collection

from sqlalchemy import Connection, bindparam, func, insert, select, update

from services.alerts.keys import AlertHasher
from services.alerts.tables import AlertTables
from services.chassis.db import after_commit, before_commit


class AlertFeed:
    """Writes alerts with the changes that they follow from.

    Args:
        tables: The alerts.
        hasher: Hashes texts as alerts have them.
    """

    def __init__(self, tables: AlertTables, *, hasher: AlertHasher) -> None:
        self._hasher = hasher
        self._wake: Callable[[], None] = lambda: None
        changes, head = tables.changes, tables.head
        unnumbered = changes.c.number.is_(None)
        self._insert = insert(changes)
        self._range = select(func.min(changes.c.sequence), func.max(changes.c.sequence)).where(unnumbered)
        self._raise = (
            update(head).where(head.c.id == 1).values(last=head.c.last + bindparam("count")).returning(head.c.last)
        )
        self._shift = update(changes).where(unnumbered).values(number=changes.c.sequence + bindparam("shift"))

    def on_commit(self, wake: Callable[[], None]) -> None:
        """Has a function called, in the writer's thread, after each commit that wrote an alert."""
        self._wake = wake

    def write(self, connection: Connection, texts: Collection[tuple[int, str]], *, present: bool) -> None:
        """Says whether something is to be found from now on.

        A term that runs out writes nothing: whoever finds an alert asks how the measures stand.

        Args:
            connection: That of a write function.
            texts: Ids of what is sought, each with a text in canonical form under which it is found.
            present: Whether there is an alert for it.
        """
        if self._add(connection, texts, present=present):
            before_commit(connection, self._number)
            after_commit(connection, self._wake)

    def write_last(self, connection: Connection, texts: Collection[tuple[int, str]], *, present: bool) -> None:
        """Says so at the end of a transaction that is not the server's, as `write` does in one that is.

        Args:
            connection: A connection in a transaction that is committed next.
            texts: Ids of what is sought, each with a text in canonical form under which it is found.
            present: Whether there is an alert for it.
        """
        if self._add(connection, texts, present=present):
            self._number(connection)

    def _add(self, connection: Connection, texts: Collection[tuple[int, str]], *, present: bool) -> bool:
        rows = [
            {"hash": self._hasher.hash(text), "key_id": self._hasher.key_id, "subject_id": subject, "present": present}
            for subject, text in texts
        ]
        if rows:
            connection.execute(self._insert, rows)
        return bool(rows)

    def _number(self, connection: Connection) -> None:
        """Numbers the alerts of this transaction, which no other sees yet; numbers may have gaps."""
        first, last = connection.execute(self._range).one()
        if first is None:
            return
        count = last - first + 1
        head = connection.execute(self._raise, {"count": count}).scalar_one()
        connection.execute(self._shift, {"shift": head - last})
