"""The judge's request statement: one exact request that goes to the police on paper, signed by who handles the case.

It stands for the token and the connection of an ordinary call: who asks is taken from the certificate, the two
credentials and the reason are claims, and so is a fresh public key to which the result is sealed, whose private half
never leaves the judge's folder. Approvers sign ordinary consents (`xiezhi.proof.statement`) over the same approval.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from xiezhi.proof.signed import DIGEST_SIZE, MALFORMED, ClaimReader, SignatureError, read, sign
from xiezhi.proof.statement import invalid

TYPE = "xiezhi-request+jws"
"""The JWS "typ" that keeps a request statement from being taken for an approver's, or for any other signed thing."""
RESULT_KEY_SIZE = 32
"""Bytes of an X25519 public key."""
_TEXTS = ("approval", "method", "unit", "reference", "court", "case", "work_card", "enforcement_card", "reason")


@dataclass(frozen=True, slots=True)
class RequestClaims:
    """What a judge signs.

    Attributes:
        approval: Name of the approval that is asked for and given by it, "approvals/" and a UUID.
        method: Full method name with its leading slash.
        request_sha256: SHA-256 of the request's bytes, 32 bytes.
        unit: Code of the police organisation that it is for, 12 digits.
        paper_reference: Reference on the paper (纸质文号).
        court_code: Court of the case.
        case_number: Number of the case.
        work_card: Number of the judge's work card (工作证).
        enforcement_card: Number of the judge's enforcement card (执行公务证).
        reason: Why, in the judge's words.
        result_key: X25519 public key to which the result is sealed, 32 bytes, made for this request alone.
        issued_at: When it was signed, UTC, to the second.
        not_after: From when on it no longer counts, UTC, to the second.
    """

    approval: str
    method: str
    request_sha256: bytes
    unit: str
    paper_reference: str
    court_code: str
    case_number: str
    work_card: str = field(repr=False)
    enforcement_card: str = field(repr=False)
    reason: str = field(repr=False)
    result_key: bytes
    issued_at: datetime
    not_after: datetime

    def to_json(self) -> dict[str, str | int]:
        """Returns the claims as they are signed."""
        return {
            "approval": self.approval,
            "method": self.method,
            "request_sha256": self.request_sha256.hex(),
            "unit": self.unit,
            "reference": self.paper_reference,
            "court": self.court_code,
            "case": self.case_number,
            "work_card": self.work_card,
            "enforcement_card": self.enforcement_card,
            "reason": self.reason,
            "result_key": self.result_key.hex(),
            "iat": int(self.issued_at.timestamp()),
            "exp": int(self.not_after.timestamp()),
        }

    @classmethod
    def from_payload(cls, payload: bytes) -> RequestClaims:
        """Reads signed JSON.

        Raises:
            ValueError: If a claim is missing or of the wrong form.
        """
        claims = ClaimReader.of(payload)
        texts = claims.texts(_TEXTS)
        result_key = claims.octets("result_key", size=RESULT_KEY_SIZE)
        # A point of small order has the same secret with everybody: what is sealed to it lies open.
        X25519PrivateKey.generate().exchange(X25519PublicKey.from_public_bytes(result_key))
        return cls(
            approval=texts["approval"],
            method=texts["method"],
            request_sha256=claims.octets("request_sha256", size=DIGEST_SIZE),
            unit=texts["unit"],
            paper_reference=texts["reference"],
            court_code=texts["court"],
            case_number=texts["case"],
            work_card=texts["work_card"],
            enforcement_card=texts["enforcement_card"],
            reason=texts["reason"],
            result_key=result_key,
            issued_at=claims.instant("iat"),
            not_after=claims.instant("exp"),
        )


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """A request statement taken apart, before anything of it is believed.

    Attributes:
        claims: What was signed.
        chain: The signer's certificate first, then its intermediates.
        digest: SHA-256 of the compact JWS, 32 bytes.
    """

    claims: RequestClaims
    chain: tuple[x509.Certificate, ...]
    digest: bytes


def sign_request(claims: RequestClaims, *, key: Ed25519PrivateKey, chain: Sequence[x509.Certificate]) -> str:
    """Signs a request.

    Args:
        claims: What is signed.
        key: The judge's private key.
        chain: The judge's certificate, then its intermediates without the root.

    Returns:
        A compact JWS.
    """
    return sign(claims.to_json(), kind=TYPE, key=key, chain=chain)


def read_request(text: str) -> SignedRequest:
    """Takes a request statement apart and checks its signature under the certificate it carries.

    Whether that certificate is to be trusted is for `xiezhi.proof.anchors.certify` to say, and who it names for
    `xiezhi.proof.statement.Signer.of`.

    Raises:
        PermissionDenied: STATEMENT_INVALID, if it is malformed or its signature does not hold.
    """
    try:
        signed = read(text, kind=TYPE)
        claims = RequestClaims.from_payload(signed.payload)
    except SignatureError as failure:
        raise invalid(str(failure)) from None
    except MALFORMED:
        raise invalid("it is malformed") from None
    return SignedRequest(claims=claims, chain=signed.chain, digest=signed.digest)
