"""Entries as they come in, held against their contract and their writer; heads there and back."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest

from services.ledger import convert
from tests.unit.ledger.fakes import signer
from xiezhi.common.v1 import receipt_pb2
from xiezhi.errors import InvalidArgument, PermissionDenied, Reason
from xiezhi.ledger.v1 import ledger_pb2
from xiezhi.proof.merkle import EMPTY_ROOT, leaf_hash
from xiezhi.proof.receipt import verify_tree_head

ENTRY_ID = "0d3c1d3e-2f52-4b0a-9d0c-7a86a3f1a111"


def _entry() -> ledger_pb2.Entry:
    entry = ledger_pb2.Entry(
        entry_id=ENTRY_ID, writer="identity", kind=ledger_pb2.ENTRY_KIND_DISCLOSURE, method="/a.B/C"
    )
    entry.time.FromMilliseconds(1_790_000_000_000)
    return entry


def test_an_entry_keeps_its_exact_bytes() -> None:
    raw = _entry().SerializeToString() + b"\xba\x06\x03new"
    (record,) = convert.read_records([raw], writer="identity")
    assert (record.raw, record.leaf_hash) == (raw, leaf_hash(raw))
    assert record.entry_id == uuid.UUID(ENTRY_ID) == convert.id_of(raw)


def _change(**fields: object) -> Callable[[ledger_pb2.Entry], None]:
    def run(entry: ledger_pb2.Entry) -> None:
        for name, value in fields.items():
            setattr(entry, name, value)

    return run


BROKEN: dict[str, tuple[Callable[[ledger_pb2.Entry], object], str]] = {
    "no id": (_change(entry_id=""), "entries[1].entry_id"),
    "an id that is none": (_change(entry_id="seven"), "entries[1].entry_id"),
    "no time": (lambda e: e.ClearField("time"), "entries[1].time"),
    "no kind": (_change(kind=0), "entries[1].kind"),
    "an unknown kind": (_change(kind=99), "entries[1].kind"),
    "no method": (_change(method=""), "entries[1].method"),
    "a long digest": (_change(request_sha256=bytes(33)), "entries[1].request_sha256"),
    "a short index": (lambda e: e.subject_indexes.append(bytes(31)), "entries[1].subject_indexes"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_an_entry_that_breaks_its_contract_is_refused(case: str) -> None:
    change, field = BROKEN[case]
    entry = _entry()
    change(entry)
    with pytest.raises(InvalidArgument) as caught:
        convert.read_records([_entry().SerializeToString(), entry.SerializeToString()], writer="identity")
    assert caught.value.reason is Reason.FIELDS_INVALID
    assert [violation.field for violation in caught.value.violations] == [field]


def test_bytes_that_are_no_entry_are_refused() -> None:
    with pytest.raises(InvalidArgument) as caught:
        convert.read_records([b"\xff\xff"], writer="identity")
    assert caught.value.reason is Reason.FIELDS_INVALID
    assert convert.id_of(b"\xff\xff") is None
    assert convert.id_of(b"") is None


def test_nobody_writes_under_another_name() -> None:
    with pytest.raises(PermissionDenied) as caught:
        convert.read_records([_entry().SerializeToString()], writer="gateway")
    assert caught.value.reason is Reason.CALLER_NOT_ALLOWED


def test_a_head_travels_and_still_verifies() -> None:
    mine = signer()
    head = mine.sign(0, EMPTY_ROOT, after=None)
    message = convert.head_to_message(head)
    verify_tree_head(message, mine.public_key)
    assert convert.head_of_message(receipt_pb2.TreeHead.FromString(message.SerializeToString())) == head
