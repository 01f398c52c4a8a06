"""Who is at the other end of a connection, from the certificate that TLS verified."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256

from services.chassis.call import Context, Peer
from xiezhi.errors import Reason, error

MAX_CACHED = 10_000


class Peers:
    """Reads peers; a certificate seen before is found by its text.

    Args:
        trust_domain: Trust domain of the names accepted, for example "xiezhi.jx" (SPIFFE).
    """

    UNKNOWN: ClassVar[Peer] = Peer(name="", certificate_sha256=b"")

    def __init__(self, trust_domain: str) -> None:
        self._prefix = f"spiffe://{trust_domain}/"
        self._seen: dict[bytes, Peer] = {}

    def read(self, context: Context, now: datetime) -> Peer:
        """Returns the peer of a call.

        Args:
            context: gRPC's context of the call.
            now: The present instant, UTC: a connection may last longer than the certificate that it was made with.

        Raises:
            Unauthenticated: CERTIFICATE_UNKNOWN, if its certificate names no system of this trust domain, or has ended.
        """
        pem = next(iter(context.auth_context().get("x509_pem_cert", ())), b"")
        if not pem:
            raise _unknown()
        peer = self._seen.get(pem)
        if peer is None:
            peer = self._parse(pem)
            if len(self._seen) >= MAX_CACHED:
                self._seen.clear()
            self._seen[pem] = peer
        if now >= peer.expires_at:
            raise error(Reason.CERTIFICATE_UNKNOWN, "The certificate's time is over.")
        return peer

    def _parse(self, pem: bytes) -> Peer:
        certificate = x509.load_pem_x509_certificate(pem)
        try:
            names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        except x509.ExtensionNotFound:
            raise _unknown() from None
        uris = names.get_values_for_type(x509.UniformResourceIdentifier)
        if len(uris) != 1 or not uris[0].startswith(self._prefix):
            raise _unknown()
        return Peer(uris[0], certificate.fingerprint(SHA256()), certificate.not_valid_after_utc)


def _unknown() -> Exception:
    return error(Reason.CERTIFICATE_UNKNOWN, "The certificate names no system of this exchange.")
