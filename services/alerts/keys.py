"""Keys of the hashes under which alerts are known."""

from __future__ import annotations

from dataclasses import dataclass, field

from services.alerts.hashing import KEY_BYTES, TextHasher
from services.alerts.numbers import as_number
from services.chassis.sealing import BlindIndex, Keyring


@dataclass(frozen=True, slots=True)
class CheckKey:
    """A key and its id, which is that of the key of the indexes from which it follows.

    Attributes:
        key_id: Its id.
        key: The key.
    """

    key_id: int
    key: bytes = field(repr=False)

    @classmethod
    def all_of(cls, keyring: Keyring, label: str) -> tuple[CheckKey, ...]:
        """Returns the keys that follow from a keyring, the current one first.

        Args:
            keyring: The process's keyring.
            label: Under which they follow from it; it is a service's own, and stays what it is for good.
        """
        digests = BlindIndex(keyring, label).all_of("key")
        return tuple(cls(i, digest[:KEY_BYTES]) for i, digest in zip(keyring.indexing, digests, strict=True))


class AlertHasher:
    """Hashes texts as they are kept in the change feed: as signed numbers, which databases have.

    Args:
        key_id: Id of the key.
        texts: Hashes texts under that key.
    """

    def __init__(self, key_id: int, texts: TextHasher) -> None:
        self.key_id = key_id
        self._texts = texts

    def hash(self, text: str) -> int:
        """Returns the hash of a text in canonical form.

        Raises:
            ValueError: If it is not.
        """
        return as_number(self._texts.hash(text))
