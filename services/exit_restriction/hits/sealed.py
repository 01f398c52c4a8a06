"""Hits as they are kept: sealed as a whole, and bound to the row they are in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from services.chassis.records import read_record, write_record
from services.chassis.sealing import Sealer
from services.exit_restriction.domain import Action, Direction
from services.exit_restriction.hits.domain import Handling, Hit, Meeting

_FORM = 1


class HitSealer:
    """Seals and opens.

    Args:
        sealer: Seals fields at rest.
    """

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    def seal_hit(self, hit: Hit) -> bytes:
        """Seals a hit; whom it is of, and which controls it concerned, are in rows."""
        meeting = hit.meeting
        values = [meeting.port, meeting.direction, meeting.unit, meeting.at.isoformat(), hit.action]
        return self._seal(values, _hit_place(hit.hit_id, hit.subject_id))

    def open_hit(self, row: Any, controls: dict[str, bool]) -> Hit:
        """Opens a hit.

        Args:
            row: Its row.
            controls: The controls that it concerned, and whether their cases were told.

        Raises:
            SealError: If it was changed or moved, or its key is not in the keyring.
            RecordForm: If it is of an unknown form.
        """
        port, direction, unit, at, action = self._open(row.record, _hit_place(row.hit_id, row.subject_id))
        return Hit(
            row.hit_id,
            row.subject_id,
            Meeting(port, Direction(direction), unit, datetime.fromisoformat(at)),
            Action(action),
            tuple(controls),
            frozenset(control_id for control_id, is_told in controls.items() if is_told),
            row.recorded_at,
        )

    def seal_handling(self, handling: Handling) -> bytes:
        """Seals what was done; when, and of which hit, are in its row."""
        return self._seal([handling.action, handling.note, handling.officer_id], f"exit.handling:{handling.hit_id}")

    def open_handling(self, row: Any) -> Handling:
        """Opens what was done; raises as `open_hit`."""
        action, note, officer = self._open(row.record, f"exit.handling:{row.hit_id}")
        return Handling(row.hit_id, Action(action), note, officer, row.at)

    def _seal(self, values: list[Any], place: str) -> bytes:
        return self._sealer.seal(write_record(_FORM, values), place=place)

    def _open(self, sealed: bytes, place: str) -> list[Any]:
        return read_record(_FORM, self._sealer.open(bytes(sealed), place=place))


def _hit_place(hit_id: str, subject_id: int) -> str:
    return f"exit.hit:{hit_id}:{subject_id}"
