"""Signing certificates of the officers of one agency: an authority, a key for each officer, a revocation list."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from xiezhi.pki.authority import Authority, Identity, Leaf
from xiezhi.pki.files import read_certificate, read_key, write_certificate, write_key
from xiezhi.pki.revocations import publish_revoked, read_revoked


class UnknownOfficerError(LookupError):
    """No officer of this id has development keys here."""


class OfficerCertificates:
    """The certificates of a folder."""

    def __init__(self, folder: Path, *, authority_name: str) -> None:
        """Reads nothing yet.

        Args:
            folder: Where the authority and the certificates lie.
            authority_name: Common name of a new authority.
        """
        self._folder = folder
        self._authority_name = authority_name

    @property
    def authority_file(self) -> Path:
        """The authority's certificate, which verifiers trust."""
        return self._folder / "ca.crt"

    @property
    def revocation_file(self) -> Path:
        """The authority's revocation list in PEM."""
        return self._folder / "revoked.crl"

    def publish(self, *, now: datetime) -> None:
        """Makes the authority where it is missing, and refreshes the revocation list."""
        publish_revoked(self.revocation_file, self._authority(now), now=now)

    def issue(self, officer_id: str, subject: Sequence[tuple[x509.ObjectIdentifier, str]], *, now: datetime) -> None:
        """Gives an officer a new key and certificate; a revoked one stays revoked.

        Args:
            officer_id: The officer.
            subject: What the certificate says of them, in order.
            now: The present instant, UTC.

        Raises:
            UnknownOfficerError: If nobody can have such an id.
        """
        certificate_file, key_file = self._files(officer_id)
        key = Ed25519PrivateKey.generate()
        leaf = Leaf(subject=subject, uri=f"spiffe://xiezhi.jx/officer/{officer_id}")
        write_key(key_file, key)
        write_certificate(certificate_file, self._authority(now).issue(leaf, key.public_key(), now=now))

    def is_current(self, officer_id: str, *, now: datetime) -> bool:
        """Tells whether an officer has a certificate whose time is not over."""
        certificate_file, key_file = self._files(officer_id)
        return (
            certificate_file.exists()
            and key_file.exists()
            and read_certificate(certificate_file).not_valid_after_utc > now
        )

    def signer(self, officer_id: str) -> Identity:
        """Returns an officer's signing key and certificate.

        Raises:
            UnknownOfficerError: If the officer has none.
        """
        certificate_file, key_file = self._files(officer_id)
        if not certificate_file.exists():
            raise UnknownOfficerError(f"officer {officer_id} has no signing certificate in {self._folder}")
        key = read_key(key_file)
        if not isinstance(key, Ed25519PrivateKey):
            raise TypeError(f"{key_file} holds a key of another kind")
        return Identity(read_certificate(certificate_file), key)

    def revoke(self, officer_id: str, *, now: datetime) -> int:
        """Puts an officer's present certificate on the revocation list, at once and for good.

        Args:
            officer_id: Whose certificate.
            now: The present instant, UTC, from which on it is revoked.

        Returns:
            The serial number that is revoked.

        Raises:
            UnknownOfficerError: If the officer has no certificate.
        """
        serial = self.signer(officer_id).certificate.serial_number
        publish_revoked(self.revocation_file, self._authority(now), now=now, serial=serial)
        return serial

    def is_revoked(self, officer_id: str) -> bool:
        """Tells whether the officer's present certificate is on the revocation list."""
        return self.signer(officer_id).certificate.serial_number in read_revoked(self.revocation_file)

    def _authority(self, now: datetime) -> Authority:
        key = Ed25519PrivateKey.generate()
        return Authority.load_or_create(self._folder, name=self._authority_name, key=key, now=now)

    def _files(self, officer_id: str) -> tuple[Path, Path]:
        if not officer_id.replace("-", "").isalnum():
            raise UnknownOfficerError("an officer id has letters, digits and hyphens only")
        return (
            self._folder / "certificates" / f"{officer_id}.crt",
            self._folder / "private" / f"{officer_id}.key",
        )
