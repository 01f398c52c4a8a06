"""The log of notices in SQL, on SQLite and PostgreSQL.

Numbers are given at the end of the transaction that writes, under the locks of its addressees' heads, in the order of
the addressees. So a number is visible only when all smaller ones of its addressee are, and transactions that tell the
same addressees never wait for each other in a circle.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, Connection, Row, String, any_, bindparam, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from services.chassis.db import Alike, Columns, alike, insert_columns, insert_new
from services.chassis.feed.notices import Acknowledgement, Delivered, Notice
from services.chassis.feed.tables import FeedTables
from services.chassis.sealing import Sealer

GROUP_SIZE = 100
"""Most notices of one group."""
_ASKED_AT_ONCE = 10_000
"""Addressees of one query; SQLite takes 32,766 parameters."""


@dataclass(frozen=True, slots=True)
class SealedNotices:
    """Notices to one addressee, not written yet.

    Attributes:
        addressee: Who is told.
        columns: Their rows, column by column.
    """

    addressee: str
    columns: Columns

    def __len__(self) -> int:
        """How many they are."""
        ids = self.columns["notice_id"]
        return 0 if isinstance(ids, Alike) else len(ids)


class NoticeLog:
    """The notices and their numbers.

    Args:
        tables: Their tables.
        sealer: Seals payloads, bound to their notice and its addressee.
    """

    def __init__(self, tables: FeedTables, *, sealer: Sealer) -> None:
        self._sealer = sealer
        notices, heads = tables.notices, tables.heads
        self._notices, self._heads = notices, heads
        of_addressee = notices.c.addressee == bindparam("addressee")
        self._owner = select(notices.c.addressee).where(notices.c.notice_id == bindparam("notice_id"))
        self._unnumbered = (
            select(notices.c.sequence, notices.c.addressee)
            .where(notices.c.number.is_(None))
            .order_by(notices.c.sequence)
        )
        self._unnumber = (
            update(notices)
            .where(notices.c.addressee == bindparam("told"), notices.c.number >= bindparam("first"))
            .values(number=None)
        )
        self._number = update(notices).where(notices.c.sequence == bindparam("place")).values(number=bindparam("given"))
        self._unacknowledged = (
            select(notices)
            .where(notices.c.notice_id == bindparam("notice_id"), notices.c.acked_at.is_(None))
            .with_for_update()
        )
        self._first = select(func.min(notices.c.number)).where(of_addressee, notices.c.acked_at.is_(None))
        self._head = select(heads.c.last_number).where(heads.c.addressee == bindparam("addressee"))
        self._group = (
            select(notices)
            .where(of_addressee, notices.c.number > bindparam("after"))
            .order_by(notices.c.number)
            .limit(GROUP_SIZE)
        )
        # One array: psycopg reads a statement of a thousand parameters anew each time, which takes it 20 ms.
        array = heads.c.addressee == any_(bindparam("addressees", type_=ARRAY(String)))
        listed = heads.c.addressee.in_(bindparam("addressees", expanding=True))
        self._last = {"postgresql": select(heads).where(array), "sqlite": select(heads).where(listed)}

    def add(self, connection: Connection, notice: Notice) -> bool:
        """Adds a notice, as yet without a number.

        Returns:
            Whether it was added; False if it had been before.

        Raises:
            ValueError: If another addressee was told under the same id.
        """
        if connection.execute(insert_new(connection, self._notices), self._row(notice)).rowcount:
            return True
        owner = connection.execute(self._owner, {"notice_id": notice.notice_id}).scalar_one()
        if owner != notice.addressee:
            raise ValueError("the id of a notice belongs to one addressee")
        return False

    def sealed(self, notices: Iterable[Notice]) -> list[SealedNotices]:
        """Returns notices as `number` adds them, those of each addressee together."""
        found: dict[str, list[Notice]] = {}
        for notice in notices:
            found.setdefault(notice.addressee, []).append(notice)
        return [SealedNotices(addressee, self._columns(addressee, own)) for addressee, own in found.items()]

    def number(self, connection: Connection, sealed: Iterable[SealedNotices] = ()) -> dict[str, int]:
        """Gives numbers to what the running transaction has added; that of others either has one or is not visible.

        Args:
            connection: The connection.
            sealed: What is added now, those that had not been added before.

        Returns:
            The last numbers by addressee.
        """
        places: dict[str, list[int]] = {}
        for row in connection.execute(self._unnumbered).all():
            places.setdefault(row.addressee, []).append(row.sequence)
        fresh: dict[str, list[SealedNotices]] = {}
        for notices in sealed:
            fresh.setdefault(notices.addressee, []).append(notices)
        heads: dict[str, int] = {}
        given: list[dict[str, int]] = []
        for addressee in sorted({*places, *fresh}):
            own, added = places.get(addressee, []), fresh.get(addressee, [])
            count = len(own) + sum(map(len, added))
            last = self._advance(connection, addressee, count)
            first = last - count + 1
            if not self._insert(connection, added, first=first + len(own)):
                own = self._unnumber_from(connection, addressee, first)
                last = self._advance(connection, addressee, len(own) - count)
            if last >= first:
                heads[addressee] = last
            given += [{"place": place, "given": number} for number, place in enumerate(own, first)]
        if given:
            connection.execute(self._number, given)
        return heads

    def _insert(self, connection: Connection, added: Iterable[SealedNotices], *, first: int) -> bool:
        """Inserts notices with numbers from the first on; returns whether none of them had been there."""
        is_new = True
        for notices in added:
            count = len(notices)
            numbers = [*range(first, first + count)]
            columns: Columns = {**notices.columns, "number": numbers, "acked_by": Alike("")}
            is_new &= insert_columns(connection, self._notices, columns, leave_taken=True) == count
            first += count
        return is_new

    def _unnumber_from(self, connection: Connection, addressee: str, first: int) -> list[int]:
        """Takes back numbers among which some are missing; returns the places of those without one."""
        connection.execute(self._unnumber, {"told": addressee, "first": first})
        return [row.sequence for row in connection.execute(self._unnumbered) if row.addressee == addressee]

    def _advance(self, connection: Connection, addressee: str, count: int) -> int:
        """Locks an addressee's head until the commit, and returns its last number with so many more."""
        dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
        column = self._heads.c.last_number
        statement = (
            dialect.insert(self._heads)
            .on_conflict_do_update(index_elements=[self._heads.c.addressee], set_={"last_number": column + count})
            .returning(column)
        )
        row = {"addressee": addressee, "last_number": count}
        return int(connection.execute(statement, row).scalar_one())

    def unacknowledged(self, connection: Connection, notice_id: str) -> Delivered | None:
        """Returns a notice and keeps others from acknowledging it until the commit; None if it was acknowledged.

        Raises:
            SealError: If its payload does not open.
        """
        row = connection.execute(self._unacknowledged, {"notice_id": notice_id}).one_or_none()
        return None if row is None else self._delivered(row)

    def ends(self, connection: Connection, addressee: str) -> tuple[int, int]:
        """Returns the number of the first notice that is not acknowledged, and the last number.

        Where all are acknowledged the first is the one that will come next.
        """
        values = {"addressee": addressee}
        last = connection.execute(self._head, values).scalar_one_or_none() or 0
        first = connection.execute(self._first, values).scalar_one()
        return last + 1 if first is None else first, last

    def group(self, connection: Connection, addressee: str, *, after: int) -> tuple[Delivered, ...]:
        """Returns an addressee's next notices after a number, up to 100.

        Raises:
            SealError: If a payload does not open.
        """
        rows = connection.execute(self._group, {"addressee": addressee, "after": after}).all()
        return tuple(self._delivered(row) for row in rows)

    def heads(self, connection: Connection, addressees: Sequence[str]) -> dict[str, int]:
        """Returns the last numbers of addressees; one that was never told anything is left out."""
        statement = self._last[connection.dialect.name]
        return {
            row.addressee: row.last_number
            for start in range(0, len(addressees), _ASKED_AT_ONCE)
            for row in connection.execute(statement, {"addressees": addressees[start : start + _ASKED_AT_ONCE]})
        }

    def acknowledge(
        self, connection: Connection, addressee: str, notice_ids: Collection[str], *, by: str, now: datetime
    ) -> Mapping[str, Acknowledgement]:
        """Acknowledges those of an addressee's notices that were not yet.

        Returns:
            How each was acknowledged the first time, by its id; what is not the addressee's is left out.
        """
        table = self._notices
        kept = connection.execute(
            select(table.c.sequence, table.c.notice_id, table.c.number, table.c.acked_at, table.c.acked_by)
            .where(table.c.addressee == addressee, table.c.notice_id.in_(notice_ids), table.c.number.is_not(None))
            .order_by(table.c.sequence)
            .with_for_update()
        ).all()
        fresh = [row.sequence for row in kept if row.acked_at is None]
        if fresh:
            connection.execute(update(table).where(table.c.sequence.in_(fresh)).values(acked_at=now, acked_by=by))
        return {
            row.notice_id: Acknowledgement(
                row.notice_id, row.number, *((now, by) if row.acked_at is None else (row.acked_at, row.acked_by))
            )
            for row in kept
        }

    def _row(self, notice: Notice) -> dict[str, Any]:
        return {
            "notice_id": notice.notice_id,
            "addressee": notice.addressee,
            "topic": notice.topic,
            "subject": notice.subject,
            "payload": self._sealer.seal(notice.payload, place=_place(notice.addressee, notice.notice_id)),
            "traceparent": notice.traceparent,
            "made_at": notice.made_at,
            "ack_due_at": notice.ack_due_at,
        }

    def _columns(self, addressee: str, notices: Sequence[Notice]) -> Columns:
        seal = self._sealer.seal
        return {
            "notice_id": [n.notice_id for n in notices],
            "addressee": Alike(addressee),
            "topic": alike([n.topic for n in notices]),
            "subject": [n.subject for n in notices],
            "payload": [seal(n.payload, place=_place(addressee, n.notice_id)) for n in notices],
            "traceparent": alike([n.traceparent for n in notices]),
            "made_at": alike([n.made_at for n in notices]),
        }

    def _delivered(self, row: Row[Any]) -> Delivered:
        return Delivered(
            notice_id=row.notice_id,
            addressee=row.addressee,
            number=row.number,
            topic=row.topic,
            subject=bytes(row.subject),
            payload=self._sealer.open(bytes(row.payload), place=_place(row.addressee, row.notice_id)),
            traceparent=row.traceparent,
            made_at=row.made_at,
            ack_due_at=row.ack_due_at,
            acked_at=row.acked_at,
        )


def _place(addressee: str, notice_id: str) -> str:
    return f"feed.notice.payload:{notice_id}:{addressee}"
