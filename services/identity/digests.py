"""The digest of a photo in the Chinese commercial cryptography, which stands beside its SHA-256."""

from __future__ import annotations

from cryptography.hazmat.primitives import hashes


def sm3(image: bytes) -> bytes:
    """Returns the SM3 of an image, 32 bytes.

    Source:
        GB/T 32905-2016.
    """
    digest = hashes.Hash(hashes.SM3())
    digest.update(image)
    return digest.finalize()
