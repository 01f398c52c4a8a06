"""The register in bulk: as when it is first filled, and as corrections come in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection, bindparam, delete, func, select, update

from services.alerts.feed import AlertFeed
from services.chassis.clock import Clock, SystemClock
from services.chassis.db import KeyedQuery, execute_many, insert_many
from services.chassis.db.loading import BulkLoader
from services.chassis.sealing import Keyring, Sealer
from services.codes.legal_time import legal_date
from services.exit_restriction.border.keys import alert_hasher, border_key
from services.exit_restriction.controls.tables import ALERTS, CONTROLS
from services.exit_restriction.registry.domain import Person, Subject
from services.exit_restriction.registry.intake import check_person
from services.exit_restriction.registry.sealed import SubjectSealer
from services.exit_restriction.registry.tables import NUMBERS, SUBJECTS
from services.exit_restriction.registry.ways import Ways

_OLD = "old"
_REPLACE = update(SUBJECTS).where(SUBJECTS.c.subject_id == bindparam(_OLD))
_FORGET = delete(NUMBERS).where(NUMBERS.c.digest == bindparam("key"), NUMBERS.c.subject_id == bindparam("whose"))
_NAMED = (
    select(NUMBERS.c.digest, SUBJECTS.c.subject_id, SUBJECTS.c.record)
    .join(SUBJECTS, SUBJECTS.c.subject_id == NUMBERS.c.subject_id)
    .where(SUBJECTS.c.subject_id < 0)
)
_COUNT = select(func.count()).select_from(SUBJECTS).where(SUBJECTS.c.subject_id > 0)


class SubjectLoader(BulkLoader):
    """Writes people of the register, each as a whole.

    Doing so again changes nothing, except that what is sealed with a former key is sealed anew. A record whose content
    differs replaces the one before; the measures that hang on it stay, and from then on people under control are met
    under their new numbers too.

    Args:
        database_url: The exit restriction service's database, migrated.
        keyring: Keys of its fields at rest.
        clock: Source of today; the machine's where it is None.
    """

    def __init__(self, database_url: str, *, keyring: Keyring, clock: Clock | None = None) -> None:
        super().__init__(database_url)
        self._sealer = SubjectSealer(Sealer(keyring))
        self._ways = Ways(keyring)
        self._clock = clock or SystemClock()
        self._alerts = AlertFeed(ALERTS, hasher=alert_hasher(border_key(keyring)))
        self._controlled = KeyedQuery(select(CONTROLS.c.subject_id).distinct(), CONTROLS.c.subject_id)
        self._named = KeyedQuery(_NAMED, NUMBERS.c.digest)
        # Locked in the order of their keys, as those do who change what concerns them.
        self._kept = KeyedQuery(
            select(SUBJECTS).order_by(SUBJECTS.c.subject_id).with_for_update(), SUBJECTS.c.subject_id
        )

    def add(self, people: Iterable[Person]) -> None:
        """Writes people in one transaction.

        Raises:
            IntakeError: If a record may not be let in; then nothing of this call is written.
            RuntimeError: If the loader is not entered.
        """
        self._require_link()
        today = legal_date(self._clock.now())
        wanted = {person.person_id: Subject.of(person) for person in people}
        for subject in wanted.values():
            if subject.person is not None:
                check_person(subject.person, on=today)
        if not wanted:
            return
        with self.transaction() as connection:
            self._write(connection, wanted)

    def count(self) -> int:
        """Returns how many people of the register are on file.

        Raises:
            RuntimeError: If the loader is not entered.
        """
        with self.connection.begin():
            return int(self.connection.execute(_COUNT).scalar_one())

    def _write(self, connection: Connection, wanted: Mapping[int, Subject]) -> None:
        sealer = self._sealer
        kept = {
            key: (sealer.open(key, row.record), sealer.is_current(row.record))
            for key, row in self._kept.row(connection, sorted(wanted)).items()
        }
        fresh = [key for key in wanted if key not in kept]
        changed = [key for key in kept if kept[key] != (wanted[key], True)]
        rows = {key: {"subject_id": key, "record": sealer.seal(wanted[key])} for key in (*fresh, *changed)}
        insert_many(connection, SUBJECTS, [rows[key] for key in fresh])
        execute_many(connection, _REPLACE, [{_OLD: key, **rows[key]} for key in changed])
        self._forget_ways(connection, [kept[key][0] for key in changed])
        self._add_ways(connection, [wanted[key] for key in rows])
        former = {key: _numbers(kept[key][0]) for key in changed}
        self._add_alerts(connection, [wanted[key] for key in rows if former.get(key) != _numbers(wanted[key])])

    def _forget_ways(self, connection: Connection, subjects: Sequence[Subject]) -> None:
        """Deletes what leads to subjects, under every key of the indexes."""
        ways = self._ways
        rows = [{"key": digest, "whose": s.subject_id} for s in subjects for digest in ways.former_of_subject(s)]
        execute_many(connection, _FORGET, rows)

    def _add_ways(self, connection: Connection, subjects: Sequence[Subject]) -> None:
        ways = self._ways
        rows = [{"digest": digest, "subject_id": s.subject_id} for s in subjects for digest in ways.of_subject(s)]
        insert_many(connection, NUMBERS, rows)

    def _add_alerts(self, connection: Connection, renumbered: Sequence[Subject]) -> None:
        """Adds alerts for the numbers of people who were ever under control; whether they still are is asked at a hit.

        Somebody whom only a court named may turn out to be one of them: their controls are found by the number. All are
        written by now, and so locked: no control can come between, and later ones read the new numbers.
        """
        ways = {digest: s for s in renumbered for number in s.numbers for digest in self._ways.of_number(number)}
        same: dict[int, list[Subject]] = {subject.subject_id: [subject] for subject in renumbered}
        for digest, rows in self._named.rows(connection, [*ways]).items():
            for row in rows:
                found = self._sealer.open(row.subject_id, row.record)
                if any(map(ways[digest].has_name, found.names)):
                    same.setdefault(found.subject_id, []).append(ways[digest])
        controlled = self._controlled.rows(connection, [*same])
        texts = {(key, text) for key in controlled for subject in same[key] for text in _numbers(subject)}
        self._alerts.write_last(connection, texts, present=True)


def _numbers(subject: Subject) -> frozenset[str]:
    return frozenset((*subject.numbers, *subject.document_numbers))
