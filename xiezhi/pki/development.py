"""The development PKI of a data folder: every key and certificate that the suite needs to run on one machine.

Nothing of this belongs into production: one folder holds the private keys of both agencies, of the ledger and
of every officer. Operators mount their own files instead.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID

from xiezhi.pki.authority import CLIENT_ONLY, SERVER_AND_CLIENT, Authority, Leaf, new_tls_key
from xiezhi.pki.exchange import ExchangeRegister
from xiezhi.pki.files import PUBLIC, read_certificate, read_key, write_certificate, write_file, write_key
from xiezhi.pki.officers import CarrierRegister, Officer, OfficerRegister
from xiezhi.pki.seals import SealRegister
from xiezhi.pki.tokens import ISSUERS, TokenAuthority, TokenRequest

SERVICES = ("gateway", "identity", "ledger", "vehicle", "exit_restriction", "referral", "coordination")
SYSTEMS = ("courts", "police", "case-system", "checkpoint", "audit")
RENEWAL_MARGIN = timedelta(days=30)
"""How long before its end a TLS certificate is replaced."""

MARKER = "INSECURE-DEVELOPMENT-KEYS.txt"
MARKER_TEXT = """\
These keys and certificates are for development and tests only.

They lie unencrypted in one folder: whoever reads it can act as every officer, every system and the ledger
itself. Never use them where real data or real people are concerned. `xiezhi keys create` made them; delete
the folder to start afresh.
"""


class InsecureDevelopmentKeysWarning(UserWarning):
    """Development keys were made."""


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """Where one process or system finds its TLS identity.

    Attributes:
        authority: Certificate of the CA to trust.
        certificate: Its own certificate.
        key: Its private key.
    """

    authority: Path
    certificate: Path
    key: Path


class InsecureDevelopmentKeys:
    """The keys of one data folder."""

    def __init__(self, folder: Path) -> None:
        """Reads nothing yet.

        Args:
            folder: The folder "keys" of the data folder.
        """
        self.folder = folder
        self.officers = OfficerRegister(folder / "officers")
        self.seals = SealRegister(folder / "seals")
        self.carriers = CarrierRegister(folder / "police", self.officers)
        self.exchange = ExchangeRegister(folder / "exchange")

    @property
    def exists(self) -> bool:
        """Whether keys were made here."""
        return (self.folder / MARKER).exists()

    @property
    def ledger_key_file(self) -> Path:
        """The ledger's private signing key (Ed25519)."""
        return self.folder / "ledger" / "signing.key"

    @property
    def log_key_file(self) -> Path:
        """The ledger's public key, all that is needed to verify receipts."""
        return self.folder / "ledger" / "log.pub"

    def keyring_file(self, service: str) -> Path:
        """Where a service keeps the keys for its fields at rest; the service's side makes it."""
        return self.folder / "rings" / f"{service}.json"

    def tls(self, name: str) -> TlsFiles:
        """Tells where a process ("gateway") or system ("courts") finds its TLS identity."""
        folder = self.folder / "tls"
        return TlsFiles(folder / "ca.crt", folder / f"{name}.crt", folder / f"{name}.key")

    def tokens(self, agency: str) -> TokenAuthority:
        """Returns the identity provider of an agency.

        Raises:
            KeyError: If there is no such agency.
        """
        return TokenAuthority(self.folder / "tokens" / agency, issuer=ISSUERS[agency])

    def create(self, officers: Iterable[Officer] = (), *, now: datetime, machine_now: datetime | None = None) -> None:
        """Makes what is missing and renews what is nearly over; what is there and good stays as it is.

        Args:
            officers: Officers to be added.
            now: The present instant, UTC.
            machine_now: That of the machine's clock, where `now` is of a moved one: TLS libraries go by the one, the
                exchange by the other, so certificates of TLS count for both.

        Warns:
            InsecureDevelopmentKeysWarning: When keys are made in a folder that had none.
        """
        if not self.exists:
            warnings.warn(f"insecure development keys are made in {self.folder}", InsecureDevelopmentKeysWarning, 2)
            write_file(self.folder / MARKER, MARKER_TEXT.encode(), mode=PUBLIC)
        authority = self._authority(machine_now or now)
        for name in (*SERVICES, *SYSTEMS):
            if not self._is_current(self.tls(name), now):
                self._issue_tls(name, authority, now=now, since=machine_now)
        for agency in ISSUERS:
            self.tokens(agency).create()
        self._create_ledger_key()
        self.officers.update(officers, now=now)
        self.carriers.update(now=now)
        self.seals.update(self._organisations(), now=now)
        self.exchange.update(self._organisations(), now=now)

    def rotate(self, *, now: datetime, machine_now: datetime | None = None) -> None:
        """Replaces every TLS certificate and seal with its key, and adds a token signing key for each agency.

        The ledger's key stays: receipts that were given out name it, and whoever keeps its public half must
        be able to verify them for good. Officers' certificates stay: `OfficerRegister.reissue` replaces one. What was
        sealed with the seals before holds on: they are not revoked.

        Args:
            now: The present instant, UTC.
            machine_now: As `create` takes it.
        """
        authority = self._authority(machine_now or now)
        for name in (*SERVICES, *SYSTEMS):
            self._issue_tls(name, authority, now=now, since=machine_now)
        for agency in ISSUERS:
            self.tokens(agency).rotate()
        for organisation in self._organisations():
            self.seals.reissue(organisation, now=now)

    def mint_token(
        self,
        officer_id: str,
        *,
        now: datetime,
        system: str | None = None,
        permissions: Sequence[str] | None = None,
        lifetime: timedelta = timedelta(hours=1),
    ) -> str:
        """Signs a token for an officer, bound to the certificate of the system that will send it.

        Args:
            officer_id: Whom it names.
            now: The present instant, UTC.
            system: Name of the sending system; None for the officer's own.
            permissions: Scope instead of the officer's own.
            lifetime: More than zero, at most one hour.

        Raises:
            UnknownOfficerError: If there is no such officer.
            ValueError: If the lifetime is not within its bounds.
        """
        officer = self.officers.get(officer_id)
        certificate = read_certificate(self.tls(system or officer.system).certificate)
        scope = None if permissions is None else tuple(permissions)
        request = TokenRequest(certificate, lifetime=lifetime, permissions=scope)
        return self.tokens(officer.agency).mint(officer, request, now=now)

    def certificates(self) -> dict[str, x509.Certificate]:
        """Returns all TLS certificates and the roots by their names, for display and checks."""
        found = {
            "suite CA": self.folder / "tls" / "ca.crt",
            "courts CA": self.officers.authority_file,
            "police CA": self.carriers.authority_file,
            "seal authority": self.seals.authority_file,
            "exchange authority": self.exchange.authority_file,
        }
        found.update({name: self.tls(name).certificate for name in (*SERVICES, *SYSTEMS)})
        return {name: read_certificate(file) for name, file in found.items() if file.exists()}

    def _organisations(self) -> tuple[str, ...]:
        """Returns the codes of the courts and police units that have officers here."""
        return tuple(dict.fromkeys(officer.organisation for officer in self.officers.list()))

    def _authority(self, now: datetime) -> Authority:
        return Authority.load_or_create(
            self.folder / "tls", name="Xiezhi development suite CA (INSECURE)", key=new_tls_key(), now=now
        )

    def _is_current(self, files: TlsFiles, now: datetime) -> bool:
        if not (files.certificate.exists() and files.key.exists()):
            return False
        return read_certificate(files.certificate).not_valid_after_utc > now + RENEWAL_MARGIN

    def _issue_tls(self, name: str, authority: Authority, *, now: datetime, since: datetime | None) -> None:
        kind = "service" if name in SERVICES else "system"
        leaf = Leaf(
            subject=((NameOID.ORGANIZATION_NAME, "Xiezhi development"), (NameOID.COMMON_NAME, name)),
            uri=f"spiffe://xiezhi.jx/{kind}/{name}",
            local=name == "gateway",
            dns=(f"{name}.service.xiezhi",) if kind == "service" else (),
            usages=SERVER_AND_CLIENT if kind == "service" else CLIENT_ONLY,
        )
        key = new_tls_key()
        files = self.tls(name)
        write_key(files.key, key)
        write_certificate(files.certificate, authority.issue(leaf, key.public_key(), now=now, since=since))

    def _create_ledger_key(self) -> None:
        if not self.ledger_key_file.exists():
            write_key(self.ledger_key_file, Ed25519PrivateKey.generate())
        public = read_key(self.ledger_key_file).public_key()
        encoded = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        write_file(self.log_key_file, encoded, mode=PUBLIC)
