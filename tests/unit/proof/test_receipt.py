"""Receipts on the wire, and their verification with the log's public key alone."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from google.protobuf.message import DecodeError
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.proof.conftest import Sign
from xiezhi.common.v1 import receipt_pb2
from xiezhi.ledger.v1 import ledger_pb2
from xiezhi.proof.merkle import EMPTY_ROOT
from xiezhi.proof.receipt import (
    MOST_COVERED,
    LogKey,
    ProofError,
    answer_digest,
    append_receipt,
    checkpoint_text,
    covered_digest,
    joint_digest,
    split_receipt,
    verify_receipt,
    verify_tree_head,
)

SALT = bytes(range(16))
TAG = b"\xc2\x3e"
"""Field 1000, length-delimited."""
PAYLOAD = ledger_pb2.ListEntriesResponse(entries=[b"a", b"b" * 300], next_index=7).SerializeToString()


def _field(number: int, kind: int, rest: bytes) -> bytes:
    tag, encoded = number << 3 | kind, bytearray()
    while tag >= 0x80:
        encoded.append(tag & 0x7F | 0x80)
        tag >>= 7
    return bytes((*encoded, tag)) + rest


def test_what_was_appended_is_split_off_byte_for_byte(receipt: receipt_pb2.Receipt) -> None:
    message = append_receipt(PAYLOAD, receipt)
    assert split_receipt(message) == (PAYLOAD, receipt)
    decoded = ledger_pb2.ListEntriesResponse.FromString(message)
    assert decoded.receipt == receipt
    assert decoded.next_index == 7


def test_an_answer_without_content_can_carry_one(receipt: receipt_pb2.Receipt) -> None:
    assert split_receipt(append_receipt(b"", receipt)) == (b"", receipt)


def test_bytes_without_a_receipt_have_none() -> None:
    assert split_receipt(PAYLOAD) == (PAYLOAD, None)
    assert split_receipt(b"") == (b"", None)


@given(st.binary(max_size=200), st.integers(1, 999), st.sampled_from([0, 1, 2, 5]))
def test_every_kind_of_field_is_stepped_over(value: bytes, number: int, kind: int) -> None:
    rest = {
        0: b"\xff\x01",
        1: bytes(8),
        2: len(value).to_bytes(1) + value if len(value) < 128 else b"\x00",
        5: bytes(4),
    }
    payload = _field(number, kind, rest[kind])
    assert split_receipt(payload + TAG + b"\x00") == (payload, receipt_pb2.Receipt())


def _twice(receipt: receipt_pb2.Receipt) -> bytes:
    return append_receipt(append_receipt(PAYLOAD, receipt), receipt)


WRONG: dict[str, Callable[[receipt_pb2.Receipt], bytes]] = {
    "field after it": lambda r: append_receipt(PAYLOAD, r) + b"\x10\x08",
    "a second one": _twice,
    "another wire type": lambda _: PAYLOAD + _field(1000, 0, b"\x01"),
    "tag longer than need be, and a field after it": lambda r: (
        append_receipt(b"", r).replace(TAG, b"\xc2\xbe\x00", 1) + b"\x10\x08"
    ),
    "no receipt in it": lambda _: PAYLOAD + TAG + b"\x02\xff\xff",
    "length beyond the end": lambda r: append_receipt(PAYLOAD, r)[:-1],
    "cut off in a tag": lambda _: PAYLOAD + b"\xc2",
    "cut off in a number": lambda _: b"\x10\x80",
    "cut off in eight bytes": lambda _: _field(3, 1, bytes(7)),
    "cut off in four bytes": lambda _: _field(3, 5, bytes(3)),
    "a number without end": lambda _: b"\x10" + b"\xff" * 11,
    "a tag without end": lambda _: b"\x80\x80\x80\x80\x80\x01\x00",
    "field number zero": lambda _: b"\x00\x00",
    "a group that hides one": lambda r: b"\x1b" + append_receipt(b"", r) + b"\x1c",
    "wire type seven": lambda _: b"\x0f",
}


@pytest.mark.parametrize("case", WRONG)
def test_bytes_that_could_be_read_in_two_ways_are_refused(case: str, receipt: receipt_pb2.Receipt) -> None:
    with pytest.raises(ProofError):
        split_receipt(WRONG[case](receipt))


@given(st.binary(max_size=300))
def test_any_bytes_are_split_or_refused(message: bytes) -> None:
    try:
        payload, receipt = split_receipt(message)
    except ProofError:
        return
    assert message.startswith(payload)
    assert (receipt is None) == (payload == message)


PIECES = [TAG + b"\x00", b"\xc2\xbe\x00\x00", b"\x10\x07", b"\x0a\x02\xc2\x3e", b"\x0b", b"\x0c", b"\xc0\x3e\x01"]


@given(st.lists(st.sampled_from(PIECES), max_size=6))
def test_a_decoder_finds_no_receipt_that_was_not_split_off(pieces: list[bytes]) -> None:
    message = b"".join(pieces)
    try:
        decoded = ledger_pb2.ListEntriesResponse.FromString(message)
        payload, receipt = split_receipt(message)
    except (DecodeError, ProofError):
        return
    assert decoded.HasField("receipt") == (receipt is not None)
    assert not ledger_pb2.ListEntriesResponse.FromString(payload).HasField("receipt")


def test_a_genuine_receipt_gives_its_entry(receipt: receipt_pb2.Receipt, key: LogKey) -> None:
    assert verify_receipt(receipt, key).entry_id == "00000000-0000-4000-8000-000000000003"


def _set(path: str, value: object) -> Callable[[receipt_pb2.Receipt], None]:
    def change(receipt: receipt_pb2.Receipt) -> None:
        target: object = receipt
        *parents, name = path.split(".")
        for parent in parents:
            target = getattr(target, parent)
        setattr(target, name, value)

    return change


FALSE: dict[str, tuple[Callable[[receipt_pb2.Receipt], object], str]] = {
    "entry": (_set("entry", b"\x0a\x01x"), "not in the tree"),
    "place": (_set("leaf_index", 2), "not in the tree"),
    "place beyond": (_set("leaf_index", 2**63), "not in the tree"),
    "path": (lambda r: r.inclusion_path.pop(), "not in the tree"),
    "size": (_set("tree_head.tree_size", 8), "signature"),
    "root": (_set("tree_head.root_hash", bytes(32)), "signature"),
    "root of another length": (_set("tree_head.root_hash", bytes(31)), "no hash"),
    "time": (_set("tree_head.time.seconds", 1), "signature"),
    "time finer than signed": (_set("tree_head.time.nanos", 123_000_001), "millisecond"),
    "time past its second": (_set("tree_head.time.nanos", 1_123_000_000), "millisecond"),
    "no time": (lambda r: r.tree_head.ClearField("time"), "millisecond"),
    "origin": (_set("tree_head.origin", "another.log"), "signature"),
    "no origin": (_set("tree_head.origin", ""), "names no log"),
    "origin of two lines": (_set("tree_head.origin", "xiezhi.test/log\n7"), "names no log"),
    "origin too long": (_set("tree_head.origin", "x" * 101), "names no log"),
    "another key": (_set("tree_head.key_id", bytes(32)), "another key"),
    "signature": (_set("tree_head.signature", bytes(64)), "signature"),
    "short signature": (_set("tree_head.signature", b""), "signature"),
    "no head": (lambda r: r.ClearField("tree_head"), "no tree head"),
}


@pytest.mark.parametrize("case", FALSE)
def test_a_receipt_altered_in_any_part_is_refused(case: str, receipt: receipt_pb2.Receipt, key: LogKey) -> None:
    change, message = FALSE[case]
    change(receipt)
    with pytest.raises(ProofError, match=message):
        verify_receipt(receipt, key)


def test_an_entry_that_cannot_be_read_is_refused(key: LogKey, sign: Sign) -> None:
    raw = b"\xff\xff"
    head = receipt_pb2.TreeHead(
        origin="o", tree_size=1, root_hash=hashlib.sha256(b"\x00" + raw).digest(), key_id=key.key_id
    )
    head.time.FromMilliseconds(1)
    with pytest.raises(ProofError, match="cannot be read"):
        verify_receipt(receipt_pb2.Receipt(entry=raw, tree_head=sign(head)), key)


def test_the_head_of_an_empty_tree_has_the_root_of_nothing(key: LogKey, sign: Sign) -> None:
    head = receipt_pb2.TreeHead(origin="o", root_hash=EMPTY_ROOT, key_id=key.key_id)
    head.time.FromMilliseconds(1)
    verify_tree_head(sign(head), key)
    head.root_hash = bytes(32)
    with pytest.raises(ProofError, match="empty tree"):
        verify_tree_head(sign(head), key)


def test_another_log_does_not_verify(receipt: receipt_pb2.Receipt) -> None:
    with pytest.raises(ProofError, match="another key"):
        verify_receipt(receipt, LogKey.from_raw(bytes(32)))


def test_the_signed_text_is_that_of_the_contract(receipt: receipt_pb2.Receipt) -> None:
    root = base64.b64encode(receipt.tree_head.root_hash).decode()
    assert checkpoint_text(receipt.tree_head) == f"xiezhi.test/log\n7\n{root}\n1790000000123\n".encode()


def test_a_key_is_read_from_pem_and_from_bytes(signing_key: Ed25519PrivateKey, key: LogKey) -> None:
    pem = signing_key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    assert LogKey.from_pem(pem) == key
    assert key.key_id == hashlib.sha256(key.raw).digest()


def test_what_is_no_key_of_a_log_is_refused() -> None:
    other = generate_private_key(SECP256R1()).public_key()
    for pem in (b"", b"x", other.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)):
        with pytest.raises(ValueError):
            LogKey.from_pem(pem)
    with pytest.raises(ValueError, match="32 bytes"):
        LogKey.from_raw(bytes(31))


@pytest.mark.parametrize("size", [0, 15, 17, 16 + len(PAYLOAD)])
def test_the_salt_can_hold_nothing_of_an_answer(size):
    """With a salt of any length the beginning of an answer could be moved into it, and the rest would be proven."""
    salt = (bytes(16) + PAYLOAD)[:size] if size else b""
    with pytest.raises(ProofError):
        answer_digest(PAYLOAD, salt=salt)


def test_another_salt_is_another_digest():
    digests = {answer_digest(PAYLOAD, salt=bytes([place]) * 16) for place in range(9)}
    assert len(digests) == 9


def test_the_digest_of_several_answers_is_that_of_the_contract():
    digests = b"".join(hashlib.sha256(payload).digest() for payload in (PAYLOAD, b"", b"a"))
    assert joint_digest((PAYLOAD, b"", b"a"), salt=SALT) == hashlib.sha256(SALT + b"\0" + digests).digest()


@given(st.lists(st.binary(max_size=40), min_size=2, max_size=5), st.data())
def test_answers_dropped_added_or_in_another_order_have_another_digest(payloads, data):
    other = data.draw(
        st.one_of(
            st.permutations(payloads),
            st.integers(0, len(payloads) - 1).map(lambda place: payloads[:place] + payloads[place + 1 :]),
            st.tuples(st.integers(0, len(payloads)), st.binary(max_size=40)).map(
                lambda drawn: [*payloads[: drawn[0]], drawn[1], *payloads[drawn[0] :]]
            ),
        )
    )
    covers = receipt_pb2.Receipt(salt=SALT, covers=len(other))
    same = covered_digest(other, covers) == joint_digest(payloads, salt=SALT)
    assert same is (other == payloads)


@pytest.mark.parametrize("covers", [0, 1])
def test_a_receipt_that_covers_one_answer_says_what_it_always_said(covers):
    receipt = receipt_pb2.Receipt(salt=SALT, covers=covers)
    assert covered_digest((PAYLOAD,), receipt) == answer_digest(PAYLOAD, salt=SALT)


@pytest.mark.parametrize(("covers", "count"), [(0, 2), (1, 2), (2, 1), (3, 2), (2, 3), (2, 0), (0, 0)])
def test_a_receipt_covers_neither_more_nor_fewer_answers(covers, count):
    with pytest.raises(ProofError, match="covers"):
        covered_digest((PAYLOAD,) * count, receipt_pb2.Receipt(salt=SALT, covers=covers))


@pytest.mark.parametrize("count", [0, 1, MOST_COVERED + 1])
def test_one_answer_or_too_many_share_no_receipt(count):
    with pytest.raises(ProofError, match="several answers"):
        joint_digest((PAYLOAD,) * count, salt=SALT)


def test_several_answers_cannot_be_taken_for_one():
    """The bytes whose digest as one answer would be that of several are no message, for us or for any decoder."""
    forged = b"\0" + b"".join(hashlib.sha256(payload).digest() for payload in (PAYLOAD, PAYLOAD))
    assert answer_digest(forged, salt=SALT) == joint_digest((PAYLOAD, PAYLOAD), salt=SALT)
    with pytest.raises(ProofError, match="no message"):
        split_receipt(append_receipt(forged, receipt_pb2.Receipt(salt=SALT)))
    with pytest.raises(DecodeError):
        ledger_pb2.ListEntriesResponse.FromString(forged)


@pytest.mark.parametrize("size", [0, 15, 17])
def test_the_salt_of_several_answers_has_its_length_too(size):
    with pytest.raises(ProofError, match="salt"):
        joint_digest((PAYLOAD, PAYLOAD), salt=bytes(size))
