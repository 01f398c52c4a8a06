"""What an approver sees and signs: the request decoded from the very bytes whose digest is signed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from google.protobuf.message import DecodeError, Message

from xiezhi.approval.v1 import approval_pb2
from xiezhi.client.contract import UnknownMethodError, find_method
from xiezhi.proof.statement import Claims, Decision, sign_statement

Signer = Callable[[Claims], str]
"""Signs claims as a compact JWS under the approver's certificate; `OfficerSigner`, or a card or a device."""


class ReviewError(Exception):
    """What the exchange shows for approval contradicts itself; nothing of it may be signed."""


@dataclass(frozen=True, slots=True)
class OfficerSigner:
    """Signs with a key in memory.

    Attributes:
        key: The approver's private key.
        chain: The approver's certificate, then its intermediates without the root.
    """

    key: Ed25519PrivateKey
    chain: Sequence[x509.Certificate]

    @classmethod
    def from_files(cls, *, certificate: Path, key: Path) -> OfficerSigner:
        """Reads a PEM certificate chain and an unencrypted PEM key.

        Raises:
            ValueError: If the key is not of Ed25519.
        """
        loaded = load_pem_private_key(key.read_bytes(), password=None)
        if not isinstance(loaded, Ed25519PrivateKey):
            raise ValueError(f"{key} is no Ed25519 key")
        return cls(loaded, x509.load_pem_x509_certificates(certificate.read_bytes()))

    def __call__(self, claims: Claims) -> str:
        """Signs claims."""
        return sign_statement(claims, key=self.key, chain=self.chain)


@dataclass(frozen=True, slots=True)
class Review:
    """An approval with its request as decoded here, from bytes whose digest was computed here.

    Attributes:
        approval: The approval as the exchange shows it.
        request: The decoded request.
        request_sha256: SHA-256 of the bytes, 32 bytes.
    """

    approval: approval_pb2.Approval
    request: Message
    request_sha256: bytes

    @classmethod
    def of(cls, approval: approval_pb2.Approval) -> Review:
        """Decodes an approval's request and holds it against what the exchange says of it.

        Args:
            approval: As GetApproval returns it, with the request's bytes.

        Raises:
            ReviewError: If the bytes are missing, have another digest, cannot be decoded, or name another
                case.
        """
        if not approval.request:
            raise ReviewError("the approval has ended, or its request is not for this officer to see")
        digest = hashlib.sha256(approval.request).digest()
        if digest != approval.request_sha256:
            raise ReviewError("the request's bytes do not have the digest that the exchange states")
        try:
            request = find_method(approval.method).input_class.FromString(approval.request)
        except (UnknownMethodError, DecodeError):
            raise ReviewError(f"the bytes are no request of {approval.method}") from None
        _require_same_case(approval, request)
        return cls(approval, request, digest)

    def claims(self, decision: Decision, *, reason: str, now: datetime) -> Claims:
        """Returns what the approver signs; it counts until the approval expires.

        Args:
            decision: The decision.
            reason: Why, in the approver's words.
            now: The present instant, UTC.
        """
        return Claims(
            approval=self.approval.name,
            method=self.approval.method,
            request_sha256=self.request_sha256,
            court_code=self.approval.court_code,
            case_number=self.approval.case_number,
            requester=self.approval.requester,
            decision=decision,
            reason=reason,
            issued_at=now.replace(microsecond=0),
            not_after=self.approval.expire_time.ToDatetime(UTC),
        )


def _require_same_case(approval: approval_pb2.Approval, request: Message) -> None:
    if "context" not in request.DESCRIPTOR.fields_by_name:
        return
    context = request.context  # type: ignore[attr-defined]
    stated = (approval.court_code, _plain(approval.case_number))
    if stated != (context.court_code, _plain(context.case_number)):
        raise ReviewError("the request is of another case than the exchange states")


def _plain(case_number: str) -> str:
    """Writes a case number without its brackets, which may be full-width or half-width."""
    return case_number.translate(dict.fromkeys(map(ord, "（）()")))
