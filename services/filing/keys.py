"""Idempotency keys as they are kept: by keyed digests of under which key something was asked, and of what it was."""

from __future__ import annotations

from services.chassis.sealing import BlindIndex, Keyring
from services.filing.domain import RequestKey
from xiezhi.errors import Reason, error


class RequestIndex:
    """Makes and compares the digests of keys.

    Args:
        keyring: Keys of the service's fields at rest.
        label: Label under which the digests are made; it never changes once something is stored.
    """

    def __init__(self, keyring: Keyring, label: str) -> None:
        self._index = BlindIndex(keyring, label)

    def digest(self, key: RequestKey) -> bytes:
        """Returns the digest under which a request is kept."""
        return self._index.of(_name(key))

    def digests(self, key: RequestKey) -> tuple[bytes, ...]:
        """Returns the digests under which a request may have been kept, by former keys too."""
        return self._index.all_of(_name(key))

    def content(self, key: RequestKey) -> bytes:
        """Returns the digest of what is asked."""
        return self._index.of(_content(key))

    def require_same(self, content: bytes, key: RequestKey) -> None:
        """Makes sure that what was asked under a key is what is asked now.

        Args:
            content: The digest of what was asked.
            key: Under which key it is asked, and what.

        Raises:
            AlreadyExists: REQUEST_ID_REUSED.
        """
        if content not in self._index.all_of(_content(key)):
            raise error(Reason.REQUEST_ID_REUSED, "The request id was used for another request.")


def _name(key: RequestKey) -> str:
    return f"{key.court_code}|{key.request_id}"


def _content(key: RequestKey) -> str:
    return f"{key.method}|{key.sha256.hex()}"
