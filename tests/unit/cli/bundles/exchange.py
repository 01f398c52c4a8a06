"""An exchange that performs what comes on paper, as far as `xiezhi bundle import` sees it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Self

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from xiezhi.bundle.results import PERFORM
from xiezhi.cli.home import Home
from xiezhi.cli.receipt import ProvenAnswer
from xiezhi.common.v1 import receipt_pb2
from xiezhi.errors import XiezhiError
from xiezhi.errors.status import to_status
from xiezhi.identity.v1 import identity_pb2
from xiezhi.ledger.v1 import ledger_pb2
from xiezhi.paper.v1 import paper_pb2
from xiezhi.proof.answer import seal_answer
from xiezhi.proof.merkle import leaf_hash
from xiezhi.proof.receipt import LogKey, answer_digest, append_receipt, checkpoint_text, split_receipt
from xiezhi.proof.request import read_request

ANSWER = identity_pb2.LookupHouseholdResponse()
ANSWER.answer.household_result.result = identity_pb2.RESULT_HIT
SALT = bytes(16)

Refuse = Callable[[paper_pb2.PerformPaperRequest], XiezhiError | None]


@dataclass
class FakeExchange:
    """Answers the same to a repeated item, and counts what it performs.

    Attributes:
        home: Data folder with the log's key.
        refuse: Refuses a request itself; the refusal is an answer.
        fail: Refuses to take an item in.
        performed: Approvals in the order in which they came first.
        calls: How often it was called.
    """

    home: Home
    refuse: Refuse = lambda request: None
    fail: Refuse = lambda request: None
    performed: list[str] = field(default_factory=list)
    calls: int = 0
    _answers: dict[str, bytes] = field(default_factory=dict)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Closes nothing."""

    def call_proven(self, client: object, method: str, request: bytes) -> ProvenAnswer:
        """Stands for `xiezhi.cli.approved.call_proven`."""
        assert method == PERFORM
        self.calls += 1
        asked = paper_pb2.PerformPaperRequest.FromString(request)
        failure = self.fail(asked)
        if failure is not None:
            raise failure
        approval = read_request(asked.request_statement).claims.approval
        if approval not in self._answers:
            self.performed.append(approval)
            self._answers[approval] = self._perform(asked)
        raw = self._answers[approval]
        payload, receipt = split_receipt(raw)
        assert receipt is not None
        return ProvenAnswer(method, hashlib.sha256(request).digest(), raw, bytes(payload), receipt)

    def _perform(self, asked: paper_pb2.PerformPaperRequest) -> bytes:
        claims = read_request(asked.request_statement).claims
        response = paper_pb2.PerformPaperResponse(approval=claims.approval)
        refusal = self.refuse(asked)
        if refusal is not None:
            response.status = to_status(refusal, trace_id="0" * 32)
        else:
            said = {"request_sha256": claims.request_sha256, "approval": claims.approval}
            answer = self.proven(ANSWER.SerializeToString(), method=claims.method, **said)
            response.sealed_answer = seal_answer(
                answer, key=claims.result_key, approval=claims.approval, method=claims.method
            )
        return self.proven(response.SerializeToString(), method=PERFORM)

    def proven(self, payload: bytes, **said: Any) -> bytes:
        """Returns an answer with the receipt of a log of one entry."""
        key = load_pem_private_key(self.home.keys.ledger_key_file.read_bytes(), None)
        assert isinstance(key, Ed25519PrivateKey)
        digest = answer_digest(payload, salt=SALT)
        entry = ledger_pb2.Entry(kind=ledger_pb2.ENTRY_KIND_DISCLOSURE, response_sha256=digest, **said)
        leaf, public = entry.SerializeToString(), LogKey.from_raw(key.public_key().public_bytes_raw())
        head = receipt_pb2.TreeHead(
            origin="xiezhi.test/log", tree_size=1, root_hash=leaf_hash(leaf), key_id=public.key_id
        )
        head.time.FromMilliseconds(1_790_000_000_000)
        head.signature = key.sign(checkpoint_text(head))
        return append_receipt(payload, receipt_pb2.Receipt(entry=leaf, tree_head=head, salt=SALT))
