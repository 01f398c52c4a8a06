"""The register in SQL, on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from copy import copy

from sqlalchemy import Connection, insert, select

from services.chassis.db import KeyedQuery, insert_new
from services.chassis.sealing import Keyring, Sealer
from services.exit_restriction.registry.domain import Named, Subject, find_meant
from services.exit_restriction.registry.sealed import SubjectSealer
from services.exit_restriction.registry.tables import NUMBERS, SUBJECTS
from services.exit_restriction.registry.ways import Ways

_HAVING = select(NUMBERS.c.digest, SUBJECTS.c.subject_id, SUBJECTS.c.record).join(
    SUBJECTS, SUBJECTS.c.subject_id == NUMBERS.c.subject_id
)
_LEAD = insert(NUMBERS)
_LOCKED = select(SUBJECTS).order_by(SUBJECTS.c.subject_id).with_for_update()


class RegistryDamage(Exception):
    """What leads to a record and the record itself contradict each other; nothing is decided then."""


class SubjectRows:
    """Reads and adds subjects within a transaction of whoever calls.

    Args:
        keyring: Keys of the service's fields at rest.
    """

    def __init__(self, keyring: Keyring) -> None:
        self.ways = Ways(keyring)
        self._sealer = SubjectSealer(Sealer(keyring))
        self._having = KeyedQuery(_HAVING, NUMBERS.c.digest)
        self._subjects = KeyedQuery(select(SUBJECTS), SUBJECTS.c.subject_id)
        self._locked = KeyedQuery(_LOCKED, SUBJECTS.c.subject_id)
        self._opened: dict[bytes, Subject] | None = None

    def read(self, connection: Connection, ids: Iterable[int]) -> dict[int, Subject]:
        """Reads subjects by their keys; one that is not there is left out."""
        rows = self._subjects.row(connection, [*ids])
        return {key: self._open(key, row.record) for key, row in rows.items()}

    def lock(self, connection: Connection, ids: Iterable[int]) -> dict[int, Subject]:
        """Reads subjects and keeps out everybody else who changes what concerns them, until the commit."""
        rows = self._locked.row(connection, sorted(ids))
        return {key: self._open(key, row.record) for key, row in rows.items()}

    def _open(self, subject_id: int, sealed: bytes) -> Subject:
        """Opens a record; no two are sealed to the same bytes, so one that was opened needs no second look."""
        if self._opened is None:
            return self._sealer.open(subject_id, sealed)
        known = self._opened.get(sealed)
        if known is None or known.subject_id != subject_id:
            known = self._opened[sealed] = self._sealer.open(subject_id, sealed)
        return known

    def of_numbers(self, connection: Connection, numbers: Iterable[str]) -> dict[str, tuple[Subject, ...]]:
        """Reads those who have identity numbers, several under one number where it was given twice (重号).

        Somebody whom only a court named may be among them beside the person of the register: whoever asks what is in
        force looks at all of them.

        Args:
            connection: The connection.
            numbers: Identity numbers in normal form.

        Returns:
            The subjects by number, in the order of their keys; a number that is nobody's is left out.

        Raises:
            RegistryDamage: If a number leads to somebody whose it is not.
        """
        found = self._find(connection, {digest: n for n in numbers for digest in self.ways.of_number(n)})
        if any(number not in subject.numbers for number, subjects in found.items() for subject in subjects):
            raise RegistryDamage("an identity number leads to somebody whose it is not")
        return found

    def of_documents(self, connection: Connection, numbers: Iterable[str]) -> dict[str, tuple[Subject, ...]]:
        """Reads those who have documents, in use or not; else as `of_numbers`.

        Args:
            connection: The connection.
            numbers: Numbers of documents, of foreign passports with the three letters of their state.

        Raises:
            RegistryDamage: If a number leads to somebody whose it is not.
        """
        found = self._find(connection, {digest: n for n in numbers for digest in self.ways.of_document(n)})
        if any(number not in subject.document_numbers for number, subjects in found.items() for subject in subjects):
            raise RegistryDamage("a document's number leads to somebody whose it is not")
        return found

    def numbers_of(self, connection: Connection, subjects: Mapping[int, Subject]) -> dict[int, tuple[str, ...]]:
        """Returns the identity numbers of subjects: of whom a court named, those that the register gives them since.

        Args:
            connection: The connection.
            subjects: The subjects by key.

        Raises:
            RegistryDamage: If a number leads to somebody whose it is not.
        """
        named = [subject for subject in subjects.values() if not subject.is_on_file]
        found = self.of_numbers(connection, sorted({n for subject in named for n in subject.numbers}))
        given = {
            subject.subject_id: [
                number
                for own in subject.numbers
                for other in found.get(own, ())
                if other.is_on_file and any(map(other.has_name, subject.names))
                for number in other.numbers
            ]
            for subject in named
        }
        return {key: tuple(dict.fromkeys((*s.numbers, *given.get(key, ())))) for key, s in subjects.items()}

    def named(self, connection: Connection, named: Named) -> tuple[Subject, ...]:
        """Reads everybody who may be meant by a court, whatever their names.

        Identity numbers lead to them; where the court gives none, the numbers of documents.

        Args:
            connection: The connection.
            named: Whom the court names.

        Returns:
            The subjects in the order of their keys.

        Raises:
            RegistryDamage: If a number leads to somebody whose it is not.
        """
        (found,) = self.named_all(connection, [named])
        return found

    def named_all(self, connection: Connection, named: Sequence[Named]) -> list[tuple[Subject, ...]]:
        """Reads for each of many whom a court names everybody who may be meant; as `named`, in a few queries.

        Args:
            connection: The connection.
            named: Whom the court names.

        Raises:
            RegistryDamage: If a number leads to somebody whose it is not.
        """
        by_number = self.of_numbers(connection, {number for one in named for number in one.numbers})
        documents = {number for one in named if not one.numbers for number in one.document_numbers}
        by_document = self.of_documents(connection, documents)
        found = []
        for one in named:
            texts, there = (one.numbers, by_number) if one.numbers else (one.document_numbers, by_document)
            if len(texts) == 1:
                found.append(there.get(texts[0], ()))
                continue
            meant = {subject.subject_id: subject for text in texts for subject in there.get(text, ())}
            found.append(tuple(meant[key] for key in sorted(meant)))
        return found

    def find_or_add(self, connection: Connection, named: Named) -> Subject:
        """Returns the subject of somebody whom a court names, made from what it gives where there is none.

        Naming somebody again, also at the same time, leads to the same subject. It is not locked yet. What a court says
        at a later naming is not added to the record: measures keep numbers of their own.

        Args:
            connection: That of a write function.
            named: Whom the court names.

        Raises:
            RegistryDamage: If a number leads to somebody whose it is not.
        """
        meant = find_meant(named, self.named(connection, named))
        return self._add(connection, named) if meant is None else meant

    def remembering(self) -> SubjectRows:
        """Returns rows that open each record once, for use within one transaction: who is found is locked later."""
        rows = copy(self)
        rows._opened = {}
        return rows

    def find_or_add_all(self, connection: Connection, named: Sequence[Named]) -> list[int]:
        """Returns the keys of the subjects of many whom a court names; as `find_or_add`, in a few statements.

        Args:
            connection: That of a write function.
            named: Whom the court names.

        Raises:
            RegistryDamage: If a number leads to somebody whose it is not.
        """
        found = [find_meant(one, there) for one, there in zip(named, self.named_all(connection, named), strict=True)]
        made = {
            (key := self.ways.key_of(one)): Subject(key, (one.name,), one.numbers, one.document_numbers)
            for one, meant in zip(named, found, strict=True)
            if meant is None
        }
        self._add_all(connection, [made[key] for key in sorted(made)])
        return [
            self.ways.key_of(one) if meant is None else meant.subject_id
            for one, meant in zip(named, found, strict=True)
        ]

    def _add_all(self, connection: Connection, subjects: Sequence[Subject]) -> None:
        """Adds subjects, given in the order of their keys as by everybody; those whom somebody else added are there."""
        if not subjects:
            return
        rows = [{"subject_id": s.subject_id, "record": self._sealer.seal(s)} for s in subjects]
        ways = [{"digest": d, "subject_id": s.subject_id} for s in subjects for d in self.ways.of_subject(s)]
        connection.execute(insert_new(connection, SUBJECTS), rows)
        connection.execute(insert_new(connection, NUMBERS), ways)

    def _add(self, connection: Connection, named: Named) -> Subject:
        key = self.ways.key_of(named)
        subject = Subject(key, (named.name,), named.numbers, named.document_numbers)
        row = {"subject_id": key, "record": self._sealer.seal(subject)}
        if connection.execute(insert_new(connection, SUBJECTS), row).rowcount:
            rows = [{"digest": digest, "subject_id": key} for digest in self.ways.of_subject(subject)]
            connection.execute(_LEAD, rows)
            return subject
        # Somebody else named them meanwhile.
        there = self.read(connection, [key])[key]
        if find_meant(named, [there]) is None or set(there.numbers) != set(named.numbers):
            raise RegistryDamage("the key of a subject is that of somebody else")
        return there

    def _find(self, connection: Connection, asked: dict[bytes, str]) -> dict[str, tuple[Subject, ...]]:
        found: dict[str, dict[int, Subject]] = {}
        opened: dict[int, Subject] = {}
        for digest, rows in self._having.rows(connection, [*asked]).items():
            there = found.setdefault(asked[digest], {})
            for row in rows:
                key = row.subject_id
                subject = opened.get(key)
                if subject is None:
                    subject = opened[key] = self._open(key, row.record)
                there[key] = subject
        return {number: tuple(subjects[key] for key in sorted(subjects)) for number, subjects in found.items()}
