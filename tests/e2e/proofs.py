"""Proves, after whatever happened, that the log only grew and that nothing acknowledged was lost."""

from __future__ import annotations

from tests.e2e.load import Told
from tests.e2e.players import APPROVALS, LEDGER, Players
from xiezhi.approval.v1 import approval_pb2
from xiezhi.common.v1 import receipt_pb2
from xiezhi.ledger.v1 import ledger_pb2
from xiezhi.proof.merkle import verify_consistency
from xiezhi.proof.receipt import LogKey, verify_receipt, verify_tree_head


def read_head(players: Players) -> receipt_pb2.TreeHead:
    """Returns the log's newest signed head."""
    answer = players.call(players.cast.auditor, f"{LEDGER}GetTreeHead", b"")
    return ledger_pb2.GetTreeHeadResponse.FromString(answer.payload).tree_head


def require_continued(players: Players, known: receipt_pb2.TreeHead) -> receipt_pb2.TreeHead:
    """Requires that today's log continues the one that was signed for before; returns its head."""
    asked = ledger_pb2.GetConsistencyProofRequest(from_tree_size=known.tree_size)
    answer = players.call(players.cast.auditor, f"{LEDGER}GetConsistencyProof", asked)
    proof = ledger_pb2.GetConsistencyProofResponse.FromString(answer.payload)
    verify_tree_head(proof.tree_head, LogKey.from_pem(players.home.keys.log_key_file.read_bytes()))
    assert verify_consistency(
        first=known.tree_size,
        second=proof.tree_head.tree_size,
        first_root=known.root_hash,
        second_root=proof.tree_head.root_hash,
        path=tuple(proof.path),
    )
    return proof.tree_head


def require_nothing_lost(players: Players, told: Told) -> None:
    """Requires that every acknowledged step is in its approval's timeline, and every receipt's entry in the log."""
    key = LogKey.from_pem(players.home.keys.log_key_file.read_bytes())
    entries = (players.book.read(), players.book.raw)[1]
    indexes = [receipt.leaf_index for receipt in told.receipts]
    assert len(set(indexes)) == len(indexes)
    for receipt in told.receipts:
        verify_receipt(receipt, key)
        assert entries[receipt.leaf_index] == receipt.entry
    disclosed = {entry.entry_id for entry in players.book.entries if entry.kind == ledger_pb2.ENTRY_KIND_DISCLOSURE}
    assert {ledger_pb2.Entry.FromString(receipt.entry).entry_id for receipt in told.answers} <= disclosed
    for name, state in told.states.items():
        answer = players.call(players.cast.judge, f"{APPROVALS}GetApproval", approval_pb2.GetApprovalRequest(name=name))
        kept = approval_pb2.GetApprovalResponse.FromString(answer.payload).approval.state
        # A consent whose acknowledgement was lost may have taken effect; one that was acknowledged has.
        assert kept == state or (state, kept) == (approval_pb2.STATE_PENDING, approval_pb2.STATE_APPROVED)
