"""Exchange keys: X25519 keys to which organisations' bundles are encrypted, in certificates that say whose they are.

Their authority vouches for courts and police organisations both. A key that agrees on secrets cannot sign, so the
certificate of one is never taken for an officer's or for a seal.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey

from xiezhi.proof.anchors import Anchors
from xiezhi.proof.organisation import read_name, write_name

PREFIX = "spiffe://xiezhi.jx/exchange/"


class ExchangeKeyError(Exception):
    """A certificate does not say whose exchange key it holds; the text is a clause that says why."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """An organisation with the key to which its bundles are encrypted.

    Attributes:
        organisation: Code of the court or police organisation.
        key: Its public exchange key.
    """

    organisation: str
    key: X25519PublicKey


def exchange_name(organisation: str) -> str:
    """Returns the name of an organisation's exchange key: "spiffe://xiezhi.jx/exchange/unit/360100000000"."""
    return write_name(organisation, prefix=PREFIX)


def read_recipient(certificate: x509.Certificate, anchors: Anchors, *, now: datetime) -> Recipient:
    """Decides whose exchange key a certificate holds.

    Args:
        certificate: The certificate.
        anchors: The exchange authority with its revocation list.
        now: The present instant, UTC.

    Raises:
        ExchangeKeyError: If it is nobody's that counts.
    """
    if now >= anchors.fresh_until:
        raise ExchangeKeyError("the revocation list of the exchange authority is out of date")
    authority = anchors.find_issuer(certificate)
    if authority is None:
        raise ExchangeKeyError("it was not issued by the exchange authority")
    if anchors.has_revoked(certificate):
        raise ExchangeKeyError("it is revoked")
    for one in (certificate, authority):
        if not one.not_valid_before_utc <= now < one.not_valid_after_utc:
            raise ExchangeKeyError("its time has not begun or is over")
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
        organisation = read_name(certificate, prefix=PREFIX)
    except (x509.ExtensionNotFound, x509.DuplicateExtension, ValueError):
        raise ExchangeKeyError("it names no organisation, or no use of its key") from None
    key = certificate.public_key()
    if not isinstance(key, X25519PublicKey) or not usage.key_agreement:
        raise ExchangeKeyError("it holds a key of another kind")
    return Recipient(organisation, key)
