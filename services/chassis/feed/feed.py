"""The notices of a service: written with the change they tell of, followed, acknowledged, escalated."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterable, Mapping, Sequence
from contextlib import aclosing
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

from sqlalchemy import Connection

from services.chassis.clock import Clock
from services.chassis.db import Database, after_commit, before_commit, handed_in
from services.chassis.feed.cursor import invalid_cursor, read_cursor
from services.chassis.feed.escalation import Overdue
from services.chassis.feed.log import NoticeLog
from services.chassis.feed.lookout import Lookout
from services.chassis.feed.notices import Acknowledgement, Delivered, Notice
from services.chassis.feed.tables import FeedTables
from services.chassis.outbox import Event, Outbox
from services.chassis.sealing import Sealer
from services.chassis.spans import link_current_span
from xiezhi.errors import Reason, XiezhiError, error

T = TypeVar("T")

POLL = timedelta(milliseconds=200)
"""How often a process looks for notices that another one wrote."""


class Feed:
    """A service's notices.

    Args:
        tables: As `define_feed` defined them.
        database: Where they are.
        outbox: Takes what is due later; its relay gives events of `services.chassis.feed.OVERDUE` to `escalate`.
        sealer: Seals payloads.
        clock: Source of now.
        poll: How often to look without being woken.
    """

    def __init__(
        self,
        tables: FeedTables,
        *,
        database: Database,
        outbox: Outbox,
        sealer: Sealer,
        clock: Clock,
        poll: timedelta = POLL,
    ) -> None:
        self._log = NoticeLog(tables, sealer=sealer)
        self._database = database
        self._outbox = outbox
        self._clock = clock
        self._lookout = Lookout(self._heads, poll=poll)

    def write(self, connection: Connection, notice: Notice) -> bool:
        """Writes a notice with the change that it tells of, and wakes its followers after the commit.

        Writers of one subject must already exclude each other, as those do who lock what they change: the numbers are
        given in the order of the commits.

        Args:
            connection: That of the write function that makes the change.
            notice: The notice.

        Returns:
            Whether it was written; False if it had been before.

        Raises:
            ValueError: If another addressee was told under the same id.
        """
        return self._write(connection, notice, level_id=notice.notice_id)

    def write_all(self, connection: Connection, notices: Sequence[Notice]) -> None:
        """Writes notices that nobody has to acknowledge, many at once; else as `write`.

        They are written at the end of the transaction, with their numbers at once. Of what one transaction tells an
        addressee, what was written by itself has the smaller numbers.

        Args:
            connection: That of the write function that makes the change.
            notices: The notices; one that had been written before is left as it is.

        Raises:
            ValueError: If one of them has a time to be acknowledged in.
        """
        if any(notice.ack_within is not None for notice in notices):
            raise ValueError("what is to be acknowledged is written for itself")
        if notices:
            before_commit(connection, self._number, *self._log.sealed(notices))

    def head(self, connection: Connection, addressee: str) -> int:
        """Returns the last number of an addressee, 0 while it was never told anything."""
        return self._log.heads(connection, (addressee,)).get(addressee, 0)

    async def follow(self, addressee: str, *, after: int | None) -> AsyncGenerator[tuple[Delivered, ...], None]:
        """Yields an addressee's notices in order, in groups of up to 100, and waits for more.

        A database that is away is waited for. Whether the caller may follow the addressee is the caller's to decide. To
        be closed when it is left early, as `contextlib.aclosing` does.

        Args:
            addressee: Who is told.
            after: The number to resume after; None to begin with the first notice that is not acknowledged.

        Raises:
            XiezhiError: PAGE_TOKEN_INVALID if the addressee has no such number, as after a database was restored;
                SHUTTING_DOWN after the database was closed.
            SealError: If a payload does not open.
        """
        with self._lookout.watch(addressee) as watched:
            first, head = await self._patiently(partial(self._log.ends, addressee=addressee))
            if after is not None and not 0 <= after <= head:
                raise invalid_cursor()
            watched.reached(head)
            position = first - 1 if after is None else after
            while True:
                # Read before the group, so that what is committed meanwhile is not waited for.
                known = watched.head
                group = await self._patiently(
                    partial(self._log.group, addressee=addressee, after=position), snapshot=False
                )
                if group:
                    yield group
                    position = known = group[-1].number
                await watched.passed(known)

    async def watch(self, addressee: str, *, cursor: str) -> AsyncGenerator[tuple[Delivered, ...], None]:
        """Follows an addressee for a call, whose span is linked to the traces of what is told; else as `follow`.

        Args:
            addressee: Who is told.
            cursor: That of the notice to resume after; empty to begin with the first that is not acknowledged.

        Raises:
            XiezhiError: As `follow`; PAGE_TOKEN_INVALID also for a cursor of another addressee.
            SealError: If a payload does not open.
        """
        after = read_cursor(cursor, addressee=addressee)
        async with aclosing(self.follow(addressee, after=after)) as groups:
            async for group in groups:
                link_current_span(notice.traceparent for notice in group)
                yield group

    async def acknowledge_now(self, addressee: str, notice_ids: Iterable[str], *, by: str) -> int:
        """Acknowledges notices in a transaction of its own; else as `acknowledge`.

        Returns:
            How many were not acknowledged before.

        Raises:
            XiezhiError: NOT_FOUND, as `acknowledge`, or STORE_UNAVAILABLE.
        """
        asked, now = tuple(notice_ids), self._clock.now()
        known = await self._database.write(
            lambda connection: self.acknowledge(connection, addressee, asked, by=by, now=now)
        )
        return sum((ack.at, ack.by) == (now, by) for ack in known)

    def acknowledge(
        self, connection: Connection, addressee: str, notice_ids: Sequence[str], *, by: str, now: datetime
    ) -> tuple[Acknowledgement, ...]:
        """Acknowledges notices; those that were already stay as they are.

        Args:
            connection: That of a write function.
            addressee: Whose notices they are.
            notice_ids: The notices, some hundreds at most.
            by: Opaque id of who acknowledges, up to 64 characters.
            now: The present instant.

        Returns:
            How each was acknowledged the first time, in the order of the ids.

        Raises:
            NotFound: NOT_FOUND if one of them is not the addressee's, whether or not there is such a notice; none is
                acknowledged then.
        """
        known = self._log.acknowledge(connection, addressee, notice_ids, by=by, now=now)
        if not known.keys() >= set(notice_ids):
            raise error(
                Reason.NOT_FOUND, "A notice is not among those of this subscriber: acknowledge what you received."
            )
        return tuple(known[notice_id] for notice_id in notice_ids)

    async def escalate(self, event: Event) -> None:
        """Tells the next level of a notice that was not acknowledged in time; to be called by the outbox's relay.

        Args:
            event: One of topic `services.chassis.feed.OVERDUE`.

        Raises:
            ValueError: If the event is of another topic.
            SealError: If the payload does not open.
            XiezhiError: STORE_UNAVAILABLE.
        """
        overdue, now = Overdue.read(event), self._clock.now()

        def work(connection: Connection) -> None:
            late = self._log.unacknowledged(connection, overdue.notice_id)
            if late is not None:
                level_id, told = overdue.notices(late, now=now)
                for notice in told:
                    self._write(connection, notice, level_id=level_id)

        await self._database.write(work)

    def _write(self, connection: Connection, notice: Notice, *, level_id: str) -> bool:
        if not self._log.add(connection, notice):
            return False
        before_commit(connection, self._number)
        if notice.ack_due_at is not None and notice.escalations:
            overdue = Overdue(notice.notice_id, level_id, notice.escalations)
            self._outbox.write(connection, overdue.event(notice.ack_due_at, traceparent=notice.traceparent))
        return True

    def _number(self, connection: Connection) -> None:
        heads = self._log.number(connection, handed_in(connection, self._number))
        if heads:
            after_commit(connection, lambda: self._lookout.tell(heads))

    async def _heads(self, addressees: Sequence[str]) -> Mapping[str, int]:
        return await self._database.read(lambda connection: self._log.heads(connection, addressees), snapshot=False)

    async def _patiently(self, read: Callable[[Connection], T], *, snapshot: bool = True) -> T:
        """Reads, as often as it takes until the database can be used."""
        while True:
            try:
                return await self._database.read(read, snapshot=snapshot)
            except XiezhiError as failure:
                if failure.reason is not Reason.STORE_UNAVAILABLE:
                    raise
            await self._lookout.pause()
