"""Development exchange keys of courts and police organisations: an authority, a key for each, a revocation list."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import quote

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.x509.oid import NameOID

from xiezhi.pki.authority import Authority, Leaf, new_tls_key
from xiezhi.pki.files import read_certificate, read_key, write_certificate, write_key
from xiezhi.pki.revocations import publish_revoked
from xiezhi.proof.exchange import exchange_name

AUTHORITY_NAME = "Xiezhi development exchange authority (INSECURE)"
RENEWAL_MARGIN = timedelta(days=30)
"""How long before its end a certificate is replaced."""


class UnknownExchangeKeyError(LookupError):
    """The court or police organisation has no development exchange key here."""


class ExchangeRegister:
    """The exchange keys of a data folder."""

    def __init__(self, folder: Path) -> None:
        """Reads nothing yet.

        Args:
            folder: The folder "exchange" of the development keys.
        """
        self._folder = folder

    @property
    def authority_file(self) -> Path:
        """The exchange authority's certificate, which senders of bundles trust."""
        return self._folder / "ca.crt"

    @property
    def revocation_file(self) -> Path:
        """The exchange authority's revocation list in PEM."""
        return self._folder / "revoked.crl"

    def update(self, organisations: Iterable[str], *, now: datetime) -> None:
        """Makes missing keys, renews certificates that are nearly over, and refreshes the revocation list.

        A renewed certificate is over the same key: bundles that are under way stay readable.

        Args:
            organisations: Codes of the courts, for example "赣0102", and police units, for example "360100000000".
            now: The present instant, UTC.
        """
        authority = self._authority(now)
        for organisation in organisations:
            if not self._is_current(organisation, now):
                self._issue(organisation, authority, now=now)
        publish_revoked(self.revocation_file, authority, now=now)

    def certificate(self, organisation: str) -> x509.Certificate:
        """Returns the published certificate of an organisation's key.

        Raises:
            UnknownExchangeKeyError: If it has none.
        """
        return read_certificate(self._known(organisation)[0])

    def key(self, organisation: str) -> X25519PrivateKey:
        """Returns an organisation's private key.

        Raises:
            UnknownExchangeKeyError: If it has none.
        """
        return _read(self._known(organisation)[1])

    def revoke(self, organisation: str, *, now: datetime) -> int:
        """Puts an organisation's present certificate on the revocation list: nothing is encrypted to the key any more.

        Args:
            organisation: Code of the court or police organisation.
            now: The present instant, UTC, from which on it is revoked.

        Returns:
            The serial number that is revoked.

        Raises:
            UnknownExchangeKeyError: If the organisation has none.
        """
        serial = self.certificate(organisation).serial_number
        publish_revoked(self.revocation_file, self._authority(now), now=now, serial=serial)
        return serial

    def replace(self, organisation: str, *, now: datetime) -> int:
        """Revokes an organisation's certificate, and gives it a new key with a new one.

        Killed between the two it leaves the revoked certificate, to which nobody encrypts; again, it makes the key.

        Args:
            organisation: Code of the court or police organisation.
            now: The present instant, UTC.

        Returns:
            The serial number that is revoked.

        Raises:
            UnknownExchangeKeyError: If the organisation has none.
        """
        serial = self.revoke(organisation, now=now)
        write_key(self._files(organisation)[1], X25519PrivateKey.generate())
        self._issue(organisation, self._authority(now), now=now)
        return serial

    def _authority(self, now: datetime) -> Authority:
        return Authority.load_or_create(self._folder, name=AUTHORITY_NAME, key=new_tls_key(), now=now)

    def _is_current(self, organisation: str, now: datetime) -> bool:
        certificate_file, key_file = self._files(organisation)
        if not (certificate_file.exists() and key_file.exists()):
            return False
        return read_certificate(certificate_file).not_valid_after_utc > now + RENEWAL_MARGIN

    def _issue(self, organisation: str, authority: Authority, *, now: datetime) -> None:
        certificate_file, key_file = self._files(organisation)
        if not key_file.exists():
            write_key(key_file, X25519PrivateKey.generate())
        subject = ((NameOID.ORGANIZATION_NAME, organisation), (NameOID.COMMON_NAME, f"Exchange key of {organisation}"))
        leaf = Leaf(subject=subject, uri=exchange_name(organisation), agrees_keys=True)
        write_certificate(certificate_file, authority.issue(leaf, _read(key_file).public_key(), now=now))

    def _known(self, organisation: str) -> tuple[Path, Path]:
        files = self._files(organisation)
        if not all(file.exists() for file in files):
            raise UnknownExchangeKeyError(f"{organisation} has no exchange key in {self._folder}")
        return files

    def _files(self, organisation: str) -> tuple[Path, Path]:
        name = quote(organisation, safe="")
        return self._folder / "certificates" / f"{name}.crt", self._folder / "private" / f"{name}.key"


def _read(file: Path) -> X25519PrivateKey:
    key = read_key(file)
    if not isinstance(key, X25519PrivateKey):
        raise TypeError(f"{file} holds a key of another kind")
    return key
