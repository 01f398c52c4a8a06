"""Courts that send orders, on papers whose seal is a word, to the service over a real database."""

from __future__ import annotations

import uuid

from services.chassis.call import Part
from services.chassis.ids import RandomIds
from services.exit_restriction.changes import tell_nobody
from services.exit_restriction.domain import TERM_RULES
from services.exit_restriction.listing.listed import EntryList
from services.exit_restriction.listing.server import DishonestListServicer
from services.exit_restriction.listing.store import ListRows, ListStore
from services.exit_restriction.listing.uploads.desk import UploadDesk
from services.exit_restriction.listing.uploads.limits import LIMIT
from services.exit_restriction.listing.uploads.store import UploadStore
from services.exit_restriction.restrictions.server import RestrictionServicer
from services.exit_restriction.restrictions.store import RestrictionStore
from services.filing.desk import Desk
from tests.unit.exit_restriction.orders import LATER, call
from tests.unit.filing.papers import verify
from xiezhi.errors import Reason, error
from xiezhi.exit_restriction.v1 import listing_pb2


class Court:
    """Courts that send orders over the wire's messages.

    Args:
        database: The service's database.
        ring: Keys of its fields at rest.
        clock: Source of now.
        tell: Tells of changes.
        verify: Verifies papers.
        limit: What a court may have staged at one time.

    Attributes:
        announced: Whom the parts of commits were about, before they were pushed, each with the name of the method.
        takes: After how many of these the ledger is away; None while it is there.
        named: Whom the last answer about some people only was about.
    """

    def __init__(self, database, ring, *, clock, tell=tell_nobody, verify=verify, limit=LIMIT):
        self.clock, self.announced, self.takes, self.named = clock, [], None, ()
        rows = ListRows(ring, tell=tell)
        self.uploads = UploadStore(
            database, keyring=ring, rows=rows, clock=clock, ids=RandomIds(), rules=TERM_RULES, limit=limit
        )
        self.lists = ListStore(database, rows=rows)
        self.restrictions = RestrictionStore(database, keyring=ring, entries=EntryList(rows.entries), tell=tell)
        self._listing = DishonestListServicer(
            Desk(self.lists, verify, clock, RandomIds()),
            uploads=UploadDesk(self.uploads, verify, clock, self._announce),
        )
        self._restrictions = RestrictionServicer(Desk(self.restrictions, verify, clock, RandomIds()))

    async def __call__(self, request, **known):
        """Sends an order at the time that the clock shows, and lets a moment pass."""
        name = type(request).__name__.removesuffix("Request")
        servicer = self._restrictions if "Restriction" in name else self._listing
        try:
            answer = await getattr(servicer, name)(request, call(request, **{"at": self.clock.now(), **known}))
        finally:
            self.clock.advance(LATER)
        if isinstance(answer, Part):
            self.named = answer.subjects
            return answer.message
        return answer

    async def _announce(self, asked, subjects):
        """Takes down whom a part of a commit is about, as the ledger does, while it is there."""
        if self.takes is not None and len(self.announced) == self.takes:
            raise error(Reason.LEDGER_UNAVAILABLE, "The ledger is away.")
        self.announced.append((asked.method.name, subjects))

    async def stage(self, *chunks, upload="", first=0, notices=(), strays_to="", **known):
        """Stages items in chunks, the notices with the first of them; returns the upload's name and the answers."""
        name = upload or f"uploads/{uuid.uuid4()}"
        requests = []
        for number, items in enumerate(chunks):
            raw = [item if isinstance(item, bytes) else item.SerializeToString() for item in items]
            requests.append(listing_pb2.StageEntriesRequest(upload=name, first_index=first, items=raw))
            if number == 0:
                requests[0].notices.extend(notices)
            first += len(raw)

        requests[-1].upload = strays_to or name

        async def sent():
            for request in requests:
                yield request

        answers = []
        known = {"at": self.clock.now(), **known}
        async for joint in self._listing.StageEntries(sent(), call(requests[0], **known)):
            answers.extend(joint.messages)
        return name, answers

    async def commit(self, name, *, request_id="", **known):
        """Commits an upload as it is."""
        upload = (await self(listing_pb2.GetUploadRequest(name=name), **_caller(known))).upload
        request = listing_pb2.CommitUploadRequest(
            request_id=request_id or str(uuid.uuid4()),
            name=name,
            sha256=upload.sha256,
            item_count=upload.item_count,
        )
        return await self(request, **known)


def _caller(known):
    return {key: value for key, value in known.items() if key == "organisation"}
