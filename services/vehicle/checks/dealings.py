"""Checks that are kept for 72 hours: what was answered, and what was seen at inspections and registrations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, or_, select

from services.chassis.db import insert_new
from services.chassis.records import read_record, write_record
from services.chassis.sealing import BlindIndex, Keyring, Sealer
from services.codes.vins import Vin
from services.filing.domain import RequestKey
from services.vehicle.checks.domain import KEPT, Seen
from services.vehicle.checks.tables import DEALINGS
from services.vehicle.domain import Trigger
from services.vehicle.registry.domain import Vehicle
from services.vehicle.sightings.domain import Encounter
from xiezhi.errors import Reason, error

REQUEST_INDEX, PLATE_INDEX, VIN_INDEX = "vehicle.check.request", "vehicle.dealing.plate", "vehicle.dealing.vin"
"""Labels of the indexes."""

_FORM = 1
_ASKED = select(DEALINGS).where(DEALINGS.c.request_digest.in_(bindparam("digests", expanding=True)))
_LATELY = (
    select(DEALINGS.c.request_digest, DEALINGS.c.at, DEALINGS.c.record)
    .where(
        or_(
            DEALINGS.c.plate_digest.in_(bindparam("plates", expanding=True)),
            DEALINGS.c.vin_digest.in_(bindparam("vins", expanding=True)),
        ),
        DEALINGS.c.at >= bindparam("since"),
    )
    .order_by(DEALINGS.c.at)
)
_ENDED = delete(DEALINGS).where(DEALINGS.c.at < bindparam("before"))


@dataclass(frozen=True, slots=True)
class Kept:
    """A check that is kept.

    Attributes:
        key: Under which key it was asked.
        at: When.
        answer: What was answered.
        seen: What was seen at an inspection or registration; None of a control on the road.
    """

    key: RequestKey
    at: datetime
    answer: bytes
    seen: Seen | None = None


class DealingRows:
    """Keeps checks, within a transaction of whoever calls.

    Args:
        keyring: Keys of the service's fields at rest.
    """

    def __init__(self, keyring: Keyring) -> None:
        self._sealer = Sealer(keyring)
        self._requests = BlindIndex(keyring, REQUEST_INDEX)
        self._plates = BlindIndex(keyring, PLATE_INDEX)
        self._vins = BlindIndex(keyring, VIN_INDEX)

    def answer(self, connection: Connection, key: RequestKey) -> bytes | None:
        """Returns what was answered under a key; None if nothing is kept under it.

        Raises:
            AlreadyExists: REQUEST_ID_REUSED, if something else was asked.
        """
        row = connection.execute(_ASKED, {"digests": self._requests.all_of(_name(key))}).one_or_none()
        if row is None:
            return None
        if bytes(row.content_digest) not in self._requests.all_of(key.sha256.hex()):
            raise error(Reason.REQUEST_ID_REUSED, "The request id was used for another request.")
        return self._sealer.open(bytes(row.answer), place=_place("answer", bytes(row.request_digest)))

    def keep(self, connection: Connection, kept: Kept) -> bool:
        """Keeps a check.

        Returns:
            Whether it was kept; False if something is kept under its key.
        """
        digest, seen = self._requests.of(_name(kept.key)), kept.seen
        vin = None if seen is None or seen.vin is None else seen.vin.number
        row = {
            "request_digest": digest,
            "content_digest": self._requests.of(kept.key.sha256.hex()),
            "at": kept.at,
            "answer": self._sealer.seal(kept.answer, place=_place("answer", digest)),
            "plate_digest": None if seen is None else self._plates.of(seen.encounter.plate),
            "vin_digest": None if vin is None else self._vins.of(vin),
            "record": None if seen is None else self._sealer.seal(_write(seen), place=_place("seen", digest)),
        }
        return connection.execute(insert_new(connection, DEALINGS), row).rowcount == 1

    def lately(self, connection: Connection, vehicle: Vehicle, *, before: datetime) -> list[Seen]:
        """Returns the inspections and registrations of a vehicle since 72 hours before an instant, the first one first.

        What was written down before is before it, by whatever process's clock.
        """
        values = {
            "plates": self._plates.all_of(vehicle.plate),
            "vins": self._vins.all_of(vehicle.vin),
            "since": before - KEPT,
        }
        found = [self._open(bytes(d), at, bytes(r)) for d, at, r in connection.execute(_LATELY, values)]
        lately = [seen for seen in found if _is_of(seen, vehicle) and seen.encounter.at >= before - KEPT]
        return sorted(lately, key=lambda seen: seen.encounter.at)

    def erase(self, connection: Connection, *, now: datetime) -> None:
        """Erases what is older than 72 hours."""
        connection.execute(_ENDED, {"before": now - KEPT})

    def _open(self, digest: bytes, at: datetime, record: bytes) -> Seen:
        values = read_record(_FORM, self._sealer.open(record, place=_place("seen", digest)))
        trigger, unit, plate, types, vin, where, officer, is_held, note, traceparent, *dated = values
        at = datetime.fromisoformat(dated[0]) if dated else at
        meeting = Encounter(
            Trigger(trigger), unit, at, plate, where, officer, is_held=is_held, note=note, traceparent=traceparent
        )
        return Seen(meeting, tuple(types), None if vin is None else Vin(vin), is_dated=bool(dated))


def _write(seen: Seen) -> bytes:
    meeting = seen.encounter
    values = [
        int(meeting.trigger),
        meeting.unit,
        meeting.plate,
        seen.plate_types,
        None if seen.vin is None else seen.vin.number,
        meeting.place,
        meeting.officer_id,
        meeting.is_held,
        meeting.note,
        meeting.traceparent,
        *([meeting.at.isoformat()] if seen.is_dated else []),
    ]
    return write_record(_FORM, values)


def _is_of(seen: Seen, vehicle: Vehicle) -> bool:
    """Whether it may have been that vehicle: the same number may be on two, of plates of two types."""
    return (seen.vin is not None and seen.vin.number == vehicle.vin) or (
        seen.encounter.plate == vehicle.plate and vehicle.plate_type in seen.plate_types
    )


def _name(key: RequestKey) -> str:
    return f"{key.court_code}|{key.request_id}"


def _place(kind: str, digest: bytes) -> str:
    return f"vehicle.dealing.{kind}:{digest.hex()}"
