"""The service of sightings: from messages to the feed and back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing
from functools import partial

from services.chassis.call import Call
from services.chassis.db import Database
from services.chassis.feed import DeadLetters, Feed, cursor_of, reads_as_liaison, write_dead_letter
from services.vehicle.sightings import convert
from services.vehicle.sightings.domain import LIAISON_PERMISSION, addressee_of, post_of
from services.vehicle.sightings.store import read_tallies
from xiezhi.vehicle.v1 import sighting_pb2


class SightingServicer:
    """`xiezhi.vehicle.v1.SightingService`.

    Args:
        feed: The notices.
        letters: What could not be delivered.
        database: Where sightings are counted.
    """

    def __init__(self, feed: Feed, *, letters: DeadLetters, database: Database) -> None:
        self._feed = feed
        self._letters = letters
        self._database = database

    async def WatchSightings(
        self, request: sighting_pb2.WatchSightingsRequest, call: Call
    ) -> AsyncIterator[sighting_pb2.WatchSightingsResponse]:
        """Follows the notices to the caller's post."""
        async with aclosing(self._feed.watch(_addressee(call), cursor=request.after)) as groups:
            async for group in groups:
                response = convert.write_notices((notice, cursor_of(notice)) for notice in group)
                read = partial(read_tallies, sighting_ids=convert.told_of(response))
                convert.write_tallies(response, await self._database.read(read, snapshot=False))
                yield response

    async def AcknowledgeSightings(
        self, request: sighting_pb2.AcknowledgeSightingsRequest, call: Call
    ) -> sighting_pb2.AcknowledgeSightingsResponse:
        """Acknowledges notices."""
        count = await self._feed.acknowledge_now(_addressee(call), request.notice_ids, by=call.officer.officer_id)
        return sighting_pb2.AcknowledgeSightingsResponse(acknowledged_count=count)

    async def ListDeadLetters(
        self, request: sighting_pb2.ListDeadLettersRequest, call: Call
    ) -> sighting_pb2.ListDeadLettersResponse:
        """Lists what could not be delivered."""
        del call
        letters = await self._letters.list(limit=request.page_size)
        return sighting_pb2.ListDeadLettersResponse(dead_letters=map(write_dead_letter, letters))

    async def ReplayDeadLetter(
        self, request: sighting_pb2.ReplayDeadLetterRequest, call: Call
    ) -> sighting_pb2.ReplayDeadLetterResponse:
        """Has a dead letter delivered again."""
        del call
        await self._letters.replay(request.event_id)
        return sighting_pb2.ReplayDeadLetterResponse()


def _addressee(call: Call) -> str:
    is_liaison = reads_as_liaison(call, LIAISON_PERMISSION)
    return addressee_of(call.officer.organisation, post_of(is_liaison=is_liaison))
