"""Fields at rest: sealed with AES-GCM under keys that rotate, and found again by keyed digests.

A sealed field says which key seals it, so a keyring may hold several: a new one seals, the former ones still
open. What is sealed is bound to its place, so a field moved to another row or column does not open.

Source:
    AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce; keyed BLAKE2b (RFC 7693, section 2.9).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_KEY_SIZE = 32
_NONCE_SIZE = 12
_TAG_SIZE = 16
_VERSION = 1
_HEADER_SIZE = 1 + 4
_SEALING, _INDEXING = "sealing", "indexing"


class KeyringError(Exception):
    """A keyring file cannot be read or is not one; the text names the file and never a key."""


class SealError(Exception):
    """A sealed field does not open: it was changed, moved, or its key is not in the keyring."""


@dataclass(frozen=True, slots=True)
class Keyring:
    """The keys of one process, the current one first.

    Attributes:
        sealing: Keys that seal and open, 32 bytes each, by their id.
        indexing: Keys of the indexes, 32 bytes each, by their id.
    """

    sealing: Mapping[int, bytes]
    indexing: Mapping[int, bytes]

    @classmethod
    def create(cls, path: Path) -> Keyring:
        """Makes a keyring with one key of each kind and writes it, readable by its owner only.

        Raises:
            FileExistsError: If the file exists: a keyring that is written over loses everything it seals.
        """
        if path.exists():
            raise FileExistsError(f"{path} exists; a keyring is never written over")
        made = cls({1: secrets.token_bytes(_KEY_SIZE)}, {1: secrets.token_bytes(_KEY_SIZE)})
        _write(path, made)
        return made

    @classmethod
    def load(cls, path: Path) -> Keyring:
        """Reads a keyring.

        Raises:
            KeyringError: If the file cannot be read or is not a keyring.
        """
        try:
            document = json.loads(path.read_text(encoding="utf-8"))
        except OSError as failure:
            raise KeyringError(f"{path} cannot be read: {failure.strerror}") from None
        except ValueError:
            raise KeyringError(f"{path} is not a keyring: it is not JSON") from None
        return cls(_keys(document, _SEALING, path), _keys(document, _INDEXING, path))

    @classmethod
    def rotate(cls, path: Path) -> Keyring:
        """Adds a sealing key, which seals from now on; the former ones still open.

        Index keys stay: an index under another key is a column to be filled anew, which is a migration.

        Raises:
            KeyringError: If the file cannot be read or is not a keyring.
        """
        former = cls.load(path)
        fresh = {max(former.sealing) + 1: secrets.token_bytes(_KEY_SIZE)}
        made = cls({**fresh, **former.sealing}, former.indexing)
        _write(path, made)
        return made


class Sealer:
    """Seals and opens fields.

    Args:
        keyring: The keys.
    """

    def __init__(self, keyring: Keyring) -> None:
        self._ciphers = {_header(number): AESGCM(_derive(key, b"seal")) for number, key in keyring.sealing.items()}
        self._current = next(iter(self._ciphers))

    def seal(self, plaintext: bytes, *, place: str) -> bytes:
        """Seals a field.

        Args:
            plaintext: The field's bytes.
            place: Where it is kept, for example "identity.person:17"; needed again to open it.

        Returns:
            The sealed field, 33 bytes longer.
        """
        nonce = os.urandom(_NONCE_SIZE)
        return self._current + nonce + self._ciphers[self._current].encrypt(nonce, plaintext, place.encode())

    def open(self, sealed: bytes, *, place: str) -> bytes:
        """Opens a sealed field.

        Args:
            sealed: The sealed field.
            place: Where it was kept when it was sealed.

        Raises:
            SealError: If it was changed or moved, or its key is not in the keyring.
        """
        cipher = self._ciphers.get(sealed[:_HEADER_SIZE])
        if cipher is None or len(sealed) < _HEADER_SIZE + _NONCE_SIZE + _TAG_SIZE:
            raise SealError("the key of a sealed field is not in the keyring")
        end = _HEADER_SIZE + _NONCE_SIZE
        try:
            return cipher.decrypt(sealed[_HEADER_SIZE:end], sealed[end:], place.encode())
        except InvalidTag:
            raise SealError("a sealed field was changed or moved") from None

    def is_current(self, sealed: bytes) -> bool:
        """Whether a field is sealed with the key that seals now; one that is not may be sealed anew."""
        return sealed[:_HEADER_SIZE] == self._current


class BlindIndex:
    """Digests under which a value that is sealed is found again, by those who hold the key.

    Args:
        keyring: The keys.
        label: What is indexed; equal values under different labels have unrelated digests.
    """

    def __init__(self, keyring: Keyring, label: str) -> None:
        self._keys = tuple(_derive(key, b"index:" + label.encode()) for key in keyring.indexing.values())

    def of(self, value: str) -> bytes:
        """Returns the digest of a value under the current key, 32 bytes."""
        return hashlib.blake2b(value.encode(), key=self._keys[0], digest_size=32).digest()

    def all_of(self, value: str) -> tuple[bytes, ...]:
        """Returns the digests of a value under every key, the current one first."""
        if len(self._keys) == 1:
            return (self.of(value),)
        return tuple(hashlib.blake2b(value.encode(), key=key, digest_size=32).digest() for key in self._keys)


def _derive(key: bytes, purpose: bytes) -> bytes:
    return hmac.digest(key, b"xiezhi " + purpose, "sha256")


def _header(number: int) -> bytes:
    return bytes((_VERSION,)) + number.to_bytes(4)


def _keys(document: Any, kind: str, path: Path) -> Mapping[int, bytes]:
    try:
        keys = {int(entry["id"]): base64.b64decode(entry["key"], validate=True) for entry in document[kind]}
    except (KeyError, TypeError, ValueError, binascii.Error):
        raise KeyringError(f"{path} is not a keyring: its {kind} keys cannot be read") from None
    if not keys or any(len(key) != _KEY_SIZE or not 0 < number < 1 << 32 for number, key in keys.items()):
        raise KeyringError(f"{path} is not a keyring: it needs {kind} keys of {_KEY_SIZE} bytes with an id")
    return keys


def _write(path: Path, keyring: Keyring) -> None:
    document = {
        kind: [{"id": number, "key": base64.b64encode(key).decode()} for number, key in keys.items()]
        for kind, keys in ((_SEALING, keyring.sealing), (_INDEXING, keyring.indexing))
    }
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump(document, file, indent=2)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
