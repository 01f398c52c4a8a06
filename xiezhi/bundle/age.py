"""Files in the age format (age-encryption.org/v1), encrypted to one X25519 key and streamed with bounded memory.

The format's own STREAM construction notices changed, moved, missing and appended bytes before a piece is handed on;
what a bundle says of itself comes on top. pyrage binds the Rust implementation.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, BinaryIO

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from xiezhi.bundle.bech32 import encode
from xiezhi.bundle.framing import MAX_FILE, invalid_bundle
from xiezhi.errors import Reason, error

if TYPE_CHECKING:
    from pyrage import x25519

MAGIC = b"age-encryption.org/v1\n"
MAX_HEAD = 16_384
"""Longest head that is read, bytes; one for a single X25519 key has some hundred."""
_HEAD_END = b"\n--- "
_PRIVATE, _PUBLIC = "AGE-SECRET-KEY-", "age"
_NO_KEY = "No matching keys"


def encrypt(pieces: Iterator[bytes], file: BinaryIO, *, recipient: X25519PublicKey) -> bytes:
    """Encrypts a stream into a file.

    Args:
        pieces: The stream.
        file: Where to.
        recipient: The key that opens it.

    Returns:
        SHA-256 of the file, 32 bytes.
    """
    import pyrage

    source, written = _PieceReader(pieces), _HashingWriter(file)
    key = pyrage.x25519.Recipient.from_str(encode(_PUBLIC, recipient.public_bytes_raw()))
    try:
        pyrage.encrypt_io(source, written, [key])
    except (pyrage.EncryptError, OSError) as failure:
        raise source.failure or written.failure or failure from None
    return written.digest()


def decrypt(file: BinaryIO, take: Callable[[bytes], None], *, key: X25519PrivateKey) -> bytes:
    """Decrypts a file from where it stands to its end.

    Args:
        file: The file.
        take: Gets each piece, some KiB, in its turn; what it raises ends the decryption.
        key: The key that opens it.

    Returns:
        SHA-256 of the file, 32 bytes.

    Raises:
        InvalidArgument: BUNDLE_INVALID, if the file is none, is too large, or was changed or cut off.
        PermissionDenied: BUNDLE_OF_ANOTHER_RECIPIENT, if another key opens it.
    """
    import pyrage

    source, taker = _HashingReader(file), _Taker(take)
    try:
        pyrage.decrypt_io(source, taker, [_identity(key)])
        source.drain()
    except (pyrage.DecryptError, OSError) as failure:
        raise source.failure or taker.failure or _refusal(failure) from None
    return source.digest()


def _refusal(failure: Exception) -> Exception:
    """Returns what a failed decryption is to whoever reads a bundle."""
    if isinstance(failure, OSError):
        # The system's own errors have numbers; those of the decryption have none.
        return failure if failure.errno is not None else invalid_bundle("it was changed or is cut off")
    if _NO_KEY in str(failure):
        return error(
            Reason.BUNDLE_OF_ANOTHER_RECIPIENT, "The bundle is encrypted to another key than this organisation's."
        )
    return invalid_bundle("its head cannot be read")


def _identity(key: X25519PrivateKey) -> x25519.Identity:
    from pyrage import x25519

    return x25519.Identity.from_str(encode(_PRIVATE, key.private_bytes_raw()).upper())


class _Remembering:
    """Keeps what is raised within, which comes back from the other side of the binding as a text only."""

    def __init__(self) -> None:
        self.failure: BaseException | None = None

    def __enter__(self) -> None:
        """Begins a call from the other side."""

    def __exit__(self, kind: object, failure: BaseException | None, traceback: object) -> None:
        if failure is not None:
            self.failure = failure


class _PieceReader(_Remembering):
    """Reads a stream of pieces as a file, holding what is left of one piece."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        super().__init__()
        self._pieces = pieces
        self._left = memoryview(b"")

    def read(self, size: int) -> bytes:
        with self:
            while not self._left:
                piece = next(self._pieces, None)
                if piece is None:
                    return b""
                self._left = memoryview(piece)
            taken, self._left = self._left[:size], self._left[size:]
            return bytes(taken)


class _HashingWriter(_Remembering):
    def __init__(self, file: BinaryIO) -> None:
        super().__init__()
        self._file = file
        self._hash = hashlib.sha256()
        self._size = 0

    def write(self, piece: bytes) -> int:
        with self:
            self._size += len(piece)
            if self._size > MAX_FILE:
                raise invalid_bundle("it is too large; send several")
            self._hash.update(piece)
            self._file.write(piece)
        return len(piece)

    def flush(self) -> None:
        with self:
            self._file.flush()

    def digest(self) -> bytes:
        return self._hash.digest()


class _HashingReader(_Remembering):
    """Reads a bundle's file, whose head is looked at before anything that would hold all of it in memory."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__()
        self._file = file
        self._hash = hashlib.sha256()
        self._size = 0
        self._head = file.read(MAX_HEAD)
        if not self._head.startswith(MAGIC) or _HEAD_END not in self._head:
            raise invalid_bundle("it is no encrypted bundle")

    def read(self, size: int) -> bytes:
        with self:
            piece, self._head = (self._head[:size], self._head[size:]) if self._head else (self._file.read(size), b"")
            self._size += len(piece)
            if self._size > MAX_FILE:
                raise invalid_bundle("it is too large")
            self._hash.update(piece)
        return piece

    def drain(self) -> None:
        if self.read(1):
            raise invalid_bundle("something follows its end")

    def digest(self) -> bytes:
        return self._hash.digest()


class _Taker(_Remembering):
    def __init__(self, take: Callable[[bytes], None]) -> None:
        super().__init__()
        self._take = take

    def write(self, piece: bytes) -> int:
        with self:
            self._take(piece)
        return len(piece)

    def flush(self) -> None:
        """Keeps nothing back."""
