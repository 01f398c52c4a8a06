"""Entries as they are kept: sealed as a whole, and bound to the row they are in.

What the court wrote stands at the end as it came, after the length of what stands before it.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from services.chassis.records import read_record, write_record
from services.chassis.sealing import Sealer
from services.exit_restriction.domain import Author, Behaviour, Corrected, Listing, Outcome
from services.exit_restriction.listing.domain import EntryRecord, Forwarded, Rewritten, Written
from services.filing.domain import Contact, Party

_FORM = 1
_LENGTH = 4


class EntrySealer:
    """Seals and opens.

    Args:
        sealer: Seals fields at rest.
    """

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer

    def seal_record(self, record: EntryRecord) -> bytes:
        """Seals an entry; its instant is in its row."""
        author, handler = record.author, record.handler
        told = [author.court_code, author.case_number, record.officer_id, handler.name, handler.phone]
        values = [told, *_values(record.written, record.forwarded)]
        return self._seal(values, record.written.content, f"exit.entry:{record.entry_id}")

    def open_record(self, sealed: bytes, *, entry_id: str, at: datetime) -> EntryRecord:
        """Opens an entry.

        Args:
            sealed: The record.
            entry_id: Its key.
            at: Instant of receipt.

        Raises:
            SealError: If it was changed or moved, or its key is not in the keyring.
            RecordForm: If it is of an unknown form.
        """
        (told, *values), content = self._open(sealed, f"exit.entry:{entry_id}")
        court, case, officer, name, phone = told
        written, forwarded = _read(values, content)
        return EntryRecord(entry_id, Author(court, case), at, written, forwarded, officer, Contact(name, phone))

    def seal_rewritten(self, step: Rewritten) -> bytes:
        """Seals a correction; its instant is in its row."""
        values = _values(step.written, step.forwarded)
        return self._seal(values, step.written.content, f"exit.correction:{step.fact.entry_id}")

    def open_rewritten(self, sealed: bytes, *, entry_id: str, at: datetime) -> Rewritten:
        """Opens a correction; as `open_record`."""
        values, content = self._open(sealed, f"exit.correction:{entry_id}")
        written, forwarded = _read(values, content)
        return Rewritten(Corrected(entry_id, at, written.listing), written, forwarded)

    def _seal(self, values: list[Any], content: bytes, place: str) -> bytes:
        told = write_record(_FORM, values)
        return self._sealer.seal(len(told).to_bytes(_LENGTH) + told + content, place=place)

    def _open(self, sealed: bytes, place: str) -> tuple[list[Any], bytes]:
        opened = self._sealer.open(sealed, place=place)
        end = _LENGTH + int.from_bytes(opened[:_LENGTH])
        return read_record(_FORM, opened[_LENGTH:end]), opened[end:]


def _values(written: Written, forwarded: Forwarded) -> list[Any]:
    debtor, listing = written.debtor, written.listing
    return [
        debtor.name,
        debtor.number,
        debtor.is_person,
        sorted(listing.behaviours),
        listing.published_on.toordinal(),
        listing.extension_years,
        forwarded.outcome,
        forwarded.reasons,
        forwarded.restriction_id,
    ]


def _read(values: list[Any], content: bytes) -> tuple[Written, Forwarded]:
    name, number, is_person, behaviours, published, years, outcome, reasons, restriction = values
    listing = Listing(frozenset(map(Behaviour, behaviours)), date.fromordinal(published), years)
    written = Written(Party(name, number, is_person), listing, content)
    return written, Forwarded(Outcome(outcome), tuple(reasons), restriction)
