"""The coordination service as one process of it runs, with objects that other processes would tell of."""

from __future__ import annotations

import uuid
from contextlib import aclosing
from datetime import UTC, datetime, timedelta

from services.chassis.feed import DeadLetters, Feed
from services.chassis.ids import RandomIds
from services.chassis.outbox import Outbox
from services.chassis.relay import Relay
from services.chassis.sealing import Sealer
from services.coordination.disputes.domain import Whose
from services.coordination.disputes.server import DisputeServicer, Office
from services.coordination.disputes.store import DisputeStore
from services.coordination.notices.convert import describe
from services.coordination.notices.domain import LIAISON_PERMISSION
from services.coordination.notices.server import CoordinationNoticeServicer
from services.coordination.notices.tables import FEED, OUTBOX
from services.coordination.notices.telling import Telling
from tests.unit.calls import make_call
from xiezhi.coordination.v1 import dispute_pb2, notice_pb2

DISPUTES, NOTICES = "/xiezhi.coordination.v1.DisputeService", "/xiezhi.coordination.v1.CoordinationNoticeService"
NOW = datetime(2026, 3, 2, 4, tzinfo=UTC)
COURT, OTHER_COURT, HIGH_COURT = "赣0102", "赣0103", "赣"
UNIT, FORMER_UNIT, OTHER_UNIT, DEPARTMENT = "360102000000", "360103000000", "360111000000", "360000000000"
INVESTIGATION, TRAFFIC = 2, 4
REFERRAL = "referrals/3b9c1f60-0000-4000-8000-000000000001"
SEIZURE = "seizures/3b9c1f60-0000-4000-8000-000000000002"
PROVINCIAL = "referrals/3b9c1f60-0000-4000-8000-000000000003"
NOWHERE = "referrals/00000000-0000-4000-8000-000000000000"
OBJECTS = {
    REFERRAL: Whose(COURT, INVESTIGATION, (UNIT, FORMER_UNIT)),
    SEIZURE: Whose(COURT, TRAFFIC),
    PROVINCIAL: Whose(HIGH_COURT, INVESTIGATION, (DEPARTMENT,)),
}
TEXT = "逾期十日未书面答复，请说明理由。"
TERMS = "三日内书面答复。"
LIAISON = frozenset({"coordination.notice", LIAISON_PERMISSION})
AGREED, NO_AGREEMENT = dispute_pb2.DISPUTE_POSITION_AGREED, dispute_pb2.DISPUTE_POSITION_NO_AGREEMENT
WITHIN = timedelta(hours=24)


async def find(name):
    return OBJECTS.get(name)


class Departments:
    """Stands for the directory of liaisons: one unit has all departments."""

    def has_department(self, connection, organisation, department, *, day):
        assert connection.in_transaction()
        assert day == NOW.date() or day > NOW.date()
        return organisation == UNIT and department in {INVESTIGATION, TRAFFIC}


def no_seal(pdf, *, organisation, now):
    raise AssertionError("no paper is to be verified here")


class Consulting:
    """One process.

    Args:
        database: Its database, migrated.
        keyring: Keys of its fields at rest.
        clock: Source of now.
        verify: Verifies papers.
    """

    def __init__(self, database, *, keyring, clock, verify=no_seal):
        self.database, self.clock = database, clock
        ids, self.outbox = RandomIds(), Outbox(OUTBOX)
        self.feed = Feed(
            FEED,
            database=database,
            outbox=self.outbox,
            sealer=Sealer(keyring),
            clock=clock,
            poll=timedelta(milliseconds=20),
        )
        self.tell = Telling(self.feed, describe=describe, acknowledge_within=WITHIN)
        self.relay = Relay(self.outbox, database=database, deliver=self.feed.escalate, clock=clock, ids=ids)
        self.store = DisputeStore(database, keyring=keyring, directory=Departments(), clock=clock, tell=self.tell)
        self.disputes = DisputeServicer(Office(self.store, find, verify, clock, ids))
        letters = DeadLetters(self.outbox, database=database, clock=clock)
        self.notices = CoordinationNoticeServicer(self.feed, letters=letters)

    async def ask(self, request, by=COURT):
        """Calls a method of disputes."""
        name = type(request).__name__.removesuffix("Request")
        return await getattr(self.disputes, name)(request, self.call(request, DISPUTES, organisation=by))

    async def open(self, by=COURT, subject=REFERRAL, **more):
        return (await self.ask(opening(subject, **more), by)).dispute

    async def consult(self, name, by, text=TEXT):
        request = dispute_pb2.ConsultDisputeRequest(request_id=new_id(), name=name, text=text)
        return (await self.ask(request, by)).dispute

    async def position(self, name, by, position, text=TERMS):
        request = dispute_pb2.RecordPositionRequest(request_id=new_id(), name=name, position=position, text=text)
        return (await self.ask(request, by)).dispute

    async def escalate(self, name, by):
        return (await self.ask(dispute_pb2.EscalateDisputeRequest(request_id=new_id(), name=name), by)).dispute

    async def withdraw(self, name, by):
        request = dispute_pb2.WithdrawDisputeRequest(request_id=new_id(), name=name, text="已解决。")
        return (await self.ask(request, by)).dispute

    async def escalated(self):
        """Opens a dispute in which nobody agrees."""
        name = (await self.open()).name
        await self.position(name, COURT, NO_AGREEMENT, "不同意。")
        return await self.position(name, UNIT, NO_AGREEMENT, "不同意。")

    async def draft(self, name, by=HIGH_COURT, text=TERMS):
        return (await self.ask(dispute_pb2.DraftSettlementRequest(name=name, text=text), by)).document

    async def get(self, name, by=COURT):
        return (await self.ask(dispute_pb2.GetDisputeRequest(name=name), by)).dispute

    async def list(self, by=COURT, **more):
        return await self.ask(dispute_pb2.ListDisputesRequest(**more), by)

    async def told(self, organisation, permissions=frozenset(), **more):
        """Returns all notices to a post, oldest first; acknowledges none."""
        addressee = f"{organisation}|{'liaison' if LIAISON_PERMISSION in permissions else 'office'}"
        head = await self.database.read(lambda connection: self.feed.head(connection, addressee))
        request, notices = notice_pb2.WatchCoordinationNoticesRequest(), []
        if not head:
            return notices
        asked = self.call(request, NOTICES, organisation=organisation, permissions=permissions, **more)
        async with aclosing(self.notices.WatchCoordinationNotices(request, asked)) as stream:
            async for response in stream:
                notices += response.notices
                if len(notices) >= head:
                    break
        return notices

    async def kinds(self, organisation, permissions=frozenset()):
        return [notice.kind for notice in await self.told(organisation, permissions)]

    async def acknowledge(self, *notices, organisation=COURT, permissions=frozenset()):
        request = notice_pb2.AcknowledgeCoordinationNoticesRequest(notice_ids=[n.notice_id for n in notices])
        asked = self.call(request, NOTICES, organisation=organisation, permissions=permissions)
        return (await self.notices.AcknowledgeCoordinationNotices(request, asked)).acknowledged_count

    async def relay_all(self):
        """Delivers all that is due."""
        while await self.relay.step():
            pass

    def call(self, request, service, *, officer="GAN0102-J001", **who):
        return make_call(request, service, at=self.clock.now(), officer=officer, **who)


def new_id():
    return str(uuid.uuid4())


def opening(subject=REFERRAL, *, text=TEXT, counterpart="", topic=dispute_pb2.DISPUTE_TOPIC_DELAY):
    return dispute_pb2.OpenDisputeRequest(
        request_id=new_id(), subject=subject, topic=topic, text=text, counterpart=counterpart
    )
