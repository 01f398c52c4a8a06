"""One run of a command: its data folder, its output, who it acts for, and its connection to the exchange."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from xiezhi.cli.home import Home
from xiezhi.cli.moved import clock_ahead
from xiezhi.cli.output import CommandError, Output, as_sentence
from xiezhi.cli.render import LEGAL_ZONE
from xiezhi.client import CachedToken, Client, Credentials, LogKey, OfficerSigner, TokenSource, connect
from xiezhi.pki import UnknownOfficerError

ENVIRONMENT = {
    "XIEZHI_GATEWAY": "address of the gateway, host:port",
    "XIEZHI_CA": "PEM file of the authority of the gateway's certificate",
    "XIEZHI_CERTIFICATE": "PEM file of this system's certificate",
    "XIEZHI_KEY": "PEM file of its private key",
    "XIEZHI_TOKEN_FILE": "file with the officer's token, read before every call",
    "XIEZHI_LOG_KEY": "PEM file of the ledger's public key",
    "XIEZHI_SIGNING_CERTIFICATE": "PEM file of the approver's certificate chain",
    "XIEZHI_SIGNING_KEY": "PEM file of the approver's private key",
    "XIEZHI_EXCHANGE_KEY": "PEM file of the private key to which the organisation's bundles are encrypted",
    "XIEZHI_BUNDLE_TRUST": "folder with .crt and .crl of courts, police and exchange, whose bundles and keys count",
}
"""What replaces the development keys of the data folder, where an agency has its own."""

NO_OFFICER = "say who you are with --as OFFICER, or name a token in XIEZHI_TOKEN_FILE"


@dataclass(frozen=True, slots=True)
class Session:
    """What the common options of a command amount to.

    Attributes:
        home: The data folder.
        output: Where results go.
        officer_id: Whom to act as with development keys; empty where the environment brings a token.
        system: Which development system to connect as; empty for the officer's own.
        gateway: Address of the gateway as given; empty to find it.
    """

    home: Home
    output: Output
    officer_id: str = ""
    system: str = ""
    gateway: str = ""

    def now(self) -> datetime:
        """Returns the present instant as the suite of the data folder has it, UTC."""
        return self.machine_now() + clock_ahead(self.home)

    def today(self) -> date:
        """Returns the legal date of the present instant."""
        return self.now().astimezone(LEGAL_ZONE).date()

    @staticmethod
    def machine_now() -> datetime:
        """Returns the present instant as this machine has it, UTC; TLS libraries go by it."""
        return datetime.now(UTC)

    def connect(self, *, traceparent: Callable[[], str | None] | None = None) -> Client:
        """Opens a client for the officer.

        Args:
            traceparent: Asked for the trace of each call; None for a new trace each time.

        Raises:
            CommandError: If the address, a key or the officer is missing.
        """
        return connect(
            self.find_gateway(),
            credentials=self.credentials(),
            token=self._token_source(),
            log_key=self.log_key(),
            traceparent=traceparent,
            now=self.now,
        )

    def find_gateway(self) -> str:
        """Returns where the gateway listens.

        Raises:
            CommandError: If nothing says so.
        """
        found = self.gateway or os.environ.get("XIEZHI_GATEWAY") or self.home.address("gateway")
        if not found:
            raise CommandError(
                f"No gateway is running for {self.home.root}.",
                next_step="Start the suite with `xiezhi up`, or name a gateway with --gateway HOST:PORT.",
            )
        return found

    def credentials(self) -> Credentials:
        """Returns the TLS identity to connect with.

        Raises:
            CommandError: If there is none.
        """
        if "XIEZHI_CERTIFICATE" in os.environ:
            return Credentials.from_files(
                ca=_file("XIEZHI_CA"), certificate=_file("XIEZHI_CERTIFICATE"), key=_file("XIEZHI_KEY")
            )
        self._require_keys()
        files = self.home.keys.tls(self.system or self._officer_system())
        if not files.certificate.exists():
            raise CommandError(f"There is no development system {self.system}.")
        return Credentials.from_files(ca=files.authority, certificate=files.certificate, key=files.key)

    def log_key(self) -> LogKey:
        """Returns the ledger's public key.

        Raises:
            CommandError: If there is none.
        """
        if "XIEZHI_LOG_KEY" in os.environ:
            return LogKey.from_pem(_file("XIEZHI_LOG_KEY").read_bytes())
        self._require_keys()
        return LogKey.from_pem(self.home.keys.log_key_file.read_bytes())

    def signer(self) -> OfficerSigner:
        """Returns what signs the officer's decisions.

        Raises:
            CommandError: If the officer has no signing key.
        """
        if "XIEZHI_SIGNING_KEY" in os.environ:
            return OfficerSigner.from_files(
                certificate=_file("XIEZHI_SIGNING_CERTIFICATE"), key=_file("XIEZHI_SIGNING_KEY")
            )
        self._require_keys()
        if not self.officer_id:
            raise CommandError("An approver has to be named.", next_step=f"Please {NO_OFFICER}.")
        try:
            identity = self.home.keys.officers.signer(self.officer_id)
        except UnknownOfficerError as failure:
            raise _unknown_officer(failure) from None
        return OfficerSigner(identity.key, (identity.certificate,))  # type: ignore[arg-type]

    def mint(self, permissions: tuple[str, ...] | None = None) -> str:
        """Signs a development token for the officer.

        Raises:
            CommandError: If the officer is not known.
        """
        self._require_keys()
        try:
            return self.home.keys.mint_token(
                self.officer_id, now=self.now(), system=self.system or None, permissions=permissions
            )
        except UnknownOfficerError as failure:
            raise _unknown_officer(failure) from None

    def minting(self) -> TokenSource:
        """Returns a source of development tokens for the officer."""
        return CachedToken(self.mint, now=lambda: self.now().timestamp())

    def _token_source(self) -> TokenSource:
        if self.officer_id:
            return self.minting()
        if "XIEZHI_TOKEN_FILE" in os.environ:
            file = _file("XIEZHI_TOKEN_FILE")
            return lambda: file.read_text(encoding="ascii").strip()
        raise CommandError("It is not known who calls.", next_step=f"Please {NO_OFFICER}.")

    def _officer_system(self) -> str:
        if not self.officer_id:
            return "courts"
        try:
            return self.home.keys.officers.get(self.officer_id).system
        except UnknownOfficerError as failure:
            raise _unknown_officer(failure) from None

    def _require_keys(self) -> None:
        if not self.home.keys.exists:
            raise CommandError(
                f"There are no development keys in {self.home.root}.",
                next_step="Make them with `xiezhi keys create` or `xiezhi up`, or name your agency's own files "
                "in the environment (`xiezhi --help` lists the variables).",
            )


def _unknown_officer(failure: UnknownOfficerError) -> CommandError:
    return CommandError(as_sentence(failure), next_step="`xiezhi keys show` lists the officers of this data folder.")


def _file(variable: str) -> Path:
    path = Path(os.environ.get(variable, ""))
    if not path.is_file():
        raise CommandError(f"{variable} names no file.", next_step=f"It should be: {ENVIRONMENT[variable]}.")
    return path
