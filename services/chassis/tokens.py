"""Bearer tokens: who calls, for which organisation, with which standing and permissions.

A token is a JWT (RFC 7519), algorithm Ed25519, of one of the agencies' identity providers, bound to the
certificate of the system that presents it (RFC 8705), so that a stolen token is worth nothing without that
system's key.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from joserfc import jwt
from joserfc.errors import ExpiredTokenError, JoseError
from joserfc.jwk import KeySet

from services.chassis.watched import WatchedFiles
from xiezhi.errors import Reason, XiezhiError, error
from xiezhi.proof.statement import Rank

AUDIENCE = "xiezhi"
ALGORITHM = "Ed25519"
MAX_LENGTH = 8_192
MAX_LIFETIME = timedelta(hours=12)
"""A token that lives longer is refused: permissions must not outlive a working day."""
START_LEEWAY = timedelta(seconds=60)
"""How far a token may begin in the future: clocks of agencies differ a little. Its end has no leeway."""
MAX_CACHED = 20_000


@dataclass(frozen=True, slots=True)
class Issuer:
    """An agency's identity provider.

    Attributes:
        jwks: Its public keys, a JWK set (RFC 7517) in a file that the operator keeps current.
        organisations: Regular expression that a token's organisation must match whole.
    """

    jwks: Path
    organisations: str


@dataclass(frozen=True, slots=True)
class Caller:
    """The officer on whose behalf a call is made.

    Attributes:
        officer_id: Subject of the token.
        organisation: Court or unit code.
        rank: Standing; None for those outside of a court's ranks.
        permissions: What the token's scope holds.
        work_card: Number of the work card (工作证); empty when the agency states none.
        enforcement_card: Number of the enforcement card (执行公务证); empty when the agency states none.
        certificate_sha256: Fingerprint of the system certificate that the token is bound to, 32 bytes.
        expires_at: End of the token, UTC, exclusive.
    """

    officer_id: str
    organisation: str
    rank: Rank | None
    permissions: frozenset[str]
    work_card: str
    enforcement_card: str
    certificate_sha256: bytes
    expires_at: datetime


class TokenVerifier:
    """Verifies tokens; a token seen before is found by its text until it ends or a key changes.

    Args:
        issuers: Identity providers by the "iss" they write.
    """

    def __init__(self, issuers: Mapping[str, Issuer]) -> None:
        self._keys = {name: WatchedFiles((i.jwks,), lambda i=i: _read_keys(i.jwks)) for name, i in issuers.items()}  # type: ignore[misc]
        self._organisations = {name: re.compile(issuer.organisations) for name, issuer in issuers.items()}
        self._seen: dict[str, tuple[Caller, str, int]] = {}

    def verify(self, text: str, *, certificate_sha256: bytes, now: datetime) -> Caller:
        """Verifies a token.

        Args:
            text: The compact JWT.
            certificate_sha256: Fingerprint of the certificate of the system that presented it.
            now: The instant at which it must hold, UTC.

        Raises:
            Unauthenticated: TOKEN_INVALID or TOKEN_EXPIRED.
        """
        seen = self._seen.get(text)
        if seen is None or self._keys_changed(seen[1], seen[2]):
            seen = self._check(text, now)
            if len(self._seen) >= MAX_CACHED:
                self._seen.clear()
            self._seen[text] = seen
        caller = seen[0]
        if now >= caller.expires_at:
            raise error(Reason.TOKEN_EXPIRED, "The token's time is over.")
        if caller.certificate_sha256 != certificate_sha256:
            raise _invalid("it is bound to another system's certificate")
        return caller

    def _keys_changed(self, issuer: str, version: int) -> bool:
        keys = self._keys[issuer]
        try:
            keys.get()
        except (OSError, ValueError, JoseError):
            return True
        return keys.version != version

    def _check(self, text: str, now: datetime) -> tuple[Caller, str, int]:
        if len(text) > MAX_LENGTH:
            raise _invalid("it is too long")
        issuer = _claimed_issuer(text)
        if issuer not in self._keys:
            raise _invalid("its issuer is not known")
        try:
            keys = self._keys[issuer].get()
            claims = jwt.decode(text, keys, algorithms=[ALGORITHM]).claims
            jwt.JWTClaimsRegistry(
                now=int(now.timestamp()),
                leeway=0,
                iss={"essential": True, "value": issuer},
                aud={"essential": True, "value": AUDIENCE},
                sub={"essential": True},
                exp={"essential": True},
            ).validate({k: v for k, v in claims.items() if k not in ("iat", "nbf")})
            caller = _read_caller(claims, now)
        except ExpiredTokenError:
            raise error(Reason.TOKEN_EXPIRED, "The token's time is over.") from None
        except (JoseError, ValueError, TypeError, KeyError, OverflowError, OSError, RecursionError):
            raise _invalid("its signature or its claims do not hold") from None
        if self._organisations[issuer].fullmatch(caller.organisation) is None:
            raise _invalid("its issuer does not speak for that organisation")
        return caller, issuer, self._keys[issuer].version


def _claimed_issuer(text: str) -> str:
    """Reads which provider a token claims to be of, to choose the keys; nothing else of it is believed yet."""
    try:
        payload = text.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        return str(claims["iss"])
    except (IndexError, ValueError, KeyError, TypeError, binascii.Error, RecursionError):
        raise _invalid("it is malformed") from None


def _read_caller(claims: Mapping[str, object], now: datetime) -> Caller:
    begins = claims.get("nbf", claims.get("iat"))
    ends = claims["exp"]
    if type(begins) is not int or type(ends) is not int:
        raise ValueError("times are whole seconds")
    started, expires_at = datetime.fromtimestamp(begins, UTC), datetime.fromtimestamp(ends, UTC)
    if started > now + START_LEEWAY:
        raise error(Reason.TOKEN_EXPIRED, "The token's time has not begun.")
    if expires_at - started > MAX_LIFETIME:
        raise _invalid("it lives longer than is allowed")
    confirmation = claims["cnf"]
    thumbprint = confirmation["x5t#S256"] if isinstance(confirmation, dict) else ""
    rank = str(claims.get("rank", ""))
    return Caller(
        officer_id=_text(claims, "sub", 32),
        organisation=_text(claims, "org", 16),
        rank=Rank[rank] if rank else None,
        permissions=frozenset(_text(claims, "scope", 4_000).split()),
        work_card=_text({"work_card": "", **claims}, "work_card", 50),
        enforcement_card=_text({"enforcement_card": "", **claims}, "enforcement_card", 50),
        certificate_sha256=base64.urlsafe_b64decode(thumbprint + "=" * (-len(thumbprint) % 4)),
        expires_at=expires_at,
    )


def _text(claims: Mapping[str, object], name: str, longest: int) -> str:
    value = claims[name]
    if not isinstance(value, str) or len(value) > longest:
        raise ValueError(f"claim {name} is no text of that length")
    return value


def _read_keys(path: Path) -> KeySet:
    return KeySet.import_key_set(json.loads(path.read_text()))


def _invalid(why: str) -> XiezhiError:
    return error(Reason.TOKEN_INVALID, f"The token is not accepted: {why}.")
