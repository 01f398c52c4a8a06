"""A certificate authority for development: issues certificates and revocation lists (RFC 5280)."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import ExtendedKeyUsageOID

from xiezhi.pki.files import read_certificate, read_key, write_certificate, write_key

SigningKey = EllipticCurvePrivateKey | Ed25519PrivateKey
"""The kinds of keys that sign here: ECDSA P-256 for TLS, Ed25519 for officers and tokens."""

AUTHORITY_LIFETIME = timedelta(days=3650)
LEAF_LIFETIME = timedelta(days=365)
LIST_LIFETIME = timedelta(days=30)
BACKDATING = timedelta(minutes=5)
"""How far before now validity begins, so that a peer whose clock is a little behind accepts it."""

SERVER_AND_CLIENT = (ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH)
CLIENT_ONLY = (ExtendedKeyUsageOID.CLIENT_AUTH,)


@dataclass(frozen=True, slots=True)
class Identity:
    """A private key with the certificate over its public half."""

    certificate: x509.Certificate
    key: SigningKey


@dataclass(frozen=True, slots=True)
class Leaf:
    """What a certificate of an end entity shall say.

    Attributes:
        subject: Attributes of the subject, in order.
        uri: URI in the subject alternative name.
        local: Whether to name this machine (localhost, 127.0.0.1) too, as people connect to it.
        dns: DNS names in the subject alternative name.
        usages: Extended key usages; empty for a certificate that signs statements.
        agrees_keys: Whether the key is one that agrees on secrets and signs nothing.
    """

    subject: Sequence[tuple[x509.ObjectIdentifier, str]]
    uri: str
    local: bool = False
    dns: Sequence[str] = ()
    usages: Sequence[x509.ObjectIdentifier] = ()
    agrees_keys: bool = False


def new_tls_key() -> EllipticCurvePrivateKey:
    """Makes an ECDSA P-256 key."""
    return generate_private_key(SECP256R1())


class Authority:
    """A root that issues directly."""

    def __init__(self, identity: Identity) -> None:
        self._identity = identity

    @property
    def certificate(self) -> x509.Certificate:
        """The root certificate, to be trusted by whoever verifies."""
        return self._identity.certificate

    @classmethod
    def load_or_create(cls, folder: Path, *, name: str, key: SigningKey, now: datetime) -> Authority:
        """Loads the authority of a folder, or makes it there.

        Args:
            folder: Where "ca.crt" and "ca.key" lie.
            name: Common name of a new root.
            key: Key of a new root; not used when there is one already.
            now: The present instant, UTC.
        """
        certificate_file, key_file = folder / "ca.crt", folder / "ca.key"
        if not (certificate_file.exists() and key_file.exists()):
            write_key(key_file, key)
            write_certificate(certificate_file, _sign_root(name, key, now))
        loaded = read_key(key_file)
        if not isinstance(loaded, EllipticCurvePrivateKey | Ed25519PrivateKey):
            raise TypeError(f"{key_file} holds a key of another kind")
        return cls(Identity(read_certificate(certificate_file), loaded))

    def issue(
        self, leaf: Leaf, public_key: CertificatePublicKeyTypes, *, now: datetime, since: datetime | None = None
    ) -> x509.Certificate:
        """Issues a certificate for one year.

        Args:
            leaf: What it shall say.
            public_key: The key of its subject.
            now: The present instant, UTC.
            since: From when on it counts, UTC; None for now.
        """
        names: list[x509.GeneralName] = [x509.UniformResourceIdentifier(leaf.uri)]
        names += [x509.DNSName(name) for name in leaf.dns]
        if leaf.local:
            names += [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
        builder = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(oid, value) for oid, value in leaf.subject]))
            .issuer_name(self.certificate.subject)
            .public_key(public_key)
            .serial_number(x509.random_serial_number())
            .not_valid_before((since or now) - BACKDATING)
            .not_valid_after(min(now + LEAF_LIFETIME, self.certificate.not_valid_after_utc))
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_key_usage(agrees_keys=leaf.agrees_keys), critical=True)
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
            .add_extension(_issuer_identifier(self.certificate), critical=False)
        )
        if leaf.usages:
            builder = builder.add_extension(x509.ExtendedKeyUsage(leaf.usages), critical=False)
        return builder.sign(self._identity.key, _digest_for(self._identity.key))

    def issue_list(
        self, revoked: Sequence[tuple[int, datetime]], *, number: int, now: datetime
    ) -> x509.CertificateRevocationList:
        """Issues a revocation list for thirty days.

        Args:
            revoked: Serial number of each revoked certificate and since when it is, UTC.
            number: The list's number; higher than that of every earlier list.
            now: The present instant, UTC.
        """
        builder = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self.certificate.subject)
            .last_update(now - BACKDATING)
            .next_update(now + LIST_LIFETIME)
            .add_extension(x509.CRLNumber(number), critical=False)
            .add_extension(_issuer_identifier(self.certificate), critical=False)
        )
        for serial, since in revoked:
            entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(since)
            builder = builder.add_revoked_certificate(entry.build())
        return builder.sign(self._identity.key, _digest_for(self._identity.key))


def _sign_root(name: str, key: SigningKey, now: datetime) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BACKDATING)
        .not_valid_after(now + AUTHORITY_LIFETIME)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(signs_certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    return builder.sign(key, _digest_for(key))


def _digest_for(key: SigningKey) -> SHA256 | None:
    """Returns the digest that the kind of key needs: none for Ed25519 (RFC 8410)."""
    return None if isinstance(key, Ed25519PrivateKey) else SHA256()


def _key_usage(*, signs_certificates: bool = False, agrees_keys: bool = False) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not (signs_certificates or agrees_keys),
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=agrees_keys,
        encipher_only=False,
        decipher_only=False,
    )


def _issuer_identifier(issuer: x509.Certificate) -> x509.AuthorityKeyIdentifier:
    identifier = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier)
