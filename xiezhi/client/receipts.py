"""Checks that an answer was recorded before it was given (invariant: no receipt, no result)."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from xiezhi.client.contract import MethodContract
from xiezhi.common.v1 import receipt_pb2
from xiezhi.ledger.v1 import ledger_pb2
from xiezhi.proof.receipt import LogKey, ProofError, answer_digest, split_receipt, verify_receipt


class ReceiptError(Exception):
    """An answer came without a receipt that proves it; the answer was thrown away.

    Attributes:
        method: Full name of the method.
        message: What does not hold.
        trace_id: Trace of the call, 32 hexadecimal characters.
        next_step: What the caller can do about it.
    """

    next_step = "Do not use any answer of this call. Tell the operator and the auditors the trace id."

    def __init__(self, method: str, message: str, *, trace_id: str = "") -> None:
        super().__init__(message)
        self.method = method
        self.message = message
        self.trace_id = trace_id

    def __str__(self) -> str:
        return f"{self.method}: {self.message}"


@dataclass(frozen=True, slots=True)
class Sent:
    """What is known of a call before its answer comes.

    Attributes:
        method: The method called.
        request_sha256: SHA-256 of the request's bytes; empty for a stream of requests.
        tree_size: Size of the largest tree whose signed head was seen before the call was made.
        trace_id: Trace of the call.
    """

    method: MethodContract
    request_sha256: bytes
    tree_size: int
    trace_id: str


class ReceiptCheck:
    """Holds answers against their receipts, and receipts against the newest signed head seen.

    A lookup is recorded anew each time, so its entry can only lie beyond every tree that was signed before
    the call was made: an older answer, replayed with its genuine receipt, does not pass. Thread-safe.
    """

    def __init__(self, key: LogKey | None) -> None:
        """Starts with no tree head.

        Args:
            key: The log's public key; without one no answer passes that needs a receipt.
        """
        self._key = key
        self._lock = threading.Lock()
        self._head: receipt_pb2.TreeHead | None = None

    @property
    def tree_head(self) -> receipt_pb2.TreeHead | None:
        """The verified head of the largest tree seen, None before the first receipt."""
        return self._head

    @property
    def tree_size(self) -> int:
        """Size of the largest tree seen, 0 before the first receipt."""
        head = self._head
        return head.tree_size if head is not None else 0

    def check(self, sent: Sent, answer: bytes) -> None:
        """Checks one answer.

        Args:
            sent: The call that it answers.
            answer: The answer's bytes as received.

        Raises:
            ReceiptError: If the contract asks for a receipt and there is none that proves this very answer.
        """
        if not sent.method.receipt_due:
            return
        if self._key is None:
            raise _fail(sent, "no key of the log is configured, so no receipt can be verified")
        try:
            payload, receipt = split_receipt(answer)
            if receipt is None:
                raise _fail(sent, "the answer has no receipt")
            entry = verify_receipt(receipt, self._key)
            digest = answer_digest(payload, salt=receipt.salt)
        except ProofError as failure:
            raise _fail(sent, f"the receipt does not hold: {failure}") from failure
        _match(sent, entry, digest)
        if sent.method.lookup and receipt.leaf_index < sent.tree_size:
            raise _fail(sent, "the receipt is older than the call")
        self._remember(sent, receipt.tree_head)

    def _remember(self, sent: Sent, head: receipt_pb2.TreeHead) -> None:
        with self._lock:
            known = self._head
            if known is not None and known.tree_size == head.tree_size and known.root_hash != head.root_hash:
                raise _fail(sent, "the log has signed two different trees of one size")
            if known is None or head.tree_size > known.tree_size:
                self._head = head


def _match(sent: Sent, entry: ledger_pb2.Entry, response_sha256: bytes) -> None:
    if entry.kind == ledger_pb2.ENTRY_KIND_REFUSAL:
        raise _fail(sent, "the receipt is of a refusal")
    if entry.method != sent.method.full_name:
        raise _fail(sent, "the receipt is of another method")
    if entry.request_sha256 != sent.request_sha256:
        raise _fail(sent, "the receipt is of another request")
    if entry.response_sha256 != response_sha256:
        raise _fail(sent, "the receipt is of another answer")


def _fail(sent: Sent, message: str) -> ReceiptError:
    return ReceiptError(sent.method.full_name, message, trace_id=sent.trace_id)
