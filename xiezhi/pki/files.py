"""Reads and writes key material: whole files or nothing, and private ones for their owner only."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

PRIVATE = 0o600
"""Mode of a file that only its owner may read."""
PUBLIC = 0o644
"""Mode of a file that everybody on the machine may read."""


def write_file(path: Path, content: bytes, *, mode: int) -> None:
    """Replaces a file so that a reader sees the old content or the new one, never half of it.

    Folders that are missing are made for their owner only.

    Args:
        path: The file.
        content: Its new content.
        mode: `PRIVATE` or `PUBLIC`.
    """
    _make_folder(path.parent)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(file.fileno(), mode)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def write_key(path: Path, key: PrivateKeyTypes) -> None:
    """Writes a private key as unencrypted PKCS #8 in PEM, readable by its owner only."""
    write_file(path, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()), mode=PRIVATE)


def read_key(path: Path) -> PrivateKeyTypes:
    """Reads a private key that `write_key` wrote."""
    return load_pem_private_key(path.read_bytes(), password=None)


def write_certificate(path: Path, certificate: x509.Certificate) -> None:
    """Writes a certificate in PEM, readable by everybody."""
    write_file(path, certificate.public_bytes(Encoding.PEM), mode=PUBLIC)


def read_certificate(path: Path) -> x509.Certificate:
    """Reads the first certificate of a PEM file."""
    return x509.load_pem_x509_certificate(path.read_bytes())


def _make_folder(folder: Path) -> None:
    """Makes a folder for its owner only, and its ancestors, to which `Path.mkdir` gives the default mode."""
    if not folder.exists():
        _make_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)
