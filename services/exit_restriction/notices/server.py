"""The service of notices to courts: from messages to the feed and back."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from contextlib import aclosing
from itertools import islice

from sqlalchemy import Connection

from services.chassis.call import Call
from services.chassis.clock import Clock
from services.chassis.db import Database
from services.chassis.feed import Acknowledgement, DeadLetters, Feed, read_cursor, write_dead_letter
from services.chassis.spans import Span, current_span
from services.exit_restriction.notices import convert
from services.exit_restriction.notices.domain import addressee_for
from xiezhi.exit_restriction.v1 import notice_pb2

MOST_LINKS = 128
"""Traces that the span of a watch is linked to; collectors keep no more of one span."""


class CourtNoticeServicer:
    """`xiezhi.exit_restriction.v1.CourtNoticeService`.

    Args:
        feed: The notices.
        letters: What could not be delivered.
        database: Where they are.
        clock: Source of now.
    """

    def __init__(self, feed: Feed, *, letters: DeadLetters, database: Database, clock: Clock) -> None:
        self._feed = feed
        self._letters = letters
        self._database = database
        self._clock = clock

    async def WatchCourtNotices(
        self, request: notice_pb2.WatchCourtNoticesRequest, call: Call
    ) -> AsyncIterator[notice_pb2.WatchCourtNoticesResponse]:
        """Follows the notices to the caller's court or post."""
        addressee, span = _addressee(call), current_span()
        after = read_cursor(request.after, addressee=addressee)
        async with aclosing(self._feed.follow(addressee, after=after)) as groups:
            async for group in groups:
                if span is not None:
                    _link(span, (notice.traceparent for notice in group))
                yield convert.write_notices(group, call.officer)

    async def AcknowledgeCourtNotices(
        self, request: notice_pb2.AcknowledgeCourtNoticesRequest, call: Call
    ) -> notice_pb2.AcknowledgeCourtNoticesResponse:
        """Acknowledges notices."""
        notice_ids, addressee, officer = tuple(request.notice_ids), _addressee(call), call.officer.officer_id
        now = self._clock.now()

        def write(connection: Connection) -> tuple[Acknowledgement, ...]:
            return self._feed.acknowledge(connection, addressee, notice_ids, by=officer, now=now)

        known = await self._database.write(write)
        fresh = [ack for ack in known if (ack.at, ack.by) == (now, officer)]
        return notice_pb2.AcknowledgeCourtNoticesResponse(acknowledged_count=len(fresh))

    async def ListDeadLetters(
        self, request: notice_pb2.ListDeadLettersRequest, call: Call
    ) -> notice_pb2.ListDeadLettersResponse:
        """Lists what could not be delivered."""
        del call
        letters = await self._letters.list(limit=request.page_size)
        return notice_pb2.ListDeadLettersResponse(dead_letters=map(write_dead_letter, letters))

    async def ReplayDeadLetter(
        self, request: notice_pb2.ReplayDeadLetterRequest, call: Call
    ) -> notice_pb2.ReplayDeadLetterResponse:
        """Has a dead letter delivered again."""
        del call
        await self._letters.replay(request.event_id)
        return notice_pb2.ReplayDeadLetterResponse()


def _link(span: Span, traceparents: Iterable[str]) -> None:
    room = MOST_LINKS - len(span.links or ())
    for traceparent in islice(traceparents, max(room, 0)):
        span.link(traceparent)


def _addressee(call: Call) -> str:
    return addressee_for(call.officer.organisation, call.officer.permissions)
