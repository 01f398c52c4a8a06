"""Keys and authorities of whoever writes or reads a bundle: the development ones, or an agency's own."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from xiezhi.bundle import Recipient, Sender, SenderTrust
from xiezhi.cli.documents import read_bytes
from xiezhi.cli.output import CommandError, as_sentence
from xiezhi.cli.session import Session
from xiezhi.pki import UnknownExchangeKeyError, UnknownOfficerError
from xiezhi.proof.anchors import Anchors
from xiezhi.proof.exchange import ExchangeKeyError, read_recipient
from xiezhi.proof.exchange import Recipient as Addressee

KEY_VARIABLE, TRUST_VARIABLE = "XIEZHI_EXCHANGE_KEY", "XIEZHI_BUNDLE_TRUST"


@dataclass(frozen=True, slots=True)
class BundleKeys:
    """Keys and authorities.

    Attributes:
        session: The run of a command.
    """

    session: Session

    def courts(self) -> Anchors:
        """Returns the courts' authorities and revocation lists.

        Raises:
            CommandError: If they cannot be read.
        """
        officers = self.session.home.keys.officers
        return self._anchors("courts", officers.authority_file, officers.revocation_file)

    def senders(self) -> SenderTrust:
        """Returns whose signatures under bundles count.

        Raises:
            CommandError: If an authority cannot be read.
        """
        police = self.session.home.keys.carriers
        return SenderTrust(self.courts(), self._anchors("police", police.authority_file, police.revocation_file))

    def addressee(self, organisation: str, certificate: Path | None) -> Addressee:
        """Returns to whom a bundle is encrypted, after verifying whose key it is.

        Args:
            organisation: Who shall read it.
            certificate: PEM file of its published certificate; None for the development one.

        Raises:
            CommandError: If there is none, or it is not that organisation's.
        """
        exchange = self.session.home.keys.exchange
        try:
            if certificate is not None:
                found = x509.load_pem_x509_certificate(read_bytes(certificate))
            else:
                found = exchange.certificate(organisation)
            anchors = self._anchors("exchange", exchange.authority_file, exchange.revocation_file)
            addressee = read_recipient(found, anchors, now=self.session.now())
        except UnknownExchangeKeyError as failure:
            raise CommandError(
                as_sentence(failure), next_step="Name its published certificate with --recipient-certificate FILE."
            ) from None
        except ExchangeKeyError as failure:
            raise CommandError(f"The recipient's certificate does not count: {failure}.") from None
        except ValueError:
            raise CommandError(f"{certificate} holds no certificate.") from None
        if addressee.organisation != organisation:
            raise CommandError(f"The certificate is of {addressee.organisation} and not of {organisation}.")
        return addressee

    def reader(self, organisation: str = "") -> Recipient:
        """Returns who reads a bundle, with the private exchange key.

        Args:
            organisation: Its code; empty for that of the officer who acts.

        Raises:
            CommandError: If it is not told, or there is no key.
        """
        organisation = organisation or self.own_organisation()
        if KEY_VARIABLE in os.environ:
            key = _load_key(Path(os.environ[KEY_VARIABLE]))
            return Recipient(organisation, key)
        try:
            return Recipient(organisation, self.session.home.keys.exchange.key(organisation))
        except UnknownExchangeKeyError as failure:
            raise CommandError(
                as_sentence(failure), next_step=f"Name the file of the key in {KEY_VARIABLE}, or use development keys."
            ) from None

    def sender(self) -> Sender:
        """Returns who signs a bundle: the officer who acts, of a court or of the police.

        Raises:
            CommandError: If the officer has no signing key.
        """
        keys, officer = self.session.home.keys, self.session.officer_id
        if "XIEZHI_SIGNING_KEY" not in os.environ and officer and keys.exists:
            try:
                if keys.officers.get(officer).carries:
                    identity = keys.carriers.signer(officer)
                    return Sender(identity.key, (identity.certificate,))  # type: ignore[arg-type]
            except UnknownOfficerError as failure:
                raise CommandError(as_sentence(failure), next_step="See `xiezhi keys show --all`.") from None
        signer = self.session.signer()
        return Sender(signer.key, signer.chain)

    def own_organisation(self) -> str:
        """Returns the organisation of the officer who acts with development keys.

        Raises:
            CommandError: If it is not known.
        """
        try:
            return self.session.home.keys.officers.get(self.session.officer_id).organisation
        except UnknownOfficerError:
            raise CommandError(
                "It is not known whose bundle this is.",
                next_step="Name an officer with --as, or the organisation with --organisation.",
            ) from None

    def _anchors(self, name: str, authority: Path, revocations: Path) -> Anchors:
        if TRUST_VARIABLE in os.environ:
            folder = Path(os.environ[TRUST_VARIABLE])
            authority, revocations = folder / f"{name}.crt", folder / f"{name}.crl"
        try:
            return Anchors.read(authority, revocations)
        except (OSError, ValueError):
            raise CommandError(
                f"The authority and revocation list in {authority} and {revocations} cannot be read.",
                next_step=f"Make development keys with `xiezhi keys create`, or name your own in {TRUST_VARIABLE}.",
            ) from None


def _load_key(file: Path) -> X25519PrivateKey:
    try:
        key = load_pem_private_key(read_bytes(file), password=None)
    except (TypeError, ValueError):
        key = None
    if not isinstance(key, X25519PrivateKey):
        raise CommandError(f"{file} holds no X25519 private key.")
    return key
