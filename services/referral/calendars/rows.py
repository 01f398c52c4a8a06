"""Calendars in SQL, on SQLite and PostgreSQL: adopted once, kept for ever, read as often as deadlines are computed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from services.chassis.clock import Clock
from services.referral.calendars.tables import CALENDARS, HEAD, RUNS
from services.referral.domain import Calendar, Calendars, refuse_calendar

_ONLY = 1
_RESERVED = ("chinesecalendar-", "provisional-")
"""How versions begin that are not an operator's to give."""

_HEAD = select(HEAD.c.last_sequence).where(HEAD.c.head_id == _ONLY)
_SHARED, _ALONE = _HEAD.with_for_update(read=True), _HEAD.with_for_update()
_ALL = select(CALENDARS).order_by(CALENDARS.c.sequence)
_ONE = select(CALENDARS).where(CALENDARS.c.year == bindparam("which_year"), CALENDARS.c.version == bindparam("named"))
_ADVANCE = update(HEAD).where(HEAD.c.head_id == _ONLY).values(last_sequence=bindparam("last"))


@dataclass(frozen=True, slots=True)
class Kept:
    """A calendar as it is kept.

    Attributes:
        sequence: Its place among all of them, in the order in which they were adopted.
        calendar: The calendar.
        is_imported: Whether an operator brought it; otherwise it came with the software.
    """

    sequence: int
    calendar: Calendar
    is_imported: bool


class CalendarRows:
    """Calendars, within a transaction of whoever calls."""

    def __init__(self) -> None:
        # Versions never change, so what was read counts until there are more of them.
        self._known: tuple[int, Calendars] = (-1, Calendars())

    def read(self, connection: Connection) -> Calendars:
        """Returns all calendars, of a transaction that only reads."""
        return self._read(connection, connection.execute(_HEAD).scalar_one())

    def share(self, connection: Connection) -> Calendars:
        """Returns all calendars, and keeps others from being adopted until the commit.

        To be called by whoever writes deadlines, who holds the lock of the referral.
        """
        return self._read(connection, connection.execute(_SHARED).scalar_one())

    def all_of(self, connection: Connection) -> tuple[Kept, ...]:
        """Returns all calendars as they are kept, in the order in which they were adopted."""
        return tuple(map(_kept, connection.execute(_ALL)))

    def find(self, connection: Connection, year: int, version: str) -> Kept | None:
        """Returns a version of a year; None where there is none."""
        row = connection.execute(_ONE, {"which_year": year, "named": version}).one_or_none()
        return None if row is None else _kept(row)

    def adopt(self, connection: Connection, calendar: Calendar, *, clock: Clock) -> Kept:
        """Adopts a calendar, after whoever computes deadlines with the others has committed.

        Args:
            connection: That of a write function.
            calendar: The calendar, whose `adopted_at` does not count.
            clock: Source of now.

        Returns:
            The calendar as it is kept, also where it was adopted before.

        Raises:
            InvalidArgument: CALENDAR_INVALID, if the version has other days or its name is not an operator's to give.
        """
        if calendar.version.startswith(_RESERVED):
            raise refuse_calendar("its version is named as those that come with the exchange")
        last = connection.execute(_ALONE).scalar_one()
        found = self.find(connection, calendar.year, calendar.version)
        if found is not None:
            if (found.calendar.off, found.calendar.work) != (calendar.off, calendar.work):
                raise refuse_calendar(
                    "this version of the year is there with other days: a corrected one has its own name"
                )
            return found
        # Of the time after the lock: what was computed before it was not computed with this calendar.
        sequence = _add(connection, last, [calendar], now=clock.now(), is_imported=True)
        row = connection.execute(_ONE, {"which_year": calendar.year, "named": calendar.version}).one()
        connection.execute(_ADVANCE, {"last": sequence})
        return _kept(row)

    def adopt_published(self, connection: Connection, published: Iterable[Calendar], *, clock: Clock) -> int:
        """Adopts those that come with the software and are not there yet, when the process starts.

        At the very first start they count from the beginning; those that a newer version brings count from now on. A
        year that an operator brought stays as it is.

        Args:
            connection: That of a write function.
            published: The calendars.
            clock: Source of now.

        Returns:
            How many were adopted.
        """
        last, kept = connection.execute(_ALONE).scalar_one(), self.all_of(connection)
        imported = {one.calendar.year for one in kept if one.is_imported}
        # A newer version of the library names years anew of which it knows nothing else.
        known = {(one.calendar.year, one.calendar.off, one.calendar.work) for one in kept}
        named = {(one.calendar.year, one.calendar.version) for one in kept}
        fresh = [
            calendar
            for calendar in published
            if calendar.year not in imported
            and (calendar.year, calendar.off, calendar.work) not in known
            and (calendar.year, calendar.version) not in named
        ]
        if fresh:
            now = clock.now() if last else None
            connection.execute(_ADVANCE, {"last": _add(connection, last, fresh, now=now, is_imported=False)})
        return len(fresh)

    def _read(self, connection: Connection, last: int) -> Calendars:
        known, calendars = self._known
        if known != last:
            kept = self.all_of(connection)
            calendars = Calendars(tuple(one.calendar for one in kept))
            # By what was read and not by the head, which may be of an earlier moment.
            self._known = (kept[-1].sequence if kept else 0, calendars)
        return calendars


def _add(
    connection: Connection, last: int, calendars: list[Calendar], *, now: datetime | None, is_imported: bool
) -> int:
    """Adds calendars, and a run for each that may move deadlines; returns the last sequence."""
    rows = [
        {
            "sequence": sequence,
            "year": calendar.year,
            "version": calendar.version,
            "days_off": _write(calendar.off),
            "working_weekend_days": _write(calendar.work),
            "source": calendar.source,
            "published_on": calendar.published_on,
            "adopted_at": now,
            "is_imported": is_imported,
        }
        for sequence, calendar in enumerate(calendars, last + 1)
    ]
    connection.execute(insert(CALENDARS), rows)
    if now is not None:
        runs = [{"sequence": row["sequence"], "reached": "", "recomputed": 0, "changed": 0} for row in rows]
        connection.execute(insert(RUNS), runs)
    return last + len(rows)


def _kept(row: Row[Any]) -> Kept:
    calendar = Calendar(
        row.year,
        row.version,
        _read(row.days_off),
        _read(row.working_weekend_days),
        row.source,
        row.published_on,
        row.adopted_at,
    )
    return Kept(row.sequence, calendar, row.is_imported)


def _write(days: Iterable[date]) -> str:
    return " ".join(day.isoformat() for day in sorted(days))


def _read(text: str) -> frozenset[date]:
    return frozenset(map(date.fromisoformat, text.split()))
