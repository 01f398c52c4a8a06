"""Rows of controls within a transaction: facts read as files of people, and added to."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select

from services.chassis.db import KeyedQuery, execute_many, insert_many
from services.chassis.sealing import BlindIndex, Keyring, Sealer
from services.exit_restriction.controls.domain import ControlFile, ControlRecord
from services.exit_restriction.controls.sealed import ControlSealer
from services.exit_restriction.controls.tables import CONTROLS, FACTS
from services.exit_restriction.domain import Author, ControlFact, Lifted, Refiled
from services.exit_restriction.registry.domain import Subject
from services.exit_restriction.registry.store import SubjectRows

CASE_INDEX = "exit.control.case"
"""Label of the index of persons of cases."""

_LIFTED, _REFILED = 1, 2

_ADD_FACT = insert(FACTS)
_OF_CASE = (
    select(CONTROLS.c.control_id, CONTROLS.c.subject_id)
    .where(
        CONTROLS.c.case_digest.in_(bindparam("digests", expanding=True)),
        CONTROLS.c.placed_at <= bindparam("as_of"),
    )
    .order_by(CONTROLS.c.sequence.desc())
    .limit(bindparam("most"))
)


class ControlRows:
    """Reads and adds rows of controls.

    Args:
        keyring: Keys of the service's fields at rest.
        subjects: Reads subjects.
    """

    def __init__(self, keyring: Keyring, *, subjects: SubjectRows) -> None:
        self._sealer = ControlSealer(Sealer(keyring))
        self._cases = BlindIndex(keyring, CASE_INDEX)
        self._subjects = subjects
        self._controls = KeyedQuery(select(CONTROLS).order_by(CONTROLS.c.sequence), CONTROLS.c.subject_id)
        self._facts = KeyedQuery(select(FACTS).order_by(FACTS.c.number), FACTS.c.subject_id)
        self._places = KeyedQuery(select(CONTROLS.c.control_id, CONTROLS.c.subject_id), CONTROLS.c.control_id)

    def files(self, connection: Connection, subjects: Iterable[Subject]) -> dict[int, ControlFile]:
        """Reads the files of people, by key of the subject; of one who was never sought, an empty one."""
        by_key = {subject.subject_id: subject for subject in subjects}
        controls = self._controls.rows(connection, [*by_key])
        facts = self._facts.rows(connection, [*controls])
        return {
            key: ControlFile(
                subject,
                {row.control_id: self._sealer.open(row) for row in controls.get(key, ())},
                tuple(_fact(row) for row in facts.get(key, ())),
            )
            for key, subject in by_key.items()
        }

    def read_files(self, connection: Connection, subject_ids: Iterable[int]) -> dict[int, ControlFile]:
        """Reads subjects with their files, to look at them only."""
        return self.files(connection, self._subjects.read(connection, subject_ids).values())

    def facts(self, connection: Connection, subject_id: int) -> tuple[ControlFact, ...]:
        """Reads all that happened to the controls of a person."""
        return tuple(fact for file in self.read_files(connection, [subject_id]).values() for fact in file.facts)

    def subjects_of(self, connection: Connection, control_ids: Collection[str]) -> dict[str, int]:
        """Returns the keys of the subjects of controls; one that is not there is left out."""
        return {key: row.subject_id for key, row in self._places.row(connection, [*control_ids]).items()}

    def of_case(
        self, connection: Connection, author: Author, number: str, *, as_of: datetime, most: int
    ) -> dict[str, int]:
        """Returns controls of a person by a case with the keys of their subjects.

        Args:
            connection: The connection.
            author: The court and the case.
            number: Number of the person in normal form, as the court gave it.
            as_of: Moment until which they were placed.
            most: How many at most, the newest ones.

        Returns:
            Keys of subjects by key of the control, in the order in which the controls were received.
        """
        digests = self._cases.all_of(_person_of(author, number))
        found = connection.execute(_OF_CASE, {"digests": digests, "as_of": as_of, "most": most}).all()
        return {row.control_id: row.subject_id for row in reversed(found)}

    def add_controls(self, connection: Connection, records: Sequence[ControlRecord]) -> None:
        """Adds controls; their sequences follow from the order."""
        rows = [
            {
                "control_id": record.control_id,
                "subject_id": record.subject_id,
                "case_digest": self._cases.of(_person_of(record.placed.author, record.person.number)),
                "placed_at": record.placed.at,
                "record": self._sealer.seal(record),
            }
            for record in records
        ]
        insert_many(connection, CONTROLS, rows)

    def add_facts(
        self, connection: Connection, facts: Sequence[tuple[int, Lifted | Refiled]], *, request: bytes
    ) -> None:
        """Adds facts.

        Args:
            connection: The connection.
            facts: Keys of subjects and what happened.
            request: Digest of the request.
        """
        rows = [
            {
                "control_id": fact.control_id,
                "subject_id": subject_id,
                "kind": _LIFTED if isinstance(fact, Lifted) else _REFILED,
                "at": fact.at,
                "successor_id": fact.successor_id if isinstance(fact, Refiled) else None,
                "request_digest": request,
            }
            for subject_id, fact in facts
        ]
        execute_many(connection, _ADD_FACT, rows)


def _person_of(author: Author, number: str) -> str:
    return f"{author.court_code}|{author.case_number}|{number}"


def _fact(row: Row[Any]) -> Lifted | Refiled:
    if row.kind == _LIFTED:
        return Lifted(row.control_id, row.at)
    return Refiled(row.control_id, row.at, row.successor_id)
