"""A message of a stream that is about some of the data subjects is recorded with those and no others."""

from __future__ import annotations

import uuid
from contextlib import aclosing
from datetime import UTC, datetime

import pytest

from services.chassis.call import Call, Part, Peer
from services.chassis.clock import ManualClock
from services.chassis.hosting import Hosting
from services.chassis.ids import SequenceIds
from services.chassis.policy import Contracts
from services.chassis.recorder import Recorder
from xiezhi.common.v1 import receipt_pb2
from xiezhi.identity.v1 import identity_pb2

SERVICE = "xiezhi.identity.v1.IdentityService"
BATCH = f"/{SERVICE}/BatchLookupHouseholds"
CONTRACTS = Contracts.load()
NOW = datetime(2026, 11, 24, tzinfo=UTC)
SUBJECTS = ("one", "two", "three")


class Ledger:
    """Takes every entry and indexes a value as itself, padded."""

    def __init__(self):
        self.entries = []

    async def append(self, entry):
        self.entries.append(entry)
        return receipt_pb2.Receipt(entry=entry.SerializeToString())

    async def keep(self, entry):
        self.entries.append(entry)

    def of(self, value):
        return value.lower().encode().ljust(32)


class Admitting:
    """Admits every call."""

    def authenticate(self, call):
        """Knows everybody."""

    async def admit(self, call, message):
        """Refuses nobody."""

    def require_still(self, call):
        """Lets every stream go on."""


class Span:
    def set(self, key, value):
        """Notes nothing."""


class Bare:
    """Runs the work of a stream with nothing around it."""

    def __init__(self):
        self.answers = None

    async def stream(self, method, context, work, *, request):
        call = Call(
            method=method,
            received_at=NOW,
            accepted_at=NOW,
            trace_id=uuid.uuid4().hex,
            metadata={},
            peer=Peer("gateway", bytes(32)),
            request=request,
            subjects=SUBJECTS,
        )
        async with aclosing(work(call, Span())) as groups:
            async for group in groups:
                for answer in group:
                    yield answer


class Servicer:
    def __init__(self, *answers):
        self.answers = answers

    async def LookupHousehold(self, request, call):
        raise AssertionError("not asked")

    async def BatchLookupHouseholds(self, request, call):
        for answer in self.answers:
            yield answer


def message(index):
    return identity_pb2.BatchLookupHouseholdsResponse(items=[identity_pb2.BatchItem(index=index)])


def request():
    asked = identity_pb2.BatchLookupHouseholdsRequest(categories=[1])
    asked.debtors.add(type=1, name="测试人", id_type=1, id_number="36990119800115002X")
    context = asked.context
    context.request_id, context.court_code, context.channel = str(uuid.UUID(int=1)), "赣0102", 1
    context.case_number = "（2026）赣0102执1号"
    handler = context.handler
    handler.officer_id, handler.name, handler.phone = "GAN0102-J001", "测试员", "13900000001"
    handler.work_card_number, handler.enforcement_card_number = "W-1", "E-1"
    return asked.SerializeToString()


async def record(*answers):
    ledger = Ledger()
    recorder = Recorder(
        sink=ledger,
        spool=ledger,
        writer="identity",
        cases=ledger,
        subjects=ledger,
        entry_ids=SequenceIds(),
        ids=SequenceIds(1),
        clock=ManualClock(NOW),
        lost=lambda call: None,
    )
    hosting = Hosting(pipeline=Bare(), admission=Admitting(), recorder=recorder)
    handler = hosting.handlers(CONTRACTS, {SERVICE: Servicer(*answers)})[BATCH]
    sent = [
        identity_pb2.BatchLookupHouseholdsResponse.FromString(raw)
        async for raw in handler.unary_stream(request(), None)
    ]
    return sent, [tuple(index.decode().strip() for index in entry.subject_indexes) for entry in ledger.entries]


@pytest.mark.parametrize("count", [1, 2, 40])
async def test_each_entry_names_the_subjects_of_its_own_message(count):
    sent, recorded = await record(*(Part(message(i), (f"n{i}",)) for i in range(count)))
    assert [m.items[0].index for m in sent] == list(range(count))
    assert recorded == [(f"n{i}",) for i in range(count)]
    assert all(m.receipt.entry for m in sent)


async def test_a_message_about_nobody_names_nobody():
    assert (await record(Part(message(0), ())))[1] == [()]


async def test_a_plain_message_is_about_all_of_them():
    assert (await record(message(0)))[1] == [SUBJECTS]
