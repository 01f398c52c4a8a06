"""Servicers behind the pipeline: in which order a call is looked at, and that no answer leaves without its record."""

import asyncio
import uuid
from contextlib import aclosing
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from services.chassis.call import Call, Peer
from services.chassis.hosting import PROOFS_AHEAD, Hosting, UnhostedMethodError
from services.chassis.policy import Contracts
from xiezhi.approval.v1 import approval_pb2
from xiezhi.common.v1 import receipt_pb2
from xiezhi.errors import Reason, XiezhiError, error
from xiezhi.ledger.v1 import ledger_pb2
from xiezhi.proof.receipt import split_receipt

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
APPROVALS, LEDGER = "xiezhi.approval.v1.ApprovalService", "xiezhi.ledger.v1.LedgerService"
GET, WATCH, WITHDRAW = (f"/{APPROVALS}/{name}Approval" for name in ("Get", "Watch", "Withdraw"))
HEAD = f"/{LEDGER}/GetTreeHead"
CONTRACTS = Contracts.load()
NAME = "approvals/00000000-0000-4000-8000-000000000001"


class Span:
    def __init__(self):
        self.told = {}

    def set(self, key, value):
        self.told[key] = value


class Bare:
    """Runs work with nothing around it."""

    def __init__(self):
        self.span = Span()

    def _call(self, method, request):
        return Call(
            method=method,
            received_at=NOW,
            accepted_at=NOW,
            trace_id=uuid.uuid4().hex,
            metadata={},
            peer=Peer("gateway", bytes(32)),
            request=request or b"",
        )

    async def finish(self, work):
        return await asyncio.shield(asyncio.ensure_future(work))

    async def unary(self, method, context, work, *, request):
        return await work(self._call(method, request), self.span)

    async def stream(self, method, context, work, *, request):
        async with aclosing(work(self._call(method, request), self.span)) as groups:
            async for group in groups:
                for answer in group:
                    yield answer


class Admission:
    """Notes what it is asked, and refuses as told."""

    def __init__(self):
        self.seen = []
        self.refuse_caller = self.refuse_call = None
        self.ended = None

    def authenticate(self, call):
        self.seen.append("authenticate")
        if self.refuse_caller is not None:
            raise self.refuse_caller

    def require_still(self, call):
        if self.ended is not None:
            raise self.ended

    async def admit(self, call, message):
        self.seen.append(message)
        if self.refuse_call is not None:
            raise self.refuse_call


class Recorder:
    """Notes digests of answers; may be slow, or away."""

    def __init__(self):
        self.payloads = []
        self.failure = None
        self.gate = asyncio.Event()
        self.gate.set()
        self.waiting = 0
        self.intents = []

    async def intended(self, call):
        if self.failure is not None:
            raise self.failure
        self.intents.append(call)

    async def answered(self, call, payload, *, subjects=None):
        self.waiting += 1
        await self.gate.wait()
        if self.failure is not None:
            raise self.failure
        self.payloads.append(payload)
        return receipt_pb2.Receipt(entry=b"entry", leaf_index=len(self.payloads) + 6)


class Approvals:
    """A servicer whose answers are its own, and that notes when its work ends."""

    def __init__(self):
        self.messages = [approval_pb2.Approval(name=f"approvals/{n}") for n in range(3)]
        self.failure = None
        self.begun, self.ended = asyncio.Event(), []
        self.pause = 0.0

    async def GetApproval(self, request, call):
        self.begun.set()
        await asyncio.sleep(self.pause)
        self.ended.append(request.name)
        return approval_pb2.GetApprovalResponse(approval=self.messages[0])

    async def WithdrawApproval(self, request, call):
        self.begun.set()
        await asyncio.sleep(self.pause)
        self.ended.append(request.name)
        return approval_pb2.WithdrawApprovalResponse(approval=self.messages[0])

    async def WatchApproval(self, request, call):
        try:
            for message in self.messages:
                yield approval_pb2.WatchApprovalResponse(approval=message)
            if self.failure is not None:
                raise self.failure
        finally:
            self.ended.append(request.name)

    async def SubmitApproval(self, request, call):
        """Is not asked."""

    ListApprovals = ApproveApproval = RejectApproval = ReviewApproval = RevokeApproval = SubmitApproval


class Heads:
    async def GetTreeHead(self, request, call):
        return ledger_pb2.GetTreeHeadResponse(tree_head=receipt_pb2.TreeHead(tree_size=7))

    async def Append(self, request, call):
        """Is not asked."""

    GetInclusionProof = GetConsistencyProof = ListEntries = Append


class Bench:
    def __init__(self):
        self.pipeline, self.admission, self.recorder, self.servicer = Bare(), Admission(), Recorder(), Approvals()
        self.hosting = Hosting(pipeline=self.pipeline, admission=self.admission, recorder=self.recorder)
        self.handlers = self.hosting.handlers(CONTRACTS, {APPROVALS: self.servicer, LEDGER: Heads()})

    def call(self, method=GET, request=None):
        return self.handlers[method].unary_unary(named(method) if request is None else request, None)

    def watch(self, request=None):
        return self.handlers[WATCH].unary_stream(named(WATCH) if request is None else request, None)


@pytest.fixture
async def bench():
    return Bench()


def named(method=GET):
    reason = {"reason": "不再需要", "request_id": NAME.rpartition("/")[2]} if method == WITHDRAW else {}
    return CONTRACTS.method(method).input_class(name=NAME, **reason).SerializeToString()


async def reason(work):
    with pytest.raises(XiezhiError) as caught:
        await work
    return caught.value.reason


async def read(stream):
    return [answer async for answer in stream]


def test_every_method_of_the_contract_has_its_handler():
    hosting = Hosting(pipeline=Bare(), admission=Admission(), recorder=None)
    made = hosting.handlers(CONTRACTS, {LEDGER: Heads()})
    assert set(made) == {method.full_name for method in CONTRACTS.of_service(LEDGER)}


@pytest.mark.parametrize(
    ("servicer", "complaint"),
    [
        (type("Fewer", (), {"GetTreeHead": print}), r"lacks \['Append', .*'ListEntries'\]"),
        (type("More", (Heads,), {"DeleteEntry": print}), r"unknown \['DeleteEntry'\]"),
    ],
)
def test_a_servicer_with_fewer_or_more_methods_is_refused(servicer, complaint):
    hosting = Hosting(pipeline=Bare(), admission=Admission(), recorder=None)
    with pytest.raises(UnhostedMethodError, match=complaint):
        hosting.handlers(CONTRACTS, {LEDGER: servicer()})


def test_a_service_that_no_contract_names_is_refused():
    hosting = Hosting(pipeline=Bare(), admission=Admission(), recorder=None)
    with pytest.raises(UnhostedMethodError):
        hosting.handlers(CONTRACTS, {"xiezhi.other.v1.Other": object()})


async def test_an_answer_carries_the_receipt_of_exactly_its_bytes(bench):
    raw = await bench.call()
    payload, receipt = split_receipt(raw)
    assert receipt.entry == b"entry"
    assert bench.recorder.payloads == [payload]
    assert approval_pb2.GetApprovalResponse.FromString(raw).approval.name == "approvals/0"
    assert bench.pipeline.span.told == {"xiezhi.ledger.index": 7}


async def test_who_calls_is_established_before_the_request_is_looked_at(bench):
    bench.admission.refuse_caller = error(Reason.TOKEN_MISSING, "No token.")
    assert await reason(bench.call(request=b"\xff\xff")) is Reason.TOKEN_MISSING
    assert bench.admission.seen == ["authenticate"]


@pytest.mark.parametrize(
    ("request_bytes", "expected"), [(b"\xff\xff", Reason.MESSAGE_MALFORMED), (b"", Reason.FIELDS_INVALID)]
)
async def test_a_request_that_breaks_its_contract_is_not_decided_about(bench, request_bytes, expected):
    assert await reason(bench.call(request=request_bytes)) is expected
    assert await reason(read(bench.watch(request_bytes))) is expected
    assert bench.admission.seen == ["authenticate"] * 2


async def test_a_call_that_is_not_admitted_is_not_performed(bench):
    bench.admission.refuse_call = error(Reason.NOT_HANDLING_JUDGE, "Not yours.")
    for work in (bench.call, lambda: bench.call(WITHDRAW), lambda: read(bench.watch())):
        assert await reason(work()) is Reason.NOT_HANDLING_JUDGE
    assert bench.servicer.ended == bench.recorder.payloads == []


async def test_without_a_record_there_is_no_answer(bench):
    bench.recorder.failure = error(Reason.LEDGER_UNAVAILABLE, "Away.")
    for work in (bench.call, lambda: bench.call(WITHDRAW), lambda: read(bench.watch())):
        assert await reason(work()) is Reason.LEDGER_UNAVAILABLE


async def test_a_method_that_is_not_recorded_has_no_receipt(bench):
    raw = await bench.handlers[HEAD].unary_unary(b"", None)
    assert split_receipt(raw) == (raw, None)
    assert ledger_pb2.GetTreeHeadResponse.FromString(raw).tree_head.tree_size == 7
    assert bench.recorder.payloads == []


async def test_a_write_comes_to_its_end_though_its_caller_goes_away(bench):
    bench.servicer.pause = 0.02
    calling = asyncio.ensure_future(bench.call(WITHDRAW))
    await asyncio.wait_for(bench.servicer.begun.wait(), 5)
    calling.cancel()
    with pytest.raises(asyncio.CancelledError):
        await calling
    assert bench.servicer.ended == []
    await asyncio.sleep(0.05)
    assert bench.servicer.ended == [NAME]
    assert len(bench.recorder.payloads) == 1


async def test_a_read_ends_with_its_caller(bench):
    bench.servicer.pause = 0.02
    calling = asyncio.ensure_future(bench.call())
    await asyncio.wait_for(bench.servicer.begun.wait(), 5)
    calling.cancel()
    with pytest.raises(asyncio.CancelledError):
        await calling
    await asyncio.sleep(0.05)
    assert bench.servicer.ended == bench.recorder.payloads == []


async def test_every_message_of_a_stream_is_recorded_and_in_its_order(bench):
    bench.servicer.messages = [approval_pb2.Approval(name=f"approvals/{n}") for n in range(3 * PROOFS_AHEAD)]
    sent = [split_receipt(raw) for raw in await read(bench.watch())]
    assert [payload for payload, _ in sent] == bench.recorder.payloads
    names = [approval_pb2.WatchApprovalResponse.FromString(payload).approval.name for payload, _ in sent]
    assert names == [f"approvals/{n}" for n in range(3 * PROOFS_AHEAD)]
    assert all(receipt.entry for _, receipt in sent)


async def test_messages_of_a_stream_wait_for_their_entries_together_and_not_without_bound(bench):
    bench.recorder.gate.clear()
    bench.servicer.messages = [approval_pb2.Approval()] * (4 * PROOFS_AHEAD)
    reading = asyncio.ensure_future(read(bench.watch()))
    await asyncio.sleep(0.02)
    assert PROOFS_AHEAD <= bench.recorder.waiting <= PROOFS_AHEAD + 2
    bench.recorder.gate.set()
    assert len(await reading) == 4 * PROOFS_AHEAD


async def test_what_came_before_a_failure_of_a_stream_is_sent(bench):
    bench.servicer.failure = error(Reason.STORE_UNAVAILABLE, "Away.")
    stream = bench.watch()
    sent = [await anext(stream) for _ in range(3)]
    assert await reason(anext(stream)) is Reason.STORE_UNAVAILABLE
    assert len(set(sent)) == 3


@pytest.mark.parametrize("count", [3, 4 * PROOFS_AHEAD])
async def test_a_stream_that_nobody_reads_any_more_leaves_nothing_behind(bench, count):
    bench.servicer.messages = [approval_pb2.Approval()] * count
    async with aclosing(bench.watch()) as stream:
        await anext(stream)
        bench.recorder.gate.clear()
    assert bench.servicer.ended == [NAME]
    assert asyncio.all_tasks() == {asyncio.current_task()}


class Staging:
    """A servicer of streams of requests, which no contract has yet."""

    def __init__(self):
        self.got = []

    async def GetApproval(self, requests, call):
        self.got = [request.name async for request in requests]
        return approval_pb2.GetApprovalResponse()

    async def WatchApproval(self, requests, call):
        async for request in requests:
            self.got.append(request.name)
            yield approval_pb2.WatchApprovalResponse()


async def requests(*raw):
    for one in raw:
        yield one


@pytest.fixture
async def staging(bench):
    """Handlers for the two methods as if their requests were streams."""
    streaming = Contracts({m: replace(CONTRACTS.method(m), client_streaming=True) for m in (GET, WATCH)})
    servicer = Staging()
    return servicer, bench.hosting.handlers(streaming, {APPROVALS: servicer})


async def test_a_stream_of_requests_is_admitted_on_its_first_message(bench, staging):
    servicer, handlers = staging
    second = approval_pb2.GetApprovalRequest(name=f"{NAME[:-1]}2")
    raw = await handlers[GET].stream_unary(requests(named(), second.SerializeToString()), None)
    assert split_receipt(raw)[1].entry == b"entry"
    assert servicer.got == [NAME, second.name]
    assert bench.admission.seen == ["authenticate", approval_pb2.GetApprovalRequest(name=NAME)]


@pytest.mark.parametrize("bad", [b"\xff\xff", b""])
@pytest.mark.parametrize("before", [(), (named(),), (named(), named())])
async def test_each_message_of_a_stream_of_requests_is_held_to_the_contract(staging, bad, before):
    servicer, handlers = staging
    expected = Reason.MESSAGE_MALFORMED if bad else Reason.FIELDS_INVALID
    assert await reason(handlers[GET].stream_unary(requests(*before, bad), None)) is expected
    assert await reason(read(handlers[WATCH].stream_stream(requests(*before, bad), None))) is expected
    assert servicer.got == [NAME] * len(before)


async def test_an_empty_stream_of_requests_is_refused(staging):
    _, handlers = staging
    assert await reason(handlers[GET].stream_unary(requests(), None)) is Reason.MESSAGE_MALFORMED
    assert await reason(read(handlers[WATCH].stream_stream(requests(), None))) is Reason.MESSAGE_MALFORMED


async def test_each_answer_to_a_stream_of_requests_is_recorded(bench, staging):
    _, handlers = staging
    sent = await read(handlers[WATCH].stream_stream(requests(named(), named()), None))
    assert len(sent) == len(bench.recorder.payloads) == 2
    assert all(split_receipt(raw)[1].entry for raw in sent)


async def test_a_change_is_made_only_when_its_intent_is_recorded(bench):
    await bench.call(WITHDRAW)
    assert len(bench.recorder.intents) == 1
    bench.recorder.failure = error(Reason.LEDGER_UNAVAILABLE, "Away.")
    assert await reason(bench.call(WITHDRAW)) is Reason.LEDGER_UNAVAILABLE
    assert bench.servicer.ended == [NAME]
    assert len(bench.recorder.intents) == 1


async def test_a_lookup_has_no_intent(bench):
    await bench.call()
    assert bench.recorder.intents == []


async def test_a_stream_ends_with_what_it_rests_on(bench):
    bench.servicer.messages = [approval_pb2.Approval(name=f"approvals/{n}") for n in range(3)]
    bench.admission.ended = error(Reason.APPROVAL_REVOKED, "Revoked.")
    with pytest.raises(XiezhiError) as caught:
        await read(bench.watch())
    assert caught.value.reason is Reason.APPROVAL_REVOKED
    assert bench.recorder.payloads == []
