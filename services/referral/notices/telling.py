"""What follows from each change of a referral: its duties are listed anew, the other side is told, and notices are due.

All of it is written in the transaction that writes the facts.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial

from sqlalchemy import Connection, bindparam, select

from services.chassis.outbox import Event as DueEvent
from services.chassis.outbox import Outbox
from services.codes.legal_time import legal_date
from services.referral.calendars.rows import CalendarRows
from services.referral.changes import Change
from services.referral.convert import event_of
from services.referral.domain import Adjusted, Decided, Decision, Duty, Fact, Notice, NoticeKind, Plan, notices_of
from services.referral.notices.domain import (
    ADJUSTED,
    HAPPENED,
    TOPICS,
    Kind,
    addressee_of,
    derive,
    told_of,
)
from services.referral.notices.mail import Mail
from services.referral.notices.rows import DutyRows
from services.referral.notices.tables import OUTBOX
from services.referral.notices.views import View, view_of

ALWAYS = datetime.max.replace(tzinfo=UTC)
"""Comes after everything that is due."""

_WAITING = select(OUTBOX.c.event_id).where(OUTBOX.c.event_id.in_(bindparam("ids", expanding=True)))

Send = Callable[..., None]


class Telling:
    """Tells of changes; its `tell` is what whoever writes facts calls with each change.

    Args:
        rows: Duties and standings.
        calendars: Calendars.
        outbox: Takes what is due later.
        mail: Writes notices.
        plan: When notices of duties are given.
    """

    def __init__(self, rows: DutyRows, *, calendars: CalendarRows, outbox: Outbox, mail: Mail, plan: Plan) -> None:
        self._rows = rows
        self._calendars = calendars
        self._outbox = outbox
        self._mail = mail
        self._plan = plan

    def tell(self, connection: Connection, change: Change) -> None:
        """Writes what follows from a change, in its transaction, under the lock of the referral."""
        view = self.list_anew(connection, change.referral_id, change.after, traceparent=change.traceparent)
        send = partial(self._mail.send, connection, now=change.at, traceparent=change.traceparent)
        _tell_events(view, change.made, send=send)
        _tell_adjusted(view, change.made, send=send)
        _tell_opened(view, change, send=send)

    def list_anew(
        self, connection: Connection, referral_id: str, facts: Sequence[Fact], *, traceparent: str = ""
    ) -> View:
        """Writes a referral's standing and duties anew, and plans the notices of those that were not listed before.

        Args:
            connection: That of a write function, under the lock of the referral.
            referral_id: Key of the referral.
            facts: All of its facts.
            traceparent: Trace in which they came about; empty where there is none.

        Returns:
            The referral as it stands.

        Raises:
            ValueError: If it was never sent.
        """
        view = view_of(referral_id, facts, calendars=self._calendars.share(connection))
        if view is None:
            raise ValueError("what is told of was sent")
        owed = {duty: view.owed(duty) for duty in view.running}
        known = self._rows.known(connection, referral_id)
        self._rows.rewrite(connection, view.outline, owed.values(), stale=view.stale())
        fresh = [duty for duty, one in owed.items() if (one.key, one.due) not in known]
        if fresh:
            self._plan_notices(connection, view, fresh, traceparent=traceparent)
        return view

    def _plan_notices(self, connection: Connection, view: View, duties: Sequence[Duty], *, traceparent: str) -> None:
        found = notices_of(view.referral_id, duties, ALWAYS, calendars=view.calendars, plan=self._plan)
        planned = {derive(notice.key): notice for notice in found}
        # A day that comes back after it was moved twice may wait still; what is out already is not told again.
        waiting = set(connection.execute(_WAITING, {"ids": list(planned)}).scalars())
        for event_id, notice in planned.items():
            if event_id not in waiting:
                event = _due_event(event_id, notice, view.referral_id, traceparent=traceparent)
                self._outbox.write(connection, event)


def read_due_event(event: DueEvent) -> tuple[str, str]:
    """Returns the key of the referral and that of the notice which an event is about."""
    referral_id, key = json.loads(event.payload)
    return str(referral_id), str(key)


def _due_event(event_id: str, notice: Notice, referral_id: str, *, traceparent: str) -> DueEvent:
    return DueEvent(
        event_id=event_id,
        topic=TOPICS[notice.kind],
        # Of its own, because no notice waits for another's day.
        subject=uuid.UUID(event_id).bytes,
        payload=json.dumps((referral_id, notice.key), ensure_ascii=False).encode(),
        traceparent=traceparent,
        due_at=notice.due_at,
    )


def _tell_events(view: View, made: Iterable[Fact], *, send: Send) -> None:
    """Tells the other side what happened, once for each kind of what one step did to several suspects."""
    done = set()
    for fact in made:
        event = event_of(fact)
        if isinstance(fact, Adjusted) or event in done:
            continue
        done.add(event)
        told = view.told(Kind.HAPPENED, event=event)
        addressees = map(addressee_of, told_of(fact, told.court_code, told.unit))
        send(told, addressees, topic=HAPPENED, key=_key(view, str(event), fact))


def _tell_adjusted(view: View, made: Iterable[Fact], *, send: Send) -> None:
    """Tells both sides of deadlines whose day has changed."""
    for fact in made:
        duty = view.find(fact) if isinstance(fact, Adjusted) and fact.old_due != fact.new_due else None
        if isinstance(fact, Adjusted) and duty is not None:
            told = view.told(Kind.ADJUSTED, duty=duty, on=legal_date(fact.at), former_due=fact.old_due)
            addressees = map(addressee_of, (told.court_code, told.unit))
            send(told, addressees, topic=ADJUSTED, key=_key(view, "ADJUSTED", fact))


def _tell_opened(view: View, change: Change, *, send: Send) -> None:
    """Tells the court that private prosecution is open since a decision not to file."""
    for fact in _not_filed(change.made):
        before = view_of(view.referral_id, change.before, calendars=view.calendars, moment=fact.at)
        if fact.suspect in view.open_suspects and (before is None or fact.suspect not in before.open_suspects):
            told = view.told(Kind.PRIVATE_PROSECUTION)
            topic = TOPICS[NoticeKind.PRIVATE_PROSECUTION]
            send(told, [addressee_of(told.court_code)], topic=topic, key=_key(view, "OPENED", fact))
            return


def _not_filed(made: Iterable[Fact]) -> Iterator[Decided]:
    for fact in made:
        if isinstance(fact, Decided) and fact.decision is Decision.NOT_FILED:
            yield fact


def _key(view: View, name: str, fact: Fact) -> str:
    return f"{view.referral_id}/{name}/{fact.at.isoformat()}"
