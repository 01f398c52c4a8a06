"""Approvals in SQL, on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, exists, func, insert, select

from gateway.approval.changes import Changes
from gateway.approval.domain import Approval, State, Step, Submission, id_of
from gateway.approval.listing import select_page
from gateway.approval.rows import Rows
from gateway.approval.states import ENDINGS
from gateway.approval.tables import APPROVALS, COURTS, EVENTS, REQUESTS
from gateway.approval.views import Place, Reader, View
from gateway.cached import CachedReader
from services.chassis.db import BatchReader, Database, KeyedQuery, after_commit, insert_new
from services.chassis.sealing import Sealer

ERASED_AT_ONCE = 500
"""Requests that one sweep erases in one transaction."""

_SUBMISSION = select(APPROVALS).where(APPROVALS.c.id == bindparam("id"))
_LOCKED = _SUBMISSION.with_for_update()
_REPEATED = select(APPROVALS).where(
    APPROVALS.c.requester == bindparam("requester"), APPROVALS.c.request_id == bindparam("request_id")
)
_TIMELINE = select(EVENTS).where(EVENTS.c.approval_id == bindparam("id")).order_by(EVENTS.c.sequence)
_REQUEST = select(REQUESTS.c.request).where(REQUESTS.c.approval_id == bindparam("id"))
_ERASE = delete(REQUESTS).where(REQUESTS.c.approval_id == bindparam("id"))
_ADD_EVENT = insert(EVENTS)
_ADD_REQUEST = insert(REQUESTS)

Decide = Callable[[Approval], Step | None]
"""Says what happens to an approval as it is now: an event, nothing, or a refusal that it raises."""


class ApprovalStore:
    """The approvals.

    Args:
        database: The gateway's database, migrated.
        sealer: Seals requests, reasons and statements.
        exclusive: Whether this process alone uses the database, as with SQLite; approvals once read are then not read
            again. False asks the database whether they have changed each time.
    """

    def __init__(self, database: Database, *, sealer: Sealer, exclusive: bool = False) -> None:
        self._database = database
        self._rows = Rows(sealer)
        self._changes = Changes()
        self._submissions = KeyedQuery(select(APPROVALS), APPROVALS.c.id)
        self._timelines = KeyedQuery(select(EVENTS).order_by(EVENTS.c.sequence), EVENTS.c.approval_id)
        self._versions = KeyedQuery(
            select(EVENTS.c.approval_id, func.max(EVENTS.c.sequence).label("version")).group_by(EVENTS.c.approval_id),
            EVENTS.c.approval_id,
        )
        self._cached = CachedReader(
            BatchReader(database, self._fetch), BatchReader(database, self._fetch_versions), exclusive=exclusive
        )

    async def get(self, name: str) -> Approval | None:
        """Returns an approval as it is now, None if there is none of that name.

        Raises:
            Unavailable: STORE_UNAVAILABLE.
        """
        key = id_of(name)
        return await self._cached.get(key) if key else None

    async def view(self, name: str, *, with_request: bool = False) -> View | None:
        """Returns an approval with what its parties read, None if there is none of that name.

        Args:
            name: Its name.
            with_request: Whether with the request's bytes, as long as they are kept.

        Raises:
            Unavailable: STORE_UNAVAILABLE.
        """
        values = {"id": id_of(name)}

        def read(connection: Connection) -> View | None:
            row = connection.execute(_SUBMISSION, values).one_or_none()
            if row is None:
                return None
            events = connection.execute(_TIMELINE, values).all()
            request = connection.execute(_REQUEST, values).scalar_one_or_none() if with_request else None
            return self._rows.view(row, events, request=request)

        return await self._database.read(read) if values["id"] else None

    async def add(self, submission: Submission) -> Submission:
        """Adds an approval, unless its requester has used the request id before.

        Returns:
            The submission kept under the request id: this one or the earlier one, without the request's bytes.

        Raises:
            Unavailable: STORE_UNAVAILABLE.
        """
        approval = submission.approval
        row = self._rows.of_submission(submission)
        events = [self._rows.of_event(approval.name, place, Step(e)) for place, e in enumerate(approval.timeline, 1)]
        request = self._rows.of_request(submission)

        def write(connection: Connection) -> Submission:
            if connection.execute(insert_new(connection, APPROVALS), row).rowcount == 0:
                return self._repeated(connection, submission)
            connection.execute(_ADD_EVENT, events)
            connection.execute(_ADD_REQUEST, request)
            connection.execute(insert_new(connection, COURTS), {"court": approval.requester_court})
            return submission

        return await self._database.write(write)

    async def add_decided(self, submission: Submission, steps: Sequence[Step]) -> Approval | None:
        """Adds an approval that was submitted and decided elsewhere, unless there is one of its name.

        Args:
            submission: The submission.
            steps: The decisions, oldest first.

        Returns:
            The approval kept under the name: this one or the earlier one; None where the requester has used the request
            id for another.

        Raises:
            Unavailable: STORE_UNAVAILABLE.
        """
        approval = submission.approval
        row, request = self._rows.of_submission(submission), self._rows.of_request(submission)
        every = (*map(Step, approval.timeline), *steps)
        events = [self._rows.of_event(approval.name, place, step) for place, step in enumerate(every, 1)]

        def write(connection: Connection) -> Approval | None:
            if connection.execute(insert_new(connection, APPROVALS), row).rowcount == 0:
                return self._fetch(connection, (row["id"],)).get(row["id"])
            connection.execute(_ADD_EVENT, events)
            connection.execute(_ADD_REQUEST, request)
            connection.execute(insert_new(connection, COURTS), {"court": approval.requester_court})
            return replace(approval, timeline=(*approval.timeline, *(step.event for step in steps)))

        return await self._database.write(write)

    async def append(self, name: str, decide: Decide) -> Approval | None:
        """Adds an event to a timeline; of writers that race each decides on what the one before has left.

        Args:
            name: Name of the approval.
            decide: Says what happens; runs in the writer's thread, and again if a write is repeated.

        Returns:
            The approval afterwards; None if there is none of that name.

        Raises:
            XiezhiError: What `decide` raises, or STORE_UNAVAILABLE.
        """
        values = {"id": id_of(name)}

        def write(connection: Connection) -> Approval | None:
            row = connection.execute(_LOCKED, values).one_or_none()
            if row is None:
                return None
            approval = self._rows.approval(row, connection.execute(_TIMELINE, values).all())
            step = decide(approval)
            return approval if step is None else self._write_step(connection, approval, step)

        try:
            return await self._database.write(write)
        except BaseException:
            self._cached.forget(values["id"])
            raise

    async def page(
        self, reader: Reader, *, state: State | None, after: Place | None, limit: int, now: datetime
    ) -> tuple[View, ...]:
        """Returns approvals that an officer submitted or may decide on, newest first, without requests.

        Args:
            reader: The officer.
            state: Only those in this state; None for all.
            after: The place after which to begin; None at the newest.
            limit: Most approvals to return.
            now: The instant for which states are meant, UTC.

        Raises:
            Unavailable: STORE_UNAVAILABLE.
        """

        def read(connection: Connection) -> tuple[View, ...]:
            rows = select_page(connection, reader, state=state, after=after, limit=limit, now=now)
            timelines = self._timelines.rows(connection, [row.id for row in rows])
            return tuple(self._rows.view(row, timelines[row.id]) for row in rows)

        return await self._database.read(read)

    async def requester_courts(self) -> tuple[str, ...]:
        """Returns the courts that ever submitted a request.

        Raises:
            Unavailable: STORE_UNAVAILABLE.
        """
        return await self._database.read(
            lambda connection: tuple(connection.execute(select(COURTS.c.court)).scalars()), snapshot=False
        )

    async def erase_ended(self, now: datetime) -> int:
        """Erases the bytes of requests whose approvals have ended; ERASED_AT_ONCE at the most.

        Args:
            now: The present instant, UTC.

        Returns:
            How many were erased.

        Raises:
            Unavailable: STORE_UNAVAILABLE.
        """
        ended = exists().where(EVENTS.c.approval_id == REQUESTS.c.approval_id, EVENTS.c.kind.in_([*ENDINGS]))
        due = select(REQUESTS.c.approval_id).where((REQUESTS.c.expires_at <= now) | ended).limit(ERASED_AT_ONCE)
        return await self._database.write(
            lambda connection: connection.execute(delete(REQUESTS).where(REQUESTS.c.approval_id.in_(due))).rowcount
        )

    def follow(self, name: str) -> AbstractContextManager[Any]:
        """Returns a context in which an `asyncio.Event` is set after each change that this process makes."""
        return self._changes.follow(name)

    def _write_step(self, connection: Connection, approval: Approval, step: Step) -> Approval:
        changed = approval.followed_by(step.event)
        key = id_of(approval.name)
        connection.execute(_ADD_EVENT, self._rows.of_event(approval.name, changed.version, step))
        if step.event.kind in ENDINGS:
            connection.execute(_ERASE, {"id": key})

        def tell() -> None:
            self._cached.replace(key, changed)
            self._changes.announce(approval.name)

        after_commit(connection, tell)
        return changed

    def _repeated(self, connection: Connection, submission: Submission) -> Submission:
        values = {"requester": submission.approval.requester, "request_id": submission.request_id}
        row = connection.execute(_REPEATED, values).one()
        events = connection.execute(_TIMELINE, {"id": row.id}).all()
        return self._rows.submission(row, self._rows.approval(row, events))

    def _fetch(self, connection: Connection, keys: Sequence[str]) -> dict[str, Approval]:
        """Reads approvals in two statements: submissions never change, so the timelines read after them are theirs."""
        rows = self._submissions.row(connection, keys)
        timelines = self._timelines.rows(connection, [*rows])
        return {key: self._rows.approval(row, timelines[key]) for key, row in rows.items()}

    def _fetch_versions(self, connection: Connection, keys: Sequence[str]) -> dict[str, int]:
        return {key: row.version for key, row in self._versions.row(connection, keys).items()}
