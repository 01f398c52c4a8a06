"""Receipts as a person keeps them: a small JSON file without a personal value, and its facts."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from google.protobuf.message import DecodeError

from xiezhi.cli.output import CommandError
from xiezhi.cli.render import enum_name
from xiezhi.common.v1 import receipt_pb2
from xiezhi.ledger.v1 import ledger_pb2
from xiezhi.proof.receipt import LogKey, ProofError, answer_digest, covered_digest, split_receipt, verify_receipt


@dataclass(frozen=True, slots=True)
class ProvenAnswer:
    """An answer whose receipt was verified.

    Attributes:
        method: Full name of the method.
        request_sha256: SHA-256 of the request's bytes, 32 bytes.
        answer: The answer's exact bytes, receipt included.
        payload: The answer's bytes before the receipt.
        receipt: The receipt.
    """

    method: str
    request_sha256: bytes
    answer: bytes
    payload: bytes
    receipt: receipt_pb2.Receipt


def receipt_document(proven: ProvenAnswer) -> dict[str, Any]:
    """Returns a receipt as it is kept in a file: digests and identifiers only."""
    return {
        "method": proven.method,
        "request_sha256": proven.request_sha256.hex(),
        "response_sha256": answer_digest(proven.payload, salt=proven.receipt.salt).hex(),
        "receipt": base64.b64encode(proven.receipt.SerializeToString()).decode(),
    }


def read_receipt(document: Mapping[str, Any]) -> receipt_pb2.Receipt:
    """Reads a receipt from what `receipt_document` wrote.

    Raises:
        CommandError: If it is no receipt.
    """
    try:
        raw = base64.b64decode(str(document["receipt"]), validate=True)
        return receipt_pb2.Receipt.FromString(raw)
    except (KeyError, binascii.Error, DecodeError):
        raise CommandError("The file holds no receipt.", next_step="Commands write one with --receipt FILE.") from None


def check_receipt(document: Mapping[str, Any], key: LogKey) -> tuple[receipt_pb2.Receipt, ledger_pb2.Entry]:
    """Verifies a receipt with nothing but the log's public key.

    Args:
        document: What `receipt_document` wrote.
        key: The log's public key.

    Returns:
        The receipt and the entry it proves.

    Raises:
        CommandError: If it does not hold, or is not of the call that the file names.
    """
    receipt = read_receipt(document)
    try:
        entry = verify_receipt(receipt, key)
    except ProofError as failure:
        raise CommandError(f"The receipt does not hold: {failure}.") from None
    stated = tuple(str(document.get(name, "")) for name in ("method", "request_sha256", "response_sha256"))
    if stated != (entry.method, entry.request_sha256.hex(), entry.response_sha256.hex()):
        raise CommandError("The receipt is genuine, but of another call than the file says.")
    return receipt, entry


def check_answer(answer: bytes, receipt: receipt_pb2.Receipt, entry: ledger_pb2.Entry) -> None:
    """Holds an answer's exact bytes against a verified receipt.

    Args:
        answer: The bytes as received, receipt included.
        receipt: The receipt.
        entry: The entry it proves.

    Raises:
        CommandError: If the receipt is of another answer.
    """
    try:
        payload, own = split_receipt(answer)
        digest = covered_digest((payload,), receipt)
    except ProofError as failure:
        raise CommandError(f"The answer cannot be held against the receipt: {failure}.") from None
    if own is not None and own.entry != receipt.entry:
        raise CommandError("The answer carries another receipt.")
    if digest != entry.response_sha256:
        raise CommandError("The receipt is genuine, but of another answer.")


def receipt_facts(proven: ProvenAnswer) -> dict[str, Any]:
    """Returns what a receipt says, for people and programs."""
    return entry_facts(ledger_pb2.Entry.FromString(proven.receipt.entry), proven.receipt)


def entry_facts(entry: ledger_pb2.Entry, receipt: receipt_pb2.Receipt) -> dict[str, Any]:
    """Returns what an entry and its place say."""
    head = receipt.tree_head
    return {
        "leaf_index": receipt.leaf_index,
        "tree_size": head.tree_size,
        "root_hash": head.root_hash.hex(),
        "log": head.origin,
        "log_key_id": head.key_id.hex(),
        "head_time": head.time.ToDatetime(UTC).isoformat(),
        "entry_id": entry.entry_id,
        "time": entry.time.ToDatetime(UTC).isoformat(),
        "kind": enum_name(ledger_pb2.EntryKind.DESCRIPTOR, entry.kind),
        "method": entry.method,
        "actor": entry.actor,
        "actor_organisation": entry.actor_organisation,
        "approval": entry.approval,
        "request_sha256": entry.request_sha256.hex(),
        "response_sha256": entry.response_sha256.hex(),
        "statements": [digest.hex() for digest in entry.statement_sha256s],
        "trace_id": entry.trace_id,
        "clauses": list(entry.clauses),
    }
