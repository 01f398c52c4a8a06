"""Whose statements count: officers under the courts' certificate authority who are not revoked.

Both the gateway and every service hold one of these and trust nobody else's word for it, so that a
compromised gateway cannot ask what nobody approved.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature

from services.chassis.watched import WatchedFiles
from xiezhi.errors import Reason, error
from xiezhi.proof.statement import Claims, Rank, SignedStatement, Signer, invalid, read_statement

MAX_CACHED = 50_000
START_LEEWAY = timedelta(seconds=60)
"""How far in the future a statement may have been signed: clocks of agencies differ a little. Its end has no leeway."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement whose signature, certificate and chain were verified.

    Attributes:
        claims: What was signed.
        signer: Who signed, from the certificate.
        digest: SHA-256 of the compact JWS, 32 bytes.
        valid_until: The earliest end of the claims and of every certificate, UTC, exclusive.
    """

    claims: Claims
    signer: Signer
    digest: bytes
    valid_until: datetime


@dataclass(frozen=True, slots=True)
class _Anchors:
    authorities: tuple[x509.Certificate, ...]
    revoked: frozenset[tuple[x509.Name, int]]
    fresh_until: datetime


class OfficerTrust:
    """Verifies statements against the courts' certificate authorities and their revocation lists.

    What was verified is remembered by digest until it ends; a new revocation list or authority clears the
    memory.

    Args:
        authorities: PEM file of the certificate authorities, at least one.
        revocations: PEM file with a current revocation list of every authority.
    """

    def __init__(self, authorities: Path, revocations: Path) -> None:
        self._anchors = WatchedFiles((authorities, revocations), lambda: _read_anchors(authorities, revocations))
        self._verified: dict[bytes, Statement] = {}
        self._version = self._anchors.version

    def verify(self, text: str, *, now: datetime) -> Statement:
        """Verifies a statement.

        Args:
            text: The compact JWS.
            now: The instant at which it must hold, UTC.

        Raises:
            PermissionDenied: STATEMENT_INVALID or STATEMENT_REVOKED.
        """
        anchors = self._current(now)
        digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
        statement = self._verified.get(digest)
        if statement is None:
            statement = self._check(read_statement(text), anchors, now)
            if len(self._verified) >= MAX_CACHED:
                self._verified.clear()
            self._verified[digest] = statement
        if not statement.claims.issued_at - START_LEEWAY <= now < statement.valid_until:
            raise invalid("its time, or that of its certificate, has not begun or is over")
        return statement

    def _current(self, now: datetime) -> _Anchors:
        try:
            anchors = self._anchors.get()
        except (OSError, ValueError):
            raise invalid("the authorities or revocation lists cannot be read") from None
        if self._anchors.version != self._version:
            self._verified.clear()
            self._version = self._anchors.version
        if now >= anchors.fresh_until:
            raise invalid("the revocation list is out of date")
        return anchors

    @staticmethod
    def _check(signed: SignedStatement, anchors: _Anchors, now: datetime) -> Statement:
        certificate = signed.chain[0]
        authority = _issuer(certificate, anchors.authorities)
        if (certificate.issuer, certificate.serial_number) in anchors.revoked:
            raise error(Reason.STATEMENT_REVOKED, "The approver's certificate is revoked.")
        for one in (certificate, authority):
            if not one.not_valid_before_utc <= now < one.not_valid_after_utc:
                raise invalid("a certificate's time has not begun or is over")
        _require_signing_leaf(certificate)
        try:
            signer = Signer.of(certificate)
        except ValueError:
            raise invalid("its certificate names no officer, court and rank") from None
        ends = (signed.claims.not_after, certificate.not_valid_after_utc, authority.not_valid_after_utc)
        return Statement(signed.claims, signer, signed.digest, min(ends))


def _issuer(certificate: x509.Certificate, authorities: tuple[x509.Certificate, ...]) -> x509.Certificate:
    """Finds the authority that issued a certificate, by its signature.

    What a statement carries beside its signer's certificate proves nothing and is not looked at: an intermediate whose
    certificates are to count is one of the authorities here, with a revocation list of its own.
    """
    for authority in authorities:
        if authority.subject == certificate.issuer and _may_issue(authority):
            try:
                certificate.verify_directly_issued_by(authority)
            except (InvalidSignature, ValueError, TypeError):
                continue
            return authority
    raise invalid("its certificate was not issued by an authority of the courts")


def _may_issue(certificate: x509.Certificate) -> bool:
    try:
        extensions = certificate.extensions
        usage = extensions.get_extension_for_class(x509.KeyUsage).value
        return extensions.get_extension_for_class(x509.BasicConstraints).value.ca and usage.key_cert_sign
    except (x509.ExtensionNotFound, x509.DuplicateExtension, ValueError):
        return False


def _require_signing_leaf(certificate: x509.Certificate) -> None:
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except (x509.ExtensionNotFound, ValueError):
        raise invalid("its certificate declares no key usage") from None
    if not usage.digital_signature or _may_issue(certificate):
        raise invalid("its certificate is not for signing")


def _read_anchors(authorities: Path, revocations: Path) -> _Anchors:
    """Reads and cross-checks authorities and lists.

    Raises:
        ValueError: If a file is malformed, a list's signature does not hold, or an authority has no list.
    """
    trusted = tuple(x509.load_pem_x509_certificates(authorities.read_bytes()))
    revoked: set[tuple[x509.Name, int]] = set()
    fresh: dict[x509.Certificate, datetime] = {}
    for part in revocations.read_bytes().split(b"-----END X509 CRL-----")[:-1]:
        listed = x509.load_pem_x509_crl(part + b"-----END X509 CRL-----\n")
        issuers = [a for a in trusted if a.subject == listed.issuer and _has_signed(a, listed)]
        if not issuers:
            raise ValueError("a revocation list is not of a known authority")
        if listed.next_update_utc is None:
            raise ValueError("a revocation list has no end")
        fresh.update(dict.fromkeys(issuers, listed.next_update_utc))
        revoked.update((listed.issuer, entry.serial_number) for entry in listed)
    if not trusted or fresh.keys() != set(trusted):
        raise ValueError("every authority needs its revocation list")
    return _Anchors(trusted, frozenset(revoked), min(fresh.values()))


def _has_signed(authority: x509.Certificate, listed: x509.CertificateRevocationList) -> bool:
    try:
        return listed.is_signature_valid(authority.public_key())  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return False


__all__ = ["OfficerTrust", "Rank", "Statement"]
