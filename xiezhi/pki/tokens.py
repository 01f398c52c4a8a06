"""Development identity providers: signing keys, key sets and tokens (RFC 7519, RFC 7517, RFC 8705)."""

from __future__ import annotations

import base64
import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc import jwt
from joserfc.jwk import OKPKey

from xiezhi.pki.files import PUBLIC, write_file, write_key
from xiezhi.pki.officers import Officer

AUDIENCE = "xiezhi"
ALGORITHM = "Ed25519"
MAX_LIFETIME = timedelta(hours=1)
KEPT_KEYS = 2
"""Keys in the published set: the one that signs and the one before, whose tokens are still out."""

ISSUERS = {
    "courts": "https://idp.courts.xiezhi.test",
    "police": "https://idp.police.xiezhi.test",
}
"""Issuer of each agency's tokens. They are names, never fetched."""


@dataclass(frozen=True, slots=True)
class TokenRequest:
    """What a token shall say beyond who the officer is.

    Attributes:
        certificate: Certificate of the system that will send it; the token is of no use over any other.
        lifetime: More than zero, at most one hour.
        permissions: Scope instead of the officer's own; None for the officer's own.
    """

    certificate: x509.Certificate
    lifetime: timedelta = MAX_LIFETIME
    permissions: tuple[str, ...] | None = None


class TokenAuthority:
    """The identity provider of one agency."""

    def __init__(self, folder: Path, *, issuer: str) -> None:
        """Reads nothing yet.

        Args:
            folder: Where the agency's key set and private keys lie.
            issuer: The "iss" of its tokens.
        """
        self._folder = folder
        self._issuer = issuer

    @property
    def key_set_file(self) -> Path:
        """The published key set (JWKS)."""
        return self._folder / "jwks.json"

    def create(self) -> None:
        """Makes the first signing key, and the key set, where they are missing."""
        if not self._private_keys():
            self._add_key(1)
        self._publish()

    def rotate(self) -> None:
        """Makes a new signing key; the one before stays in the key set until the next rotation."""
        keys = self._private_keys()
        self._add_key(_ordinal(keys[-1]) + 1 if keys else 1)
        self._publish()
        for retired in self._private_keys()[:-KEPT_KEYS]:
            retired.unlink()

    def mint(self, officer: Officer, request: TokenRequest, *, now: datetime) -> str:
        """Signs a token for an officer.

        Args:
            officer: Whom it names.
            request: What else it says.
            now: The present instant, UTC.

        Raises:
            ValueError: If the lifetime is not within its bounds.
        """
        if not timedelta(0) < request.lifetime <= MAX_LIFETIME:
            raise ValueError("a token lives for more than zero and at most one hour")
        issued = int(now.timestamp())
        permissions = officer.permissions if request.permissions is None else request.permissions
        claims: dict[str, object] = {
            "iss": self._issuer,
            "aud": AUDIENCE,
            "sub": officer.officer_id,
            "jti": secrets.token_hex(16),
            "iat": issued,
            "nbf": issued,
            "exp": issued + int(request.lifetime.total_seconds()),
            "org": officer.organisation,
            "rank": officer.rank.name if officer.rank else "",
            "scope": " ".join(permissions),
            "work_card": officer.work_card,
            "enforcement_card": officer.enforcement_card,
            "cnf": {"x5t#S256": thumbprint(request.certificate)},
        }
        file = self._private_keys()[-1]
        key = OKPKey.import_key(file.read_bytes())
        header = {"alg": ALGORITHM, "typ": "JWT", "kid": key.thumbprint()}
        return jwt.encode(header, claims, key, algorithms=[ALGORITHM])

    def key_ids(self) -> tuple[str, ...]:
        """Returns the ids of the published keys, oldest first."""
        published = json.loads(self.key_set_file.read_text(encoding="utf-8"))
        return tuple(str(key["kid"]) for key in published["keys"])

    def _add_key(self, ordinal: int) -> None:
        write_key(self._folder / f"signing-{ordinal:06}.key", Ed25519PrivateKey.generate())

    def _publish(self) -> None:
        keys = []
        for file in self._private_keys()[-KEPT_KEYS:]:
            key = OKPKey.import_key(file.read_bytes())
            extra = {"kid": key.thumbprint(), "alg": ALGORITHM, "use": "sig"}
            keys.append({**key.as_dict(private=False), **extra})
        write_file(self.key_set_file, json.dumps({"keys": keys}, indent=1).encode(), mode=PUBLIC)

    def _private_keys(self) -> list[Path]:
        return sorted(self._folder.glob("signing-*.key"))


def thumbprint(certificate: x509.Certificate) -> str:
    """Returns the certificate's "x5t#S256" (RFC 8705 §3.1)."""
    return base64.urlsafe_b64encode(certificate.fingerprint(SHA256())).rstrip(b"=").decode()


def _ordinal(file: Path) -> int:
    return int(file.stem.removeprefix("signing-"))
