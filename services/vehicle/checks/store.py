"""Checks in SQL: a hit, its sighting, its notice and the answer are one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from sqlalchemy import Connection

from services.chassis.clock import Clock
from services.chassis.db import Database
from services.filing.domain import RequestKey
from services.vehicle.checks.dealings import DealingRows, Kept
from services.vehicle.checks.domain import Checked, Finding, Hit, Seen, Sought, decide, leaves_a_trace
from services.vehicle.checks.suspects import Suspects
from services.vehicle.domain import Trigger
from services.vehicle.registry.domain import Vehicle
from services.vehicle.sightings.domain import Encounter, Sighted
from services.vehicle.sightings.store import SightingRows

Meet = Callable[[int, Hit], Encounter | None]
"""Tells how the vehicle of a hit was met, by the place of what was sought; None where it is no sighting after all."""


class CheckStore:
    """Makes checks against the database.

    Args:
        database: The vehicle service's database, migrated.
        suspects: Finds the vehicles that alerts are for.
        dealings: Keeps checks.
        sightings: Adds sightings.
        clock: Source of now.
    """

    def __init__(
        self,
        database: Database,
        *,
        suspects: Suspects,
        dealings: DealingRows,
        sightings: SightingRows,
        clock: Clock,
    ) -> None:
        self._database = database
        self._suspects = suspects
        self._dealings = dealings
        self._sightings = sightings
        self._clock = clock

    async def answered(self, key: RequestKey) -> bytes | None:
        """Returns what was answered under a key; None if nothing is kept under it.

        Raises:
            XiezhiError: REQUEST_ID_REUSED or STORE_UNAVAILABLE.
        """
        return await self._database.read(lambda connection: self._dealings.answer(connection, key), snapshot=False)

    async def look(self, seen: Seen) -> Finding:
        """Reads what the register has under a plate and a VIN, and no alerts.

        Raises:
            Unavailable: STORE_UNAVAILABLE.
        """
        return await self._database.read(lambda connection: self._suspects.on_file(connection, seen))

    async def check(self, seen: Seen, key: RequestKey, *, write: Callable[[Checked], bytes]) -> bytes:
        """Makes a check, and keeps what it leaves; once for each key.

        Args:
            seen: What was seen.
            key: Under which key it is asked.
            write: Writes the answer.

        Returns:
            The answer, of now or of the first time.

        Raises:
            XiezhiError: REQUEST_ID_REUSED or STORE_UNAVAILABLE.
        """

        def work(connection: Connection) -> bytes:
            now = self._clock.now()
            # Under the locks, so that a seizure that is entered just now finds this check, or this check the seizure.
            finding = self._suspects.of(connection, seen, now=now)
            if (answered := self._dealings.answer(connection, key)) is not None:
                return answered
            checked, sighted = decide(seen, finding)
            ids = [self._sightings.record(connection, one, now=now) for one in sighted]
            answer = write(_with_sighting(checked, ids))
            if leaves_a_trace(seen, checked):
                # Also of what was hit: a court that seizes later is to hear of it. A control on the road is no dealing.
                is_dealing = seen.encounter.trigger is not Trigger.HIGHWAY_PATROL
                kept = Kept(key, now, answer, seen if is_dealing else None)
                if not self._dealings.keep(connection, kept):
                    return self._dealings.answer(connection, key) or answer
            return answer

        return await self._database.write(work)

    async def confirm(self, sought: Sequence[Sought]) -> frozenset[int]:
        """Returns the places of what an open seizure is for, of things that the index may have found.

        Raises:
            Unavailable: STORE_UNAVAILABLE.
        """
        now = self._clock.now()
        read = partial(self._suspects.hits, sought=sought, now=now)
        return frozenset(await self._database.read(read))

    async def record(self, sought: Sequence[Sought], meet: Meet) -> Mapping[int, str]:
        """Records all that is hit, in one transaction.

        Args:
            sought: What was found in the index.
            meet: Tells how each was met.

        Returns:
            Ids of the sightings, by place of what was sought.

        Raises:
            Unavailable: STORE_UNAVAILABLE.
        """

        def work(connection: Connection) -> dict[int, str]:
            now = self._clock.now()
            found = self._suspects.hits(connection, sought=sought, now=now, lock=True)
            recorded = {
                place: self._record(connection, hits, partial(meet, place), now=now) for place, hits in found.items()
            }
            return {place: ids[0] for place, ids in recorded.items() if ids}

        return await self._database.write(work)

    def seen_before(self, connection: Connection, vehicle: Vehicle, at: datetime) -> bool:
        """Tells the command centre of inspections and registrations of the 72 hours before a vehicle was seized.

        Args:
            connection: That of the write function that seizes it, after the seizure was added.
            vehicle: The vehicle, locked.
            at: When it was seized.

        Returns:
            Whether there were any.
        """
        lately = self._dealings.lately(connection, vehicle, before=at)
        if not lately:
            return False
        seizures = self._suspects.seizures(connection, vehicle, now=at)
        for seen in lately:
            differs = seen.encounter.plate != vehicle.plate or (seen.vin is not None and seen.vin.number != vehicle.vin)
            sighted = Sighted(seen.encounter, vehicle, seizures, is_suspected_clone=differs, is_before_seizure=True)
            self._sightings.record(connection, sighted, now=at)
        return True

    async def erase_old(self) -> None:
        """Erases checks that are older than 72 hours.

        Raises:
            Unavailable: STORE_UNAVAILABLE.
        """
        await self._database.write(lambda connection: self._dealings.erase(connection, now=self._clock.now()))

    def _record(
        self, connection: Connection, hits: Iterable[Hit], meet: Callable[[Hit], Encounter | None], *, now: datetime
    ) -> list[str]:
        return [
            self._sightings.record(connection, Sighted(meeting, hit.file.vehicle, hit.seizures), now=now)
            for hit in hits
            if (meeting := meet(hit)) is not None
        ]


def _with_sighting(checked: Checked, ids: Sequence[str]) -> Checked:
    return replace(checked, sighting_id=ids[0]) if ids else checked
