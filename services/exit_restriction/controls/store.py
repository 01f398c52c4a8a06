"""Controls in SQL, on SQLite and PostgreSQL: a batch, its papers, alerts and answer are one transaction."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from services.alerts.feed import AlertFeed
from services.chassis.call import FOREVER
from services.chassis.db import Database
from services.chassis.sealing import Keyring
from services.exit_restriction.controls.domain import ControlFile, ControlRecord, Shown, settle
from services.exit_restriction.controls.files import Files
from services.exit_restriction.controls.rows import ControlRows
from services.exit_restriction.domain import Author, Lifted, Refiled
from services.exit_restriction.hits.domain import ShownHit
from services.exit_restriction.hits.rows import HitRows
from services.exit_restriction.meetings import PlacedTold, Tell, tell_nobody
from services.exit_restriction.metadata import FILING, SERVICE
from services.exit_restriction.registry.domain import Named, Subject
from services.exit_restriction.registry.store import SubjectRows
from services.filing.requests import RequestRows
from services.filing.store import Asked, FilingStore
from xiezhi.errors import Reason

MOST_CONTROLS, MOST_HITS = 200, 500
"""How many controls of a person in a case, and how many of their hits, are shown: the newest ones."""


@dataclass(frozen=True, slots=True)
class Listing:
    """The controls of a person by a case at a moment, and how often and where the person was met.

    Attributes:
        controls: The controls, the oldest first.
        hits: Their hits, the oldest first, each with the control of which the case was told.
    """

    controls: tuple[Shown, ...]
    hits: tuple[tuple[ShownHit, ControlRecord], ...]


class ControlStore(FilingStore[Files]):
    """The files of people under control, and what courts asked.

    Args:
        database: The exit restriction service's database, migrated.
        keyring: Keys of its fields at rest.
        alerts: The change feed of alerts.
        tell: Tells whoever is to know of the end of a control.
    """

    def __init__(self, database: Database, *, keyring: Keyring, alerts: AlertFeed, tell: Tell = tell_nobody) -> None:
        super().__init__(database, requests=RequestRows(FILING, keyring=keyring, service=SERVICE))
        self._subjects = SubjectRows(keyring)
        self.rows = ControlRows(keyring, subjects=self._subjects)
        self._hits = HitRows(keyring)
        self._alerts = alerts
        self._tell = tell

    async def listing(self, author: Author, number: str, *, as_of: datetime) -> Listing:
        """Returns the controls of a person by a case as they stood at a moment.

        Args:
            author: The court and the case.
            number: Number of the person in normal form.
            as_of: The moment.

        Raises:
            Unavailable: STORE_UNAVAILABLE.
        """

        def read(connection: Connection) -> Listing:
            found = self.rows.of_case(connection, author, number, as_of=as_of, most=MOST_CONTROLS)
            files = self.rows.read_files(connection, set(found.values()))
            counts = self._hits.counts(connection, found, as_of=as_of)
            shown = tuple(
                replace(files[subject_id].shown(control_id, as_of), hits=counts.get(control_id, 0))
                for control_id, subject_id in found.items()
            )
            records = {one.record.control_id: one.record for one in shown}
            hits = self._hits.of_controls(connection, records, as_of=as_of, most=MOST_HITS)
            return Listing(shown, tuple((hit, records[hit.control_id]) for hit in hits))

        return await self._database.read(read)

    async def court_of(self, control_id: str) -> str | None:
        """Returns the court of a control; None if it is not there.

        Raises:
            Unavailable: STORE_UNAVAILABLE.
        """

        def read(connection: Connection) -> str | None:
            subject_id = self.rows.subjects_of(connection, [control_id]).get(control_id)
            if subject_id is None:
                return None
            record = self.rows.read_files(connection, [subject_id])[subject_id].records[control_id]
            return record.placed.author.court_code

        return await self._database.read(read)

    def _files(self, connection: Connection, asked: Asked) -> Files:
        return _SqlFiles(
            connection,
            subjects=self._subjects,
            rows=self.rows,
            hits=self._hits,
            alerts=self._alerts,
            tell=self._tell,
            asked=asked,
        )


class _SqlFiles:
    """The files within one transaction; see `Files`."""

    def __init__(
        self,
        connection: Connection,
        *,
        subjects: SubjectRows,
        rows: ControlRows,
        hits: HitRows,
        alerts: AlertFeed,
        tell: Tell,
        asked: Asked,
    ) -> None:
        self._connection = connection
        self._subjects = subjects
        self._rows = rows
        self._hits = hits
        self._alerts = alerts
        self._tell = tell
        self._asked = asked
        self._open: dict[int, ControlFile] = {}
        self._subject_of: dict[str, int] = {}

    def find(self, named: Sequence[Named]) -> list[Subject | Reason]:
        """Finds people by their identity numbers, or by those of documents where there are none, in a few queries."""
        found = self._subjects.named_all(self._connection, named)
        settled = [settle(one, there) for one, there in zip(named, found, strict=True)]
        # In the order of keys, as everybody adds them: nobody waits for each other in a circle.
        missing = [place for place, who in enumerate(settled) if who is None]
        missing.sort(key=lambda place: self._subjects.ways.key_of(named[place]))
        added = {place: self._subjects.find_or_add(self._connection, named[place]) for place in missing}
        return [added[place] if who is None else who for place, who in enumerate(settled)]

    def subjects_of(self, control_ids: Collection[str]) -> Mapping[str, int]:
        """Finds the subjects of controls."""
        return self._rows.subjects_of(self._connection, control_ids)

    def open(self, subject_ids: Iterable[int]) -> dict[int, ControlFile]:
        """Locks subjects and reads their files."""
        locked = self._subjects.lock(self._connection, set(subject_ids))
        files = self._rows.files(self._connection, locked.values())
        self._open.update(files)
        self._subject_of.update((control_id, key) for key, file in files.items() for control_id in file.records)
        return files

    def place(self, records: Sequence[ControlRecord]) -> None:
        """Adds controls and the alerts of their people, and tells of them."""
        self._rows.add_controls(self._connection, records)
        for record in records:
            self._open[record.subject_id] = self._open[record.subject_id].with_control(record)
            self._subject_of[record.control_id] = record.subject_id
        self._alerts.write(self._connection, self._texts({r.subject_id for r in records}), present=True)
        for record in records:
            self._tell(self._connection, _told(record, self._asked.traceparent))

    def add(self, facts: Sequence[Lifted | Refiled]) -> None:
        """Adds facts, and takes back the alerts of people of whom no control is left."""
        placed = [(self._subject_of[fact.control_id], fact) for fact in facts]
        self._rows.add_facts(self._connection, placed, request=self._asked.request)
        for key, fact in placed:
            self._open[key] = self._open[key].followed_by(fact)
        ended = {key for key, fact in placed if not self._open[key].is_sought(fact.at)}
        self._alerts.write(self._connection, self._texts(ended), present=False)

    def hits(self, control_ids: Collection[str]) -> Mapping[str, int]:
        """Counts hits."""
        return self._hits.counts(self._connection, control_ids, as_of=FOREVER)

    def _texts(self, subject_ids: Collection[int]) -> set[tuple[int, str]]:
        """Returns every number under which people are found."""
        return {(key, number) for key in subject_ids for number in self._open[key].numbers}


def _told(record: ControlRecord, traceparent: str) -> PlacedTold:
    placed = record.placed
    return PlacedTold(
        placed.author,
        record.control_id,
        record.subject_id,
        record.judge.officer_id,
        ends_at=placed.ends_at,
        at=placed.at,
        traceparent=traceparent,
    )
