"""The revocation list that an authority of a data folder publishes."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from xiezhi.pki.authority import Authority
from xiezhi.pki.files import PUBLIC, write_file


def read_revoked(file: Path) -> dict[int, datetime]:
    """Returns the serial number of each revoked certificate and since when it is; none where there is no list."""
    if not file.exists():
        return {}
    published = x509.load_pem_x509_crl(file.read_bytes())
    return {entry.serial_number: entry.revocation_date_utc for entry in published}


def publish_revoked(file: Path, authority: Authority, *, now: datetime, serial: int | None = None) -> None:
    """Publishes the list anew, with whom it had; nobody is ever taken off it.

    Args:
        file: The list in PEM.
        authority: Whose list it is.
        now: The present instant, UTC.
        serial: Serial number of a certificate that is revoked from now on; None to refresh the list only.
    """
    revoked = read_revoked(file)
    if serial is not None:
        revoked.setdefault(serial, now)
    number = int(now.astimezone(UTC).timestamp() * 1000)
    published = authority.issue_list(tuple(revoked.items()), number=number, now=now)
    write_file(file, published.public_bytes(Encoding.PEM), mode=PUBLIC)
