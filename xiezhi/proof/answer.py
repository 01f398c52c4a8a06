"""Answers to requests that came on paper, sealed so that only the judge who signed the request opens them (R-5.2).

HPKE (RFC 9180) in base mode with DHKEM(X25519, HKDF-SHA256), HKDF-SHA256 and AES-256-GCM. Whoever carries the answer
sees how long it is and nothing else. That it is the exchange's own is what the receipt within it says, not the seal:
anybody can seal to a public key.
"""

from __future__ import annotations

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from xiezhi.proof.receipt import ProofError

LABEL = b"xiezhi-result/v1"
"""What keeps the seal from being taken for one of another purpose."""
OVERHEAD = 48
"""Bytes that sealing adds: the encapsulated key and the tag."""


def seal_answer(answer: bytes, *, key: bytes, approval: str, method: str) -> bytes:
    """Seals an answer to the judge's key.

    Args:
        answer: The answer's exact bytes, its receipt included.
        key: The public key in the judge's statement, 32 bytes (`RequestClaims.result_key`).
        approval: Name of the approval.
        method: Full name of the method with its leading slash.

    Returns:
        32 bytes of encapsulated key, then the ciphertext.

    Raises:
        ValueError: If the key is none.
    """
    return _suite().encrypt(answer, X25519PublicKey.from_public_bytes(key), _info(approval, method))


def open_answer(sealed: bytes, *, key: X25519PrivateKey, approval: str, method: str) -> bytes:
    """Opens a sealed answer.

    Args:
        sealed: What `seal_answer` made.
        key: The private key that the judge made for this request.
        approval: Name of the approval.
        method: Full name of the method with its leading slash.

    Returns:
        The answer's exact bytes.

    Raises:
        ProofError: If it was sealed to another key, for another request, or was changed.
    """
    try:
        return _suite().decrypt(sealed, key, _info(approval, method))
    except (InvalidTag, ValueError):
        raise ProofError("the answer was sealed to another key, for another request, or was changed") from None


def _suite() -> Suite:
    return Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


def _info(approval: str, method: str) -> bytes:
    return b"\0".join((LABEL, approval.encode(), method.encode()))
