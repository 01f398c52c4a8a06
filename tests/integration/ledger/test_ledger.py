"""The ledger as other processes and auditors meet it: over mutual TLS, believed in nothing."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator

import grpc
import pytest

from tests.integration.ledger.process import SERVICE, Ledger, new_entry, refusal
from xiezhi.common.v1 import receipt_pb2
from xiezhi.errors import InvalidArgument, OutOfRange, PermissionDenied, Reason, XiezhiError
from xiezhi.ledger.v1 import ledger_pb2
from xiezhi.proof import merkle
from xiezhi.proof.receipt import split_receipt, verify_receipt, verify_tree_head


@pytest.fixture
async def identity(ledger: Ledger) -> AsyncIterator[grpc.aio.Channel]:
    async with ledger.channel("identity") as channel:
        yield channel


@pytest.fixture
async def gateway(ledger: Ledger) -> AsyncIterator[grpc.aio.Channel]:
    async with ledger.channel("gateway") as channel:
        yield channel


async def _append(channel: grpc.aio.Channel, *entries: bytes, known: int = 0) -> ledger_pb2.AppendResponse:
    request = ledger_pb2.AppendRequest(entries=entries, known_tree_size=known)
    try:
        raw = await channel.unary_unary(f"{SERVICE}Append")(request.SerializeToString(), timeout=10)
    except grpc.aio.AioRpcError as failure:
        raise refusal(failure) from None
    return ledger_pb2.AppendResponse.FromString(raw)


async def _head(ledger: Ledger, channel: grpc.aio.Channel) -> receipt_pb2.TreeHead:
    raw = await ledger.call(channel, "GetTreeHead", ledger_pb2.GetTreeHeadRequest())
    head = ledger_pb2.GetTreeHeadResponse.FromString(raw).tree_head
    verify_tree_head(head, ledger.site.log_key)
    return head


async def _newest(ledger: Ledger, channel: grpc.aio.Channel) -> ledger_pb2.Entry:
    """Reads the newest entry, that of a refusal or a view before."""
    size = (await _head(ledger, channel)).tree_size
    raw = await ledger.call(channel, "ListEntries", ledger_pb2.ListEntriesRequest(start_index=size - 1, page_size=1))
    return ledger_pb2.Entry.FromString(ledger_pb2.ListEntriesResponse.FromString(raw).entries[0])


async def test_writers_get_receipts_that_hold(ledger: Ledger, identity: grpc.aio.Channel) -> None:
    writer = ledger.writer(identity)
    entries = [new_entry() for _ in range(300)]
    receipts = await asyncio.gather(*(writer.append(entry) for entry in entries))
    await writer.close()
    for entry, receipt in zip(entries, receipts, strict=True):
        assert verify_receipt(receipt, ledger.site.log_key) == entry
    assert len({receipt.leaf_index for receipt in receipts}) == 300


async def test_an_append_repeated_gets_the_same_place(identity: grpc.aio.Channel) -> None:
    raw = new_entry().SerializeToString()
    first, again = await _append(identity, raw), await _append(identity, raw, raw)
    places = {one.leaf_index for one in again.inclusions}
    assert places == {first.inclusions[0].leaf_index}


async def test_an_auditor_proves_everything(
    ledger: Ledger, identity: grpc.aio.Channel, gateway: grpc.aio.Channel
) -> None:
    raw = new_entry().SerializeToString()
    appended = await _append(identity, raw)
    await _append(identity, *(new_entry().SerializeToString() for _ in range(5)))
    for request in (
        ledger_pb2.GetInclusionProofRequest(leaf_hash=merkle.leaf_hash(raw)),
        ledger_pb2.GetInclusionProofRequest(leaf_index=appended.inclusions[0].leaf_index),
    ):
        proof = ledger_pb2.GetInclusionProofResponse.FromString(
            await ledger.call(gateway, "GetInclusionProof", request)
        )
        verify_tree_head(proof.tree_head, ledger.site.log_key)
        assert merkle.verify_inclusion(
            merkle.leaf_hash(raw),
            proof.inclusion.leaf_index,
            proof.tree_size,
            path=proof.inclusion.path,
            root=proof.tree_head.root_hash,
        )
    known = appended.tree_head
    request = ledger_pb2.GetConsistencyProofRequest(from_tree_size=known.tree_size)
    grown = ledger_pb2.GetConsistencyProofResponse.FromString(
        await ledger.call(gateway, "GetConsistencyProof", request)
    )
    assert merkle.verify_consistency(
        known.tree_size,
        grown.to_tree_size,
        grown.path,
        first_root=known.root_hash,
        second_root=grown.tree_head.root_hash,
    )


async def test_the_whole_log_hashes_to_its_head(ledger: Ledger, gateway: grpc.aio.Channel) -> None:
    head = await _head(ledger, gateway)
    tree = merkle.TreeHasher()
    while tree.size < head.tree_size:
        request = ledger_pb2.ListEntriesRequest(start_index=tree.size, page_size=min(100, head.tree_size - tree.size))
        answer = ledger_pb2.ListEntriesResponse.FromString(await ledger.call(gateway, "ListEntries", request))
        assert answer.next_index == tree.size + len(answer.entries)
        for raw in answer.entries:
            tree.append(merkle.leaf_hash(raw))
    assert tree.root() == head.root_hash


async def test_a_view_is_itself_recorded_and_proven(ledger: Ledger, gateway: grpc.aio.Channel) -> None:
    request = ledger_pb2.ListEntriesRequest(page_size=1)
    before = await _head(ledger, gateway)
    payload, receipt = split_receipt(await ledger.call(gateway, "ListEntries", request))
    assert receipt is not None
    entry = verify_receipt(receipt, ledger.site.log_key)
    assert receipt.leaf_index >= before.tree_size
    assert entry.kind == ledger_pb2.ENTRY_KIND_ACCESS
    assert (entry.actor, entry.writer, entry.method) == ("AUDIT-A001", "ledger", f"{SERVICE}ListEntries")
    assert entry.response_sha256 == hashlib.sha256(receipt.salt + payload).digest()
    assert entry.request_sha256 == hashlib.sha256(request.SerializeToString()).digest()


async def test_a_refusal_is_recorded(ledger: Ledger, gateway: grpc.aio.Channel) -> None:
    beyond = ledger_pb2.GetInclusionProofRequest(leaf_index=2**40)
    with pytest.raises(OutOfRange):
        await ledger.call(gateway, "GetInclusionProof", beyond)
    entry = await _newest(ledger, gateway)
    assert (entry.kind, entry.reason) == (ledger_pb2.ENTRY_KIND_REFUSAL, "LEDGER_RANGE")
    assert entry.actor == "AUDIT-A001"


@pytest.mark.parametrize("name", ["courts", "police"])
async def test_agencies_systems_cannot_append(ledger: Ledger, gateway: grpc.aio.Channel, name: str) -> None:
    async with ledger.channel(name) as channel:
        with pytest.raises(PermissionDenied) as caught:
            await _append(channel, new_entry(name).SerializeToString())
    assert caught.value.reason is Reason.CALLER_NOT_ALLOWED
    assert (await _newest(ledger, gateway)).reason == "CALLER_NOT_ALLOWED"


async def test_only_the_gateway_speaks_for_officers(ledger: Ledger, identity: grpc.aio.Channel) -> None:
    with pytest.raises(PermissionDenied) as caught:
        await ledger.call(identity, "ListEntries", ledger_pb2.ListEntriesRequest())
    assert caught.value.reason is Reason.CALLER_NOT_ALLOWED


async def test_nobody_appends_under_anothers_name(identity: grpc.aio.Channel) -> None:
    with pytest.raises(PermissionDenied):
        await _append(identity, new_entry("gateway").SerializeToString())


async def test_what_the_contract_forbids_is_refused(
    ledger: Ledger, identity: grpc.aio.Channel, gateway: grpc.aio.Channel
) -> None:
    broken = new_entry()
    broken.ClearField("time")
    good = new_entry().SerializeToString()
    other = new_entry()
    other.entry_id = ledger_pb2.Entry.FromString(good).entry_id
    other.actor = "GAN0102-J002"
    size = (await _head(ledger, gateway)).tree_size
    cases: list[tuple[list[bytes], int, Reason]] = [
        ([], 0, Reason.FIELDS_INVALID),
        ([b"\xff"], 0, Reason.FIELDS_INVALID),
        ([good, broken.SerializeToString()], 0, Reason.FIELDS_INVALID),
        ([good, other.SerializeToString()], 0, Reason.REQUEST_ID_REUSED),
        ([good], size + 1_000, Reason.LEDGER_RANGE),
    ]
    for entries, known, reason in cases:
        with pytest.raises(XiezhiError) as caught:
            await _append(identity, *entries, known=known)
        assert caught.value.reason is reason
    with pytest.raises(InvalidArgument):
        await ledger.call(gateway, "GetInclusionProof", ledger_pb2.GetInclusionProofRequest(leaf_hash=b"short"))
    found = ledger_pb2.GetInclusionProofRequest(leaf_hash=merkle.leaf_hash(good))
    with pytest.raises(XiezhiError, match="no leaf"):
        await ledger.call(gateway, "GetInclusionProof", found)
