"""The way to the ledger: entries share round trips, and a ledger that contradicts itself is not believed again."""

import asyncio
from datetime import UTC, datetime

import grpc
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from grpc_health.v1 import health_pb2

from services.chassis import evidence
from services.chassis.evidence import APPEND, LedgerWriter
from services.chassis.tracer import SpanTracer
from tests.unit.proof import rfc9162
from xiezhi.common.v1 import receipt_pb2
from xiezhi.errors import DataLoss, Reason, Unavailable, XiezhiError, error
from xiezhi.errors.status import STATUS_KEY, to_status
from xiezhi.ledger.v1 import ledger_pb2
from xiezhi.proof.receipt import LogKey, checkpoint_text, verify_receipt

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def refusal(code, failure=None):
    """What a channel raises for a refusal of the ledger, or of the transport."""
    trailing = grpc.aio.Metadata()
    if failure is not None:
        trailing.add(STATUS_KEY, to_status(failure, trace_id="a" * 32))
    return grpc.aio.AioRpcError(code, grpc.aio.Metadata(), trailing, details="told")


def refused(reason):
    failure = error(reason, "Refused.")
    return refusal(getattr(grpc.StatusCode, failure.code), failure)


AWAY = refusal(grpc.StatusCode.UNAVAILABLE)


class Ledger:
    """A log behind a channel that answers as told.

    Attributes:
        entries: The entries, in order.
        calls: How many entries each append had.
        called: Set when the first append comes.
        known: The size that the writer said it knew, of each append.
        failures: Raised by the next appends, one each.
        forge: Changes an answer before it is sent.
        refuse: Returns what to raise for a request, None for nothing.
    """

    def __init__(self):
        self.signing = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
        self.key = LogKey.from_raw(self.signing.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))
        self.entries, self.calls, self.known, self.failures = [], [], [], []
        self.forge = lambda response: None
        self.refuse = lambda request: None
        self.called = asyncio.Event()
        self.serving = health_pb2.HealthCheckResponse.SERVING

    def unary_unary(self, method, **_):
        return self.append if method == APPEND else self.check

    async def check(self, request, **_):
        return health_pb2.HealthCheckResponse(status=self.serving)

    async def append(self, request, **_):
        self.called.set()
        await asyncio.sleep(0)
        self.calls.append(len(request.entries))
        self.known.append(request.known_tree_size)
        failure = self.failures.pop(0) if self.failures else self.refuse(request)
        if failure is not None:
            raise failure
        self.entries += [entry for entry in request.entries if entry not in self.entries]
        response = self.answer(request)
        self.forge(response)
        return response

    def answer(self, request):
        leaves = [rfc9162.leaf(entry) for entry in self.entries]
        response = ledger_pb2.AppendResponse(tree_head=self.head(leaves))
        for entry in request.entries:
            index = self.entries.index(entry)
            response.inclusions.add(leaf_index=index, path=rfc9162.path(index, leaves))
        if 0 < request.known_tree_size < len(leaves):
            response.consistency_path.extend(rfc9162.proof(request.known_tree_size, leaves))
        return response

    def head(self, leaves):
        head = receipt_pb2.TreeHead(
            origin="xiezhi.test/log", tree_size=len(leaves), root_hash=rfc9162.root(leaves), key_id=self.key.key_id
        )
        head.time.FromDatetime(NOW)
        return self.sign(head)

    def sign(self, head):
        head.signature = self.signing.sign(checkpoint_text(head))
        return head


SPANS = SpanTracer(service="test", ratio=0, exporters=(), undecided=lambda *_: None)


@pytest.fixture
def ledger():
    return Ledger()


@pytest.fixture
def witness(tmp_path):
    return tmp_path / "ledger.witness"


@pytest.fixture
async def writer(ledger, witness):
    return LedgerWriter(ledger, key=ledger.key, witness=witness, span=SPANS.within)


@pytest.fixture
def hurried(monkeypatch):
    """A writer's patience is over at once."""
    monkeypatch.setattr(evidence, "PATIENCE", evidence.PATIENCE * 0)
    monkeypatch.setattr(evidence, "PAUSE", evidence.PAUSE * 0)


def entry(number):
    return ledger_pb2.Entry(entry_id=f"entry-{number}", writer="identity")


async def reason(work):
    with pytest.raises(XiezhiError) as caught:
        await work
    return caught.value.reason


async def test_a_receipt_proves_the_entry_under_the_log_s_key(writer, ledger):
    for number in range(5):
        receipt = await writer.append(entry(number))
        assert verify_receipt(receipt, ledger.key) == entry(number)
        assert receipt.leaf_index == number


async def test_entries_of_concurrent_calls_share_a_round_trip(writer, ledger):
    receipts = await asyncio.gather(*(writer.append(entry(number)) for number in range(20)))
    assert [verify_receipt(receipt, ledger.key) for receipt in receipts] == [entry(number) for number in range(20)]
    assert ledger.calls == [20]


async def test_what_comes_while_a_group_is_under_way_is_the_next_group(writer, ledger):
    first = asyncio.ensure_future(writer.append(entry(0)))
    await asyncio.wait_for(ledger.called.wait(), 5)
    await asyncio.gather(first, *(writer.append(entry(number)) for number in range(1, 6)))
    assert ledger.calls[0] == 1
    assert sum(ledger.calls) == 6
    assert len(ledger.calls) <= 3


async def test_a_group_has_its_bounds(writer, ledger, monkeypatch):
    monkeypatch.setattr(evidence, "MOST_ENTRIES", 2)
    await asyncio.gather(*(writer.append(entry(number)) for number in range(5)))
    assert ledger.calls == [2, 2, 1]
    monkeypatch.setattr(evidence, "MOST_BYTES", 1)
    await asyncio.gather(*(writer.append(entry(number)) for number in range(5, 8)))
    assert ledger.calls[3:] == [1, 1, 1]


async def test_each_append_tells_the_size_that_the_writer_knows(writer, ledger):
    for number in range(3):
        await writer.append(entry(number))
    assert ledger.known == [0, 1, 2]


@pytest.mark.parametrize("code", ["UNAVAILABLE", "DEADLINE_EXCEEDED", "RESOURCE_EXHAUSTED", "CANCELLED"])
async def test_a_ledger_that_is_away_for_a_moment_is_waited_for(writer, ledger, code, monkeypatch):
    monkeypatch.setattr(evidence, "PAUSE", evidence.PAUSE * 0)
    ledger.failures = [refusal(getattr(grpc.StatusCode, code))] * 2
    assert (await writer.append(entry(0))).leaf_index == 0
    assert len(ledger.calls) == 3


@pytest.mark.usefixtures("hurried")
async def test_without_a_ledger_there_is_no_receipt_and_each_caller_is_told(writer, ledger):
    ledger.refuse = lambda request: AWAY
    told = await asyncio.gather(*(writer.append(entry(number)) for number in range(3)), return_exceptions=True)
    assert [type(failure) for failure in told] == [Unavailable] * 3
    assert {failure.reason for failure in told} == {Reason.LEDGER_UNAVAILABLE}
    assert all(failure.retry_after for failure in told)
    assert len(set(map(id, told))) == 3
    ledger.refuse = lambda request: None
    await writer.append(entry(0))


@pytest.mark.parametrize("spoilt", [Reason.FIELDS_INVALID, Reason.REQUEST_ID_REUSED])
async def test_an_entry_that_the_ledger_does_not_take_does_not_fail_its_neighbours(writer, ledger, spoilt):
    bad = entry(1).SerializeToString()
    ledger.refuse = lambda request: refused(spoilt) if bad in request.entries else None
    told = await asyncio.gather(*(writer.append(entry(number)) for number in range(3)), return_exceptions=True)
    assert [verify_receipt(told[n], ledger.key) for n in (0, 2)] == [entry(0), entry(2)]
    assert told[1].reason is spoilt


@pytest.mark.parametrize("why", [refused(Reason.CALLER_NOT_ALLOWED), refusal(grpc.StatusCode.UNIMPLEMENTED)])
async def test_any_other_refusal_is_a_ledger_that_cannot_be_used(writer, ledger, why):
    ledger.failures = [why]
    assert await reason(writer.append(entry(0))) is Reason.LEDGER_UNAVAILABLE
    assert ledger.calls == [1]


async def test_whatever_else_goes_wrong_reaches_whoever_waits(writer, ledger):
    ledger.failures = [RuntimeError("unexpected")]
    with pytest.raises(RuntimeError, match="unexpected"):
        await writer.append(entry(0))
    await writer.append(entry(1))


async def test_an_entry_whose_caller_has_gone_is_not_sent(writer, ledger):
    gone, stays = (asyncio.ensure_future(writer.append(entry(number))) for number in range(2))
    await asyncio.sleep(0)
    gone.cancel()
    await stays
    with pytest.raises(asyncio.CancelledError):
        await gone
    assert ledger.entries == [entry(1).SerializeToString()]


def other_root(ledger):
    def forge(response):
        response.tree_head.root_hash = bytes(32)
        ledger.sign(response.tree_head)

    return forge


def other_signature(ledger):
    def forge(response):
        response.tree_head.signature = bytes(64)

    return forge


def other_log(ledger):
    def forge(response):
        response.tree_head.key_id = bytes(32)

    return forge


def other_place(ledger):
    def forge(response):
        response.inclusions[0].leaf_index = 0

    return forge


def no_place(ledger):
    def forge(response):
        del response.inclusions[:]

    return forge


def no_continuation(ledger):
    def forge(response):
        del response.consistency_path[:]

    return forge


@pytest.mark.parametrize("lie", [other_root, other_signature, other_log, other_place, no_place, no_continuation])
async def test_a_ledger_that_lies_once_is_not_asked_again(writer, ledger, witness, lie):
    await writer.append(entry(0))
    kept = witness.read_bytes()
    ledger.forge = lie(ledger)
    assert await reason(writer.append(entry(1))) is Reason.LEDGER_DAMAGED
    ledger.forge = lambda response: None
    assert await reason(writer.append(entry(2))) is Reason.LEDGER_DAMAGED
    assert await reason(writer.check()) is Reason.LEDGER_DAMAGED
    assert len(ledger.calls) == 2
    await writer.close()
    assert witness.read_bytes() == kept


async def test_those_who_waited_when_it_lied_are_told_too(writer, ledger):
    await writer.append(entry(0))
    ledger.forge = other_root(ledger)
    told = await asyncio.gather(*(writer.append(entry(number)) for number in range(1, 4)), return_exceptions=True)
    assert all(isinstance(failure, DataLoss) for failure in told)


async def test_a_log_that_was_rewritten_is_found_out(writer, ledger):
    for number in range(3):
        await writer.append(entry(number))
    ledger.entries[1] = entry(99).SerializeToString()
    assert await reason(writer.append(entry(3))) is Reason.LEDGER_DAMAGED


async def test_a_log_that_has_fewer_entries_than_it_signed_for_is_found_out(writer, ledger):
    await writer.append(entry(0))
    ledger.failures = [refused(Reason.LEDGER_RANGE)]
    assert await reason(writer.append(entry(1))) is Reason.LEDGER_DAMAGED
    assert await reason(writer.append(entry(2))) is Reason.LEDGER_DAMAGED
    assert len(ledger.calls) == 2


async def test_a_log_that_calls_itself_damaged_may_be_mended(writer, ledger):
    ledger.failures = [refused(Reason.LEDGER_DAMAGED)]
    assert await reason(writer.append(entry(0))) is Reason.LEDGER_DAMAGED
    assert (await writer.append(entry(1))).leaf_index == 0


async def test_a_restart_forgets_no_head(writer, ledger, witness):
    for number in range(3):
        await writer.append(entry(number))
    await writer.close()
    again = LedgerWriter(ledger, key=ledger.key, witness=witness, span=SPANS.within)
    await again.append(entry(3))
    assert ledger.known[-1] == 3
    await again.close()
    del ledger.entries[1:]
    later = LedgerWriter(ledger, key=ledger.key, witness=witness, span=SPANS.within)
    assert await reason(later.append(entry(9))) is Reason.LEDGER_DAMAGED


async def test_closing_finishes_what_is_under_way(writer, ledger, witness):
    under_way = asyncio.ensure_future(writer.append(entry(0)))
    await asyncio.sleep(0)
    await writer.close()
    assert verify_receipt(await under_way, ledger.key) == entry(0)
    assert receipt_pb2.TreeHead.FromString(witness.read_bytes()).tree_size == 1


async def test_a_witness_that_no_key_of_this_log_signed_stops_the_start(ledger, witness):
    head = ledger.head([rfc9162.leaf(b"x")])
    head.signature = bytes(64)
    witness.write_bytes(head.SerializeToString())
    with pytest.raises(DataLoss, match="not signed"):
        LedgerWriter(ledger, key=ledger.key, witness=witness, span=SPANS.within)


async def test_a_witness_that_is_no_head_stops_the_start(ledger, witness):
    witness.write_bytes(b"\xff\xff\xff")
    with pytest.raises(DataLoss, match="not a tree head"):
        LedgerWriter(ledger, key=ledger.key, witness=witness, span=SPANS.within)


async def test_it_is_ready_while_the_ledger_serves(writer, ledger):
    await writer.check()
    ledger.serving = health_pb2.HealthCheckResponse.NOT_SERVING
    assert await reason(writer.check()) is Reason.BACKEND_UNAVAILABLE
