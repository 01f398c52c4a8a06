"""Development seals (电子签章) of courts and police units: their own authority, a seal for each, a revocation list."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import quote

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.x509.oid import NameOID

from xiezhi.pki.authority import Authority, Identity, Leaf, new_tls_key
from xiezhi.pki.files import read_certificate, read_key, write_certificate, write_key
from xiezhi.pki.revocations import publish_revoked
from xiezhi.proof.seal import seal_name

AUTHORITY_NAME = "Xiezhi development seal authority (INSECURE)"
RENEWAL_MARGIN = timedelta(days=30)
"""How long before its end a seal's certificate is replaced."""


class UnknownSealError(LookupError):
    """The court or police unit has no development seal here."""


class SealRegister:
    """The seals of a data folder."""

    def __init__(self, folder: Path) -> None:
        """Reads nothing yet.

        Args:
            folder: The folder "seals" of the development keys.
        """
        self._folder = folder

    @property
    def authority_file(self) -> Path:
        """The seal authority's certificate, which verifiers of documents trust."""
        return self._folder / "ca.crt"

    @property
    def revocation_file(self) -> Path:
        """The seal authority's revocation list in PEM."""
        return self._folder / "revoked.crl"

    def update(self, organisations: Iterable[str], *, now: datetime) -> None:
        """Makes missing seals, replaces those that are nearly over, and refreshes the revocation list.

        Args:
            organisations: Codes of the courts, for example "赣0102", and police units, for example "360100000000".
            now: The present instant, UTC.
        """
        authority = self._authority(now)
        for organisation in organisations:
            if not self._is_current(organisation, now):
                self._issue(organisation, authority, now=now)
        publish_revoked(self.revocation_file, authority, now=now)

    def signer(self, organisation: str) -> Identity:
        """Returns the key and certificate of a court's or police unit's seal.

        Raises:
            UnknownSealError: If the organisation has none.
        """
        certificate_file, key_file = self._files(organisation)
        if not certificate_file.exists():
            raise UnknownSealError(f"{organisation} has no seal in {self._folder}")
        key = read_key(key_file)
        if not isinstance(key, EllipticCurvePrivateKey):
            raise TypeError(f"{key_file} holds a key of another kind")
        return Identity(read_certificate(certificate_file), key)

    def revoke(self, organisation: str, *, now: datetime) -> int:
        """Puts the present seal of a court or police unit on the revocation list, at once and for good.

        Args:
            organisation: Code of the court or police unit.
            now: The present instant, UTC, from which on it is revoked.

        Returns:
            The serial number that is revoked.

        Raises:
            UnknownSealError: If the organisation has none.
        """
        serial = self.signer(organisation).certificate.serial_number
        publish_revoked(self.revocation_file, self._authority(now), now=now, serial=serial)
        return serial

    def reissue(self, organisation: str, *, now: datetime) -> None:
        """Gives a court or police unit a new seal; what was sealed with the old one holds until that is revoked."""
        self._issue(organisation, self._authority(now), now=now)

    def _authority(self, now: datetime) -> Authority:
        return Authority.load_or_create(self._folder, name=AUTHORITY_NAME, key=new_tls_key(), now=now)

    def _is_current(self, organisation: str, now: datetime) -> bool:
        certificate_file, key_file = self._files(organisation)
        if not (certificate_file.exists() and key_file.exists()):
            return False
        certificate = read_certificate(certificate_file)
        # A process that was killed while it replaced a seal has left the new key with the old certificate.
        is_pair = read_key(key_file).public_key() == certificate.public_key()
        return is_pair and certificate.not_valid_after_utc > now + RENEWAL_MARGIN

    def _issue(self, organisation: str, authority: Authority, *, now: datetime) -> None:
        subject = ((NameOID.ORGANIZATION_NAME, organisation), (NameOID.COMMON_NAME, f"Seal of {organisation}"))
        key = new_tls_key()
        certificate_file, key_file = self._files(organisation)
        write_key(key_file, key)
        leaf = Leaf(subject=subject, uri=seal_name(organisation))
        write_certificate(certificate_file, authority.issue(leaf, key.public_key(), now=now))

    def _files(self, organisation: str) -> tuple[Path, Path]:
        name = quote(organisation, safe="")
        return self._folder / "certificates" / f"{name}.crt", self._folder / "private" / f"{name}.key"
