"""Notices of duties as their time comes: reminders, and what follows when nothing was done.

Each is derived again from the facts when it is due. What was done before is not told, a day that was moved is told on
the new one, and whoever stood still for a week tells what was due meanwhile, once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial

from sqlalchemy import Connection

from services.chassis.clock import Clock
from services.chassis.db import Database
from services.chassis.outbox import Event
from services.codes.legal_time import legal_date
from services.referral.calendars.rows import CalendarRows
from services.referral.domain import Fact, Notice, NoticeKind, Plan, notices_of
from services.referral.notices.domain import TOPICS, Kind, recipients_of
from services.referral.notices.mail import Mail
from services.referral.notices.telling import read_due_event
from services.referral.notices.views import View, view_of

_TICK = timedelta(microseconds=1)

LockFacts = Callable[[Connection, str], Sequence[Fact]]
"""Reads the facts of a referral and keeps others from adding to them until the commit; none where it is not there."""


class Reminders:
    """Tells of duties when it is time; its `deliver` is what the outbox's relay calls.

    Args:
        database: The referral service's database.
        lock: Reads and locks a referral.
        calendars: Calendars.
        mail: Writes notices.
        plan: When notices of duties are given.
        clock: Source of now.
    """

    def __init__(
        self, database: Database, *, lock: LockFacts, calendars: CalendarRows, mail: Mail, plan: Plan, clock: Clock
    ) -> None:
        self._database = database
        self._lock = lock
        self._calendars = calendars
        self._mail = mail
        self._plan = plan
        self._clock = clock

    async def deliver(self, event: Event) -> None:
        """Tells whoever is to know, unless it was done before.

        Args:
            event: One of the topics of `services.referral.notices.domain.TOPICS`.

        Raises:
            ValueError: If the event is of another topic.
            XiezhiError: STORE_UNAVAILABLE.
        """
        if event.topic not in TOPICS.values():
            raise ValueError("an event of another topic is not a reminder's")
        await self._database.write(partial(self._tell, event=event))

    def _tell(self, connection: Connection, *, event: Event) -> None:
        referral_id, key = read_due_event(event)
        facts = self._lock(connection, referral_id)
        calendars, now = self._calendars.share(connection), self._clock.now()
        view = view_of(referral_id, facts, calendars=calendars, moment=now)
        notice = None if view is None else self._find(view, key)
        if view is None or notice is None:
            return
        # As of its own time, so that it says the same whenever it is told.
        then = view_of(referral_id, facts, calendars=calendars, moment=notice.due_at) or view
        if notice.kind is NoticeKind.PRIVATE_PROSECUTION and not self._opens(then, notice, facts):
            return
        told = then.told(Kind(notice.kind), duty=notice.duty, on=legal_date(notice.due_at))
        self._mail.send(
            connection,
            told,
            recipients_of(notice, told.court_code),
            topic=event.topic,
            key=key,
            now=now,
            traceparent=event.traceparent,
        )

    def _opens(self, then: View, notice: Notice, facts: Sequence[Fact]) -> bool:
        """Whether private prosecution opens by a notice's duty; a decision that opened it before was told itself."""
        before = view_of(then.referral_id, facts, calendars=then.calendars, moment=notice.due_at - _TICK)
        was_open = before is not None and notice.duty.suspect in before.open_suspects
        return notice.duty.suspect in then.open_suspects and not was_open

    def _find(self, view: View, key: str) -> Notice | None:
        found = notices_of(view.referral_id, view.duties, view.moment, calendars=view.calendars, plan=self._plan)
        return next((notice for notice in found if notice.key == key), None)
