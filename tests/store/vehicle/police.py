"""Police and command centre over the wire's messages, as one process of the vehicle service serves them."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import timedelta

from services.alerts.leases import LeaseBook
from services.alerts.rows import AlertRows
from services.alerts.watch import AlertWatch
from services.chassis.call import Joint
from services.chassis.feed import DeadLetters, Feed
from services.chassis.ids import RandomIds
from services.chassis.outbox import Outbox
from services.chassis.relay import Relay
from services.chassis.sealing import Sealer
from services.vehicle.checks.dealings import DealingRows
from services.vehicle.checks.handlers import Post
from services.vehicle.checks.keys import PlateHasher, alert_hasher, check_key
from services.vehicle.checks.server import VehicleCheckServicer
from services.vehicle.checks.store import CheckStore
from services.vehicle.checks.suspects import Suspects
from services.vehicle.checks.tables import LEASES
from services.vehicle.registry.store import VehicleRows
from services.vehicle.seizures.rows import SeizureRows
from services.vehicle.seizures.tables import ALERTS
from services.vehicle.sightings.convert import describe
from services.vehicle.sightings.server import SightingServicer
from services.vehicle.sightings.store import SightingRows, Terms
from services.vehicle.sightings.tables import FEED, OUTBOX
from tests.unit.vehicle.orders import call
from xiezhi.vehicle.v1 import check_pb2, sighting_pb2

CHECKS = "/xiezhi.vehicle.v1.VehicleCheckService"
SIGHTINGS = "/xiezhi.vehicle.v1.SightingService"
INSPECTION = check_pb2.CHECK_TRIGGER_ANNUAL_INSPECTION
TRANSFER = check_pb2.CHECK_TRIGGER_TRANSFER_REGISTRATION
REGISTRATION = check_pb2.CHECK_TRIGGER_OTHER_REGISTRATION
PATROL = check_pb2.CHECK_TRIGGER_HIGHWAY_PATROL
NOTHING, RECORDED, REFUSED = (
    check_pb2.CHECK_OUTCOME_NOTHING,
    check_pb2.CHECK_OUTCOME_RECORDED,
    check_pb2.CHECK_OUTCOME_REFUSED,
)
UNIT = "360100000000"
LIAISON = frozenset({"vehicle.sighting.watch", "vehicle.sighting.liaison"})
BOUND = timedelta(seconds=5)


class Process:
    """What one process of the service has for checks and sightings.

    Args:
        database: Its database, migrated.
        keyring: Keys of its fields at rest.
        clock: Source of now.
        portion: Changes of the feed that are read at once.
    """

    def __init__(self, database, *, keyring, clock, portion=3):
        self.database, self.clock = database, clock
        self.key = check_key(keyring)
        ids, hasher, rows = RandomIds(), alert_hasher(self.key), AlertRows(ALERTS, key_id=self.key.key_id)
        self.outbox = Outbox(OUTBOX)
        self.feed = Feed(
            FEED,
            database=database,
            outbox=self.outbox,
            sealer=Sealer(keyring),
            clock=clock,
            poll=timedelta(milliseconds=20),
        )
        vehicles = VehicleRows(keyring)
        self.watch = AlertWatch(database, rows=rows, clock=clock, bound=BOUND, portion=portion)
        self.store = CheckStore(
            database,
            suspects=Suspects(rows, hasher=hasher, vehicles=vehicles, seizures=SeizureRows(keyring, vehicles=vehicles)),
            dealings=DealingRows(keyring),
            sightings=SightingRows(keyring, feed=self.feed, describe=describe, ids=ids, terms=Terms()),
            clock=clock,
        )
        self.relay = Relay(self.outbox, database=database, deliver=self.feed.escalate, clock=clock, ids=ids)
        self.leases = LeaseBook(
            LEASES, database=database, key=self.key, duration=timedelta(hours=12), clock=clock, ids=ids
        )
        self.observed = []
        self.hasher = PlateHasher(self.key.key)
        post = Post(self.store, self.watch, self.hasher, lambda name, value: self.observed.append((name, value)))
        self.checks = VehicleCheckServicer(post, leases=self.leases, clock=clock)
        letters = DeadLetters(self.outbox, database=database, clock=clock)
        self.sightings = SightingServicer(self.feed, letters=letters, database=database)

    async def follow(self):
        """Has the index follow the feed to its end."""
        while await self.watch.step():
            pass

    async def check(self, vehicle, trigger=PATROL, *, unit=UNIT, **fields):
        """Has an officer check a vehicle, with a request id of its own unless one is given."""
        values = {"plate": vehicle.plate, "request_id": str(uuid.uuid4()), "trigger": trigger, "place": "昌九高速K12"}
        request = check_pb2.CheckVehicleRequest(**(values | fields))
        return await self.checks.CheckVehicle(
            request, call(request, at=self.clock.now(), officer="P007", organisation=unit, service=CHECKS)
        )

    async def stream(self, *requests, system=bytes(32), unit=UNIT):
        """Has a camera's system send batches; returns the answers, and how many of them each receipt is for."""
        answers, joints = [], []
        asked = call(requests[0], at=self.clock.now(), organisation=unit, service=CHECKS, system=system)
        async with aclosing(self.checks.StreamChecks(_each(requests), asked)) as stream:
            async for joint in stream:
                assert isinstance(joint, Joint)
                joints.append(len(joint.messages))
                answers += joint.messages
        return answers, joints

    async def lease(self, system=bytes(32)):
        """Has a system ask for the key."""
        request = check_pb2.LeaseCheckKeyRequest()
        return await self.checks.LeaseCheckKey(request, call(request, service=CHECKS, system=system))

    async def watched(self, count, *, organisation="赣", permissions=frozenset(), after="", liaison=True):
        """Returns the first notices to a post."""
        request = sighting_pb2.WatchSightingsRequest(after=after)
        asked = call(request, organisation=organisation, service=SIGHTINGS, permissions=permissions, liaison=liaison)
        notices = []
        async with aclosing(self.sightings.WatchSightings(request, asked)) as stream:
            async for response in stream:
                notices += response.notices
                if len(notices) >= count:
                    break
        return notices

    async def acknowledge(self, *notices, organisation="赣", permissions=frozenset(), officer="C001"):
        """Has a post acknowledge notices; returns how many were not before."""
        request = sighting_pb2.AcknowledgeSightingsRequest(notice_ids=[notice.notice_id for notice in notices])
        asked = call(request, organisation=organisation, service=SIGHTINGS, permissions=permissions, officer=officer)
        return (await self.sightings.AcknowledgeSightings(request, asked)).acknowledged_count


async def _each(requests) -> AsyncIterator[check_pb2.StreamChecksRequest]:
    for request in requests:
        yield request


def batch(number, *plates, **fields):
    """Makes a batch of a camera."""
    return check_pb2.StreamChecksRequest(batch=number, place="K12", plates=plates, **fields)


async def until(true):
    """Waits until something is so, and fails after a while."""
    async with asyncio.timeout(20):
        while not true():  # noqa: ASYNC110 - what is waited for has no event to tell of it
            await asyncio.sleep(0.005)
