"""Checks in SQL: a hit, what the courts are told of it and the answer are one transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial

from sqlalchemy import Connection

from services.chassis.clock import Clock
from services.chassis.db import Database
from services.chassis.ids import IdSource
from services.exit_restriction.border.dealings import DealingRows
from services.exit_restriction.border.domain import (
    Checked,
    Met,
    Presented,
    Recorded,
    Sought,
    contacts_of,
    strictest_first,
)
from services.exit_restriction.border.suspects import Suspects
from services.exit_restriction.border.tellings import Tellings
from services.exit_restriction.hits.domain import Handling, Hit, Meeting
from services.exit_restriction.hits.rows import HitRows
from services.filing.domain import RequestKey
from xiezhi.errors import Reason, error


class BorderStore:
    """Makes checks against the database.

    Args:
        database: The exit restriction service's database, migrated.
        suspects: Finds the people whom alerts are for.
        dealings: Keeps the answers of checks that hit.
        hits: Keeps hits.
        tellings: Tells courts.
        clock: Source of now.
        ids: Source of ids.
    """

    def __init__(
        self,
        database: Database,
        *,
        suspects: Suspects,
        dealings: DealingRows,
        hits: HitRows,
        tellings: Tellings,
        clock: Clock,
        ids: IdSource,
    ) -> None:
        self._database = database
        self._suspects = suspects
        self._dealings = dealings
        self._hits = hits
        self._tellings = tellings
        self._clock = clock
        self._ids = ids

    async def answered(self, key: RequestKey) -> bytes | None:
        """Returns what was answered under a key; None if nothing is kept under it.

        Raises:
            XiezhiError: REQUEST_ID_REUSED or STORE_UNAVAILABLE.
        """
        return await self._database.read(lambda connection: self._dealings.answer(connection, key), snapshot=False)

    async def identity_differs(self, presented: Presented) -> bool:
        """Whether document and identity number are of different persons on file; reads the register and no alerts.

        Raises:
            Unavailable: STORE_UNAVAILABLE.
        """
        return await self._database.read(lambda connection: self._suspects.identity_differs(connection, presented))

    async def check(self, presented: Presented, key: RequestKey, *, write: Callable[[Checked], bytes]) -> bytes:
        """Makes a check, and keeps what it leaves, which is nothing where nobody is met; once for each key.

        Args:
            presented: Who presents.
            key: Under which key it is asked.
            write: Writes the answer.

        Returns:
            The answer, of now or of the first time.

        Raises:
            XiezhiError: REQUEST_ID_REUSED or STORE_UNAVAILABLE.
        """

        def work(connection: Connection) -> bytes:
            now = self._clock.now()
            sought, known = self._suspects.sought(presented), self._suspects.known(connection, presented)
            found = self._suspects.met(connection, sought, now=now, lock=True, known=known)
            if (answered := self._dealings.answer(connection, key)) is not None:
                return answered
            differs = self._suspects.identity_differs(connection, presented)
            met = _each_once(found)
            if not met:
                return write(Checked(identity_differs=differs))
            recorded = [self._record(connection, one, presented.meeting, now=now) for one in met]
            checked = Checked(recorded[0].action, contacts_of(met), recorded[0].hit_id, identity_differs=differs)
            answer = write(checked)
            if not self._dealings.keep(connection, key, answer, at=now):
                return self._dealings.answer(connection, key) or answer
            return answer

        return await self._database.write(work)

    async def confirm(self, sought: Sequence[Sought]) -> frozenset[int]:
        """Returns the places of those with whom anything is to be done, of those whom the index may have found.

        Raises:
            Unavailable: STORE_UNAVAILABLE.
        """
        return frozenset(await self._database.read(partial(self._suspects.met, sought=sought, now=self._clock.now())))

    async def record(self, sought: Sequence[Sought]) -> Mapping[int, Recorded]:
        """Records all who are met, in one transaction.

        Args:
            sought: Who was found in the index.

        Returns:
            The hits, by place of what was sought.

        Raises:
            Unavailable: STORE_UNAVAILABLE.
        """

        def work(connection: Connection) -> dict[int, Recorded]:
            now = self._clock.now()
            found = self._suspects.met(connection, sought, now=now, lock=True)
            recorded = {
                place: [self._record(connection, one, sought[place].meeting, now=now) for one in met]
                for place, met in found.items()
            }
            return {place: some[0] for place, some in recorded.items()}

        return await self._database.write(work)

    async def handle(self, handling: Handling, key: RequestKey, *, unit: str, traceparent: str) -> Handling:
        """Records what was done with a person who was met, and tells the courts; once for each key.

        Args:
            handling: What was done.
            key: Under which key it is asked.
            unit: The officer's unit.
            traceparent: Trace of the call; empty where there is none.

        Returns:
            What was recorded, now or the first time.

        Raises:
            XiezhiError: NOT_FOUND, REQUEST_ID_REUSED or STORE_UNAVAILABLE.
        """

        def work(connection: Connection) -> Handling:
            if (recorded := self._hits.handled(connection, key)) is not None:
                return recorded
            hit = self._hits.read(connection, handling.hit_id)
            # Another unit's hit looks like one that is not there.
            if hit is None or hit.meeting.unit != unit:
                raise error(Reason.NOT_FOUND, "There is no such hit of this unit: check its name.")
            if not self._hits.handle(connection, handling, key):
                return self._hits.handled(connection, key) or handling
            self._tellings.handled(connection, hit, handling, traceparent=traceparent)
            return handling

        return await self._database.write(work)

    async def erase_old(self) -> None:
        """Erases answers that are older than 72 hours.

        Raises:
            Unavailable: STORE_UNAVAILABLE.
        """
        await self._database.write(lambda connection: self._dealings.erase(connection, now=self._clock.now()))

    def _record(self, connection: Connection, met: Met, meeting: Meeting, *, now: datetime) -> Recorded:
        """Writes a hit down and tells the courts, or counts it with the one that it repeats."""
        response = met.response
        hit = Hit(
            str(self._ids.uuid()),
            met.file.subject.subject_id,
            meeting,
            response.action,
            tuple(control.placed.control_id for control in response.concerned),
            frozenset(control.placed.control_id for control in response.told),
            now,
        )
        repeated = self._hits.record(connection, hit)
        if repeated is None:
            self._tellings.hit(connection, hit, met.file)
        return Recorded(repeated or hit.hit_id, response.action)


def _each_once(found: Mapping[int, Sequence[Met]]) -> list[Met]:
    """Returns all who are met by any of a traveller's numbers, each once, the strictest first."""
    by_key = {one.file.subject.subject_id: one for some in found.values() for one in some}
    return strictest_first(by_key.values())
