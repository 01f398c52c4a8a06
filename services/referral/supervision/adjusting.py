"""Deadlines computed anew after a calendar was adopted, some referrals at a time, from where whoever did it stopped."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from sqlalchemy import Connection

from services.chassis.clock import Clock
from services.chassis.db import Database
from services.referral.calendars.rows import CalendarRows
from services.referral.calendars.runs import Run, find_run, keep_run, lock_run, unfinished
from services.referral.changes import Change
from services.referral.domain import Adjusted
from services.referral.notices.rows import DutyRows
from services.referral.notices.telling import Telling
from services.referral.notices.views import view_of
from services.referral.referrals.domain import Deed, Step
from services.referral.referrals.rows import ReferralRows

MOST = 50
"""Referrals of one transaction."""


class Adjusting:
    """Computes deadlines anew.

    Args:
        database: The referral service's database.
        referrals: Referrals and their facts.
        duties: Duties that are owed.
        calendars: Calendars.
        telling: Tells of changes.
        clock: Source of now.
    """

    def __init__(
        self,
        database: Database,
        *,
        referrals: ReferralRows,
        duties: DutyRows,
        calendars: CalendarRows,
        telling: Telling,
        clock: Clock,
    ) -> None:
        self._database = database
        self._referrals = referrals
        self._duties = duties
        self._calendars = calendars
        self._telling = telling
        self._clock = clock

    async def finish(self, sequence: int) -> Run:
        """Computes anew what a calendar decides about, and returns how many deadlines; only once for each calendar.

        Args:
            sequence: The calendar's.

        Raises:
            XiezhiError: STORE_UNAVAILABLE; what was done until then stays done.
        """
        run = await self._database.read(lambda connection: find_run(connection, sequence), snapshot=False)
        while run is not None and run.ended_at is None:
            run = await self._database.write(partial(self._go_on, sequence=sequence))
        return run or Run(sequence, 0)

    async def resume(self) -> None:
        """Finishes what a process that died has left, and what was written while a calendar was adopted.

        Raises:
            XiezhiError: STORE_UNAVAILABLE.
        """
        for sequence in await self._database.read(unfinished, snapshot=False):
            await self.finish(sequence)
        reached: str | None = ""
        while reached is not None:
            reached = await self._database.write(partial(self._refresh, after=reached))

    def _go_on(self, connection: Connection, *, sequence: int) -> Run:
        run = lock_run(connection, sequence)
        if run.ended_at is not None:
            return run
        period = {"first": run.first_day, "last": run.last_day}
        found = self._duties.touched(connection, **period, after=run.reached, most=MOST)
        for referral_id in found:
            made = self._adjust(connection, referral_id)
            changed = sum(fact.old_due != fact.new_due for fact in made)
            run = replace(run, recomputed=run.recomputed + len(made), changed=run.changed + changed)
        run = replace(run, reached=found[-1]) if found else replace(run, ended_at=self._clock.now())
        keep_run(connection, run)
        return run

    def _refresh(self, connection: Connection, *, after: str) -> str | None:
        """Computes stale deadlines anew; returns up to which referral, None where there are none."""
        found = self._duties.stale(connection, after=after, most=MOST)
        for referral_id in found:
            if not self._adjust(connection, referral_id):
                facts = self._referrals.facts(connection, [referral_id])[referral_id]
                self._telling.list_anew(connection, referral_id, facts)
        return found[-1] if found else None

    def _adjust(self, connection: Connection, referral_id: str) -> tuple[Adjusted, ...]:
        """Adds to a referral the facts that move its deadlines, and tells of them."""
        file = self._referrals.lock(connection, referral_id)
        if file is None:
            return ()
        now, before = self._clock.now(), file.facts
        view = view_of(referral_id, before, calendars=self._calendars.share(connection), moment=now)
        made = () if view is None else view.moved(now)
        if made:
            after = self._referrals.add_steps(connection, file, [Step(fact, Deed()) for fact in made])
            change = Change(referral_id, before, after.facts, made[-1].at, by="")
            self._telling.tell(connection, change)
        return made


async def rebuild(database: Database, *, referrals: ReferralRows, telling: Telling) -> int:
    """Makes the duties and standings of all referrals anew from their facts, and plans what they were not told of.

    Args:
        database: The referral service's database.
        referrals: Referrals and their facts.
        telling: Lists them.

    Returns:
        How many referrals there are.

    Raises:
        XiezhiError: STORE_UNAVAILABLE.
    """

    def some(connection: Connection, *, after: int) -> tuple[int, int]:
        found = referrals.all_after(connection, after, most=MOST)
        for _, referral_id in found:
            file = referrals.lock(connection, referral_id)
            if file is not None:
                telling.list_anew(connection, referral_id, file.facts)
        return len(found), found[-1][0] if found else after

    total, reached, count = 0, 0, 1
    while count:
        count, reached = await database.write(partial(some, after=reached))
        total += count
    return total
