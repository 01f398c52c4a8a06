"""Tests in which an answer's receipt does not hold: none of these answers may be handed out."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator

import pytest

from tests.integration.client.exchange import Exchange, Falsify, Log, Received
from xiezhi.client import Client, ReceiptError
from xiezhi.common.v1 import receipt_pb2
from xiezhi.identity.v1 import identity_pb2, identity_pb2_grpc
from xiezhi.ledger.v1 import ledger_pb2
from xiezhi.proof.receipt import append_receipt

LOOKUP = "/xiezhi.identity.v1.IdentityService/LookupHousehold"
REQUEST = identity_pb2.LookupHouseholdRequest(include_historic_members=True)


def _answer(_: Received) -> identity_pb2.LookupHouseholdResponse:
    return identity_pb2.LookupHouseholdResponse(answer=identity_pb2.HouseholdAnswer(classification="x"))


def _changed(log: Log, **fields: object) -> Falsify:
    """Falsifies the entry before it is recorded."""

    def falsify(payload: bytes, entry: ledger_pb2.Entry) -> bytes:
        for name, value in fields.items():
            setattr(entry, name, value)
        return append_receipt(payload, log.append(entry))

    return falsify


def _broken(log: Log, change: Callable[[receipt_pb2.Receipt], None]) -> Falsify:
    """Falsifies a genuine receipt."""

    def falsify(payload: bytes, entry: ledger_pb2.Entry) -> bytes:
        for _ in range(3):
            receipt = log.append(entry)
        change(receipt)
        return append_receipt(payload, receipt)

    return falsify


def _truncate(receipt: receipt_pb2.Receipt) -> None:
    del receipt.inclusion_path[:]


def _resign(receipt: receipt_pb2.Receipt) -> None:
    receipt.tree_head.CopyFrom(Log().sign(receipt.tree_head.tree_size, receipt.tree_head.root_hash))


def _alter_entry(receipt: receipt_pb2.Receipt) -> None:
    entry = ledger_pb2.Entry.FromString(receipt.entry)
    entry.actor = "GAN0102-J999"
    receipt.entry = entry.SerializeToString()


def _shift(receipt: receipt_pb2.Receipt) -> None:
    receipt.leaf_index -= 1


FALSE: dict[str, tuple[Callable[[Log], Falsify], str]] = {
    "no receipt": (lambda _: lambda payload, _entry: payload, "has no receipt"),
    "other request": (lambda log: _changed(log, request_sha256=bytes(32)), "another request"),
    "other answer": (lambda log: _changed(log, response_sha256=bytes(32)), "another answer"),
    "other method": (lambda log: _changed(log, method=LOOKUP + "s"), "another method"),
    "refusal": (lambda log: _changed(log, kind=ledger_pb2.ENTRY_KIND_REFUSAL), "of a refusal"),
    "path cut off": (lambda log: _broken(log, _truncate), "does not hold"),
    "signed by another log": (lambda log: _broken(log, _resign), "does not hold"),
    "entry altered": (lambda log: _broken(log, _alter_entry), "does not hold"),
    "place altered": (lambda log: _broken(log, _shift), "does not hold"),
}


@pytest.mark.parametrize("case", FALSE)
def test_an_answer_that_is_not_proven_is_thrown_away(exchange: Exchange, client: Client, case: str) -> None:
    make, message = FALSE[case]
    exchange.on("LookupHousehold", _answer)
    exchange.falsify = make(exchange.log)
    with client.trace() as trace, pytest.raises(ReceiptError, match=message) as caught:
        client.call(LOOKUP, REQUEST)
    assert caught.value.method == LOOKUP
    assert caught.value.trace_id == trace.trace_id
    assert "auditors" in caught.value.next_step


def test_a_future_does_not_hand_it_out_either(exchange: Exchange, client: Client) -> None:
    exchange.on("LookupHousehold", _answer)
    exchange.falsify = lambda payload, _: payload
    future = identity_pb2_grpc.IdentityServiceStub(client.channel).LookupHousehold.future(REQUEST)
    assert isinstance(future.exception(), ReceiptError)
    with pytest.raises(ReceiptError):
        future.result()


def test_without_a_key_no_answer_passes_that_needs_a_receipt(
    exchange: Exchange, open_client: Callable[..., Client]
) -> None:
    exchange.on("LookupHousehold", _answer)
    with pytest.raises(ReceiptError, match="no key of the log"):
        open_client(log_key=None).call(LOOKUP, REQUEST)


@pytest.mark.clause("R-5.1")
def test_a_byte_changed_on_the_way_is_noticed(exchange: Exchange, client: Client) -> None:
    def flip(payload: bytes, entry: ledger_pb2.Entry) -> bytes:
        proven = append_receipt(payload, exchange.log.append(entry))
        return proven.replace(b"x", b"y", 1)

    exchange.on("LookupHousehold", _answer)
    exchange.falsify = flip
    with pytest.raises(ReceiptError, match="another answer"):
        client.call(LOOKUP, REQUEST)


@pytest.mark.parametrize("moved", [1, 2, 1_000])
def test_a_beginning_moved_into_the_salt_is_noticed(exchange: Exchange, client: Client, moved: int) -> None:
    def cut(payload: bytes, entry: ledger_pb2.Entry) -> bytes:
        receipt = exchange.log.append(entry)
        receipt.salt += payload[:moved]
        return append_receipt(payload[moved:], receipt)

    exchange.on("LookupHousehold", _answer)
    exchange.falsify = cut
    with pytest.raises(ReceiptError, match=r"salt|no message"):
        client.call(LOOKUP, REQUEST)


def test_an_older_answer_with_its_genuine_receipt_is_noticed(exchange: Exchange, client: Client) -> None:
    kept: list[bytes] = []

    def replay(payload: bytes, entry: ledger_pb2.Entry) -> bytes:
        kept.append(append_receipt(payload, exchange.log.append(entry)))
        return kept[0]

    exchange.on("LookupHousehold", _answer)
    exchange.falsify = replay
    client.call(LOOKUP, REQUEST)
    with pytest.raises(ReceiptError, match="older than the call"):
        client.call(LOOKUP, REQUEST)


def test_two_trees_of_one_size_are_noticed(exchange: Exchange, open_client: Callable[..., Client]) -> None:
    exchange.on("LookupHousehold", _answer)
    exchange.on("SubmitApproval", lambda _: _submission())
    client = open_client()
    client.call(LOOKUP, REQUEST)
    exchange.log.leaves.clear()
    with pytest.raises(ReceiptError, match="two different trees"):
        client.submit(LOOKUP, REQUEST, reason="a reason")


def test_the_newest_head_is_kept(exchange: Exchange, client: Client) -> None:
    exchange.on("LookupHousehold", _answer)
    assert client.tree_head is None
    for _ in range(3):
        client.call(LOOKUP, REQUEST)
    assert client.tree_head is not None
    assert client.tree_head.tree_size == 3


def test_an_unproven_message_ends_a_stream(exchange: Exchange, client: Client) -> None:
    def stream(_: Received) -> Iterator[identity_pb2.BatchLookupHouseholdsResponse]:
        for _ in range(3):
            yield identity_pb2.BatchLookupHouseholdsResponse()

    def second_is_false(payload: bytes, entry: ledger_pb2.Entry) -> bytes:
        if len(exchange.log.leaves) == 1:
            entry.response_sha256 = hashlib.sha256(b"something else").digest()
        return append_receipt(payload, exchange.log.append(entry))

    exchange.on("BatchLookupHouseholds", stream)
    exchange.falsify = second_is_false
    stub = identity_pb2_grpc.IdentityServiceStub(client.channel)
    answers = stub.BatchLookupHouseholds(identity_pb2.BatchLookupHouseholdsRequest())
    next(answers)
    with pytest.raises(ReceiptError, match="another answer"):
        next(answers)
    assert not answers.is_active()


def _submission() -> object:
    from xiezhi.approval.v1 import approval_pb2

    return approval_pb2.SubmitApprovalResponse()
