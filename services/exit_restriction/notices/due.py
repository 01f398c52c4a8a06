"""What courts are told of later: that the window of renewal opens and closes, and that a measure is over by itself.

Each is an event of the outbox that is due then. Whether there is still something to tell is decided from the facts when
it is due; nothing here begins or ends a measure.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from services.chassis.outbox import Event, Outbox
from services.chassis.records import read_record, write_record
from services.codes.terms import end_of
from services.exit_restriction.changes import RestrictionRecord
from services.exit_restriction.domain import Author, Reminder, Standing
from services.exit_restriction.notices.domain import derive_id

OPENS, CLOSES, ENDS = "exit.renewal.opens", "exit.renewal.closes", "exit.restriction.ends"
CONTROL_ENDS = "exit.control.ends"
"""Topics of the outbox's events."""
TOPICS = frozenset({OPENS, CLOSES, ENDS, CONTROL_ENDS})

_FORM = 1
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class TermDue:
    """That something is to be told of a term of a restriction, unless the facts have gone on.

    Attributes:
        restriction_id: Key of the restriction.
        subject_id: Key of the person's subject.
        sequence: Which of its terms.
        number: What tells the notice from others of its kind: for a reminder its day.
    """

    restriction_id: str
    subject_id: int
    sequence: int
    number: str = ""

    @classmethod
    def read(cls, event: Event) -> TermDue:
        """Reads what `event` wrote.

        Raises:
            RecordForm: If it is of an unknown form.
        """
        return cls(*read_record(_FORM, event.payload))

    def events(self, *due: tuple[str, datetime], traceparent: str) -> list[Event]:
        """Returns the events of topics, each with the instant at which it is due."""
        payload = write_record(_FORM, (self.restriction_id, self.subject_id, self.sequence, self.number))
        return [
            _event(
                derive_id(self.restriction_id, topic, self.sequence, self.number),
                topic,
                payload,
                due_at=due_at,
                traceparent=traceparent,
            )
            for topic, due_at in due
        ]


@dataclass(frozen=True, slots=True)
class ControlEnd:
    """That a control is over by itself, unless the facts have gone on.

    Attributes:
        control_id: Key of the control.
        subject_id: Key of the person's subject.
        author: The court and the case.
        handler_id: Officer id of the handling judge.
        last_day: Its last day.
    """

    control_id: str
    subject_id: int
    author: Author
    handler_id: str
    last_day: date

    @classmethod
    def read(cls, event: Event) -> ControlEnd:
        """Reads what `event` wrote.

        Raises:
            RecordForm: If it is of an unknown form.
        """
        control, subject, court, case, handler, last_day = read_record(_FORM, event.payload)
        return cls(control, subject, Author(court, case), handler, date.fromisoformat(last_day))

    def event(self, due_at: datetime, *, traceparent: str) -> Event:
        """Returns the event."""
        author = self.author
        values = (
            self.control_id,
            self.subject_id,
            author.court_code,
            author.case_number,
            self.handler_id,
            self.last_day.isoformat(),
        )
        event_id = derive_id(self.control_id, CONTROL_ENDS)
        return _event(event_id, CONTROL_ENDS, write_record(_FORM, values), due_at=due_at, traceparent=traceparent)


class Calendar:
    """Plans what is told later, within the transaction of the change that it follows from.

    Args:
        outbox: Takes what is due later.
    """

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox

    def plan(self, connection: Connection, begun: Iterable[tuple[RestrictionRecord, Standing, str]]) -> None:
        """Plans what is told of the last terms of restrictions.

        Which days are days off is known by the time the window of renewal opens, so that further reminders are planned
        only then.

        Args:
            connection: That of a write function.
            begun: The restrictions, how they stand, and the traces of the calls.
        """
        events: list[Event] = []
        planned = opens = ends = None
        for record, standing, traceparent in begun:
            period = standing.periods[-1]
            due = TermDue(record.restriction_id, record.subject_id, period.sequence)
            # Of an upload most terms are one and the same.
            if period is not planned or opens is None or ends is None:
                planned, opens, ends = period, start_of(period.window_opens), end_of(period.last_day)
            events += due.events((OPENS, opens), (ENDS, ends), traceparent=traceparent)
        self._outbox.write_all(connection, events)

    def plan_reminders(
        self, connection: Connection, due: TermDue, reminders: Sequence[Reminder], *, traceparent: str
    ) -> None:
        """Plans the reminders of a term, one for each of their days.

        Args:
            connection: That of a write function.
            due: The term.
            reminders: Its reminders that are still to come.
            traceparent: Trace of what it follows from.
        """
        days = sorted({reminder.day for reminder in reminders})
        terms = [(TermDue(due.restriction_id, due.subject_id, due.sequence, day.isoformat()), day) for day in days]
        events = [e for term, day in terms for e in term.events((CLOSES, start_of(day)), traceparent=traceparent)]
        self._outbox.write_all(connection, events)

    def plan_end(self, connection: Connection, end: ControlEnd, *, due_at: datetime, traceparent: str) -> None:
        """Plans what is told of the end of a control.

        Args:
            connection: That of a write function.
            end: What is told.
            due_at: When it ends by itself.
            traceparent: Trace of the call.
        """
        self._outbox.write(connection, end.event(due_at, traceparent=traceparent))


def start_of(day: date) -> datetime:
    """Returns the instant, in UTC, at which a day begins in Asia/Shanghai."""
    return end_of(day - _DAY)


def _event(event_id: str, topic: str, payload: bytes, *, due_at: datetime, traceparent: str) -> Event:
    """Makes an event; each is a subject of its own, because none waits for what is due at another time."""
    return Event(
        event_id=event_id,
        topic=topic,
        subject=event_id.encode(),
        payload=payload,
        traceparent=traceparent,
        due_at=due_at,
    )
