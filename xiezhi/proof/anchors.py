"""Certificate authorities that are trusted, with their revocation lists: whom they issued to, and whom no more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Self

from cryptography import x509
from cryptography.exceptions import InvalidSignature

from xiezhi.errors import Reason, XiezhiError, error
from xiezhi.proof.statement import invalid


@dataclass(frozen=True, slots=True)
class Anchors:
    """Authorities, each with a revocation list of its own.

    Attributes:
        authorities: The authorities, at least one.
        revoked: Issuer and serial number of every revoked certificate.
        fresh_until: The first instant at which one of the lists is out of date, UTC.
    """

    authorities: tuple[x509.Certificate, ...]
    revoked: frozenset[tuple[x509.Name, int]]
    fresh_until: datetime

    @classmethod
    def read(cls, authorities: Path, revocations: Path) -> Self:
        """Reads and cross-checks authorities and lists.

        Args:
            authorities: PEM file of the authorities.
            revocations: PEM file with a current revocation list of every authority.

        Raises:
            OSError: If a file is not there or cannot be read.
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
        return cls(trusted, frozenset(revoked), min(fresh.values()))

    def require_fresh(self, now: datetime) -> None:
        """Refuses once a list is out of date: nobody knows then whose certificate was revoked.

        Args:
            now: The present instant, UTC.

        Raises:
            Unavailable: REVOCATION_CHECK_UNAVAILABLE.
        """
        if now >= self.fresh_until:
            raise unavailable("is out of date")

    def find_issuer(self, certificate: x509.Certificate) -> x509.Certificate | None:
        """Finds the authority that issued a certificate, by its signature; None where none of them did.

        An intermediate whose certificates are to count is one of the authorities, with a revocation list of its own.
        """
        for authority in self.authorities:
            if authority.subject == certificate.issuer and _may_issue(authority):
                try:
                    certificate.verify_directly_issued_by(authority)
                except (InvalidSignature, ValueError, TypeError):
                    continue
                return authority
        return None

    def has_revoked(self, certificate: x509.Certificate) -> bool:
        """Whether a certificate is on its issuer's list."""
        return (certificate.issuer, certificate.serial_number) in self.revoked


def certify(anchors: Anchors, certificate: x509.Certificate, *, now: datetime) -> x509.Certificate:
    """Decides whether the signature of a certificate's holder counts.

    Args:
        anchors: The authorities, read in time: a list that is out of date counts for nothing.
        certificate: The signer's. What a signed paper carries beside it proves nothing and is not looked at.
        now: The instant at which it must count, UTC.

    Returns:
        The authority that issued it.

    Raises:
        PermissionDenied: STATEMENT_INVALID or STATEMENT_REVOKED.
        Unavailable: REVOCATION_CHECK_UNAVAILABLE.
    """
    anchors.require_fresh(now)
    authority = require_issued(anchors, certificate)
    if anchors.has_revoked(certificate):
        raise error(Reason.STATEMENT_REVOKED, "The signer's certificate is revoked.")
    for one in (certificate, authority):
        if not one.not_valid_before_utc <= now < one.not_valid_after_utc:
            raise invalid("a certificate's time has not begun or is over")
    return authority


def require_issued(anchors: Anchors, certificate: x509.Certificate) -> x509.Certificate:
    """Decides whether a certificate is one that an authority issued for signing, revoked or over as it may be.

    Args:
        anchors: The authorities.
        certificate: The signer's.

    Returns:
        The authority that issued it.

    Raises:
        PermissionDenied: STATEMENT_INVALID.
    """
    authority = anchors.find_issuer(certificate)
    if authority is None:
        raise invalid("its certificate was not issued by an authority that counts")
    if not may_sign(certificate):
        raise invalid("its certificate is not for signing")
    return authority


def unavailable(what: str) -> XiezhiError:
    """Makes the refusal of all signatures while it cannot be told whose certificates are revoked.

    Args:
        what: What is wrong with the list, to follow "The revocation list of the officers' authority ".
    """
    return error(
        Reason.REVOCATION_CHECK_UNAVAILABLE,
        f"The revocation list of the officers' authority {what}; renew it, then do the same again.",
    )


def may_sign(certificate: x509.Certificate) -> bool:
    """Whether a certificate is one for signing what is not certificates, and says so."""
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except (x509.ExtensionNotFound, x509.DuplicateExtension, ValueError):
        return False
    return usage.digital_signature and not _may_issue(certificate)


def _may_issue(certificate: x509.Certificate) -> bool:
    try:
        extensions = certificate.extensions
        usage = extensions.get_extension_for_class(x509.KeyUsage).value
        return extensions.get_extension_for_class(x509.BasicConstraints).value.ca and usage.key_cert_sign
    except (x509.ExtensionNotFound, x509.DuplicateExtension, ValueError):
        return False


def _has_signed(authority: x509.Certificate, listed: x509.CertificateRevocationList) -> bool:
    try:
        return listed.is_signature_valid(authority.public_key())  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return False
