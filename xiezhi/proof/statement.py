"""Approvers' statements: a decision about one exact request, signed by the approver's own key.

A statement is a compact JWS (RFC 7515), algorithm Ed25519 (RFC 9864), with the approver's certificate and its
intermediates in the x5c header. Who the approver is, with which rank and at which court, is taken from the certificate
and never from the payload.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from xiezhi.errors import Reason, XiezhiError, error
from xiezhi.proof.signed import DIGEST_SIZE, MALFORMED, ClaimReader, SignatureError, read, sign

TYPE = "xiezhi-statement+jws"
"""The JWS "typ" that keeps a statement from being taken for any other signed thing (RFC 8725 §3.11)."""


class Rank(IntEnum):
    """Standing of a court officer, lowest first; the values of `xiezhi.policy.v1.Rank`."""

    CLERK = 1
    JUDGE = 2
    DIVISION_CHIEF = 3
    VICE_PRESIDENT = 4
    PRESIDENT = 5


class Decision(StrEnum):
    """What a statement says."""

    CONSENT = "CONSENT"
    REJECT = "REJECT"
    REVOKE = "REVOKE"


@dataclass(frozen=True, slots=True)
class Claims:
    """What an approver signs.

    Attributes:
        approval: Name of the approval, "approvals/" and a UUID.
        method: Full method name with its leading slash.
        request_sha256: SHA-256 of the request's bytes, 32 bytes.
        court_code: Court of the case; empty where the method is bound to none.
        case_number: Number of the case; empty where the method is bound to none.
        requester: Officer id of the requester.
        decision: The decision.
        reason: Why, in the approver's words.
        issued_at: When it was signed, UTC, to the second.
        not_after: From when on it no longer counts, UTC, to the second.
    """

    approval: str
    method: str
    request_sha256: bytes
    court_code: str
    case_number: str
    requester: str
    decision: Decision
    reason: str
    issued_at: datetime
    not_after: datetime

    def to_json(self) -> dict[str, str | int]:
        """Returns the claims as they are signed."""
        return {
            "approval": self.approval,
            "method": self.method,
            "request_sha256": self.request_sha256.hex(),
            "court": self.court_code,
            "case": self.case_number,
            "requester": self.requester,
            "decision": self.decision.value,
            "reason": self.reason,
            "iat": int(self.issued_at.timestamp()),
            "exp": int(self.not_after.timestamp()),
        }

    @classmethod
    def from_payload(cls, payload: bytes) -> Claims:
        """Reads signed JSON.

        Raises:
            ValueError: If a claim is missing or of the wrong form.
        """
        claims = ClaimReader.of(payload)
        texts = claims.texts(("approval", "method", "court", "case", "requester", "decision", "reason"))
        return cls(
            approval=texts["approval"],
            method=texts["method"],
            request_sha256=claims.octets("request_sha256", size=DIGEST_SIZE),
            court_code=texts["court"],
            case_number=texts["case"],
            requester=texts["requester"],
            decision=Decision(texts["decision"]),
            reason=texts["reason"],
            issued_at=claims.instant("iat"),
            not_after=claims.instant("exp"),
        )


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signs: the officer whom a certificate names.

    Attributes:
        officer_id: The certificate's common name (CN).
        organisation: The certificate's organisation (O), a court code.
        rank: The certificate's title (2.5.4.12).
    """

    officer_id: str
    organisation: str
    rank: Rank

    @classmethod
    def of(cls, certificate: x509.Certificate) -> Signer:
        """Reads the officer from a certificate's subject.

        Raises:
            ValueError: If the subject does not name exactly one officer, court and rank.
        """
        values = []
        for oid in (x509.NameOID.COMMON_NAME, x509.NameOID.ORGANIZATION_NAME, x509.NameOID.TITLE):
            found = certificate.subject.get_attributes_for_oid(oid)
            if len(found) != 1:
                raise ValueError("the certificate does not name one officer, court and rank")
            values.append(str(found[0].value))
        if values[2] not in Rank.__members__:
            raise ValueError("the certificate names no rank")
        return cls(officer_id=values[0], organisation=values[1], rank=Rank[values[2]])


@dataclass(frozen=True, slots=True)
class SignedStatement:
    """A statement taken apart, before anything of it is believed."""

    claims: Claims
    chain: tuple[x509.Certificate, ...]
    """The signer's certificate first, then its intermediates."""
    digest: bytes
    """SHA-256 of the compact JWS, 32 bytes."""


def sign_statement(claims: Claims, *, key: Ed25519PrivateKey, chain: Sequence[x509.Certificate]) -> str:
    """Signs a decision.

    Args:
        claims: What is signed.
        key: The approver's private key.
        chain: The approver's certificate, then its intermediates without the root.

    Returns:
        A compact JWS.
    """
    return sign(claims.to_json(), kind=TYPE, key=key, chain=chain)


def read_statement(text: str) -> SignedStatement:
    """Takes a statement apart and checks its signature under the certificate it carries.

    Whether that certificate is to be trusted is for `services.chassis.trust` to say.

    Raises:
        PermissionDenied: STATEMENT_INVALID, if it is malformed or its signature does not hold.
    """
    try:
        signed = read(text, kind=TYPE)
        claims = Claims.from_payload(signed.payload)
    except SignatureError as failure:
        raise invalid(str(failure)) from None
    except MALFORMED:
        raise invalid("it is malformed") from None
    return SignedStatement(claims=claims, chain=signed.chain, digest=signed.digest)


def invalid(why: str) -> XiezhiError:
    """Makes the STATEMENT_INVALID error.

    Args:
        why: A clause that says what does not hold.
    """
    return error(Reason.STATEMENT_INVALID, f"The statement is not accepted: {why}.")
