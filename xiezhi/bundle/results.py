"""What became of a request that went on paper: proven by the log's key alone, and opened with the judge's."""

from __future__ import annotations

from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from google.protobuf.message import DecodeError

from xiezhi.common.v1 import receipt_pb2
from xiezhi.errors import XiezhiError
from xiezhi.errors.status import STATUS_KEY, from_status
from xiezhi.ledger.v1 import ledger_pb2
from xiezhi.paper.v1 import bundle_pb2, paper_pb2
from xiezhi.proof.answer import open_answer
from xiezhi.proof.receipt import LogKey, ProofError, covered_digest, split_receipt, verify_receipt

PERFORM = "/xiezhi.paper.v1.PaperService/PerformPaper"
"""The method by which the exchange takes in what came on paper."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the judge kept of a request.

    Attributes:
        approval: Name of the approval.
        method: Full name of the method.
        request_sha256: SHA-256 of the request's bytes, 32 bytes.
        key: The private key to which the answer is sealed.
    """

    approval: str
    method: str
    request_sha256: bytes
    key: X25519PrivateKey = field(repr=False)


@dataclass(frozen=True, slots=True)
class Result:
    """How a request came out.

    Attributes:
        answer: The exact bytes of the answer, its receipt included; empty where it was refused.
        payload: Those before the receipt.
        receipt: The answer's own receipt; None where it was refused.
        refusal: Why it was refused; None where it was answered.
        performed: The receipt of the exchange's having taken the paper in; None where it refused to.
    """

    answer: bytes
    payload: bytes
    receipt: receipt_pb2.Receipt | None
    refusal: XiezhiError | None
    performed: receipt_pb2.Receipt | None


def open_result(item: bundle_pb2.BundleItem, asked: Asked, *, log_key: LogKey) -> Result:
    """Verifies and opens a result without calling anybody.

    Args:
        item: The item of a bundle of results.
        asked: What the judge kept of the request.
        log_key: The log's public key.

    Raises:
        ProofError: If a receipt is missing or does not prove these very bytes, the answer is of another request, or it
            cannot be opened.
    """
    if (item.approval, item.method) != (asked.approval, asked.method):
        raise ProofError("the result is of another request")
    if item.result.HasField("not_performed"):
        return Result(b"", b"", None, read_refusal(item.result.not_performed), None)
    payload, receipt = _prove(item.result.performed, PERFORM, log_key=log_key)
    try:
        performed = paper_pb2.PerformPaperResponse.FromString(payload)
    except DecodeError:
        raise ProofError("the result cannot be read") from None
    if performed.approval != asked.approval:
        raise ProofError("the result is of another approval")
    if performed.status:
        return Result(b"", b"", None, read_refusal(performed.status), receipt)
    answer = open_answer(performed.sealed_answer, key=asked.key, approval=asked.approval, method=asked.method)
    inner, own = _prove(answer, asked.method, log_key=log_key, asked=asked)
    return Result(answer, inner, own, None, receipt)


def read_refusal(status: bytes) -> XiezhiError:
    """Rebuilds the error that the exchange refused a request with.

    Args:
        status: Bytes of a google.rpc.Status.
    """
    return from_status("UNKNOWN", "The request was refused; the refusal cannot be read.", ((STATUS_KEY, status),))


def _prove(
    message: bytes, method: str, *, log_key: LogKey, asked: Asked | None = None
) -> tuple[bytes, receipt_pb2.Receipt]:
    """Returns the bytes before the receipt, and the receipt, if it proves them."""
    payload, receipt = split_receipt(message)
    if receipt is None:
        raise ProofError("there is no receipt")
    entry = verify_receipt(receipt, log_key)
    if entry.kind == ledger_pb2.ENTRY_KIND_REFUSAL or entry.method != method:
        raise ProofError("the receipt is of another call")
    if entry.response_sha256 != covered_digest((payload,), receipt):
        raise ProofError("the receipt is of another answer")
    if asked is not None and (entry.request_sha256, entry.approval) != (asked.request_sha256, asked.approval):
        raise ProofError("the receipt is of another request")
    return bytes(payload), receipt
