"""How far deadlines were computed anew after a calendar was adopted, so that whoever takes over goes on from there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select, update

from services.referral.calendars.tables import CALENDARS, RUNS

_COLUMNS = (RUNS.c.sequence, RUNS.c.reached, RUNS.c.recomputed, RUNS.c.changed, RUNS.c.ended_at, CALENDARS.c.year)
_JOINED = select(*_COLUMNS).join(CALENDARS, CALENDARS.c.sequence == RUNS.c.sequence)
_ONE = _JOINED.where(RUNS.c.sequence == bindparam("which"))
_LOCKED = _ONE.with_for_update(of=RUNS)
_UNFINISHED = select(RUNS.c.sequence).where(RUNS.c.ended_at.is_(None)).order_by(RUNS.c.sequence)
_UPDATE = update(RUNS).where(RUNS.c.sequence == bindparam("which"))


@dataclass(frozen=True, slots=True)
class Run:
    """How far deadlines were computed anew.

    Attributes:
        sequence: The calendar's.
        year: Its year.
        reached: Key of the last referral that was looked at; empty before the first.
        recomputed: Deadlines that were computed anew.
        changed: Those of them whose day changed.
        ended_at: When all were; None while some are left.
    """

    sequence: int
    year: int
    reached: str = ""
    recomputed: int = 0
    changed: int = 0
    ended_at: datetime | None = None

    @property
    def first_day(self) -> date:
        """First day of the year."""
        return date(self.year, 1, 1)

    @property
    def last_day(self) -> date:
        """Last day of the year."""
        return date(self.year, 12, 31)


def find_run(connection: Connection, sequence: int) -> Run | None:
    """Returns the run of a calendar; None for one that moves nothing, since it was there from the beginning."""
    row = connection.execute(_ONE, {"which": sequence}).one_or_none()
    return None if row is None else _run(row)


def lock_run(connection: Connection, sequence: int) -> Run:
    """Returns the run of a calendar, and keeps others from going on with it until the commit."""
    return _run(connection.execute(_LOCKED, {"which": sequence}).one())


def unfinished(connection: Connection) -> Sequence[int]:
    """Returns the sequences of the calendars after which deadlines are still to be computed anew, oldest first."""
    return list(connection.execute(_UNFINISHED).scalars())


def keep_run(connection: Connection, run: Run) -> None:
    """Keeps how far a run is."""
    connection.execute(
        _UPDATE,
        {
            "which": run.sequence,
            "reached": run.reached,
            "recomputed": run.recomputed,
            "changed": run.changed,
            "ended_at": run.ended_at,
        },
    )


def _run(row: Row[Any, Any, Any, Any, Any, Any]) -> Run:
    return Run(row.sequence, row.year, row.reached, row.recomputed, row.changed, row.ended_at)
