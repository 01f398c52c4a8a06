"""Development officers: who they are, their signing certificates, and the list of revoked ones."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from cryptography.x509.oid import NameOID

from xiezhi.pki.authority import Identity
from xiezhi.pki.certificates import OfficerCertificates, UnknownOfficerError
from xiezhi.pki.files import PRIVATE, write_file
from xiezhi.proof.statement import Rank

COURTS = "courts"
"""The agency whose officers sign statements."""
POLICE = "police"
CARRYING = "paper.perform"
"""Permission of the police officers who carry bundles (报送包), and sign those with results."""
AUTHORITY_NAME = "Xiezhi development courts CA (INSECURE)"
POLICE_AUTHORITY_NAME = "Xiezhi development police CA (INSECURE)"


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

    @property
    def carries(self) -> bool:
        """Whether they sign bundles for the police, under an authority of its own: they sign no statements."""
        return self.agency == POLICE and CARRYING in self.permissions


class OfficerRegister:
    """The officers of a data folder with their certificates under the courts' development CA."""

    def __init__(self, folder: Path) -> None:
        """Reads nothing yet.

        Args:
            folder: The folder "officers" of the development keys.
        """
        self._folder = folder
        self._certificates = OfficerCertificates(folder, authority_name=AUTHORITY_NAME)

    @property
    def authority_file(self) -> Path:
        """The courts' CA certificate, which verifiers of statements trust."""
        return self._certificates.authority_file

    @property
    def revocation_file(self) -> Path:
        """The courts' revocation list in PEM."""
        return self._certificates.revocation_file

    def update(self, officers: Iterable[Officer], *, now: datetime) -> None:
        """Adds officers, issues missing or outdated certificates, and refreshes the revocation list.

        Those who are not court officers of a rank sign no statements and get no certificate.

        Args:
            officers: Those to be there in addition to the ones that are.
            now: The present instant, UTC.
        """
        self._certificates.publish(now=now)
        known = {**self._read(), **{officer.officer_id: officer for officer in officers}}
        listed = json.dumps([asdict(officer) for officer in known.values()], ensure_ascii=False, indent=1)
        write_file(self._folder / "officers.json", listed.encode(), mode=PRIVATE)
        for officer in known.values():
            if officer.signs and not self._certificates.is_current(officer.officer_id, now=now):
                self._issue(officer, now=now)

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
        if officer_id not in self._read():
            raise UnknownOfficerError(f"officer {officer_id} has no signing certificate in {self._folder}")
        return self._certificates.signer(officer_id)

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
        self.signer(officer_id)
        return self._certificates.revoke(officer_id, now=now)

    def is_revoked(self, officer_id: str) -> bool:
        """Tells whether the officer's present certificate is on the revocation list."""
        self.signer(officer_id)
        return self._certificates.is_revoked(officer_id)

    def reissue(self, officer_id: str, *, now: datetime) -> None:
        """Gives an officer a new key and certificate; a revoked one stays revoked.

        Raises:
            UnknownOfficerError: If there is no such officer, or one who signs nothing.
        """
        self._issue(self.get(officer_id), now=now)

    def _issue(self, officer: Officer, *, now: datetime) -> None:
        if officer.rank is None or not officer.signs:
            raise UnknownOfficerError(f"officer {officer.officer_id} has no rank of a court and signs nothing")
        subject = (
            (NameOID.ORGANIZATION_NAME, officer.organisation),
            (NameOID.TITLE, officer.rank.name),
            (NameOID.COMMON_NAME, officer.officer_id),
        )
        self._certificates.issue(officer.officer_id, subject, now=now)

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


class CarrierRegister:
    """The police officers of a data folder who sign bundles, with their certificates under the police's development CA.

    Their certificates name no rank: that of a police officer is in the token only.
    """

    def __init__(self, folder: Path, officers: OfficerRegister) -> None:
        """Reads nothing yet.

        Args:
            folder: The folder "police" of the development keys.
            officers: Who there is.
        """
        self._officers = officers
        self._certificates = OfficerCertificates(folder, authority_name=POLICE_AUTHORITY_NAME)

    @property
    def authority_file(self) -> Path:
        """The police's CA certificate, which verifiers of bundles trust."""
        return self._certificates.authority_file

    @property
    def revocation_file(self) -> Path:
        """The police's revocation list in PEM."""
        return self._certificates.revocation_file

    def update(self, *, now: datetime) -> None:
        """Issues missing or outdated certificates to those who carry bundles, and refreshes the revocation list."""
        self._certificates.publish(now=now)
        for officer in self._officers.list():
            if officer.carries and not self._certificates.is_current(officer.officer_id, now=now):
                self.reissue(officer.officer_id, now=now)

    def signer(self, officer_id: str) -> Identity:
        """Returns an officer's signing key and certificate.

        Raises:
            UnknownOfficerError: If the officer has none.
        """
        return self._certificates.signer(officer_id)

    def revoke(self, officer_id: str, *, now: datetime) -> int:
        """Puts an officer's present certificate on the revocation list, at once and for good; returns its number.

        Raises:
            UnknownOfficerError: If the officer has no certificate.
        """
        return self._certificates.revoke(officer_id, now=now)

    def is_revoked(self, officer_id: str) -> bool:
        """Tells whether the officer's present certificate is on the revocation list."""
        return self._certificates.is_revoked(officer_id)

    def reissue(self, officer_id: str, *, now: datetime) -> None:
        """Gives an officer a new key and certificate; a revoked one stays revoked.

        Raises:
            UnknownOfficerError: If there is no such officer, or one who carries nothing.
        """
        officer = self._officers.get(officer_id)
        if not officer.carries:
            raise UnknownOfficerError(f"officer {officer_id} carries no bundles for the police")
        subject = ((NameOID.ORGANIZATION_NAME, officer.organisation), (NameOID.COMMON_NAME, officer_id))
        self._certificates.issue(officer_id, subject, now=now)
