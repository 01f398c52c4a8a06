"""Rows of hits, within a transaction of whoever calls."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, insert, select, update

from services.chassis.db import KeyedQuery, insert_new
from services.chassis.sealing import BlindIndex, Keyring, Sealer
from services.exit_restriction.hits.domain import WINDOW, Handling, Hit, ShownHit
from services.exit_restriction.hits.sealed import HitSealer
from services.exit_restriction.hits.tables import HANDLINGS, HIT_CONTROLS, HITS
from services.filing.domain import RequestKey
from services.filing.keys import RequestIndex

MATTER_INDEX, REQUEST_INDEX = "exit.hit", "exit.handling.request"
"""Labels of the indexes of what makes a hit news, and of requests to record what was done."""

_ADD, _ADD_CONTROL = insert(HITS), insert(HIT_CONTROLS)
_JOIN = update(HITS).where(HITS.c.hit_id == bindparam("which"))
_NEAR = (
    select(HITS)
    .where(
        HITS.c.subject_id == bindparam("whose"),
        HITS.c.last_at >= bindparam("since"),
        HITS.c.first_at <= bindparam("until"),
        HITS.c.matter.in_(bindparam("matters", expanding=True)),
    )
    .order_by(HITS.c.last_at.desc())
    .limit(1)
)
_OF_CONTROLS = (
    select(HITS, HIT_CONTROLS.c.control_id)
    .join(HIT_CONTROLS, HIT_CONTROLS.c.hit_id == HITS.c.hit_id)
    .where(
        HIT_CONTROLS.c.control_id.in_(bindparam("controls", expanding=True)),
        HIT_CONTROLS.c.told.is_(True),
        HITS.c.recorded_at <= bindparam("as_of"),
    )
    .order_by(HITS.c.sequence.desc())
    .limit(bindparam("most"))
)
_COUNTS = (
    select(HIT_CONTROLS.c.control_id, func.count().label("hits"))
    .join(HITS, HIT_CONTROLS.c.hit_id == HITS.c.hit_id)
    .where(
        HIT_CONTROLS.c.control_id.in_(bindparam("controls", expanding=True)),
        HITS.c.recorded_at <= bindparam("as_of"),
    )
    .group_by(HIT_CONTROLS.c.control_id)
)
_ASKED = select(HANDLINGS).where(HANDLINGS.c.request_digest.in_(bindparam("digests", expanding=True)))
_BY_ID = KeyedQuery(select(HITS), HITS.c.hit_id)
_CONTROLS = KeyedQuery(select(HIT_CONTROLS).order_by(HIT_CONTROLS.c.control_id), HIT_CONTROLS.c.hit_id)
_HANDLED = KeyedQuery(select(HANDLINGS).order_by(HANDLINGS.c.number), HANDLINGS.c.hit_id)


class HitRows:
    """Reads and adds hits; whoever adds one holds the lock of the person's subject.

    Args:
        keyring: Keys of the service's fields at rest.
        window: How long after the last time the same meeting is the same hit.
    """

    def __init__(self, keyring: Keyring, *, window: timedelta = WINDOW) -> None:
        self._sealer = HitSealer(Sealer(keyring))
        self._matters = BlindIndex(keyring, MATTER_INDEX)
        self._requests = RequestIndex(keyring, REQUEST_INDEX)
        self._window = window

    def record(self, connection: Connection, hit: Hit) -> str | None:
        """Adds a hit, or counts it with the one that it repeats.

        Args:
            connection: That of a write function.
            hit: The hit.

        Returns:
            Key of the hit that it repeats, of which everybody was told; None where it is added.
        """
        at = hit.meeting.at
        values = {
            "whose": hit.subject_id,
            "since": at - self._window,
            "until": at + self._window,
            "matters": self._matters.all_of(hit.matter),
        }
        row = connection.execute(_NEAR, values).one_or_none()
        if row is None:
            self._add(connection, hit)
            return None
        connection.execute(
            _JOIN,
            {
                "which": row.hit_id,
                "first_at": min(row.first_at, at),
                "last_at": max(row.last_at, at),
                "times": row.times + 1,
            },
        )
        return str(row.hit_id)

    def read(self, connection: Connection, hit_id: str) -> Hit | None:
        """Reads a hit; None where there is none of this key."""
        row = _BY_ID.row(connection, [hit_id]).get(hit_id)
        return None if row is None else self._open(connection, [row])[0]

    def counts(self, connection: Connection, control_ids: Collection[str], *, as_of: datetime) -> dict[str, int]:
        """Counts the hits of controls until a moment; one without any is left out."""
        found = connection.execute(_COUNTS, {"controls": [*control_ids], "as_of": as_of})
        return {row.control_id: row.hits for row in found}

    def of_controls(
        self, connection: Connection, control_ids: Collection[str], *, as_of: datetime, most: int
    ) -> list[ShownHit]:
        """Reads the hits of which the case was told by one of its controls.

        Args:
            connection: The connection.
            control_ids: Keys of the controls of the case.
            as_of: Moment until which they were written down, and what was done with the person too.
            most: How many at most, the newest ones.

        Returns:
            The hits, the oldest first.
        """
        values = {"controls": [*control_ids], "as_of": as_of, "most": most}
        rows = [*reversed(connection.execute(_OF_CONTROLS, values).all())]
        handled = _HANDLED.rows(connection, [row.hit_id for row in rows])
        shown = []
        for row, hit in zip(rows, self._open(connection, rows), strict=True):
            done = [one for one in handled.get(row.hit_id, ()) if one.at <= as_of]
            handling = self._sealer.open_handling(done[-1]) if done else None
            shown.append(ShownHit(hit, row.control_id, handling))
        return shown

    def handled(self, connection: Connection, key: RequestKey) -> Handling | None:
        """Returns what was recorded under a key; None if nothing was.

        Raises:
            AlreadyExists: REQUEST_ID_REUSED, if something else was asked under it.
        """
        row = connection.execute(_ASKED, {"digests": self._requests.digests(key)}).one_or_none()
        if row is None:
            return None
        self._requests.require_same(bytes(row.content_digest), key)
        return self._sealer.open_handling(row)

    def handle(self, connection: Connection, handling: Handling, key: RequestKey) -> bool:
        """Records what was done.

        Returns:
            Whether it was recorded; False if something was recorded under its key meanwhile.
        """
        row = {
            "hit_id": handling.hit_id,
            "request_digest": self._requests.digest(key),
            "content_digest": self._requests.content(key),
            "at": handling.at,
            "record": self._sealer.seal_handling(handling),
        }
        return connection.execute(insert_new(connection, HANDLINGS), row).rowcount == 1

    def _add(self, connection: Connection, hit: Hit) -> None:
        row = {
            "hit_id": hit.hit_id,
            "subject_id": hit.subject_id,
            "matter": self._matters.of(hit.matter),
            "recorded_at": hit.recorded_at,
            "first_at": hit.meeting.at,
            "last_at": hit.meeting.at,
            "times": 1,
            "record": self._sealer.seal_hit(hit),
        }
        connection.execute(_ADD, row)
        links = [{"hit_id": hit.hit_id, "control_id": one, "told": one in hit.told} for one in hit.controls]
        connection.execute(_ADD_CONTROL, links)

    def _open(self, connection: Connection, rows: Iterable[Row[Any]]) -> list[Hit]:
        found = [*rows]
        links = _CONTROLS.rows(connection, [row.hit_id for row in found])
        return [
            self._sealer.open_hit(row, {link.control_id: bool(link.told) for link in links.get(row.hit_id, ())})
            for row in found
        ]
