"""Answers of a stream that share a receipt: none is handed out before it has come, and none that it does not cover."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import pytest

from tests.integration.client.exchange import SALT, Exchange, FalsifyGroup, Log
from xiezhi.client import Client, ReceiptError
from xiezhi.errors import FailedPrecondition, Reason, error
from xiezhi.identity.v1 import identity_pb2, identity_pb2_grpc
from xiezhi.ledger.v1 import ledger_pb2
from xiezhi.proof.receipt import MOST_COVERED, answer_digest, append_receipt, joint_digest

REQUEST = identity_pb2.BatchLookupHouseholdsRequest()
Answer = identity_pb2.BatchLookupHouseholdsResponse


def _answer(index: int) -> Answer:
    return Answer(items=[identity_pb2.BatchItem(index=index)])


def _group(*indexes: int) -> list[Answer]:
    return [_answer(index) for index in indexes]


def _read(client: Client) -> Iterator[Answer]:
    yield from identity_pb2_grpc.IdentityServiceStub(client.channel).BatchLookupHouseholds(REQUEST)


def _answers(exchange: Exchange, *answers: Answer | list[Answer]) -> None:
    exchange.on("BatchLookupHouseholds", lambda _: iter(answers))


def test_groups_and_single_answers_come_in_their_order(exchange: Exchange, client: Client) -> None:
    _answers(exchange, _group(0, 1, 2), _answer(3), _group(4, 5))
    answers = list(_read(client))
    assert [answer.items[0].index for answer in answers] == list(range(6))
    assert [answer.receipt.covers for answer in answers if answer.HasField("receipt")] == [3, 0, 2]
    assert len(exchange.log.leaves) == 3
    assert client.tree_head is not None
    assert client.tree_head.tree_size == 3


def _honest(log: Log, payloads: Sequence[bytes], entry: ledger_pb2.Entry) -> list[bytes]:
    return [*payloads[:-1], append_receipt(payloads[-1], log.append(entry, covers=len(payloads)))]


def _covering(log: Log, covers: int) -> FalsifyGroup:
    return lambda payloads, entry: [*payloads[:-1], append_receipt(payloads[-1], log.append(entry, covers=covers))]


def _moved(log: Log, move: Callable[[list[bytes]], list[bytes]]) -> FalsifyGroup:
    """Changes the answers on the way; the receipt stays as it was."""
    return lambda payloads, entry: move(_honest(log, payloads, entry))


def _single_for_joint(log: Log) -> FalsifyGroup:
    """The entry is about the last answer alone; the receipt claims all of them."""

    def falsify(payloads: Sequence[bytes], entry: ledger_pb2.Entry) -> list[bytes]:
        entry.response_sha256 = answer_digest(payloads[-1], salt=SALT)
        return _honest(log, payloads, entry)

    return falsify


def _joint_for_single(log: Log) -> FalsifyGroup:
    """One answer whose bytes are the digests of several that were recorded together."""

    def falsify(payloads: Sequence[bytes], entry: ledger_pb2.Entry) -> list[bytes]:
        joint = b"\0" + b"".join(answer_digest(payload, salt=SALT) for payload in payloads)
        entry.response_sha256 = joint_digest(payloads, salt=SALT)
        return [append_receipt(joint, log.append(entry))]

    return falsify


def _spliced(log: Log) -> FalsifyGroup:
    """Another group's genuine receipt."""

    def falsify(payloads: Sequence[bytes], entry: ledger_pb2.Entry) -> list[bytes]:
        other = [_answer(9).SerializeToString()] * len(payloads)
        entry.response_sha256 = joint_digest(other, salt=SALT)
        return _honest(log, payloads, entry)

    return falsify


FALSE: dict[str, tuple[Callable[[Log], FalsifyGroup], str]] = {
    "first dropped": (lambda log: _moved(log, lambda sent: sent[1:]), "covers 3 answers and not 2"),
    "middle dropped": (lambda log: _moved(log, lambda sent: [sent[0], sent[2]]), "covers 3 answers and not 2"),
    "receipt dropped": (lambda log: _moved(log, lambda sent: sent[:-1]), "no receipt"),
    "one added": (lambda log: _moved(log, lambda sent: [sent[0], *sent]), "covers 3 answers and not 4"),
    "one put in another's place": (lambda log: _moved(log, lambda sent: [sent[0], sent[0], sent[2]]), "another answer"),
    "one left behind": (lambda log: _moved(log, lambda sent: [*sent, sent[0]]), "no receipt"),
    "two exchanged": (lambda log: _moved(log, lambda sent: [sent[1], sent[0], sent[2]]), "another answer"),
    "a byte changed": (
        lambda log: _moved(log, lambda sent: [sent[0], sent[1][:-1] + b"\7", sent[2]]),
        "another answer",
    ),
    "covers too few": (lambda log: _covering(log, 2), "covers 2 answers and not 3"),
    "covers too many": (lambda log: _covering(log, 4), "covers 4 answers and not 3"),
    "covers one": (lambda log: _covering(log, 1), "covers 1 answers and not 3"),
    "covers none": (lambda log: _covering(log, 0), "covers 1 answers and not 3"),
    "covers all that could be": (lambda log: _covering(log, 2**32 - 1), "covers"),
    "a single receipt taken for a joint one": (_single_for_joint, "another answer"),
    "a joint receipt taken for a single one": (_joint_for_single, "no message"),
    "another group's receipt": (_spliced, "another answer"),
    "given twice": (lambda log: _moved(log, lambda sent: sent * 2), "not newer"),
}


@pytest.mark.parametrize("case", FALSE)
def test_answers_that_are_not_proven_are_thrown_away(exchange: Exchange, client: Client, case: str) -> None:
    make, message = FALSE[case]
    _answers(exchange, _group(0, 1, 2))
    exchange.falsify_group = make(exchange.log)
    answers = _read(client)
    got = []
    with pytest.raises(ReceiptError, match=message):
        got.extend(answers)
    assert [answer.items[0].index for answer in got] in ([], [0, 1, 2])
    assert bool(got) is (case in {"one left behind", "given twice"})


def test_groups_in_another_order_are_noticed(exchange: Exchange, client: Client) -> None:
    kept: list[list[bytes]] = []

    def exchanged(payloads: Sequence[bytes], entry: ledger_pb2.Entry) -> list[bytes]:
        kept.append(_honest(exchange.log, payloads, entry))
        return [] if len(kept) == 1 else [*kept[1], *kept[0]]

    _answers(exchange, _group(0, 1), _group(2, 3))
    exchange.falsify_group = exchanged
    answers = _read(client)
    assert [next(answers).items[0].index for _ in range(2)] == [2, 3]
    with pytest.raises(ReceiptError, match="not newer"):
        next(answers)


def test_no_answer_is_handed_out_before_its_receipt_has_come(exchange: Exchange, client: Client) -> None:
    def breaks_off(payloads: Sequence[bytes], _: ledger_pb2.Entry) -> Iterator[bytes]:
        yield from payloads[:-1]
        raise error(Reason.APPROVAL_REVOKED, "Revoked meanwhile.")

    _answers(exchange, _group(0, 1, 2))
    exchange.falsify_group = breaks_off
    with pytest.raises(FailedPrecondition, match="Revoked meanwhile"):
        next(_read(client))


def test_answers_are_not_held_back_without_bound(exchange: Exchange, client: Client) -> None:
    _answers(exchange, _group(*range(MOST_COVERED)))
    assert sum(1 for _ in _read(client)) == MOST_COVERED
    exchange.falsify_group = lambda payloads, _: payloads
    with pytest.raises(ReceiptError, match="1,000 answers have no receipt"):
        next(_read(client))


def test_a_receipt_of_several_answers_is_none_of_one(exchange: Exchange, client: Client) -> None:
    def several(payload: bytes, entry: ledger_pb2.Entry) -> bytes:
        return append_receipt(payload, exchange.log.append(entry, covers=2))

    exchange.on("LookupHousehold", lambda _: identity_pb2.LookupHouseholdResponse())
    exchange.falsify = several
    with pytest.raises(ReceiptError, match="covers 2 answers and not 1"):
        client.call("/xiezhi.identity.v1.IdentityService/LookupHousehold", identity_pb2.LookupHouseholdRequest())


def test_the_first_that_is_not_proven_ends_the_call(exchange: Exchange, client: Client) -> None:
    _answers(exchange, _group(0, 1), _group(2, 3))
    exchange.falsify_group = lambda payloads, entry: _honest(exchange.log, payloads[::-1], entry)
    stream = identity_pb2_grpc.IdentityServiceStub(client.channel).BatchLookupHouseholds(REQUEST)
    with pytest.raises(ReceiptError):
        next(stream)
    assert not stream.is_active()
