"""Tells courts, in the transaction of what they are told of; what is due later goes to the outbox with it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import Connection

from services.chassis.feed import Feed
from services.codes.legal_time import legal_date
from services.exit_restriction.changes import Change, Happened, ReleaseProposed
from services.exit_restriction.meetings import HitTold, PlacedTold, Told
from services.exit_restriction.notices.drafts import draft_handled, draft_hit, draft_proposal
from services.exit_restriction.notices.due import Calendar, ControlEnd

_BEGINS = frozenset({Happened.FILED, Happened.RENEWED})
_TICK = timedelta(microseconds=1)


class CourtTelling:
    """Tells courts of what becomes of their measures.

    Args:
        feed: The notices.
        calendar: Plans what they are told of later.
        acknowledge_within: How long a court has to acknowledge a hit before its liaisons and the command centre of the
            High Court are told.
    """

    def __init__(self, feed: Feed, *, calendar: Calendar, acknowledge_within: timedelta) -> None:
        self._feed = feed
        self._calendar = calendar
        self._acknowledge_within = acknowledge_within

    def of_restrictions(self, connection: Connection, changes: Sequence[Change]) -> None:
        """Tells of changes of restrictions, and plans what is due; a `services.exit_restriction.changes.Tell`."""
        proposed = [change for change in changes if isinstance(change, ReleaseProposed)]
        begun = [
            (change.record, change.standing, change.traceparent)
            for change in changes
            if not isinstance(change, ReleaseProposed) and change.happened in _BEGINS
        ]
        self._calendar.plan(connection, begun)
        self._feed.write_all(connection, [draft_proposal(change) for change in proposed])

    def of_controls(self, connection: Connection, told: Told) -> None:
        """Tells of controls and of who was met; a `services.exit_restriction.meetings.Tell`."""
        if isinstance(told, PlacedTold):
            last_day = legal_date(told.ends_at - _TICK)
            end = ControlEnd(told.control_id, told.subject_id, told.author, told.handler_id, last_day)
            self._calendar.plan_end(connection, end, due_at=told.ends_at, traceparent=told.traceparent)
        elif isinstance(told, HitTold):
            self._feed.write(connection, draft_hit(told, acknowledge_within=self._acknowledge_within))
        else:
            self._feed.write(connection, draft_handled(told))
