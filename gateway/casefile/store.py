"""The case registry in SQL, on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, insert, select

from gateway.cached import CachedReader
from gateway.casefile.domain import Case, CaseFacts, CaseRecord, Event, Kind, Parties, RequestKey, normal
from gateway.casefile.loader import CaseLoader
from gateway.casefile.rows import PARTY_INDEX, case_row, event_row
from gateway.casefile.tables import CASES, EVENTS, REQUESTS
from services.chassis.db import BatchReader, Database, KeyedQuery, after_commit, insert_new
from services.chassis.sealing import BlindIndex, Keyring
from xiezhi.errors import Reason, XiezhiError, error

__all__ = ["CaseLoader", "CaseRecord", "CaseStore"]

_CASE = select(CASES).where(CASES.c.case_number == bindparam("number"))
_LOCKED = _CASE.with_for_update()
_TIMELINE = select(EVENTS).where(EVENTS.c.case_number == bindparam("number")).order_by(EVENTS.c.sequence)
_ASKED = select(REQUESTS.c.content_sha256).where(
    REQUESTS.c.court_code == bindparam("court"), REQUESTS.c.request_id == bindparam("request_id")
)
_ADD_EVENT = insert(EVENTS)

Decide = Callable[[Case], Event | None]
"""Says what happens to a case as it is now: an event, nothing, or a refusal that it raises."""


class CaseStore:
    """The case registry.

    Args:
        database: The gateway's database, migrated.
        keyring: Keys of the gateway's fields at rest.
        exclusive: Whether this process alone uses the database: see `gateway.approval.store.ApprovalStore`. Cases that
            a `CaseLoader` adds meanwhile are seen all the same.
    """

    def __init__(self, database: Database, *, keyring: Keyring, exclusive: bool = False) -> None:
        self._database = database
        self._index = BlindIndex(keyring, PARTY_INDEX)
        self._cases = KeyedQuery(select(CASES), CASES.c.case_number)
        self._timelines = KeyedQuery(select(EVENTS).order_by(EVENTS.c.sequence), EVENTS.c.case_number)
        self._versions = KeyedQuery(
            select(EVENTS.c.case_number, func.max(EVENTS.c.sequence).label("version")).group_by(EVENTS.c.case_number),
            EVENTS.c.case_number,
        )
        self._cached = CachedReader(
            BatchReader(database, self._fetch), BatchReader(database, self._fetch_versions), exclusive=exclusive
        )

    async def facts(self, court: str, number: str) -> CaseFacts | None:
        """Returns what the gate needs to know of a case, None if the court has none of that number.

        Args:
            court: Its court.
            number: Its number in its normal form.

        Raises:
            Unavailable: STORE_UNAVAILABLE.
        """
        case = await self.get(court, number)
        return None if case is None else CaseFacts(case, self._index.all_of)

    async def get(self, court: str, number: str) -> Case | None:
        """Returns a case as it is now, None if the court has none of that number.

        Raises:
            Unavailable: STORE_UNAVAILABLE.
        """
        case = await self._cached.get(number)
        return case if case is not None and case.court_code == court else None

    def index(self, numbers: Iterable[str]) -> Parties:
        """Returns the parties with these identity numbers as they are kept."""
        return Parties.of(self._index.of(normal(number)) for number in numbers)

    async def register(self, case: Case, *, key: RequestKey) -> Case:
        """Registers a case, unless it is registered already with the same content.

        Args:
            case: The case, with nothing but its registration in the timeline.
            key: Under which key this is asked.

        Returns:
            The case as it is now.

        Raises:
            XiezhiError: CASE_EXISTS, REQUEST_ID_REUSED or STORE_UNAVAILABLE.
        """

        def write(connection: Connection) -> Case:
            repeated = _is_repeated(connection, key)
            if not repeated and connection.execute(insert_new(connection, CASES), case_row(case)).rowcount:
                connection.execute(_ADD_EVENT, event_row(case.case_number, 1, case.timeline[0]))
                return case
            kept = _read(connection, case.case_number)
            if kept is None:
                raise _not_found()
            kept.require_same_registration(case)
            return kept

        return await self._database.write(write)

    async def change(self, court: str, number: str, decide: Decide, *, key: RequestKey) -> Case:
        """Adds an event to a case; of writers that race each decides on what the one before has left.

        Args:
            court: Its court.
            number: Its number in its normal form.
            decide: Says what happens; runs in the writer's thread, and again if a write is repeated.
            key: Under which key this is asked; if it was asked before, nothing happens.

        Returns:
            The case afterwards.

        Raises:
            XiezhiError: NOT_FOUND, REQUEST_ID_REUSED, what `decide` raises, or STORE_UNAVAILABLE.
        """

        def write(connection: Connection) -> Case:
            repeated = _is_repeated(connection, key)
            case = _read(connection, number)
            if case is None or case.court_code != court:
                raise _not_found()
            event = None if repeated else decide(case)
            return case if event is None else self._write_event(connection, case, event)

        try:
            return await self._database.write(write)
        except BaseException:
            self._cached.forget(number)
            raise

    def _write_event(self, connection: Connection, case: Case, event: Event) -> Case:
        changed = case.followed_by(event)
        connection.execute(_ADD_EVENT, event_row(case.case_number, changed.version, event))
        after_commit(connection, lambda: self._cached.replace(case.case_number, changed))
        return changed

    def _fetch(self, connection: Connection, keys: Sequence[str]) -> dict[str, Case]:
        """Reads cases in two statements: what was registered never changes."""
        rows = self._cases.row(connection, keys)
        timelines = self._timelines.rows(connection, [*rows])
        return {key: _case(row, timelines[key]) for key, row in rows.items()}

    def _fetch_versions(self, connection: Connection, keys: Sequence[str]) -> dict[str, int]:
        return {key: row.version for key, row in self._versions.row(connection, keys).items()}


def _is_repeated(connection: Connection, key: RequestKey) -> bool:
    """Notes that something is asked under a key, and tells whether it was asked before.

    Raises:
        AlreadyExists: REQUEST_ID_REUSED.
    """
    row = {"court_code": key.court_code, "request_id": key.request_id, "content_sha256": key.content_sha256}
    if connection.execute(insert_new(connection, REQUESTS), row).rowcount:
        return False
    asked = connection.execute(_ASKED, {"court": key.court_code, "request_id": key.request_id}).scalar_one()
    key.require_same(bytes(asked))
    return True


def _read(connection: Connection, number: str) -> Case | None:
    """Reads a case for a change, which keeps out every other change of it until the commit."""
    row = connection.execute(_LOCKED, {"number": number}).one_or_none()
    return None if row is None else _case(row, connection.execute(_TIMELINE, {"number": number}).all())


def _case(row: Row[Any], events: Sequence[Row[Any]]) -> Case:
    return Case(
        court_code=row.court_code,
        case_number=row.case_number,
        parties=Parties(bytes(row.parties)),
        timeline=tuple(Event(Kind(e.kind), e.time, e.actor, e.handler) for e in events),
    )


def _not_found() -> XiezhiError:
    return error(Reason.NOT_FOUND, "The court has no case of this number.")
