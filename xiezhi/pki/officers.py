"""Development officers: who they are, their signing certificates, and the list of revoked ones."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.x509.oid import NameOID

from xiezhi.pki.authority import Authority, Identity, Leaf
from xiezhi.pki.files import (
    PRIVATE,
    read_certificate,
    read_key,
    write_certificate,
    write_file,
    write_key,
)
from xiezhi.pki.revocations import publish_revoked, read_revoked
from xiezhi.proof.statement import Rank

COURTS = "courts"
"""The agency whose officers sign."""
AUTHORITY_NAME = "Xiezhi development courts CA (INSECURE)"


@dataclass(frozen=True, slots=True)
class Officer:
    """A synthetic officer of a court or of the police.

    Attributes:
        officer_id: Officer id, for example "GAN0102-J001".
        agency: Whose identity provider vouches for the officer: "courts" or "police".
        system: The agency's system that the officer works with, for example "courts" or "audit".
        organisation: Court code or police unit code.
        rank: Standing; None for those outside of the ranks. Only court officers of a rank sign statements.
        name: Name (姓名).
        phone: Telephone (联系电话).
        work_card: Number of the work card (工作证).
        enforcement_card: Number of the enforcement card (执行公务证); empty where the officer has none.
        permissions: What the officer's tokens allow.
    """

    officer_id: str
    agency: str
    system: str
    organisation: str
    rank: Rank | None
    name: str
    phone: str
    work_card: str
    enforcement_card: str
    permissions: tuple[str, ...]

    @property
    def signs(self) -> bool:
        """Whether they sign statements, under the courts' authority: that of others has no certificate of it."""
        return self.agency == COURTS and self.rank is not None


class UnknownOfficerError(LookupError):
    """No officer of this id has development keys here."""


class OfficerRegister:
    """The officers of a data folder with their certificates under the courts' development CA."""

    def __init__(self, folder: Path) -> None:
        """Reads nothing yet.

        Args:
            folder: The folder "officers" of the development keys.
        """
        self._folder = folder

    @property
    def authority_file(self) -> Path:
        """The courts' CA certificate, which verifiers of statements trust."""
        return self._folder / "ca.crt"

    @property
    def revocation_file(self) -> Path:
        """The courts' revocation list in PEM."""
        return self._folder / "revoked.crl"

    def update(self, officers: Iterable[Officer], *, now: datetime) -> None:
        """Adds officers, issues missing or outdated certificates, and refreshes the revocation list.

        Those who are not court officers of a rank sign no statements and get no certificate.

        Args:
            officers: Those to be there in addition to the ones that are.
            now: The present instant, UTC.
        """
        authority = self._authority(now)
        known = {**self._read(), **{officer.officer_id: officer for officer in officers}}
        listed = json.dumps([asdict(officer) for officer in known.values()], ensure_ascii=False, indent=1)
        write_file(self._folder / "officers.json", listed.encode(), mode=PRIVATE)
        for officer in known.values():
            if officer.signs and not self._has_certificate(officer, now=now):
                self._issue(officer, authority, now=now)
        publish_revoked(self.revocation_file, authority, now=now)

    def list(self) -> tuple[Officer, ...]:
        """Returns all officers in the order they were added."""
        return tuple(self._read().values())

    def get(self, officer_id: str) -> Officer:
        """Returns one officer.

        Raises:
            UnknownOfficerError: If there is none.
        """
        officer = self._read().get(officer_id)
        if officer is None:
            raise UnknownOfficerError(f"no officer {officer_id} in {self._folder}")
        return officer

    def signer(self, officer_id: str) -> Identity:
        """Returns an officer's signing key and certificate.

        Raises:
            UnknownOfficerError: If the officer has none.
        """
        certificate_file, key_file = self._files(officer_id)
        if officer_id not in self._read() or not certificate_file.exists():
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

    def reissue(self, officer_id: str, *, now: datetime) -> None:
        """Gives an officer a new key and certificate; a revoked one stays revoked.

        Raises:
            UnknownOfficerError: If there is no such officer, or one who signs nothing.
        """
        self._issue(self.get(officer_id), self._authority(now), now=now)

    def _authority(self, now: datetime) -> Authority:
        return Authority.load_or_create(self._folder, name=AUTHORITY_NAME, key=Ed25519PrivateKey.generate(), now=now)

    def _issue(self, officer: Officer, authority: Authority, *, now: datetime) -> None:
        if officer.rank is None or not officer.signs:
            raise UnknownOfficerError(f"officer {officer.officer_id} has no rank of a court and signs nothing")
        key = Ed25519PrivateKey.generate()
        subject = (
            (NameOID.ORGANIZATION_NAME, officer.organisation),
            (NameOID.TITLE, officer.rank.name),
            (NameOID.COMMON_NAME, officer.officer_id),
        )
        leaf = Leaf(subject=subject, uri=f"spiffe://xiezhi.jx/officer/{officer.officer_id}")
        certificate_file, key_file = self._files(officer.officer_id)
        write_key(key_file, key)
        write_certificate(certificate_file, authority.issue(leaf, key.public_key(), now=now))

    def _has_certificate(self, officer: Officer, *, now: datetime) -> bool:
        certificate_file, key_file = self._files(officer.officer_id)
        return (
            certificate_file.exists()
            and key_file.exists()
            and read_certificate(certificate_file).not_valid_after_utc > now
        )

    def _files(self, officer_id: str) -> tuple[Path, Path]:
        if not officer_id.replace("-", "").isalnum():
            raise UnknownOfficerError("an officer id has letters, digits and hyphens only")
        return (
            self._folder / "certificates" / f"{officer_id}.crt",
            self._folder / "private" / f"{officer_id}.key",
        )

    def _read(self) -> dict[str, Officer]:
        file = self._folder / "officers.json"
        if not file.exists():
            return {}
        listed = (_parse(entry) for entry in json.loads(file.read_text(encoding="utf-8")))
        return {officer.officer_id: officer for officer in listed}


def _parse(entry: Mapping[str, object]) -> Officer:
    texts = {name: str(value) for name, value in entry.items() if name not in {"rank", "permissions"}}
    permissions = entry["permissions"]
    if not isinstance(permissions, list):
        raise TypeError("permissions must be a list")
    rank = None if entry["rank"] is None else Rank(int(str(entry["rank"])))
    return Officer(**texts, rank=rank, permissions=tuple(map(str, permissions)))
