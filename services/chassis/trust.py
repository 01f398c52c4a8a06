"""Whose statements count: officers under the courts' certificate authority who are not revoked.

Both the gateway and every service hold one of these and trust nobody else's word for it, so that a
compromised gateway cannot ask what nobody approved.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509

from services.chassis.watched import WatchedFiles
from xiezhi.proof.anchors import Anchors, certify, unavailable
from xiezhi.proof.request import RequestClaims, read_request
from xiezhi.proof.statement import Claims, Rank, SignedStatement, Signer, invalid, read_statement

MAX_CACHED = 50_000
START_LEEWAY = timedelta(seconds=60)
"""How far in the future a statement may have been signed: clocks of agencies differ a little. Its end has no leeway."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement whose signature, certificate and chain were verified.

    Attributes:
        claims: What was signed.
        signer: Who signed, from the certificate.
        digest: SHA-256 of the compact JWS, 32 bytes.
        valid_until: The earliest end of the claims and of every certificate, UTC, exclusive.
    """

    claims: Claims
    signer: Signer
    digest: bytes
    valid_until: datetime


@dataclass(frozen=True, slots=True)
class RequestStatement:
    """A judge's request statement whose signature, certificate and chain were verified.

    Attributes:
        claims: What was signed.
        signer: Who signed, from the certificate.
        digest: SHA-256 of the compact JWS, 32 bytes.
        valid_until: The earliest end of the claims and of every certificate, UTC, exclusive.
    """

    claims: RequestClaims
    signer: Signer
    digest: bytes
    valid_until: datetime


class OfficerTrust:
    """Verifies statements against the courts' certificate authorities and their revocation lists.

    What was verified is remembered by digest until it ends; a new revocation list or authority clears the
    memory.

    Args:
        authorities: PEM file of the certificate authorities, at least one.
        revocations: PEM file with a current revocation list of every authority.
    """

    def __init__(self, authorities: Path, revocations: Path) -> None:
        self._anchors = WatchedFiles((authorities, revocations), lambda: Anchors.read(authorities, revocations))
        self._verified: dict[bytes, Statement] = {}
        self._version = self._anchors.version

    def verify(self, text: str, *, now: datetime) -> Statement:
        """Verifies a statement.

        Args:
            text: The compact JWS.
            now: The instant at which it must hold, UTC.

        Raises:
            PermissionDenied: STATEMENT_INVALID or STATEMENT_REVOKED.
            Unavailable: REVOCATION_CHECK_UNAVAILABLE, if a list is out of date, or it or an authority cannot be read.
        """
        anchors = self._current(now)
        digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
        statement = self._verified.get(digest)
        if statement is None:
            statement = self._check(read_statement(text), anchors, now)
            if len(self._verified) >= MAX_CACHED:
                self._verified.clear()
            self._verified[digest] = statement
        _require_time(statement, now)
        return statement

    def verify_request(self, text: str, *, now: datetime) -> RequestStatement:
        """Verifies the statement by which a judge asks on paper; as `verify`, and nothing is remembered."""
        signed = read_request(text)
        signer, end = _certified(signed.chain, self._current(now), now)
        statement = RequestStatement(signed.claims, signer, signed.digest, min(signed.claims.not_after, end))
        _require_time(statement, now)
        return statement

    def _current(self, now: datetime) -> Anchors:
        try:
            anchors = self._anchors.get()
        except (OSError, ValueError):
            raise unavailable("cannot be read") from None
        if self._anchors.version != self._version:
            self._verified.clear()
            self._version = self._anchors.version
        anchors.require_fresh(now)
        return anchors

    @staticmethod
    def _check(signed: SignedStatement, anchors: Anchors, now: datetime) -> Statement:
        signer, end = _certified(signed.chain, anchors, now)
        return Statement(signed.claims, signer, signed.digest, min(signed.claims.not_after, end))


def _certified(chain: Sequence[x509.Certificate], anchors: Anchors, now: datetime) -> tuple[Signer, datetime]:
    """Returns who signed, and until when the certificates say so."""
    authority = certify(anchors, chain[0], now=now)
    try:
        signer = Signer.of(chain[0])
    except ValueError:
        raise invalid("its certificate names no officer, court and rank") from None
    return signer, min(chain[0].not_valid_after_utc, authority.not_valid_after_utc)


def _require_time(statement: Statement | RequestStatement, now: datetime) -> None:
    if not statement.claims.issued_at - START_LEEWAY <= now < statement.valid_until:
        raise invalid("its time, or that of its certificate, has not begun or is over")


__all__ = ["OfficerTrust", "Rank", "RequestStatement", "Statement"]
