"""The service of notices to courts: from messages to the feed and back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing

from services.chassis.call import Call
from services.chassis.feed import DeadLetters, Feed, reads_as_liaison, write_dead_letter
from services.exit_restriction.notices import convert
from services.exit_restriction.notices.domain import LIAISON_PERMISSION, addressee_for
from xiezhi.exit_restriction.v1 import notice_pb2


class CourtNoticeServicer:
    """`xiezhi.exit_restriction.v1.CourtNoticeService`.

    Args:
        feed: The notices.
        letters: What could not be delivered.
    """

    def __init__(self, feed: Feed, *, letters: DeadLetters) -> None:
        self._feed = feed
        self._letters = letters

    async def WatchCourtNotices(
        self, request: notice_pb2.WatchCourtNoticesRequest, call: Call
    ) -> AsyncIterator[notice_pb2.WatchCourtNoticesResponse]:
        """Follows the notices to the caller's court or post."""
        async with aclosing(self._feed.watch(_addressee(call), cursor=request.after)) as groups:
            async for group in groups:
                yield convert.write_notices(group, call.officer)

    async def AcknowledgeCourtNotices(
        self, request: notice_pb2.AcknowledgeCourtNoticesRequest, call: Call
    ) -> notice_pb2.AcknowledgeCourtNoticesResponse:
        """Acknowledges notices."""
        count = await self._feed.acknowledge_now(_addressee(call), request.notice_ids, by=call.officer.officer_id)
        return notice_pb2.AcknowledgeCourtNoticesResponse(acknowledged_count=count)

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


def _addressee(call: Call) -> str:
    is_liaison = reads_as_liaison(call, LIAISON_PERMISSION)
    return addressee_for(call.officer.organisation, call.officer.permissions, is_liaison=is_liaison)
