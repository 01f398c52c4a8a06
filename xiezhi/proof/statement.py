"""Approvers' statements: a decision about one exact request, signed by the approver's own key.

A statement is a compact JWS (RFC 7515), algorithm Ed25519 (RFC 9864), with the approver's certificate and its
intermediates in the x5c header. Who the approver is, with which rank and at which court, is taken from the certificate
and never from the payload.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntEnum, StrEnum

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from xiezhi.errors import Reason, XiezhiError, error

TYPE = "xiezhi-statement+jws"
"""The JWS "typ" that keeps a statement from being taken for any other signed thing (RFC 8725 §3.11)."""
ALGORITHM = "Ed25519"
"""The only algorithm that is accepted (RFC 9864)."""
MAX_LENGTH = 16_384
"""Longest compact JWS that is read, characters."""
MAX_CHAIN = 4
"""Most certificates in x5c."""


_MALFORMED = (
    JoseError,
    ValueError,
    TypeError,
    OverflowError,
    OSError,
    RecursionError,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
)
"""What the libraries raise at bytes that somebody made up."""


class _Registry(jws.JWSRegistry):
    """Takes headers that hold certificates; the library's own limit is for headers without."""

    max_header_length = MAX_LENGTH


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

    def to_payload(self) -> bytes:
        """Returns the JSON that is signed."""
        return json.dumps(
            {
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
            },
            ensure_ascii=False,
            separators=(",", ":"),
        ).encode()

    @classmethod
    def from_payload(cls, payload: bytes) -> Claims:
        """Reads signed JSON.

        Raises:
            ValueError: If a claim is missing or of the wrong form.
        """
        read = json.loads(payload)
        if not isinstance(read, dict):
            raise ValueError("the payload is no JSON object")
        texts = {name: read.get(name) for name in ("approval", "method", "court", "case", "requester", "reason")}
        if not all(isinstance(text, str) for text in texts.values()):
            raise ValueError("a claim is missing")
        if not all(type(read.get(name)) is int for name in ("iat", "exp")):
            raise ValueError("a time is missing")
        digest = bytes.fromhex(str(read.get("request_sha256")))
        if len(digest) != hashlib.sha256().digest_size:
            raise ValueError("the digest is not of SHA-256")
        return cls(
            approval=str(texts["approval"]),
            method=str(texts["method"]),
            request_sha256=digest,
            court_code=str(texts["court"]),
            case_number=str(texts["case"]),
            requester=str(texts["requester"]),
            decision=Decision(str(read.get("decision"))),
            reason=str(texts["reason"]),
            issued_at=datetime.fromtimestamp(read["iat"], UTC),
            not_after=datetime.fromtimestamp(read["exp"], UTC),
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
    header = {
        "alg": ALGORITHM,
        "typ": TYPE,
        "x5c": [base64.b64encode(c.public_bytes(Encoding.DER)).decode() for c in chain],
    }
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return jws.serialize_compact(header, claims.to_payload(), OKPKey.import_key(pem), algorithms=[ALGORITHM])


def read_statement(text: str) -> SignedStatement:
    """Takes a statement apart and checks its signature under the certificate it carries.

    Whether that certificate is to be trusted is for `services.chassis.trust` to say.

    Raises:
        PermissionDenied: STATEMENT_INVALID, if it is malformed or its signature does not hold.
    """
    if len(text) > MAX_LENGTH:
        raise invalid("it is too long")
    try:
        registry = _Registry(algorithms=[ALGORITHM])
        signed = jws.extract_compact(text.encode("ascii"), registry=registry)
        if signed.protected.get("alg") != ALGORITHM or signed.protected.get("typ") != TYPE:
            raise invalid("its header names another algorithm or type")
        chain = _chain(signed.protected)
        pem = chain[0].public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        if not jws.validate_compact(signed, OKPKey.import_key(pem), registry=registry):
            raise invalid("its signature does not hold")
        claims = Claims.from_payload(signed.payload)
    except _MALFORMED:
        raise invalid("it is malformed") from None
    return SignedStatement(claims=claims, chain=chain, digest=hashlib.sha256(text.encode()).digest())


def _chain(header: Mapping[str, object]) -> tuple[x509.Certificate, ...]:
    encoded = header.get("x5c")
    if not isinstance(encoded, list) or not 1 <= len(encoded) <= MAX_CHAIN:
        raise invalid("its certificate chain is missing or too long")
    return tuple(x509.load_der_x509_certificate(base64.b64decode(c, validate=True)) for c in encoded)


def invalid(why: str) -> XiezhiError:
    """Makes the STATEMENT_INVALID error.

    Args:
        why: A clause that says what does not hold.
    """
    return error(Reason.STATEMENT_INVALID, f"The statement is not accepted: {why}.")
