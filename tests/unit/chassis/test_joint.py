"""Answers of a stream that share an entry: recorded before any of them leaves, all of them or none."""

import asyncio
import uuid
from contextlib import aclosing
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from services.chassis.call import Call, Joint, Part, Peer
from services.chassis.clock import ManualClock
from services.chassis.hosting import PROOFS_AHEAD, Hosting
from services.chassis.ids import SequenceIds
from services.chassis.policy import Contracts
from services.chassis.recorder import Recorder
from xiezhi.common.v1 import receipt_pb2
from xiezhi.errors import Reason, XiezhiError, error
from xiezhi.identity.v1 import identity_pb2
from xiezhi.ledger.v1 import ledger_pb2
from xiezhi.policy.v1 import policy_pb2
from xiezhi.proof.receipt import MOST_COVERED, covered_digest, split_receipt

SERVICE = "xiezhi.identity.v1.IdentityService"
BATCH = f"/{SERVICE}/BatchLookupHouseholds"
NOW = datetime(2026, 11, 24, tzinfo=UTC)


class Ledger:
    """Takes entries as told, and indexes a value as itself, padded."""

    def __init__(self):
        self.entries, self.waiting, self.asked = [], 0, asyncio.Event()
        self.failing_from = MOST_COVERED
        self.gate = asyncio.Event()
        self.gate.set()

    async def append(self, entry):
        self.waiting += 1
        self.asked.set()
        await self.gate.wait()
        if len(self.entries) >= self.failing_from:
            raise error(Reason.LEDGER_UNAVAILABLE, "Away.")
        self.entries.append(entry)
        return receipt_pb2.Receipt(entry=entry.SerializeToString(), leaf_index=len(self.entries) - 1)

    async def keep(self, entry):
        self.entries.append(entry)

    def of(self, value):
        return value.lower().encode().ljust(32)


class Admitting:
    """Admits every call, until it has ended."""

    def __init__(self):
        self.looks, self.lasting = 0, MOST_COVERED

    def authenticate(self, call):
        """Knows everybody."""

    async def admit(self, call, message):
        """Refuses nobody."""

    def require_still(self, call):
        self.looks += 1
        if self.looks > self.lasting:
            raise error(Reason.TOKEN_EXPIRED, "Over.")


class Bare:
    """Runs the work of a stream with nothing around it."""

    async def stream(self, method, context, work, *, request):
        call = Call(
            method=method,
            received_at=NOW,
            accepted_at=NOW,
            trace_id=uuid.uuid4().hex,
            metadata={},
            peer=Peer("gateway", bytes(32)),
            subjects=("everybody",),
        )
        async with aclosing(work(call, self)) as groups:
            async for group in groups:
                for answer in group:
                    yield answer

    def set(self, key, value):
        """Notes nothing of a span."""


class Servicer:
    def __init__(self):
        self.answers, self.failure = (), None

    async def LookupHousehold(self, request, call):
        raise AssertionError("not asked")

    async def BatchLookupHouseholds(self, requests, call):
        for answer in self.answers:
            yield answer
        if self.failure is not None:
            raise self.failure


class Bench:
    def __init__(self, audit=policy_pb2.AUDIT_CLASS_DISCLOSURE):
        self.ledger, self.admission, self.servicer = Ledger(), Admitting(), Servicer()
        recorder = Recorder(
            sink=self.ledger,
            spool=self.ledger,
            writer="identity",
            cases=self.ledger,
            subjects=self.ledger,
            ids=SequenceIds(),
            entry_ids=SequenceIds(),
            clock=ManualClock(NOW),
            lost=lambda call: None,
        )
        hosting = Hosting(pipeline=Bare(), admission=self.admission, recorder=recorder)
        contracts = Contracts.load()
        declared = contracts.method(BATCH)
        method = replace(
            declared, input_class=ledger_pb2.GetTreeHeadRequest, policy=replace(declared.policy, audit=audit)
        )
        others = (m for m in contracts.of_service(SERVICE) if m.full_name != BATCH)
        made = Contracts({BATCH: method, **{m.full_name: m for m in others}})
        self.handler = hosting.handlers(made, {SERVICE: self.servicer})[BATCH]

    def call(self, *answers):
        self.servicer.answers = answers
        return self.handler.unary_stream(b"", None)


@pytest.fixture
async def bench():
    return Bench()


def message(index):
    return identity_pb2.BatchLookupHouseholdsResponse(items=[identity_pb2.BatchItem(index=index)])


def joint(*indexes, subjects=()):
    return Joint(tuple(map(message, indexes)), subjects)


async def read(stream):
    return [answer async for answer in stream]


async def read_until_refused(stream):
    sent = []
    try:
        async for raw in stream:
            sent.append(raw)  # noqa: PERF401 - what came before the refusal is kept
    except XiezhiError as refusal:
        return sent, refusal.reason
    raise AssertionError("not refused")


def groups(sent):
    """Puts answers together that share a receipt."""
    found, held = [], []
    for raw in sent:
        payload, receipt = split_receipt(raw)
        held.append(payload)
        if receipt is not None:
            found.append((held, receipt))
            held = []
    assert held == []
    return found


def places(sent):
    return [identity_pb2.BatchLookupHouseholdsResponse.FromString(raw).items[0].index for raw in sent]


async def test_a_group_has_one_entry_and_its_receipt_on_the_last(bench):
    sent = await read(bench.call(joint(0, 1, 2, subjects=("a", "b"))))
    assert places(sent) == [0, 1, 2]
    ((payloads, receipt),) = groups(sent)
    (entry,) = bench.ledger.entries
    assert receipt.covers == 3
    assert receipt.entry == entry.SerializeToString()
    assert entry.response_sha256 == covered_digest(payloads, receipt)
    assert [index.decode().strip() for index in entry.subject_indexes] == ["a", "b"]


async def test_groups_and_single_answers_keep_their_order(bench):
    answers = [joint(0, 1), message(2), Part(message(3), ("c",)), joint(4), *(joint(n, n + 1) for n in range(5, 85, 2))]
    sent = await read(bench.call(*answers))
    assert places(sent) == list(range(85))
    found = groups(sent)
    assert [receipt.covers for _, receipt in found] == [2, 0, 0, 0, *[2] * 40]
    for (payloads, receipt), entry in zip(found, bench.ledger.entries, strict=True):
        assert entry.response_sha256 == covered_digest(payloads, receipt)
    subjects = [len(entry.subject_indexes) for entry in bench.ledger.entries]
    assert subjects == [0, 1, 1, 0, *[0] * 40]


async def test_no_answer_of_a_group_leaves_before_its_entry(bench):
    bench.ledger.gate.clear()
    async with aclosing(bench.call(joint(0, 1, 2))) as stream:
        first = asyncio.ensure_future(anext(stream))
        await asyncio.wait_for(bench.ledger.asked.wait(), 5)
        assert not first.done()
        bench.ledger.gate.set()
        assert places([await first]) == [0]
        assert len(bench.ledger.entries) == 1


async def test_without_a_record_no_answer_of_the_group_leaves(bench):
    bench.ledger.failing_from = 1
    sent, reason = await read_until_refused(bench.call(joint(0, 1), joint(2, 3), joint(4, 5)))
    assert reason is Reason.LEDGER_UNAVAILABLE
    assert places(sent) == [0, 1]


async def test_groups_before_a_failure_are_sent(bench):
    bench.servicer.failure = error(Reason.FIELDS_INVALID, "The third message is malformed.")
    sent, reason = await read_until_refused(bench.call(joint(0, 1), joint(2, 3)))
    assert reason is Reason.FIELDS_INVALID
    assert places(sent) == [0, 1, 2, 3]


async def test_each_group_is_held_to_what_the_stream_rests_on(bench):
    bench.admission.lasting = 1
    sent, reason = await read_until_refused(bench.call(joint(0, 1), joint(2, 3)))
    assert reason is Reason.TOKEN_EXPIRED
    assert places(sent) == [0, 1]
    assert bench.admission.looks == 2


async def test_one_group_is_made_while_another_is_recorded_and_no_more(bench):
    bench.ledger.gate.clear()
    reading = asyncio.ensure_future(read(bench.call(*(joint(n, n) for n in range(4 * PROOFS_AHEAD)))))
    for _ in range(200):
        await asyncio.sleep(0)
    assert bench.ledger.waiting == 2
    bench.ledger.gate.set()
    assert len(await reading) == 8 * PROOFS_AHEAD


async def test_a_stream_that_nobody_reads_any_more_leaves_nothing_behind(bench):
    async with aclosing(bench.call(*(joint(n, n) for n in range(4 * PROOFS_AHEAD)))) as stream:
        await anext(stream)
        bench.ledger.gate.clear()
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_what_is_not_recorded_has_no_receipt():
    bench = Bench(audit=policy_pb2.AUDIT_CLASS_UNRECORDED)
    sent = await read(bench.call(joint(0, 1)))
    assert sent == [message(0).SerializeToString(), message(1).SerializeToString()]
    assert bench.ledger.entries == []


@pytest.mark.parametrize("count", [0, MOST_COVERED + 1])
def test_a_group_of_nothing_or_of_too_much_is_none(count):
    with pytest.raises(ValueError, match="1 to 1,000"):
        Joint((message(0),) * count)
