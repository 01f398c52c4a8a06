"""Courts that order controls, and ports that check travellers, as one process of the service serves them."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import timedelta

from services.chassis.call import Joint
from services.chassis.ids import RandomIds
from services.exit_restriction.border.assembly import Ages, make_border
from services.exit_restriction.border.handlers import Post
from services.exit_restriction.border.keys import NumberHasher
from services.exit_restriction.border.server import BorderCheckServicer
from services.exit_restriction.controls.server import BorderControlServicer
from services.exit_restriction.domain import CURRENT_RULE
from services.exit_restriction.meetings import HandledTold, HitTold, PlacedTold, tell_nobody
from services.filing.desk import Desk
from tests.unit.exit_restriction.handed_over import CONTROLS, filing
from tests.unit.exit_restriction.told import UNIT, call
from tests.unit.filing.papers import verify
from xiezhi.exit_restriction.v1 import border_pb2, hit_pb2

CHECKS = "/xiezhi.exit_restriction.v1.BorderCheckService"
EXIT, ENTRY = hit_pb2.TRAVEL_DIRECTION_EXIT, hit_pb2.TRAVEL_DIRECTION_ENTRY
NOTHING, LET_PASS = hit_pb2.BORDER_ACTION_NOTHING, hit_pb2.BORDER_ACTION_LET_PASS
STOP, STOP_AND_WITHHOLD = hit_pb2.BORDER_ACTION_STOP, hit_pb2.BORDER_ACTION_STOP_AND_WITHHOLD
DETAINED = hit_pb2.BORDER_ACTION_DETAIN
AIRPORT = "南昌昌北机场"
BOUND = timedelta(seconds=5)


class Process:
    """What one process of the service has for controls and checks at ports.

    Args:
        database: Its database, migrated.
        keyring: Keys of its fields at rest.
        clock: Source of now.
        tell: Called beside what is noted in `told`.
        rule: How long controls last and which of them a court may have.
    """

    def __init__(self, database, *, keyring, clock, tell=tell_nobody, rule=CURRENT_RULE):
        self.database, self.clock = database, clock
        self.told, self.observed = [], []

        def note(connection, told):
            tell(connection, told)
            self.told.append(told)

        ids, ages = RandomIds(), Ages(BOUND, timedelta(hours=12))
        self.border = make_border(database, keyring, note, clock=clock, ids=ids, ages=ages)
        self.hasher = NumberHasher(self.border.leases.key.key)
        desk = Desk(self.border.controls, verify, clock, ids)
        self.controls = BorderControlServicer(desk, rule=rule)
        post = Post(
            self.border.store, self.border.watch, self.hasher, lambda name, value: self.observed.append((name, value))
        )
        self.checks = BorderCheckServicer(post, leases=self.border.leases, clock=clock)

    @property
    def placed(self):
        """What was told of controls."""
        return [told for told in self.told if isinstance(told, PlacedTold)]

    @property
    def hits(self):
        """What was told of people who were met."""
        return [told for told in self.told if isinstance(told, HitTold)]

    @property
    def handled(self):
        """What was told of what was done with them."""
        return [told for told in self.told if isinstance(told, HandledTold)]

    async def follow(self):
        """Has the index follow the feed to its end."""
        while await self.border.watch.step():
            pass

    async def order(self, request):
        """Sends an order of a court at the time that the clock shows."""
        name = type(request).__name__.removesuffix("Request")
        return await getattr(self.controls, name)(request, call(request, CONTROLS, at=self.clock.now()))

    async def hand_over(self, *items, **known):
        """Has a court hand people over; the index follows. Returns the outcomes."""
        response = await self.order(filing(*items, **known))
        await self.follow()
        self.clock.advance(timedelta(milliseconds=1))
        return response.outcomes

    async def check(self, someone=None, direction=EXIT, *, unit=UNIT, **fields):
        """Has an officer check a traveller by their first number, unless told otherwise."""
        values = {"request_id": str(uuid.uuid4()), "port": AIRPORT, "direction": direction}
        if someone is not None:
            values["id_number"] = someone.numbers[0]
        request = border_pb2.CheckTravellerRequest(**(values | fields))
        return await self.checks.CheckTraveller(request, self._call(request, unit))

    async def stream(self, *requests, system=bytes(32), unit=UNIT):
        """Has a gate's system send batches; returns the answers, and how many of them each receipt is for."""
        answers, joints = [], []
        asked = call(requests[0], CHECKS, at=self.clock.now(), organisation=unit, system=system)
        async with aclosing(self.checks.StreamTravellers(_each(requests), asked)) as stream:
            async for joint in stream:
                assert isinstance(joint, Joint)
                joints.append(len(joint.messages))
                answers += joint.messages
        return answers, joints

    async def lease(self, system=bytes(32)):
        """Has a system ask for the key."""
        request = border_pb2.LeaseBorderKeyRequest()
        return await self.checks.LeaseBorderKey(request, call(request, CHECKS, system=system))

    async def handle(self, hit, action=STOP, *, unit=UNIT, **fields):
        """Has an officer record what was done."""
        values = {"request_id": str(uuid.uuid4()), "hit": hit, "action": action}
        request = border_pb2.RecordHandlingRequest(**(values | fields))
        return await self.checks.RecordHandling(request, self._call(request, unit))

    def _call(self, request, unit):
        return call(request, CHECKS, at=self.clock.now(), officer="P007", organisation=unit)


async def _each(requests) -> AsyncIterator[border_pb2.StreamTravellersRequest]:
    for request in requests:
        yield request


def batch(number, *numbers, direction=EXIT, **fields):
    """Makes a batch of a gate."""
    return border_pb2.StreamTravellersRequest(
        batch=number, port=AIRPORT, direction=direction, numbers=numbers, **fields
    )
