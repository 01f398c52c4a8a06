"""Whom alerts are for: from hashes, which may be old or ambiguous, to people whose controls are in force."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime

from sqlalchemy import Connection

from services.alerts.keys import AlertHasher
from services.alerts.rows import AlertRows
from services.exit_restriction.border.domain import Met, Presented, Sought, respond, strictest_first
from services.exit_restriction.controls.domain import ControlFile
from services.exit_restriction.controls.rows import ControlRows
from services.exit_restriction.domain import Action
from services.exit_restriction.registry.domain import Subject
from services.exit_restriction.registry.store import SubjectRows


class Suspects:
    """Finds people within a transaction of whoever calls.

    Args:
        alerts: Reads alerts.
        hasher: Hashes numbers as alerts have them.
        subjects: Reads people.
        controls: Reads their controls.
    """

    def __init__(self, alerts: AlertRows, *, hasher: AlertHasher, subjects: SubjectRows, controls: ControlRows) -> None:
        self._alerts = alerts
        self._hasher = hasher
        self._subjects = subjects
        self._controls = controls

    def sought(self, presented: Presented) -> list[Sought]:
        """Hashes the numbers of a traveller."""
        return [Sought(self._hasher.hash(text), presented.meeting, text) for text in presented.texts]

    def met(
        self,
        connection: Connection,
        sought: Sequence[Sought],
        *,
        now: datetime,
        lock: bool = False,
        known: AbstractSet[int] = frozenset(),
    ) -> dict[int, list[Met]]:
        """Finds the people with whom anything is to be done among those who may be hit.

        Args:
            connection: The connection.
            sought: Whom alerts may be for.
            now: The instant whose controls count.
            lock: Whether everybody else who changes the people's files is kept out until the commit.
            known: Keys of subjects who may be among them whatever alerts there are.

        Returns:
            Those who are met by place of what was sought, the strictest first; what meets nobody is left out.
        """
        alerts = self._alerts.subjects(connection, {one.hash for one in sought})
        keys = {key for some in alerts.values() for key in some} | known
        read = self._subjects.lock if lock else self._subjects.read
        files = self._controls.files(connection, read(connection, keys).values())
        open_files = {key: file for key, file in files.items() if file.records}
        numbers = {key: self._numbers(connection, file) for key, file in open_files.items()}
        found: dict[int, list[Met]] = {}
        for place, one in enumerate(sought):
            met = [
                Met(open_files[key], response)
                for key in (alerts.get(one.hash, set()) | known) & open_files.keys()
                if self._has(numbers[key], one)
                and (response := respond(open_files[key], one, now)).action is not Action.NOTHING
            ]
            if met:
                found[place] = strictest_first(met)
        return found

    def known(self, connection: Connection, presented: Presented) -> set[int]:
        """Returns the keys of those whose numbers a traveller shows, and of their namesakes with the same number.

        They are asked for controls whatever alerts there are, should one be missing, as for a passport that was issued
        after its holder was handed over.
        """
        owners = self._owners(connection, presented)
        subjects = [subject for some in owners for subject in some]
        numbers = {number for subject in subjects for number in subject.numbers}
        more = self._subjects.of_numbers(connection, numbers)
        return {subject.subject_id for some in (subjects, *more.values()) for subject in some}

    def identity_differs(self, connection: Connection, presented: Presented) -> bool:
        """Whether document and identity number are of different persons on file."""
        if not (presented.document and presented.id_number):
            return False
        of_document, of_number = (
            {s.subject_id for s in some if s.is_on_file} for some in self._owners(connection, presented)
        )
        return bool(of_document) and bool(of_number) and of_document.isdisjoint(of_number)

    def _owners(self, connection: Connection, presented: Presented) -> tuple[Sequence[Subject], Sequence[Subject]]:
        """Returns those who have the document, and those who have the identity number."""
        document, number = presented.document, presented.id_number
        of_document = self._subjects.of_documents(connection, [document]) if document else {}
        of_number = self._subjects.of_numbers(connection, [number]) if number else {}
        return of_document.get(document, ()), of_number.get(number, ())

    def _numbers(self, connection: Connection, file: ControlFile) -> frozenset[str]:
        """Returns the numbers by which a person is met."""
        subject = file.subject
        own = {*subject.numbers, *subject.document_numbers}
        ids = {subject.subject_id}
        if not subject.is_on_file:
            # Whom only a court named may have come on the register since.
            for some in self._subjects.of_numbers(connection, subject.numbers).values():
                for other in some:
                    if other.is_on_file and any(map(other.has_name, subject.names)):
                        own |= {*other.numbers, *other.document_numbers}
                        ids.add(other.subject_id)
        given = file.numbers - own
        return frozenset(own | (given - self._of_others(connection, given, ids)))

    def _of_others(self, connection: Connection, numbers: Iterable[str], ids: AbstractSet[int]) -> set[str]:
        """Returns those of numbers that only a court said to be somebody's and that the register has as others'."""
        texts = sorted(numbers)
        if not texts:
            return set()
        owners = [self._subjects.of_documents(connection, texts), self._subjects.of_numbers(connection, texts)]
        return {
            text
            for found in owners
            for text, subjects in found.items()
            if any(subject.is_on_file and subject.subject_id not in ids for subject in subjects)
        }

    def _has(self, numbers: AbstractSet[str], one: Sought) -> bool:
        if one.text:
            return one.text in numbers
        return any(self._hasher.hash(number) == one.hash for number in numbers)
