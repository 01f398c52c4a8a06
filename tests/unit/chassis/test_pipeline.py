"""What surrounds every call: limits before it begins, refusals that say nothing unmeant, and an end in time."""

import asyncio
import hashlib
import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import grpc
import pytest

from services.chassis import cohorts
from services.chassis import pipeline as module
from services.chassis.call import Peer
from services.chassis.clock import ManualClock
from services.chassis.ids import SequenceIds
from services.chassis.pipeline import Pipeline
from services.chassis.policy import UNKNOWN_METHOD, Contracts
from services.chassis.refusals import TRACE_KEY, Relayed
from services.chassis.telemetry import Telemetry, TelemetrySettings
from xiezhi.errors import Internal, Reason, error
from xiezhi.errors.status import STATUS_KEY, from_status

CONTRACTS = Contracts.load()
STANDING = CONTRACTS.method("/xiezhi.standing.v1.StandingService/GetStanding")
METHOD = CONTRACTS.method("/xiezhi.identity.v1.IdentityService/LookupHousehold")
APPEND = CONTRACTS.method("/xiezhi.ledger.v1.LedgerService/Append")
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
PEER = Peer("spiffe://xiezhi.jx/service/gateway", bytes(32))
SECRET = "张伟 36990119900307123X"


class Aborted(Exception):
    """What gRPC's own abort raises to end a handler."""


class Context:
    """The part of gRPC's context that is used here."""

    def __init__(self, *, remaining=None, metadata=()):
        self.trailing = ()
        self.aborted = None
        self._remaining = remaining
        self._metadata = metadata

    def invocation_metadata(self):
        return self._metadata

    def set_trailing_metadata(self, trailing):
        self.trailing = trailing

    def time_remaining(self):
        return self._remaining

    async def abort(self, code, text, trailing):
        self.aborted = (code, text, trailing)
        raise Aborted

    @property
    def failure(self):
        """The error as a client rebuilds it."""
        code, text, trailing = self.aborted
        return from_status(code.name, text, trailing)


class Peers:
    def __init__(self):
        self.refusal = None

    def read(self, context, now):
        if self.refusal is not None:
            raise self.refusal
        return PEER


class Records:
    """Keeps what is recorded, or fails at it."""

    def __init__(self):
        self.recorded = []
        self.failure = None

    async def refused(self, call, failure):
        if self.failure is not None:
            raise self.failure
        self.recorded.append((call, failure.reason))


class Bench:
    """A pipeline with everything around it at hand."""

    def __init__(self, **options):
        self.log = io.StringIO()
        self.telemetry = Telemetry.start(service="identity", settings=TelemetrySettings(), log_stream=self.log)
        self.peers = Peers()
        self.recorder = Records()
        self.pipeline = Pipeline(
            peers=self.peers,
            recorder=self.recorder,
            telemetry=self.telemetry,
            clock=ManualClock(NOW),
            ids=SequenceIds(),
            max_request_bytes=100,
            **options,
        )

    def counted(self, decision, reason=""):
        labels = {"method": METHOD.full_name, "decision": decision, "reason": reason}
        return self.telemetry.metrics.registry.get_sample_value("xiezhi_requests_total", labels)

    async def call(self, work, *, request=b"request", method=METHOD, **context):
        made = Context(**context)
        try:
            return await self.pipeline.unary(method, made, work, request=request), made
        except Aborted:
            return None, made

    async def stream(self, work, *, request=b"request", method=METHOD, **context):
        made, answers = Context(**context), []
        try:
            async for answer in self.pipeline.stream(method, made, work, request=request):
                answers.append(answer)  # noqa: PERF401 - those before the failure are wanted
        except Aborted:
            pass
        return answers, made


@pytest.fixture
def bench():
    made = Bench()
    yield made
    made.telemetry.shutdown()


async def answer(call, span):
    return b"answer"


async def answers(call, span):
    yield (b"one",)
    yield (b"two",)


def refusing(failure):
    async def work(call, span):
        raise failure

    return work


def breaking_off(failure):
    async def work(call, span):
        yield (b"one",)
        raise failure

    return work


def within(seconds):
    return replace(METHOD, policy=replace(METHOD.policy, deadline=timedelta(seconds=seconds)))


async def test_an_answer_passes_with_the_trace_in_its_trailing_metadata(bench):
    told, context = await bench.call(answer)
    assert told == b"answer"
    ((key, trace_id),) = context.trailing
    assert key == TRACE_KEY
    assert len(trace_id) == 32
    assert context.aborted is None
    assert bench.recorder.recorded == []


async def test_the_work_gets_what_is_known_of_the_call(bench):
    seen = []

    async def work(call, span):
        seen.append(call)
        assert call.trace_id == span.trace_id
        return b""

    parent = f"00-{'a' * 32}-{'b' * 16}-01"
    await bench.call(work, metadata=(("traceparent", parent), ("x-bin", b"1"), ("xiezhi-approval", "approvals/1")))
    (call,) = seen
    assert (call.request, call.request_sha256) == (b"request", hashlib.sha256(b"request").digest())
    assert (call.peer, call.received_at, call.trace_id) == (PEER, NOW, "a" * 32)
    assert (call.text("xiezhi-approval"), call.binary("x-bin")) == ("approvals/1", b"1")
    assert (call.text("x-bin"), call.binary("traceparent"), call.caller) == ("", b"", None)


async def test_a_refusal_is_told_recorded_and_rebuilt_by_the_client(bench):
    refusal = error(Reason.APPROVAL_EXPIRED, "The approval's time is over.", resource="approvals/1")
    told, context = await bench.call(refusing(refusal))
    assert told is None
    failure = context.failure
    assert (failure.reason, failure.message, failure.resource) == (refusal.reason, refusal.message, "approvals/1")
    assert context.aborted[0] is grpc.StatusCode.FAILED_PRECONDITION
    assert dict(context.aborted[2])[TRACE_KEY] == failure.trace_id
    ((call, reason),) = bench.recorder.recorded
    assert (call.trace_id, reason) == (failure.trace_id, Reason.APPROVAL_EXPIRED)


@pytest.mark.parametrize("failure", [RuntimeError(SECRET), KeyError(SECRET), ExceptionGroup(SECRET, [OSError(SECRET)])])
@pytest.mark.parametrize("streaming", [False, True])
async def test_an_unexpected_failure_says_nothing_but_its_error_id(bench, failure, streaming):
    if streaming:
        sent, context = await bench.stream(breaking_off(failure))
        assert sent == [b"one"]
    else:
        _, context = await bench.call(refusing(failure))
    told = context.failure
    assert isinstance(told, Internal)
    assert told.error_id == str(SequenceIds().uuid())
    assert told.error_id in bench.log.getvalue()
    assert [reason for _, reason in bench.recorder.recorded] == [Reason.INTERNAL]
    for word in SECRET.split():
        assert word not in repr(context.aborted)
        assert word.encode() not in dict(context.aborted[2])[STATUS_KEY]
        assert word not in bench.log.getvalue()


@pytest.mark.parametrize("streaming", [False, True])
async def test_a_refusal_whose_record_fails_is_still_a_refusal(bench, streaming):
    bench.recorder.failure = RuntimeError(SECRET)
    refusal = error(Reason.PERMISSION_MISSING, "The token lacks the permission.")
    if streaming:
        _, context = await bench.stream(breaking_off(refusal))
    else:
        _, context = await bench.call(refusing(refusal))
    assert context.failure.reason is Reason.PERMISSION_MISSING
    assert "RuntimeError" in bench.log.getvalue()
    assert SECRET not in bench.log.getvalue()


async def test_what_a_service_behind_has_refused_and_recorded_is_passed_on_as_it_is(bench):
    trailing = ((STATUS_KEY, b"\x08\x07"), ("xiezhi-trace-id", "1" * 32))
    relayed = Relayed(grpc.StatusCode.PERMISSION_DENIED, "Not yours.", trailing)
    _, context = await bench.call(refusing(relayed))
    assert context.aborted == (grpc.StatusCode.PERMISSION_DENIED, "Not yours.", trailing)
    assert bench.recorder.recorded == []


@pytest.mark.parametrize("streaming", [False, True])
@pytest.mark.parametrize(
    ("change", "given", "reason"),
    [
        (lambda b: b.pipeline.drain(), {}, Reason.SHUTTING_DOWN),
        (lambda b: None, {"request": b"x" * 101}, Reason.MESSAGE_TOO_LARGE),
        (lambda b: None, {"remaining": 0.004}, Reason.DEADLINE_TOO_SHORT),
        (lambda b: None, {"remaining": -1.0}, Reason.DEADLINE_TOO_SHORT),
        (
            lambda b: setattr(b.peers, "refusal", error(Reason.CERTIFICATE_UNKNOWN, "Unknown.")),
            {},
            Reason.CERTIFICATE_UNKNOWN,
        ),
    ],
)
async def test_what_cannot_begin_is_refused_and_recorded_and_not_begun(bench, change, given, reason, streaming):
    begun = []

    async def one(call, span):
        begun.append(call)
        return b""

    async def many(call, span):
        begun.append(call)
        yield b""

    change(bench)
    _, context = await (bench.stream(many, **given) if streaming else bench.call(one, **given))
    assert context.failure.reason is reason
    assert [told for _, told in bench.recorder.recorded] == [reason]
    assert begun == []


async def test_the_longest_request_and_the_shortest_deadline_are_taken(bench):
    told, _ = await bench.call(answer, request=b"x" * 100, remaining=module.SHORTEST)
    assert told == b"answer"


async def test_a_request_too_large_is_recorded_by_its_digest(bench):
    await bench.call(answer, request=b"x" * 101)
    ((call, _),) = bench.recorder.recorded
    assert call.request_sha256 == hashlib.sha256(b"x" * 101).digest()


@pytest.mark.parametrize("remaining", [None, 60.0])
async def test_the_policy_ends_a_call_that_takes_too_long(bench, remaining):
    async def dawdle(call, span):
        await asyncio.sleep(60)
        return b""

    _, context = await bench.call(dawdle, method=within(0.01), remaining=remaining)
    assert context.failure.reason is Reason.DEADLINE_TOO_SHORT
    assert [reason for _, reason in bench.recorder.recorded] == [Reason.DEADLINE_TOO_SHORT]


async def test_the_policy_ends_a_stream_that_takes_too_long_as_a_whole(bench):
    ended = []

    async def drip(call, span):
        try:
            while True:
                yield (b"drop",)
                await asyncio.sleep(0.01)
        finally:
            ended.append(True)

    sent, context = await bench.stream(drip, method=within(0.1))
    assert context.failure.reason is Reason.DEADLINE_TOO_SHORT
    assert 1 < len(sent) <= 11
    assert ended == [True]


async def test_a_caller_s_own_shorter_deadline_is_left_to_grpc(bench):
    async def dawdle(call, span):
        await asyncio.sleep(0.05)
        return b"late"

    told, _ = await bench.call(dawdle, method=within(0.02), remaining=0.01)
    assert told == b"late"


async def test_time_that_a_stream_s_reader_takes_is_not_the_work_s(bench):
    context, got = Context(), []
    async for one in bench.pipeline.stream(within(10.0), context, answers, request=b""):
        got.append(one)
        await asyncio.sleep(0.01)
    assert got == [b"one", b"two"]
    assert context.aborted is None


async def test_a_stream_that_nobody_reads_any_more_ends_its_work(bench):
    ended = []

    async def work(call, span):
        try:
            yield (b"one",)
            yield (b"two",)
        finally:
            ended.append(True)

    stream = bench.pipeline.stream(METHOD, Context(), work, request=b"")
    assert await anext(stream) == b"one"
    await stream.aclose()
    assert ended == [True]
    assert bench.recorder.recorded == []


async def test_a_caller_who_goes_away_is_no_refusal(bench):
    begun = asyncio.Event()

    async def work(call, span):
        begun.set()
        await asyncio.sleep(60)
        return b""

    context = Context()
    running = asyncio.ensure_future(bench.pipeline.unary(METHOD, context, work, request=b""))
    await begun.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert context.aborted is None
    assert bench.recorder.recorded == []


async def test_a_caller_who_goes_away_after_a_refusal_does_not_take_its_record_along(bench):
    recorded = bench.recorder.refused
    begun, gone = asyncio.Event(), asyncio.Event()

    async def slowly(call, failure):
        begun.set()
        await gone.wait()
        await recorded(call, failure)

    bench.recorder.refused = slowly
    context = Context()
    work = refusing(error(Reason.TOKEN_MISSING, "No token."))
    running = asyncio.ensure_future(bench.pipeline.unary(METHOD, context, work, request=b""))
    await begun.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    gone.set()
    await bench.pipeline.settle()
    assert [reason for _, reason in bench.recorder.recorded] == [Reason.TOKEN_MISSING]
    assert context.aborted is None


async def test_of_what_processes_call_only_refusals_that_stay_are_recorded(bench):
    append = CONTRACTS.method("/xiezhi.ledger.v1.LedgerService/Append")
    for reason in (Reason.STORE_UNAVAILABLE, Reason.SHUTTING_DOWN):
        _, context = await bench.call(refusing(error(reason, "Not now.")), method=append)
        assert context.failure.reason is reason
    await bench.call(refusing(error(Reason.NOT_FOUND, "It is not there.")), method=STANDING)
    assert bench.recorder.recorded == []
    await bench.call(refusing(error(Reason.CALLER_NOT_ALLOWED, "No.")), method=append)
    await bench.call(refusing(error(Reason.STORE_UNAVAILABLE, "Not now.")))
    await bench.call(refusing(error(Reason.SHUTTING_DOWN, "Not now.")), method=UNKNOWN_METHOD)
    recorded = [reason for _, reason in bench.recorder.recorded]
    assert recorded == [Reason.CALLER_NOT_ALLOWED, Reason.STORE_UNAVAILABLE, Reason.SHUTTING_DOWN]


async def test_a_stream_of_requests_has_no_digest(bench):
    seen = []

    async def work(call, span):
        seen.append((call.request, call.request_sha256))
        return b""

    await bench.call(work, request=None)
    assert seen == [(b"", b"")]


async def test_calls_in_flight_go_on_while_draining(bench):
    async def work(call, span):
        bench.pipeline.drain()
        return b"finished"

    assert (await bench.call(work))[0] == b"finished"
    assert (await bench.call(work))[1].failure.reason is Reason.SHUTTING_DOWN
    assert (await bench.call(work))[1].failure.retry_after == timedelta(seconds=1)


async def test_a_call_that_waits_for_its_cohort_is_answered_while_draining(bench):
    async def work(call, span):
        return b"finished"

    waiting = asyncio.ensure_future(bench.call(work))
    await asyncio.sleep(0)
    bench.pipeline.drain()
    assert (await waiting)[0] == b"finished"


async def test_a_caller_who_goes_away_before_the_cohort_sets_off_is_counted(bench):
    async def work(call, span):
        raise AssertionError

    waiting = asyncio.ensure_future(bench.call(work))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    assert bench.counted("refused", "CANCELLED") == 1


@pytest.mark.parametrize("others", [{"request": None}, {"method": APPEND}], ids=["uploads", "processes"])
async def test_a_call_waits_for_no_cohort_of_uploads_or_processes(bench, monkeypatch, others):
    monkeypatch.setattr(cohorts, "LULL", 60)
    over = asyncio.Event()

    async def wait(call, span):
        await over.wait()
        return b"late"

    async def answer(call, span):
        return b"finished"

    waiting = [asyncio.ensure_future(bench.call(wait, **others)) for _ in range(4)]
    await asyncio.sleep(0)
    assert (await asyncio.wait_for(bench.call(answer), 5))[0] == b"finished"
    over.set()
    assert [(await one)[0] for one in waiting] == [b"late"] * 4


async def test_a_call_waits_for_those_who_it_says_come_behind_it(bench, monkeypatch):
    monkeypatch.setattr(cohorts, "LULL", 60)
    monkeypatch.setattr(cohorts, "LONGEST", 60)
    companies = []

    async def note(call, span):
        companies.append(call.company)
        return b"answer"

    first = asyncio.ensure_future(bench.call(note, metadata=(("authorization", "x"), cohorts.FOLLOWED)))
    await asyncio.sleep(0.01)
    assert companies == []
    await asyncio.wait_for(bench.call(note, metadata=(("authorization", "x"),)), 5)
    await first
    assert companies == [2, 2]


async def test_where_no_groups_come_nobody_waits_for_them(monkeypatch):
    monkeypatch.setattr(cohorts, "LULL", 60)
    monkeypatch.setattr(cohorts, "LONGEST", 60)
    bench = Bench(groups_come=False)
    assert (await asyncio.wait_for(bench.call(answer, metadata=(cohorts.FOLLOWED,)), 5))[0] == b"answer"
    bench.telemetry.shutdown()


async def test_a_stream_that_only_waits_does_not_hold_up_a_process_that_stops(bench, monkeypatch):
    monkeypatch.setattr(module, "IDLE", 0.05)
    waiting = asyncio.Event()

    async def wait_for_ever(call, span):
        yield (b"one",)
        waiting.set()
        await asyncio.sleep(60)

    running = asyncio.ensure_future(bench.stream(wait_for_ever))
    await waiting.wait()
    bench.pipeline.drain()
    sent, context = await asyncio.wait_for(running, 5)
    assert sent == [b"one"]
    assert context.failure.reason is Reason.SHUTTING_DOWN
    assert context.failure.retry_after == timedelta(seconds=1)


async def test_a_stream_that_works_goes_on_while_draining(bench, monkeypatch):
    monkeypatch.setattr(module, "IDLE", 0.2)

    async def work(call, span):
        bench.pipeline.drain()
        for _ in range(10):
            await asyncio.sleep(0.03)
            yield (b"x",)

    sent, context = await bench.stream(work)
    assert len(sent) == 10
    assert context.aborted is None


async def test_each_outcome_is_counted_once(bench):
    await bench.call(answer)
    await bench.call(refusing(error(Reason.TOKEN_MISSING, "No token.")))
    await bench.call(refusing(RuntimeError(SECRET)))
    await bench.stream(answers)
    assert bench.counted("answered") == 2
    assert bench.counted("refused", "TOKEN_MISSING") == 1
    assert bench.counted("failed", "INTERNAL") == 1


@pytest.mark.parametrize("streaming", [False, True])
async def test_a_refusal_is_measured_from_the_call_s_arrival(bench, streaming):
    async def refuse_late(call, span):
        await asyncio.sleep(0.02)
        raise error(Reason.TOKEN_MISSING, "No token.")

    async def stream_late(call, span):
        await asyncio.sleep(0.02)
        raise error(Reason.TOKEN_MISSING, "No token.")
        yield

    await (bench.stream(stream_late) if streaming else bench.call(refuse_late))
    labels = {"method": METHOD.full_name, "decision": "refused"}
    seconds = bench.telemetry.metrics.registry.get_sample_value("xiezhi_request_seconds_sum", labels)
    assert 0.02 <= seconds < 10
