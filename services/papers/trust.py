"""Whose seals count: courts and police units under the seal authority whose seal is not revoked."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509

from services.chassis.watched import WatchedFiles
from xiezhi.errors import Reason, XiezhiError, error
from xiezhi.proof.anchors import Anchors, may_sign
from xiezhi.proof.seal import organisation_of

LEEWAY = timedelta(seconds=60)
"""How far in the future a document may have been sealed: clocks of agencies differ a little."""


class SealTrust:
    """The seal authorities and their revocation lists, read again when their files change.

    The time of sealing is the signer's own word. So a revoked seal counts for nothing, whenever it was used, and the
    list must keep seals that were revoked when their time is over.

    Args:
        authorities: PEM file of the certificate authorities, at least one.
        revocations: PEM file with a current revocation list of every authority.

    Raises:
        OSError: If a file is not there.
        ValueError: If the files do not belong together.
    """

    def __init__(self, authorities: Path, revocations: Path) -> None:
        self._anchors = WatchedFiles((authorities, revocations), lambda: Anchors.read(authorities, revocations))

    def current(self, now: datetime) -> Anchors:
        """Returns the authorities and their lists.

        Args:
            now: The present instant, UTC.

        Raises:
            Unavailable: SEAL_CHECK_UNAVAILABLE, if a file is gone or damaged or a list is out of date.
        """
        try:
            anchors = self._anchors.get()
        except (OSError, ValueError):
            raise _unavailable("cannot be read") from None
        if now >= anchors.fresh_until:
            raise _unavailable("is out of date")
        return anchors

    def organisation_of(self, certificate: x509.Certificate, *, sealed_at: datetime, now: datetime) -> str:
        """Returns the code of the court or police unit whose seal this is.

        Args:
            certificate: The seal's certificate.
            sealed_at: When the seal was used, UTC.
            now: The present instant, UTC.

        Raises:
            InvalidArgument: SEAL_UNTRUSTED, SEAL_REVOKED or SEAL_EXPIRED.
            Unavailable: SEAL_CHECK_UNAVAILABLE.
        """
        anchors = self.current(now)
        authority = anchors.find_issuer(certificate)
        if authority is None or not may_sign(certificate):
            raise untrusted("was not issued by the seal authority")
        if anchors.has_revoked(certificate):
            raise error(Reason.SEAL_REVOKED, "The seal is revoked; have the document sealed anew.")
        if sealed_at > now + LEEWAY:
            raise error(Reason.SEAL_EXPIRED, "The time of sealing lies in the future; have the document sealed anew.")
        for one in (certificate, authority):
            if not one.not_valid_before_utc <= sealed_at < one.not_valid_after_utc:
                raise error(
                    Reason.SEAL_EXPIRED,
                    "The seal's certificate was not valid when it was used; have the document sealed anew.",
                )
        try:
            return organisation_of(certificate)
        except ValueError:
            raise untrusted("names no court or police unit") from None


def untrusted(what: str) -> XiezhiError:
    """Makes the refusal of a seal that is nobody's whose seal counts.

    Args:
        what: What is wrong with it, to follow "The seal ".
    """
    return error(Reason.SEAL_UNTRUSTED, f"The seal {what}; have the document sealed by whoever issues it.")


def _unavailable(what: str) -> XiezhiError:
    return error(
        Reason.SEAL_CHECK_UNAVAILABLE,
        f"The seal authority's revocation list {what}; the operator must renew it.",
    )
