"""Signed papers in the form of compact JWS: JSON claims under an officer's key, with the certificate beside them.

Every kind has a "typ" of its own, which keeps it from being taken for any other signed thing (RFC 8725 §3.11). The
algorithm is Ed25519 (RFC 9864) and no other; the signer's certificate and its intermediates are in the x5c header
(RFC 7515). Who signed is taken from the certificate and never from the claims.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

ALGORITHM = "Ed25519"
"""The only algorithm that is accepted (RFC 9864)."""
MAX_LENGTH = 16_384
"""Longest compact JWS that is read, characters."""
MAX_CHAIN = 4
"""Most certificates in x5c."""
DIGEST_SIZE = 32
"""Bytes of a SHA-256."""


MALFORMED = (
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


class SignatureError(Exception):
    """A signed paper does not hold; the text is a clause that says why."""


@dataclass(frozen=True, slots=True)
class Signed:
    """A signed paper taken apart; its signature holds under the first certificate, which is not believed yet.

    Attributes:
        payload: The JSON that was signed.
        chain: The signer's certificate first, then its intermediates.
        digest: SHA-256 of the compact JWS, 32 bytes.
    """

    payload: bytes
    chain: tuple[x509.Certificate, ...]
    digest: bytes


def sign(
    claims: Mapping[str, str | int], *, kind: str, key: Ed25519PrivateKey, chain: Sequence[x509.Certificate]
) -> str:
    """Signs claims.

    Args:
        claims: What is signed, in the order in which it is written.
        kind: The JWS "typ".
        key: The signer's private key.
        chain: The signer's certificate, then its intermediates without the root.

    Returns:
        A compact JWS.
    """
    header = {
        "alg": ALGORITHM,
        "typ": kind,
        "x5c": [base64.b64encode(c.public_bytes(Encoding.DER)).decode() for c in chain],
    }
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    payload = json.dumps(claims, ensure_ascii=False, separators=(",", ":")).encode()
    return jws.serialize_compact(header, payload, OKPKey.import_key(pem), algorithms=[ALGORITHM])


def read(text: str, *, kind: str) -> Signed:
    """Takes a signed paper apart and checks its signature under the certificate it carries.

    Args:
        text: The compact JWS.
        kind: The JWS "typ" that it must have.

    Raises:
        SignatureError: If it is malformed or its signature does not hold.
    """
    if len(text) > MAX_LENGTH:
        raise SignatureError("it is too long")
    try:
        registry = _Registry(algorithms=[ALGORITHM])
        signed = jws.extract_compact(text.encode("ascii"), registry=registry)
        chain = _chain(signed.protected)
        pem = chain[0].public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        is_kind = signed.protected.get("alg") == ALGORITHM and signed.protected.get("typ") == kind
        holds = is_kind and jws.validate_compact(signed, OKPKey.import_key(pem), registry=registry)
    except MALFORMED:
        raise SignatureError("it is malformed") from None
    if not is_kind:
        raise SignatureError("its header names another algorithm or type")
    if not holds:
        raise SignatureError("its signature does not hold")
    return Signed(signed.payload, chain, hashlib.sha256(text.encode()).digest())


@dataclass(frozen=True, slots=True)
class ClaimReader:
    """Reads claims from signed JSON, each of its kind.

    Attributes:
        claims: The JSON object.
    """

    claims: Mapping[str, object]

    @classmethod
    def of(cls, payload: bytes) -> ClaimReader:
        """Reads signed JSON.

        Raises:
            ValueError: If it is no JSON object.
        """
        read_object = json.loads(payload)
        if not isinstance(read_object, dict):
            raise ValueError("the payload is no JSON object")
        return cls(read_object)

    def texts(self, names: Iterable[str]) -> dict[str, str]:
        """Returns claims that are texts, by their names.

        Raises:
            ValueError: If one is missing, no text, or none that UTF-8 can write.
        """
        found = {name: self.claims.get(name) for name in names}
        if not all(isinstance(text, str) for text in found.values()):
            raise ValueError("a claim is missing")
        texts = {name: str(text) for name, text in found.items()}
        for text in texts.values():
            # JSON can name half a character, which nothing that keeps the text could write: UnicodeEncodeError.
            text.encode()
        return texts

    def number(self, name: str) -> int:
        """Returns a claim that is a whole number.

        Raises:
            ValueError: If it is missing or none.
        """
        found = self.claims.get(name)
        if type(found) is not int:
            raise ValueError("a number is missing")
        return found

    def instant(self, name: str) -> datetime:
        """Returns a claim that is an instant, UTC, to the second.

        Raises:
            ValueError: If it is missing or none.
        """
        return datetime.fromtimestamp(self.number(name), UTC)

    def octets(self, name: str, *, size: int) -> bytes:
        """Returns a claim that is a digest or a key in hexadecimal.

        Args:
            name: The claim.
            size: How many bytes it has.

        Raises:
            ValueError: If it is missing or none.
        """
        found = bytes.fromhex(str(self.claims.get(name)))
        if len(found) != size:
            raise ValueError("a digest or key has another length")
        return found


def _chain(header: Mapping[str, object]) -> tuple[x509.Certificate, ...]:
    encoded = header.get("x5c")
    if not isinstance(encoded, list) or not 1 <= len(encoded) <= MAX_CHAIN:
        raise SignatureError("its certificate chain is missing or too long")
    return tuple(x509.load_der_x509_certificate(base64.b64decode(c, validate=True)) for c in encoded)
