"""Delivers what is due: tells a court if the facts, when it is due, still give reason to."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import TypeAlias

from sqlalchemy import Connection

from services.chassis.clock import Clock
from services.chassis.db import Database
from services.chassis.feed import OVERDUE, Feed
from services.chassis.outbox import Event
from services.codes.legal_time import legal_date
from services.exit_restriction.domain import (
    ControlFact,
    ControlState,
    ReminderKind,
    RestrictionState,
    controls_at,
    reminders_of,
)
from services.exit_restriction.notices.domain import NoticeKind
from services.exit_restriction.notices.drafts import draft_control_end, draft_term
from services.exit_restriction.notices.due import (
    CLOSES,
    CONTROL_ENDS,
    ENDS,
    TOPICS,
    Calendar,
    ControlEnd,
    TermDue,
)
from services.exit_restriction.registry.store import SubjectRows
from services.exit_restriction.restrictions.domain import Shown
from services.exit_restriction.restrictions.rows import RestrictionRows

ReadControls: TypeAlias = Callable[[Connection, int], Iterable[ControlFact]]
"""Reads all that happened to the controls of a person, by the key of their subject."""
Expired: TypeAlias = Callable[[Connection, Shown, Event], None]
"""Is told of a restriction that is over by itself, in the transaction that tells its court."""


_RUN_OUT = frozenset({ControlState.EXPIRED, ControlState.REFILED})


class NotYetDueError(Exception):
    """What is due has not come about: this process's clock is behind; it is delivered again later."""


def expire_silently(connection: Connection, shown: Shown, event: Event) -> None:
    """Tells nobody else that a restriction is over."""
    del connection, shown, event


@dataclass(frozen=True, slots=True)
class _Matter:
    """What is due, and how the restriction stands then."""

    due: TermDue
    shown: Shown
    event: Event


class Post:
    """Delivers the events of the service's outbox, each as often as it may come.

    Args:
        feed: The notices.
        calendar: Plans what follows.
        subjects: Locks people.
        restrictions: Reads what happened to their restrictions.
        read_controls: Reads what happened to their controls.
        database: Where all of it is.
        clock: Source of now.
        holidays: Days on which nobody works, weekends among them, as far as they are known.
        expired: Is told with the court of a restriction that is over.
    """

    def __init__(
        self,
        feed: Feed,
        *,
        calendar: Calendar,
        subjects: SubjectRows,
        restrictions: RestrictionRows,
        read_controls: ReadControls,
        database: Database,
        clock: Clock,
        holidays: Collection[date] = (),
        expired: Expired = expire_silently,
    ) -> None:
        self._feed = feed
        self._calendar = calendar
        self._subjects = subjects
        self._restrictions = restrictions
        self._read_controls = read_controls
        self._database = database
        self._clock = clock
        self._holidays = frozenset(holidays)
        self._expired = expired

    async def deliver(self, event: Event) -> None:
        """Delivers an event; to be called by the outbox's relay.

        Raises:
            ValueError: If nobody here takes events of its topic.
            NotYetDueError: If what it tells of has not come about.
            XiezhiError: STORE_UNAVAILABLE.
        """
        if event.topic == OVERDUE:
            await self._feed.escalate(event)
        elif event.topic == CONTROL_ENDS:
            await self._database.write(partial(self._tell_of_control, event=event))
        elif event.topic in TOPICS:
            await self._database.write(partial(self._tell_of_term, event=event))
        else:
            raise ValueError("nobody takes events of this topic")

    def _tell_of_term(self, connection: Connection, *, event: Event) -> None:
        due = TermDue.read(event)
        shown = self._read(connection, due)
        if shown is None or shown.standing.periods[-1].sequence != due.sequence:
            return  # It was renewed.
        matter = _Matter(due, shown, event)
        if event.topic == ENDS:
            self._tell_of_end(connection, matter)
        elif shown.standing.is_open:
            self._remind(connection, matter)

    def _tell_of_end(self, connection: Connection, matter: _Matter) -> None:
        standing = matter.shown.standing
        if standing.is_open:
            raise NotYetDueError("the restriction is not over")
        if standing.state is RestrictionState.EXPIRED and self._write(connection, NoticeKind.EXPIRED, matter):
            self._expired(connection, matter.shown, matter.event)

    def _remind(self, connection: Connection, matter: _Matter) -> None:
        if matter.event.topic == CLOSES:
            self._write(connection, NoticeKind.RENEWAL_CLOSING, matter)
        elif self._write(connection, NoticeKind.RENEWAL_OPEN, matter):
            today = legal_date(self._clock.now())
            later = [
                reminder
                for reminder in reminders_of(matter.shown.standing, self._holidays)
                if reminder.kind is not ReminderKind.WINDOW_OPENS and reminder.day >= today
            ]
            self._calendar.plan_reminders(connection, matter.due, later, traceparent=matter.event.traceparent)

    def _tell_of_control(self, connection: Connection, *, event: Event) -> None:
        end, now = ControlEnd.read(event), self._clock.now()
        self._subjects.lock(connection, [end.subject_id])
        standings = {s.placed.control_id: s for s in controls_at(self._read_controls(connection, end.subject_id), now)}
        standing = standings.get(end.control_id)
        if standing is None:
            return
        if standing.is_open:
            raise NotYetDueError("the control is not over")
        successor = standings.get(standing.successor_id or "")
        # What its court has filed again goes on, unless that was lifted before it began.
        if standing.state in _RUN_OUT and not (successor is not None and successor.is_open):
            self._feed.write(connection, draft_control_end(end, at=now, traceparent=event.traceparent))

    def _read(self, connection: Connection, due: TermDue) -> Shown | None:
        """Reads a restriction, keeping out everybody else who changes what concerns the person."""
        self._subjects.lock(connection, [due.subject_id])
        file = self._restrictions.files(connection, [due.subject_id])[due.subject_id]
        all_shown = file.all_shown(self._clock.now())
        return next((shown for shown in all_shown if shown.record.restriction_id == due.restriction_id), None)

    def _write(self, connection: Connection, kind: NoticeKind, matter: _Matter) -> bool:
        now, trace = self._clock.now(), matter.event.traceparent
        notice = draft_term(kind, matter.due, shown=matter.shown, at=now, traceparent=trace)
        return self._feed.write(connection, notice)
