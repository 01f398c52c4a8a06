"""Rows of the list within a transaction: entries read with what happened to them, and added to."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from services.chassis.db import Columns, KeyedQuery, alike, execute_many, insert_columns, insert_new
from services.chassis.sealing import BlindIndex, Keyring, Sealer
from services.exit_restriction.domain import Author, Deleted, Withdrawn
from services.exit_restriction.listing.domain import (
    DebtorKey,
    EntryFile,
    EntryRecord,
    Followed,
    Removed,
    Step,
)
from services.exit_restriction.listing.sealed import EntrySealer
from services.exit_restriction.listing.tables import ENTRIES, FACTS, LISTS

CASE_INDEX = "exit.entry.case"
"""Label of the index of debtors of cases."""

_REWRITTEN, _FOLLOWED = 1, 4
_ENDINGS: Mapping[int, type[Withdrawn | Deleted]] = MappingProxyType({2: Withdrawn, 3: Deleted})
_NUMBERS: Mapping[type[Withdrawn | Deleted], int] = MappingProxyType({Withdrawn: 2, Deleted: 3})

_ADD_FACT = insert(FACTS)


class EntryRows:
    """Reads and adds rows of entries.

    Args:
        keyring: Keys of the service's fields at rest.
    """

    def __init__(self, keyring: Keyring) -> None:
        self._sealer = EntrySealer(Sealer(keyring))
        self._cases = BlindIndex(keyring, CASE_INDEX)
        self._lists = KeyedQuery(select(LISTS).with_for_update(), LISTS.c.court_code)
        by_sequence = select(ENTRIES).order_by(ENTRIES.c.sequence)
        self._entries = KeyedQuery(by_sequence, ENTRIES.c.entry_id)
        self._listed = KeyedQuery(select(ENTRIES.c.entry_id, ENTRIES.c.case_digest), ENTRIES.c.case_digest)
        self._relisted = KeyedQuery(select(FACTS.c.entry_id, FACTS.c.case_digest), FACTS.c.case_digest)
        self._facts = KeyedQuery(select(FACTS).order_by(FACTS.c.number), FACTS.c.entry_id)

    def lock(self, connection: Connection, court_code: str) -> None:
        """Keeps out everybody else who changes the list of a court, until the commit."""
        if not self._lists.row(connection, [court_code]):
            connection.execute(insert_new(connection, LISTS), {"court_code": court_code})
            self._lists.row(connection, [court_code])

    def read(self, connection: Connection, entry_ids: Collection[str]) -> dict[str, EntryFile]:
        """Reads entries by their keys, in the order of their receipt; one that is not there is left out."""
        entries = self._entries.row(connection, [*entry_ids])
        facts = self._facts.rows(connection, [*entries])
        ordered = sorted(entries.values(), key=lambda row: int(row.sequence))
        return {row.entry_id: self._file(row, facts.get(row.entry_id, ())) for row in ordered}

    def of_debtors(self, connection: Connection, keys: Collection[DebtorKey]) -> dict[DebtorKey, list[EntryFile]]:
        """Reads all entries that list or listed debtors in cases; a debtor without any is left out.

        Args:
            connection: The connection.
            keys: The debtors.
        """
        asked = {digest: key for key in keys for digest in self._cases.all_of(_text(key))}
        found: dict[str, list[DebtorKey]] = {}
        for query in (self._listed, self._relisted):
            for digest, rows in query.rows(connection, [*asked]).items():
                for row in rows:
                    found.setdefault(row.entry_id, []).append(asked[digest])
        files: dict[DebtorKey, list[EntryFile]] = {}
        for entry_id, file in self.read(connection, found).items():
            for key in dict.fromkeys(found[entry_id]):
                files.setdefault(key, []).append(file)
        return files

    def add(self, connection: Connection, records: Sequence[EntryRecord]) -> None:
        """Adds entries; their sequences follow from the order."""
        if not records:
            return
        columns: Columns = {
            "entry_id": [record.entry_id for record in records],
            "case_digest": [self._digest(record.author, record.written.debtor.number) for record in records],
            "received_at": alike([record.at for record in records]),
            "record": [self._sealer.seal_record(record) for record in records],
        }
        insert_columns(connection, ENTRIES, columns)

    def add_steps(self, connection: Connection, steps: Iterable[tuple[EntryRecord, Step]], *, request: bytes) -> None:
        """Adds what happened to entries.

        Args:
            connection: The connection.
            steps: The steps, each with its entry.
            request: Digest of the request that did it.
        """
        rows = [self._row(record, step) | {"request_digest": request} for record, step in steps]
        execute_many(connection, _ADD_FACT, rows)

    def _row(self, record: EntryRecord, step: Step) -> dict[str, Any]:
        row = {
            "entry_id": record.entry_id,
            "kind": _FOLLOWED,
            "at": step.at,
            "case_digest": None,
            "restriction_id": None,
            "record": None,
        }
        if isinstance(step, Followed):
            return row | {"restriction_id": step.restriction_id}
        if isinstance(step, Removed):
            return row | {"kind": _NUMBERS[type(step.fact)]}
        digest = self._digest(record.author, step.written.debtor.number)
        return row | {"kind": _REWRITTEN, "case_digest": digest, "record": self._sealer.seal_rewritten(step)}

    def _digest(self, author: Author, number: str) -> bytes:
        return self._cases.of(_text((author, number)))

    def _file(self, row: Row[Any], facts: Iterable[Row[Any]]) -> EntryFile:
        record = self._sealer.open_record(row.record, entry_id=row.entry_id, at=row.received_at)
        return EntryFile(record, tuple(map(self._step, facts)))

    def _step(self, row: Row[Any]) -> Step:
        if row.kind == _FOLLOWED:
            return Followed(row.at, row.restriction_id)
        if row.kind == _REWRITTEN:
            return self._sealer.open_rewritten(row.record, entry_id=row.entry_id, at=row.at)
        return Removed(_ENDINGS[row.kind](row.entry_id, row.at))


def _text(key: DebtorKey) -> str:
    author, number = key
    return f"{author.court_code}|{author.case_number}|{number}"
