"""Revisions of the directory: one counter, so that copies of it can be told what has changed since.

Each row that changes gets a revision of its own, in the transaction that changes it. Whoever takes one holds the
counter until the commit, so that no revision is seen after a higher one was.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from sqlalchemy import BigInteger, Column, Connection, Integer, Table, bindparam, select, update

from services.chassis.bell import Bell
from services.chassis.db import after_commit
from services.coordination.metadata import METADATA

_ONLY = 1

REVISIONS = Table(
    "revisions",
    METADATA,
    Column("revision_id", Integer, primary_key=True, autoincrement=False),
    Column("last", BigInteger, nullable=False),
)
"""The last revision, in one row."""

_LAST = select(REVISIONS.c.last).where(REVISIONS.c.revision_id == _ONLY)
_ADVANCE = (
    update(REVISIONS)
    .where(REVISIONS.c.revision_id == _ONLY)
    .values(last=REVISIONS.c.last + bindparam("count"))
    .returning(REVISIONS.c.last)
)


def last_revision(connection: Connection) -> int:
    """Returns the last revision."""
    return int(connection.execute(_LAST).scalar_one())


def take_revisions(connection: Connection, count: int) -> range:
    """Takes some revisions, and keeps others from taking any until the commit.

    Args:
        connection: In a transaction that writes.
        count: How many.
    """
    last = int(connection.execute(_ADVANCE, {"count": count}).scalar_one())
    return range(last - count + 1, last + 1)


class Revisions:
    """Takes revisions for a process, and wakes those who follow the directory there; made in any thread."""

    def __init__(self) -> None:
        self._bells: set[Bell] = set()

    def take(self, connection: Connection) -> int:
        """Takes a revision, and keeps others from changing the directory until the commit.

        Args:
            connection: That of a write function.
        """
        after_commit(connection, self._ring)
        return take_revisions(connection, 1)[0]

    @contextlib.contextmanager
    def listen(self) -> Iterator[Bell]:
        """Lends a bell that is rung after each change of this process, within a context."""
        bell = Bell()
        self._bells.add(bell)
        try:
            yield bell
        finally:
            self._bells.discard(bell)

    def _ring(self) -> None:
        for bell in tuple(self._bells):
            bell.ring()
