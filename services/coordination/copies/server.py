"""The service of copies: tells the gateway of the directory, for as long as it follows."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

from services.chassis.call import Call
from services.chassis.clock import Clock
from services.coordination.copies.convert import write_changes
from services.coordination.copies.store import CopyStore
from services.coordination.revisions import Revisions
from services.directory.lease import LEASE
from services.filing.convert import invalid
from xiezhi.coordination.v1 import copy_pb2

RENEWAL = timedelta(seconds=10)
"""How often a copy gets a new lease."""
LOOK = timedelta(milliseconds=200)
"""How often is looked for what other replicas have written; what this one writes is told at once."""


class DirectoryCopyServicer:
    """`xiezhi.coordination.v1.DirectoryCopyService`.

    Args:
        store: The directory as it changes.
        revisions: Revisions of this process.
        clock: Source of now.
    """

    def __init__(self, store: CopyStore, *, revisions: Revisions, clock: Clock) -> None:
        self._store = store
        self._revisions = revisions
        self._clock = clock

    async def WatchDirectory(
        self, request: copy_pb2.WatchDirectoryRequest, call: Call
    ) -> AsyncIterator[copy_pb2.WatchDirectoryResponse]:
        """Follows the directory."""
        del call
        revision, renew_at = request.after_revision, datetime.min.replace(tzinfo=self._clock.now().tzinfo)
        with self._revisions.listen() as bell:
            while True:
                bell.still()
                # Of before the look: what is written after it may not be in the copy.
                now = self._clock.now()
                changes = await self._store.changes(revision)
                if changes.revision < revision:
                    raise invalid("after_revision", "the directory has never been there: begin with an empty copy")
                if changes.revision > revision or (changes.is_complete and now >= renew_at):
                    response = write_changes(changes, hash_key=request.hash_key)
                    if changes.is_complete:
                        response.lease_end_time.FromDatetime(now + LEASE)
                        renew_at = now + RENEWAL
                    revision = changes.revision
                    yield response
                if changes.is_complete:
                    await bell.wait(longest=LOOK)
