"""Restrictions as they are kept: sealed as a whole, and bound to the row they are in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from services.chassis.records import read_record, write_record
from services.chassis.sealing import Sealer
from services.exit_restriction.changes import RestrictionRecord
from services.exit_restriction.domain import Author, Filed, FilingLevel, Ground, Renewed
from services.exit_restriction.restrictions.domain import Renewal, Step
from services.filing.domain import Contact, Party

_FORM, _RENEWAL_VALUES = 1, 7


class RestrictionSealer:
    """Seals and opens.

    Args:
        sealer: Seals fields at rest.
    """

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    def seal_record(self, record: RestrictionRecord) -> bytes:
        """Seals a restriction; its person, instant and days are in its row."""
        filed = record.filed
        values = [
            filed.author.court_code,
            filed.author.case_number,
            filed.ground,
            filed.rule_version,
            record.entry_id,
            record.debtor.name,
            record.debtor.number,
            record.level,
            record.decision_number,
            record.officer_id,
            record.handler.name,
            record.handler.phone,
        ]
        return self._seal(values, _place(record.restriction_id, record.subject_id))

    def open_record(self, row: Any) -> RestrictionRecord:
        """Opens a restriction.

        Args:
            row: Its row.

        Raises:
            SealError: If it was changed or moved, or its key is not in the keyring.
            RecordForm: If it is of an unknown form.
        """
        values = self._open(row.record, _place(row.restriction_id, row.subject_id))
        court, case, ground, version, entry, name, number, level, decision, officer, judge, phone = values
        filed = Filed(
            row.restriction_id,
            Author(court, case),
            Ground(ground),
            at=row.filed_at,
            start=row.start_day,
            last_day=row.last_day,
            rule_version=version,
        )
        return RestrictionRecord(
            filed,
            row.subject_id,
            entry,
            Party(name, number, is_person=True),
            FilingLevel(level),
            decision,
            officer,
            Contact(judge, phone),
        )

    def seal_renewal(self, fact: Renewed, renewal: Renewal, *, subject_id: int) -> bytes:
        """Seals what a renewal rests on."""
        received = "" if fact.received_at is None else fact.received_at.isoformat()
        values = [
            fact.rule_version,
            renewal.level,
            renewal.decision_number,
            received,
            renewal.officer_id,
            renewal.handler.name,
            renewal.handler.phone,
        ]
        return self._seal(values, _renewal_place(fact.restriction_id, subject_id))

    def open_renewal(self, row: Any) -> Step:
        """Opens a renewal; raises as `open_record`."""
        values = self._open(row.record, _renewal_place(row.restriction_id, row.subject_id))
        # Of the first renewals neither the instant of receipt nor the judge was kept.
        version, level, decision, received, officer, judge, phone = values + [""] * (_RENEWAL_VALUES - len(values))
        fact = Renewed(
            row.restriction_id,
            row.at,
            last_day=row.last_day,
            rule_version=version,
            received_at=datetime.fromisoformat(received) if received else None,
        )
        return Step(fact, Renewal(FilingLevel(level), decision, officer, Contact(judge, phone)))

    def _seal(self, values: list[Any], place: str) -> bytes:
        return self._sealer.seal(write_record(_FORM, values), place=place)

    def _open(self, sealed: bytes, place: str) -> list[Any]:
        return read_record(_FORM, self._sealer.open(sealed, place=place))


def _place(restriction_id: str, subject_id: int) -> str:
    return f"exit.restriction:{restriction_id}:{subject_id}"


def _renewal_place(restriction_id: str, subject_id: int) -> str:
    return f"exit.renewal:{restriction_id}:{subject_id}"
