"""Sightings in SQL: written with their notices, in the transaction of whoever met the vehicle."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from services.chassis.db import KeyedQuery
from services.chassis.feed import Escalation, Feed, Notice
from services.chassis.ids import IdSource
from services.chassis.sealing import BlindIndex, Keyring, Sealer
from services.vehicle.domain import WINDOW, Sighting, Trigger
from services.vehicle.sightings.domain import TOLD, TOLD_LATE, TOPIC, Sighted, Tally
from services.vehicle.sightings.tables import SIGHTINGS

MATTER_INDEX = "vehicle.sighting"
"""Label of the index of what makes a sighting news."""
ACKNOWLEDGE_WITHIN = timedelta(minutes=30)

Describe = Callable[[str, Sighted], bytes]
"""Writes a sighting under its id as it is told."""

_ADD = insert(SIGHTINGS)
_JOIN = update(SIGHTINGS).where(SIGHTINGS.c.sighting_id == bindparam("which"))
_NEAR = (
    select(SIGHTINGS)
    .where(
        SIGHTINGS.c.vehicle_id == bindparam("whose"),
        SIGHTINGS.c.last_at >= bindparam("since"),
        SIGHTINGS.c.first_at <= bindparam("until"),
        SIGHTINGS.c.trigger == bindparam("occasion"),
        SIGHTINGS.c.matter.in_(bindparam("matters", expanding=True)),
    )
    .order_by(SIGHTINGS.c.last_at.desc())
    .limit(1)
)
_TALLIES = KeyedQuery(
    select(SIGHTINGS.c.sighting_id, SIGHTINGS.c.first_at, SIGHTINGS.c.last_at, SIGHTINGS.c.times),
    SIGHTINGS.c.sighting_id,
)


@dataclass(frozen=True, slots=True)
class Terms:
    """How sightings are counted and told.

    Attributes:
        window: How long after the last time another one is the same sighting.
        acknowledge_within: How long the command centre has to acknowledge one.
    """

    window: timedelta = WINDOW
    acknowledge_within: timedelta = ACKNOWLEDGE_WITHIN


class SightingRows:
    """Adds sightings, within a transaction of whoever calls, who holds the lock of the vehicle.

    Args:
        keyring: Keys of the service's fields at rest.
        feed: Tells those who are to know.
        describe: Writes a sighting as it is told.
        ids: Source of ids.
        terms: How sightings are counted and told.
    """

    def __init__(self, keyring: Keyring, *, feed: Feed, describe: Describe, ids: IdSource, terms: Terms) -> None:
        self._sealer = Sealer(keyring)
        self._matters = BlindIndex(keyring, MATTER_INDEX)
        self._feed = feed
        self._describe = describe
        self._ids = ids
        self._terms = terms

    def record(self, connection: Connection, sighted: Sighted, *, now: datetime) -> str:
        """Adds a sighting and tells the command centre, or counts it with the one that it repeats.

        Args:
            connection: That of a write function.
            sighted: What was seen.
            now: The present instant, from which the command centre has its time.

        Returns:
            Id of the sighting.
        """
        meeting = sighted.encounter
        once = Sighting.once(sighted.vehicle.vehicle_id, meeting.trigger, meeting.unit, at=meeting.at)
        row = self._near(connection, sighted)
        joined = None if row is None else _read(row, meeting.unit).joined(once, window=self._terms.window)
        if row is None or joined is None:
            return self._add(connection, sighted, now=now)
        connection.execute(
            _JOIN,
            {
                "which": row.sighting_id,
                "first_at": joined.first_at,
                "last_at": joined.last_at,
                "times": joined.count,
            },
        )
        return str(row.sighting_id)

    def _near(self, connection: Connection, sighted: Sighted) -> Row[Any] | None:
        meeting, window = sighted.encounter, self._terms.window
        values = {
            "whose": sighted.vehicle.vehicle_id,
            "since": meeting.at - window,
            "until": meeting.at + window,
            "occasion": int(meeting.trigger),
            "matters": self._matters.all_of(sighted.matter),
        }
        return connection.execute(_NEAR, values).one_or_none()

    def _add(self, connection: Connection, sighted: Sighted, *, now: datetime) -> str:
        sighting_id, meeting = str(self._ids.uuid()), sighted.encounter
        told = self._describe(sighting_id, sighted)
        row = {
            "sighting_id": sighting_id,
            "vehicle_id": sighted.vehicle.vehicle_id,
            "trigger": int(meeting.trigger),
            "matter": self._matters.of(sighted.matter),
            "first_at": meeting.at,
            "last_at": meeting.at,
            "times": 1,
            "record": self._sealer.seal(told, place=f"vehicle.sighting:{sighting_id}"),
        }
        connection.execute(_ADD, row)
        self._feed.write(
            connection,
            Notice(
                notice_id=sighting_id,
                addressee=TOLD,
                topic=TOPIC,
                subject=str(sighted.vehicle.vehicle_id).encode(),
                payload=told,
                made_at=now,
                traceparent=meeting.traceparent,
                ack_within=self._terms.acknowledge_within,
                escalations=(Escalation(TOLD_LATE),),
            ),
        )
        return sighting_id


def read_tallies(connection: Connection, sighting_ids: Sequence[str]) -> dict[str, Tally]:
    """Reads how often vehicles were met so far; a sighting that is not there is left out."""
    found = _TALLIES.row(connection, sighting_ids)
    return {key: Tally(row.first_at, row.last_at, row.times) for key, row in found.items()}


def _read(row: Row[Any], unit: str) -> Sighting:
    return Sighting(
        row.vehicle_id, Trigger(row.trigger), unit, first_at=row.first_at, last_at=row.last_at, count=row.times
    )
