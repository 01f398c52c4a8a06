"""Referrals in SQL, on SQLite and PostgreSQL: a change, its papers, its notices and its answer are one transaction."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Protocol

from sqlalchemy import Connection

from services.chassis.db import Database
from services.chassis.sealing import Keyring
from services.filing.domain import Author
from services.filing.requests import RequestRows
from services.filing.store import Asked, FilingStore
from services.referral.changes import Change, Tell, tell_nobody
from services.referral.domain import Calendars
from services.referral.referrals.domain import LATEST, MOST_SHOWN, ReferralFile, ReferralPaper, ReferralRecord, Step
from services.referral.referrals.files import Files
from services.referral.referrals.rows import ReferralRows
from services.referral.referrals.tables import FILING


class CalendarSource(Protocol):
    """Where the calendars of working days are."""

    def read(self, connection: Connection) -> Calendars:
        """Returns all calendars, of a transaction that only reads."""
        ...

    def share(self, connection: Connection) -> Calendars:
        """Returns all calendars, and keeps others from being adopted until the commit."""
        ...


class ReferralStore(FilingStore[Files]):
    """The files of referrals, and what courts and units asked.

    Args:
        database: The referral service's database, migrated.
        keyring: Keys of its fields at rest.
        calendars: The calendars of working days.
        tell: Tells of changes.
    """

    def __init__(
        self, database: Database, *, keyring: Keyring, calendars: CalendarSource, tell: Tell = tell_nobody
    ) -> None:
        super().__init__(database, requests=RequestRows(FILING, keyring=keyring, service="referral"))
        self.rows = ReferralRows(keyring)
        self._calendars = calendars
        self._tell = tell

    async def find(self, referral_id: str) -> tuple[ReferralFile | None, Calendars]:
        """Returns a referral, None if it is not there, and the calendars.

        Raises:
            Unavailable: STORE_UNAVAILABLE.
        """

        def read(connection: Connection) -> tuple[ReferralFile | None, Calendars]:
            found = self.rows.files(connection, [referral_id])
            return found.get(referral_id), self._calendars.read(connection)

        return await self._database.read(read)

    async def parties_of(self, referral_id: str) -> tuple[str, tuple[str, ...]] | None:
        """Returns the court of a referral and the units that it lies or lay with, the present one first.

        None if it is not there.

        Raises:
            Unavailable: STORE_UNAVAILABLE.
        """
        read = partial(self.rows.files, referral_ids=[referral_id])
        file = (await self._database.read(read)).get(referral_id)
        return None if file is None else (file.record.court_code, file.units)

    async def of_suspect(
        self, author: Author, number: str, *, as_of: datetime
    ) -> tuple[tuple[ReferralFile, ...], Calendars]:
        """Returns the referrals of a case that have a suspect, the oldest first, and the calendars.

        Args:
            author: The court and the case.
            number: Number of the suspect in normal form.
            as_of: Moment until which they were sent.

        Raises:
            Unavailable: STORE_UNAVAILABLE.
        """

        def read(connection: Connection) -> tuple[tuple[ReferralFile, ...], Calendars]:
            keys = self.rows.of_suspects(connection, author, [number], as_of=as_of, most=MOST_SHOWN)
            return tuple(self.rows.files(connection, keys).values()), self._calendars.read(connection)

        return await self._database.read(read)

    async def of_unit(
        self, unit: str, *, state: int | None, before: int, most: int
    ) -> tuple[tuple[tuple[int, ReferralFile], ...], Calendars]:
        """Returns referrals that lie with a unit with their sequences, the newest first, and the calendars.

        Args:
            unit: The unit.
            state: State that they are in as a whole; None for any.
            before: Sequence before which to begin.
            most: How many at most.

        Raises:
            Unavailable: STORE_UNAVAILABLE.
        """

        def read(connection: Connection) -> tuple[tuple[tuple[int, ReferralFile], ...], Calendars]:
            places = self.rows.of_unit(connection, unit, state=state, before=before, most=most)
            files = self.rows.files(connection, [key for _, key in places])
            return tuple((place, files[key]) for place, key in places), self._calendars.read(connection)

        return await self._database.read(read)

    async def paper(self, sha256: bytes) -> bytes | None:
        """Returns a file exactly as it was sent; None if nobody sent it.

        Raises:
            Unavailable: STORE_UNAVAILABLE.
        """
        return await self._database.read(lambda connection: self._requests.paper(connection, sha256), snapshot=False)

    def _files(self, connection: Connection, asked: Asked) -> Files:
        return _SqlFiles(
            connection,
            rows=self.rows,
            requests=self._requests,
            calendars=self._calendars,
            tell=self._tell,
            asked=asked,
        )


class _SqlFiles:
    """The files within one transaction; see `Files`."""

    def __init__(
        self,
        connection: Connection,
        *,
        rows: ReferralRows,
        requests: RequestRows,
        calendars: CalendarSource,
        tell: Tell,
        asked: Asked,
    ) -> None:
        self._connection = connection
        self._rows = rows
        self._requests = requests
        self._calendars = calendars
        self._tell = tell
        self._asked = asked

    def suspect_key(self, author: Author, number: str) -> str:
        """Derives the key from the case and the number."""
        return self._rows.suspect_key(author, number)

    def rivals(self, author: Author, numbers: Collection[str]) -> tuple[ReferralFile, ...]:
        """Locks the case and reads its referrals of the suspects."""
        self._rows.lock_case(self._connection, author)
        keys = self._rows.of_suspects(self._connection, author, numbers, as_of=LATEST, most=None)
        return tuple(self._rows.files(self._connection, keys).values())

    def open(self, referral_id: str) -> ReferralFile | None:
        """Locks a referral and reads it."""
        return self._rows.lock(self._connection, referral_id)

    def calendars(self) -> Calendars:
        """Shares the calendars."""
        return self._calendars.share(self._connection)

    def send(self, record: ReferralRecord, papers: Sequence[ReferralPaper]) -> ReferralFile:
        """Adds a referral with its documents, and tells of it."""
        self._rows.add(self._connection, record)
        self._add_papers(record.referral_id, papers)
        made = ReferralFile(record).followed_by((), papers)
        self._told(None, made)
        return made

    def add(self, file: ReferralFile, steps: Sequence[Step], papers: Sequence[ReferralPaper] = ()) -> ReferralFile:
        """Adds facts and documents, and tells of them."""
        steps = [replace(step, request=self._asked.request) for step in steps]
        self._add_papers(file.record.referral_id, papers)
        after = self._rows.add_steps(self._connection, file, steps).followed_by((), papers)
        self._told(file, after)
        return after

    def _add_papers(self, referral_id: str, papers: Sequence[ReferralPaper]) -> None:
        kept = ((self._requests.paper_digest(paper.sha256), paper) for paper in papers)
        self._rows.add_papers(self._connection, referral_id, kept)

    def _told(self, before: ReferralFile | None, after: ReferralFile) -> None:
        change = Change(
            after.record.referral_id,
            () if before is None else before.facts,
            after.facts,
            at=after.last_at,
            by=self._asked.by,
            traceparent=self._asked.traceparent,
        )
        self._tell(self._connection, change)
