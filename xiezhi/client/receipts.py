"""Checks that an answer was recorded before it was given (invariant: no receipt, no result)."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass

from xiezhi.client.contract import MethodContract
from xiezhi.common.v1 import receipt_pb2
from xiezhi.ledger.v1 import ledger_pb2
from xiezhi.proof.receipt import MOST_COVERED, LogKey, ProofError, covered_digest, split_receipt, verify_receipt


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
        payload, receipt = self.split(sent, answer)
        if receipt is None:
            raise _fail(sent, "the answer has no receipt")
        self.verify(sent, (payload,), receipt)

    def split(self, sent: Sent, answer: bytes) -> tuple[bytes, receipt_pb2.Receipt | None]:
        """Cuts the receipt off an answer; it is not verified yet.

        Args:
            sent: The call that it answers.
            answer: The answer's bytes as received.

        Raises:
            ReceiptError: If the answer is no message that could be proven, or no key is there to prove it.
        """
        if self._key is None:
            raise _fail(sent, "no key of the log is configured, so no receipt can be verified")
        try:
            return split_receipt(answer)
        except ProofError as failure:
            raise _fail(sent, f"the receipt does not hold: {failure}") from failure

    def verify(self, sent: Sent, payloads: Sequence[bytes], receipt: receipt_pb2.Receipt) -> None:
        """Holds a receipt against the answers that came with it.

        Args:
            sent: The call that they answer.
            payloads: The bytes of each, in their order; of the last those before the receipt.
            receipt: The receipt.

        Raises:
            ReceiptError: If it does not prove these very answers.
        """
        if self._key is None:
            raise _fail(sent, "no key of the log is configured, so no receipt can be verified")
        try:
            entry = verify_receipt(receipt, self._key)
            digest = covered_digest(payloads, receipt)
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


class StreamCheck:
    """Holds the answers of one stream back until the receipt that covers them has come and been verified."""

    def __init__(self, check: ReceiptCheck, sent: Sent) -> None:
        """Starts with no answer.

        Args:
            check: Verifies receipts.
            sent: The call that the stream answers.
        """
        self._check = check
        self._sent = sent
        self._held: list[bytes] = []
        # A stream of requests has no digest that would tell it from a former one, and nothing of it is ever replayed.
        self._next_index = 0 if sent.request_sha256 else sent.tree_size

    def take(self, answer: bytes) -> Sequence[bytes]:
        """Takes the next answer.

        Args:
            answer: The answer's bytes as received.

        Returns:
            The answers that are proven now, as received; none where they wait for their receipt.

        Raises:
            ReceiptError: If answers are not proven; those held back are thrown away.
        """
        if not self._sent.method.receipt_due:
            return (answer,)
        payload, receipt = self._check.split(self._sent, answer)
        self._held.append(payload)
        if receipt is None:
            if len(self._held) >= MOST_COVERED:
                raise _fail(self._sent, f"{MOST_COVERED:,} answers have no receipt")
            return ()
        self._check.verify(self._sent, self._held, receipt)
        # An entry is made for each receipt in its turn, so groups given twice or in another order are noticed.
        if receipt.leaf_index < self._next_index:
            raise _fail(self._sent, "the receipt is not newer than the one before it, or than the stream")
        self._next_index = receipt.leaf_index + 1
        proven, self._held = (*self._held[:-1], answer), []
        return proven

    def end(self) -> None:
        """Takes note that the stream has ended well.

        Raises:
            ReceiptError: If answers are left without a receipt.
        """
        if self._held:
            raise _fail(self._sent, "the answer has no receipt")


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
