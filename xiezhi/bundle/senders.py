"""Who sends a bundle: an officer whose signature over the whole of it is its last part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from xiezhi.bundle.framing import invalid_bundle
from xiezhi.paper.v1 import bundle_pb2
from xiezhi.proof.anchors import Anchors, certify
from xiezhi.proof.organisation import is_unit
from xiezhi.proof.signed import MALFORMED, ClaimReader, SignatureError, read, sign

TYPE = "xiezhi-bundle+jws"
"""The JWS "typ" that keeps a bundle's signature from being taken for any other signed thing."""
LEEWAY = timedelta(seconds=60)
"""How far in the future a bundle may have been signed: clocks of agencies differ a little."""


@dataclass(frozen=True, slots=True)
class Sender:
    """The officer who signs.

    Attributes:
        key: The officer's private key.
        chain: The officer's certificate, then its intermediates without the root.
    """

    key: Ed25519PrivateKey
    chain: Sequence[x509.Certificate]

    @property
    def holder(self) -> tuple[str, str]:
        """Officer id and organisation, as the certificate has them.

        Raises:
            ValueError: If it names none.
        """
        return _holder(self.chain[0])

    def sign(self, header: bundle_pb2.BundleHeader, *, count: int, sha256: bytes, now: datetime) -> str:
        """Signs a bundle.

        Args:
            header: Its first part.
            count: Number of its items.
            sha256: SHA-256 of all before the last part, 32 bytes.
            now: The present instant, UTC.

        Returns:
            A compact JWS.
        """
        claims = _claims(header, count=count, sha256=sha256)
        return sign(claims | {"iat": int(now.timestamp())}, kind=TYPE, key=self.key, chain=self.chain)


@dataclass(frozen=True, slots=True)
class SenderTrust:
    """Whose signatures count: officers of the courts and of the police, each under an authority of their own.

    Attributes:
        courts: The courts' authorities and revocation lists.
        police: Those of the police.
    """

    courts: Anchors
    police: Anchors

    def verify(
        self, trailer: bundle_pb2.BundleTrailer, header: bundle_pb2.BundleHeader, *, sha256: bytes, now: datetime
    ) -> datetime:
        """Verifies that the sender whom a bundle names has signed all of it.

        Args:
            trailer: Its last part.
            header: Its first part.
            sha256: SHA-256 of what was read before the last part, 32 bytes.
            now: The instant at which it must hold, UTC.

        Returns:
            When it was signed, by the sender's own word, UTC.

        Raises:
            InvalidArgument: BUNDLE_INVALID.
            PermissionDenied: STATEMENT_INVALID or STATEMENT_REVOKED, of the sender's certificate.
            Unavailable: REVOCATION_CHECK_UNAVAILABLE.
        """
        try:
            signed = read(trailer.signature, kind=TYPE)
            claims = ClaimReader.of(signed.payload)
            signed_at = claims.instant("iat")
            holder = _holder(signed.chain[0])
        except (SignatureError, *MALFORMED):
            raise invalid_bundle("its sender's signature does not hold") from None
        expected = _claims(header, count=trailer.count, sha256=sha256)
        if {name: value for name, value in claims.claims.items() if name != "iat"} != expected:
            raise invalid_bundle("its sender signed something else")
        if holder != (header.sender_officer, header.sender_organisation):
            raise invalid_bundle("it is signed by somebody else than the sender it names")
        if signed_at > now + LEEWAY:
            raise invalid_bundle("it was signed in the future")
        certify(self._anchors(header.sender_organisation), signed.chain[0], now=now)
        return signed_at

    def _anchors(self, organisation: str) -> Anchors:
        return self.police if is_unit(organisation) else self.courts


def _claims(header: bundle_pb2.BundleHeader, *, count: int, sha256: bytes) -> dict[str, str | int]:
    return {
        "bundle": header.bundle_id,
        "kind": bundle_pb2.BundleKind.Name(header.kind),
        "sender": header.sender_organisation,
        "recipient": header.recipient_organisation,
        "count": count,
        "sha256": sha256.hex(),
    }


def _holder(certificate: x509.Certificate) -> tuple[str, str]:
    """Returns officer id and organisation of a certificate's subject; officers of the police have no rank in it."""
    names = []
    for oid in (x509.NameOID.COMMON_NAME, x509.NameOID.ORGANIZATION_NAME):
        found = certificate.subject.get_attributes_for_oid(oid)
        if len(found) != 1:
            raise ValueError("the certificate does not name one officer and organisation")
        names.append(str(found[0].value))
    return names[0], names[1]
