"""What counters ask, read from the facts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from sqlalchemy import Connection

from services.chassis.clock import Clock
from services.chassis.db import Database
from services.chassis.feed import Feed
from services.exit_restriction.counter.copies import ADDRESSEE
from services.exit_restriction.counter.domain import (
    Applicant,
    AskedPast,
    Copied,
    CopyChange,
    Decided,
    Past,
    decide,
    differs,
    past_of,
    present,
    require_one,
)
from services.exit_restriction.notices.domain import restriction_name
from services.exit_restriction.registry.domain import Subject
from services.exit_restriction.registry.store import SubjectRows
from services.exit_restriction.restrictions.rows import RestrictionRows

LOWEST_KEY = -(1 << 63)
"""Below every key of a subject."""

ReadPastControls: TypeAlias = Callable[[Connection, int, datetime], Iterable[Past]]
"""Reads the border controls of a person that were in force at a moment, by the key of their subject."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some restrictions of a snapshot.

    Attributes:
        copies: The restrictions in force or to come.
        after: Key of the last subject looked at; None at the end.
    """

    copies: tuple[Copied, ...]
    after: int | None


class CounterStore:
    """Reads what counters ask.

    Args:
        database: The service's database.
        subjects: Reads people.
        restrictions: Reads what happened to their restrictions.
        read_controls: Reads their border controls.
        feed: The service's notices.
        clock: Source of now.
    """

    def __init__(
        self,
        database: Database,
        *,
        subjects: SubjectRows,
        restrictions: RestrictionRows,
        read_controls: ReadPastControls,
        feed: Feed,
        clock: Clock,
    ) -> None:
        self._database = database
        self._subjects = subjects
        self._restrictions = restrictions
        self._read_controls = read_controls
        self._feed = feed
        self._clock = clock

    async def check(self, applicant: Applicant) -> Decided:
        """Decides about an application.

        Raises:
            FailedPrecondition: PERSON_AMBIGUOUS.
            Unavailable: STORE_UNAVAILABLE.
        """
        now = self._clock.now()

        def read(connection: Connection) -> Decided:
            having = self._having(connection, applicant)
            files = self._restrictions.files(connection, [subject.subject_id for subject in having])
            return decide(applicant, [(subject, files[subject.subject_id]) for subject in having], now=now)

        return await self._database.read(read)

    async def ask_past(self, applicant: Applicant, moment: datetime) -> AskedPast:
        """Tells what was in force against a person at a moment; nothing where nobody is known.

        Args:
            applicant: Who is asked about.
            moment: The moment, not after now.

        Raises:
            FailedPrecondition: PERSON_AMBIGUOUS.
            Unavailable: STORE_UNAVAILABLE.
        """

        def read(connection: Connection) -> AskedPast:
            having = self._having(connection, applicant)
            require_one(having)
            if differs(applicant, having):
                return AskedPast(name_differs=True)
            keys = [subject.subject_id for subject in having if subject.has_name(applicant.name)]
            restrictions = [
                past_of(shown, moment, name=restriction_name(shown.record.restriction_id))
                for file in self._restrictions.files(connection, keys).values()
                for shown in file.all_shown(moment)
                if shown.standing.is_in_force
            ]
            controls = [past for key in keys for past in self._read_controls(connection, key, moment)]
            return AskedPast((*restrictions, *controls))

        return await self._database.read(read)

    async def head(self) -> int:
        """Returns the last number of the changes that counters are told of.

        Raises:
            Unavailable: STORE_UNAVAILABLE.
        """
        return await self._database.read(lambda connection: self._feed.head(connection, ADDRESSEE), snapshot=False)

    async def page(self, *, after: int = LOWEST_KEY, size: int) -> Page:
        """Reads restrictions in force or to come, person after person.

        Each page is as of its own reading, and what changes meanwhile is told by the feed, from where it stood before
        the first page. So nothing is held open while a slow counter reads, and nothing is missed.

        Args:
            after: Key of the subject after whom to begin.
            size: Most people to look at.

        Raises:
            Unavailable: STORE_UNAVAILABLE.
        """
        now = self._clock.now()

        def read(connection: Connection) -> Page:
            keys = self._restrictions.restricted(connection, after=after, most=size)
            numbers = self._subjects.numbers_of(connection, self._subjects.read(connection, keys))
            copies = [
                Copied.of(shown, CopyChange.PRESENT, numbers[key])
                for key, file in self._restrictions.files(connection, keys).items()
                for shown in file.all_shown(present(file.facts, now))
                if shown.standing.is_open
            ]
            return Page(tuple(copies), keys[-1] if len(keys) == size else None)

        return await self._database.read(read)

    def _having(self, connection: Connection, applicant: Applicant) -> tuple[Subject, ...]:
        """Reads who has the number, and whom courts named under another number of the same person.

        Somebody who was named before the register knew them has only the number that the court gave.
        """
        having = self._subjects.of_numbers(connection, [applicant.number]).get(applicant.number, ())
        others = {n for subject in having if subject.is_on_file for n in subject.numbers} - {applicant.number}
        known = {subject.subject_id for subject in having}
        found = self._subjects.of_numbers(connection, sorted(others))
        named = {s.subject_id: s for some in found.values() for s in some if not s.is_on_file}
        return (*having, *(named[key] for key in sorted(named.keys() - known)))
