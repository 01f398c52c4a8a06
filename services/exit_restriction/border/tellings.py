"""What courts are told of hits, made of the hit and of the controls that it concerned."""

from __future__ import annotations

from sqlalchemy import Connection

from services.exit_restriction.controls.domain import ControlFile, ControlRecord
from services.exit_restriction.controls.rows import ControlRows
from services.exit_restriction.hits.domain import Handling, Hit
from services.exit_restriction.meetings import HandledTold, HitTold, Tell


class Tellings:
    """Tells courts, in a transaction of whoever calls.

    Args:
        controls: Reads controls.
        tell: Writes down what is told.
    """

    def __init__(self, controls: ControlRows, *, tell: Tell) -> None:
        self._controls = controls
        self._tell = tell

    def hit(self, connection: Connection, hit: Hit, file: ControlFile) -> None:
        """Tells every case of which a control concerned a hit.

        Args:
            connection: That of the write function that adds it.
            hit: The hit.
            file: The person with their controls.
        """
        for told in _all_told(hit, file):
            self._tell(connection, told)

    def handled(self, connection: Connection, hit: Hit, handling: Handling, *, traceparent: str) -> None:
        """Tells those who were told of a hit what was done.

        Args:
            connection: That of the write function that records it.
            hit: The hit.
            handling: What was done.
            traceparent: Trace of the call; empty where there is none.
        """
        file = self._controls.read_files(connection, [hit.subject_id])[hit.subject_id]
        for told in _all_told(hit, file):
            done = HandledTold(told, handling.action, handling.note, at=handling.at, traceparent=traceparent)
            self._tell(connection, done)


def _all_told(hit: Hit, file: ControlFile) -> list[HitTold]:
    return [_told(hit, file.records[control_id]) for control_id in hit.controls if control_id in hit.told]


def _told(hit: Hit, record: ControlRecord) -> HitTold:
    meeting, placed = hit.meeting, record.placed
    return HitTold(
        placed.author,
        record.control_id,
        hit.hit_id,
        hit.subject_id,
        record.judge.officer_id,
        record.person.name,
        placed.requirement,
        hit.action,
        meeting.port,
        meeting.direction,
        meeting.unit,
        observed_at=meeting.at,
        at=hit.recorded_at,
        traceparent=meeting.traceparent,
    )
