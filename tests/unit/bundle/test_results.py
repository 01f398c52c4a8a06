"""A result is believed where the log's key proves it, and read where the judge's key opens it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from tests.unit.bundle.people import METHOD, approval
from xiezhi.bundle.results import PERFORM, Asked, open_result, read_refusal
from xiezhi.common.v1 import receipt_pb2
from xiezhi.errors import Reason, error
from xiezhi.errors.status import to_status
from xiezhi.ledger.v1 import ledger_pb2
from xiezhi.paper.v1 import bundle_pb2, paper_pb2
from xiezhi.proof.answer import seal_answer
from xiezhi.proof.merkle import leaf_hash
from xiezhi.proof.receipt import LogKey, ProofError, answer_digest, append_receipt, checkpoint_text

SALT = bytes(16)


@dataclass(frozen=True)
class Log:
    """A log of one entry at a time."""

    key: Ed25519PrivateKey

    @property
    def public(self) -> LogKey:
        return LogKey.from_raw(self.key.public_key().public_bytes_raw())

    def proven(self, payload: bytes, **said: object) -> bytes:
        """Returns an answer with a receipt whose entry says what is named, and of this answer."""
        known = {"entry_id": "00000000-0000-4000-8000-000000000001", "kind": ledger_pb2.ENTRY_KIND_DISCLOSURE}
        entry = ledger_pb2.Entry(**{**known, "response_sha256": answer_digest(payload, salt=SALT), **said})
        leaf = entry.SerializeToString()
        head = receipt_pb2.TreeHead(
            origin="xiezhi.test/log", tree_size=1, root_hash=leaf_hash(leaf), key_id=self.public.key_id
        )
        head.time.FromMilliseconds(1_790_000_000_000)
        head.signature = self.key.sign(checkpoint_text(head))
        return append_receipt(payload, receipt_pb2.Receipt(entry=leaf, tree_head=head, salt=SALT))


LOG = Log(Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
JUDGES_KEY = X25519PrivateKey.from_private_bytes(bytes(range(32)))
ASKED = Asked(approval(1), METHOD, hashlib.sha256(b"request").digest(), JUDGES_KEY)
ANSWER = b"\x0a\x06answer"


def inner(log: Log = LOG, **said: object) -> bytes:
    known = {"method": METHOD, "request_sha256": ASKED.request_sha256, "approval": ASKED.approval}
    return log.proven(ANSWER, **{**known, **said})


def performed(answer: bytes | None = None, *, log: Log = LOG, method: str = PERFORM, **said: object) -> bytes:
    sealed = seal_answer(
        inner() if answer is None else answer,
        key=JUDGES_KEY.public_key().public_bytes_raw(),
        approval=ASKED.approval,
        method=METHOD,
    )
    known = {"approval": ASKED.approval, "sealed_answer": sealed}
    return log.proven(paper_pb2.PerformPaperResponse(**{**known, **said}).SerializeToString(), method=method)


def item(content: bytes, **said: str) -> bundle_pb2.BundleItem:
    known = {"approval": ASKED.approval, "method": METHOD, "paper_reference": "R1"}
    return bundle_pb2.BundleItem(**{**known, **said}, result=bundle_pb2.CarriedResult(performed=content))


def test_an_answer_is_opened_with_both_receipts() -> None:
    result = open_result(item(performed()), ASKED, log_key=LOG.public)
    assert (result.payload, result.answer, result.refusal) == (ANSWER, inner(), None)
    assert result.receipt is not None
    assert result.performed is not None


def test_a_refusal_says_why() -> None:
    refused = to_status(error(Reason.CASE_CLOSED, "The case is not there."), trace_id="0" * 32)
    result = open_result(item(performed(sealed_answer=b"", status=refused)), ASKED, log_key=LOG.public)
    assert result.refusal is not None
    assert (result.refusal.reason, result.answer, result.receipt) == (Reason.CASE_CLOSED, b"", None)


def test_a_refusal_to_take_it_in_says_why_without_a_receipt() -> None:
    status = to_status(error(Reason.STATEMENT_INVALID, "It is over."), trace_id="0" * 32)
    carried = item(b"x")
    carried.result.not_performed = status
    result = open_result(carried, ASKED, log_key=LOG.public)
    assert result.refusal is not None
    assert (result.refusal.reason, result.performed) == (Reason.STATEMENT_INVALID, None)


def test_a_refusal_that_cannot_be_read_is_one_all_the_same() -> None:
    assert read_refusal(b"\xff").reason is Reason.INTERNAL


OTHER_LOG = Log(Ed25519PrivateKey.from_private_bytes(bytes(32)))
FORGED = {
    "another approval of the item": item(performed(), approval=approval(2)),
    "another method of the item": item(performed(), method="/a.B/C"),
    "another log took it in": item(performed(log=OTHER_LOG)),
    "another log answered": item(performed(inner(OTHER_LOG))),
    "no receipt of the taking in": item(paper_pb2.PerformPaperResponse(approval=ASKED.approval).SerializeToString()),
    "no receipt of the answer": item(performed(ANSWER)),
    "the receipt of another call": item(performed(method=METHOD)),
    "another approval": item(performed(approval=approval(2))),
    "an answer to another method": item(performed(inner(method="/a.B/C"))),
    "an answer to another request": item(performed(inner(request_sha256=bytes(32)))),
    "an answer under another approval": item(performed(inner(approval=approval(2)))),
    "another answer": item(performed(inner(response_sha256=bytes(32)))),
    "the receipt of a refusal": item(performed(inner(kind=ledger_pb2.ENTRY_KIND_REFUSAL))),
    "what is not sealed": item(performed(sealed_answer=inner())),
    "nothing": item(performed(sealed_answer=b"")),
    "no message": item(LOG.proven(b"\x0a\xff\xff", method=PERFORM)),
}


@pytest.mark.parametrize("forged", FORGED.values(), ids=FORGED.keys())
def test_what_is_not_proven_is_not_shown(forged: bundle_pb2.BundleItem) -> None:
    with pytest.raises(ProofError):
        open_result(forged, ASKED, log_key=LOG.public)


def test_another_judges_key_opens_nothing() -> None:
    with pytest.raises(ProofError):
        open_result(item(performed()), replace(ASKED, key=X25519PrivateKey.generate()), log_key=LOG.public)
