"""Tests of calls through ordinary generated stubs."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from datetime import timedelta

import grpc
import pytest

from tests.integration.client.exchange import TRACE_ID, Exchange, Received
from xiezhi.client import Client, Credentials, Trace, UnknownMethodError, connect
from xiezhi.errors import (
    DeadlineExceeded,
    FailedPrecondition,
    InvalidArgument,
    Reason,
    ResourceExhausted,
    Unavailable,
    Violation,
    error,
)
from xiezhi.identity.v1 import identity_pb2, identity_pb2_grpc
from xiezhi.ledger.v1 import ledger_pb2, ledger_pb2_grpc

LOOKUP = "/xiezhi.identity.v1.IdentityService/LookupHousehold"


def _answer(_: Received) -> identity_pb2.LookupHouseholdResponse:
    return identity_pb2.LookupHouseholdResponse(
        answer=identity_pb2.HouseholdAnswer(classification="for the handling judge only")
    )


@pytest.fixture
def stub(client: Client) -> identity_pb2_grpc.IdentityServiceStub:
    return identity_pb2_grpc.IdentityServiceStub(client.channel)


@pytest.fixture
def request_message() -> identity_pb2.LookupHouseholdRequest:
    request = identity_pb2.LookupHouseholdRequest(categories=[identity_pb2.CATEGORY_HOUSEHOLD])
    request.context.case_number = "（2018）赣0102执1234号"
    return request


def test_the_answer_comes_with_its_receipt(
    exchange: Exchange,
    stub: identity_pb2_grpc.IdentityServiceStub,
    request_message: identity_pb2.LookupHouseholdRequest,
) -> None:
    exchange.on("LookupHousehold", _answer)
    answer = stub.LookupHousehold(request_message)
    assert answer.answer.classification == "for the handling judge only"
    entry = ledger_pb2.Entry.FromString(answer.receipt.entry)
    sent = exchange.received[0].request
    assert sent == request_message.SerializeToString(deterministic=True)
    assert entry.request_sha256 == hashlib.sha256(sent).digest()


def test_token_trace_and_deadline_of_the_contract_are_sent(
    exchange: Exchange,
    stub: identity_pb2_grpc.IdentityServiceStub,
    request_message: identity_pb2.LookupHouseholdRequest,
) -> None:
    exchange.on("LookupHousehold", _answer)
    stub.LookupHousehold(request_message)
    (call,) = exchange.received
    assert call.metadata["authorization"] == "Bearer t0ken"
    assert str(call.metadata["traceparent"]).endswith("-00")
    assert 9 < call.seconds <= 10
    assert "xiezhi-approval" not in call.metadata


def test_the_caller_may_shorten_the_deadline_and_add_metadata(
    exchange: Exchange,
    open_client: Callable[..., Client],
    request_message: identity_pb2.LookupHouseholdRequest,
) -> None:
    exchange.on("LookupHousehold", _answer)
    client = open_client(deadline=timedelta(seconds=5))
    stub = identity_pb2_grpc.IdentityServiceStub(client.channel)
    stub.LookupHousehold(request_message)
    stub.LookupHousehold(request_message, timeout=2.0, metadata=(("xiezhi-approval", "approvals/x"),))
    stub.LookupHousehold(request_message, timeout=60.0)
    assert [round(call.seconds) for call in exchange.received] == [5, 2, 5]
    assert exchange.received[1].metadata["xiezhi-approval"] == "approvals/x"


def test_calls_in_a_block_share_a_trace(
    exchange: Exchange,
    client: Client,
    request_message: identity_pb2.LookupHouseholdRequest,
) -> None:
    exchange.on("LookupHousehold", _answer)
    with client.trace() as trace:
        client.call(LOOKUP, request_message)
        client.call(LOOKUP, request_message)
    assert {call.metadata["traceparent"] for call in exchange.received} == {trace.traceparent}


def test_traces_can_come_from_elsewhere(
    exchange: Exchange,
    open_client: Callable[..., Client],
    request_message: identity_pb2.LookupHouseholdRequest,
) -> None:
    exchange.on("LookupHousehold", _answer)
    traces = iter([Trace.start().traceparent, None])
    client = open_client(traceparent=lambda: next(traces))
    client.call(LOOKUP, request_message)
    client.call(LOOKUP, request_message)
    first, second = (str(call.metadata["traceparent"]) for call in exchange.received)
    assert first.endswith("-01")
    assert second.endswith("-00")


def test_a_token_source_is_asked_before_every_call(
    exchange: Exchange,
    open_client: Callable[..., Client],
    request_message: identity_pb2.LookupHouseholdRequest,
) -> None:
    exchange.on("LookupHousehold", _answer)
    tokens = iter(["one", "two"])
    client = open_client(token=lambda: next(tokens))
    client.call(LOOKUP, request_message)
    client.call(LOOKUP, request_message)
    sent = [call.metadata["authorization"] for call in exchange.received]
    assert sent == ["Bearer one", "Bearer two"]


def test_a_refusal_is_a_typed_exception(
    exchange: Exchange,
    stub: identity_pb2_grpc.IdentityServiceStub,
    request_message: identity_pb2.LookupHouseholdRequest,
) -> None:
    def refuse(_: Received) -> None:
        raise error(Reason.APPROVAL_REQUIRED, "The method needs an approval.")

    exchange.on("LookupHousehold", refuse)
    with pytest.raises(FailedPrecondition) as caught:
        stub.LookupHousehold(request_message)
    assert caught.value.reason is Reason.APPROVAL_REQUIRED
    assert caught.value.next_step == "Submit the request for approval and name the approval in the call."
    assert caught.value.trace_id == TRACE_ID


def test_violations_and_waiting_times_arrive(
    exchange: Exchange,
    stub: identity_pb2_grpc.IdentityServiceStub,
    request_message: identity_pb2.LookupHouseholdRequest,
) -> None:
    refusals = iter(
        [
            error(Reason.FIELDS_INVALID, "Wrong.", violations=(Violation("debtor", "is missing"),)),
            error(Reason.RATE_LIMITED, "Slowly.", retry_after=timedelta(seconds=3)),
        ]
    )

    def refuse(_: Received) -> None:
        raise next(refusals)

    exchange.on("LookupHousehold", refuse)
    with pytest.raises(InvalidArgument) as invalid:
        stub.LookupHousehold(request_message)
    assert invalid.value.violations == (Violation("debtor", "is missing"),)
    with pytest.raises(ResourceExhausted) as limited:
        stub.LookupHousehold(request_message)
    assert limited.value.retry_after == timedelta(seconds=3)


def test_a_lookup_that_finds_the_exchange_unavailable_is_repeated(
    exchange: Exchange,
    stub: identity_pb2_grpc.IdentityServiceStub,
    request_message: identity_pb2.LookupHouseholdRequest,
) -> None:
    def third_time(call: Received) -> identity_pb2.LookupHouseholdResponse:
        if len(exchange.received) < 3:
            raise error(Reason.LEDGER_UNAVAILABLE, "Later.")
        return _answer(call)

    exchange.on("LookupHousehold", third_time)
    assert stub.LookupHousehold(request_message).HasField("answer")
    assert len({call.request for call in exchange.received}) == 1
    assert len(exchange.received) == 3


def test_a_refusal_is_not_repeated(
    exchange: Exchange,
    stub: identity_pb2_grpc.IdentityServiceStub,
    request_message: identity_pb2.LookupHouseholdRequest,
) -> None:
    def refuse(_: Received) -> None:
        raise error(Reason.INTERNAL, "Broken.")

    exchange.on("LookupHousehold", refuse)
    with pytest.raises(Exception, match="Broken"):
        stub.LookupHousehold(request_message)
    assert len(exchange.received) == 1


def test_an_exchange_that_is_away_is_unavailable(credentials: Credentials, exchange: Exchange) -> None:
    with (
        connect("127.0.0.1:1", credentials=credentials, token="t", log_key=exchange.log.key) as client,
        client.trace() as trace,
        pytest.raises(Unavailable) as caught,
    ):
        client.call(LOOKUP, b"", timeout=2.0)
    assert caught.value.trace_id == trace.trace_id


def test_a_certificate_of_another_authority_is_refused(exchange: Exchange, credentials: Credentials) -> None:
    strange = Credentials(credentials.certificate, credentials.certificate, credentials.key)
    with (
        connect(exchange.address, credentials=strange, token="t", log_key=exchange.log.key) as client,
        pytest.raises(Unavailable),
    ):
        client.call(LOOKUP, b"", timeout=2.0)
    assert exchange.received == []


def test_a_deadline_ends_the_call(
    exchange: Exchange,
    stub: identity_pb2_grpc.IdentityServiceStub,
    request_message: identity_pb2.LookupHouseholdRequest,
) -> None:
    def dawdle(call: Received) -> identity_pb2.LookupHouseholdResponse:
        time.sleep(0.3)
        return _answer(call)

    exchange.on("LookupHousehold", dawdle)
    with pytest.raises(DeadlineExceeded):
        stub.LookupHousehold(request_message, timeout=0.05)


def test_futures_and_calls_are_proven_too(
    exchange: Exchange,
    stub: identity_pb2_grpc.IdentityServiceStub,
    request_message: identity_pb2.LookupHouseholdRequest,
) -> None:
    exchange.on("LookupHousehold", _answer)
    answer, call = stub.LookupHousehold.with_call(request_message)
    assert call.code() is grpc.StatusCode.OK
    future = stub.LookupHousehold.future(request_message)
    done: list[object] = []
    future.add_done_callback(done.append)
    assert future.result().answer == answer.answer
    assert future.exception() is None
    assert future.done()
    assert done == [future]


def test_a_future_of_a_refusal_holds_the_typed_exception(
    exchange: Exchange,
    stub: identity_pb2_grpc.IdentityServiceStub,
    request_message: identity_pb2.LookupHouseholdRequest,
) -> None:
    def refuse(_: Received) -> None:
        raise error(Reason.APPROVAL_EXPIRED, "Over.")

    exchange.on("LookupHousehold", refuse)
    failure = stub.LookupHousehold.future(request_message).exception()
    assert isinstance(failure, FailedPrecondition)
    assert failure.reason is Reason.APPROVAL_EXPIRED


def test_every_message_of_a_stream_is_proven(exchange: Exchange, stub: identity_pb2_grpc.IdentityServiceStub) -> None:
    def stream(_: Received) -> Iterator[identity_pb2.BatchLookupHouseholdsResponse]:
        for index in range(3):
            yield identity_pb2.BatchLookupHouseholdsResponse(items=[identity_pb2.BatchItem(index=index)])

    exchange.on("BatchLookupHouseholds", stream)
    answers = list(stub.BatchLookupHouseholds(identity_pb2.BatchLookupHouseholdsRequest()))
    assert [answer.items[0].index for answer in answers] == [0, 1, 2]
    assert [answer.receipt.leaf_index for answer in answers] == [0, 1, 2]
    assert exchange.received[0].seconds > 890


def test_a_stream_that_breaks_off_raises_the_typed_exception(
    exchange: Exchange, stub: identity_pb2_grpc.IdentityServiceStub
) -> None:
    def stream(_: Received) -> Iterator[identity_pb2.BatchLookupHouseholdsResponse]:
        yield identity_pb2.BatchLookupHouseholdsResponse()
        raise error(Reason.APPROVAL_REVOKED, "Revoked meanwhile.")

    exchange.on("BatchLookupHouseholds", stream)
    answers = stub.BatchLookupHouseholds(identity_pb2.BatchLookupHouseholdsRequest())
    next(answers)
    with pytest.raises(FailedPrecondition, match="Revoked meanwhile"):
        next(answers)


def test_methods_without_receipt_need_no_key(exchange: Exchange, open_client: Callable[..., Client]) -> None:
    exchange.on("GetTreeHead", lambda _: ledger_pb2.GetTreeHeadResponse())
    client = open_client(log_key=None)
    stub = ledger_pb2_grpc.LedgerServiceStub(client.channel)
    assert stub.GetTreeHead(ledger_pb2.GetTreeHeadRequest()) == ledger_pb2.GetTreeHeadResponse()


def test_streams_and_unknown_methods_are_not_called_by_name(client: Client) -> None:
    with pytest.raises(ValueError, match="is a stream"):
        client.call("/xiezhi.identity.v1.IdentityService/BatchLookupHouseholds", b"")
    with pytest.raises(UnknownMethodError):
        client.call("/xiezhi.identity.v1.IdentityService/Nothing", b"")
    with pytest.raises(TypeError):
        client.call(print, b"")  # type: ignore[arg-type]
