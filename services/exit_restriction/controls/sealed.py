"""Controls as they are kept: sealed as a whole, and bound to the row they are in.

Dates are days counted from 1 January of the year 1.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from services.chassis.records import read_record, write_record
from services.chassis.sealing import Sealer
from services.exit_restriction.controls.domain import ControlRecord, HandedOver, Judge
from services.exit_restriction.domain import Author, Placed, Requirement
from services.filing.domain import Contact

_FORM = 1


class ControlSealer:
    """Seals and opens.

    Args:
        sealer: Seals fields at rest.
    """

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    def seal(self, record: ControlRecord) -> bytes:
        """Seals a control; its person's subject and its instant are in its row."""
        placed, person, judge = record.placed, record.person, record.judge
        values = [
            placed.author.court_code,
            placed.author.case_number,
            placed.requirement,
            placed.start.toordinal(),
            placed.last_day.toordinal(),
            placed.rule_version,
            (person.name, person.id_type, person.number, person.is_passport, person.document_numbers),
            record.decision_number,
            (judge.officer_id, judge.contact.name, judge.contact.phone),
            record.batch,
        ]
        return self._sealer.seal(write_record(_FORM, values), place=_place(record.control_id, record.subject_id))

    def open(self, row: Any) -> ControlRecord:
        """Opens a control.

        Args:
            row: Its row.

        Raises:
            SealError: If it was changed or moved, or its key is not in the keyring.
            RecordForm: If it is of an unknown form.
        """
        opened = self._sealer.open(bytes(row.record), place=_place(row.control_id, row.subject_id))
        values = read_record(_FORM, opened)
        court, case, requirement, start, last_day, version, person, decision, judge, batch = values
        name, id_type, number, is_passport, documents = person
        officer, judge_name, phone = judge
        placed = Placed(
            row.control_id,
            Author(court, case),
            Requirement(requirement),
            at=row.placed_at,
            start=date.fromordinal(start),
            last_day=date.fromordinal(last_day),
            rule_version=version,
        )
        return ControlRecord(
            placed,
            row.subject_id,
            HandedOver(name, id_type, number, is_passport, tuple(documents)),
            decision,
            Judge(officer, Contact(judge_name, phone)),
            batch,
        )


def _place(control_id: str, subject_id: int) -> str:
    return f"exit.control:{control_id}:{subject_id}"
