"""Keys of the hashes under which alerts are known."""

from __future__ import annotations

from dataclasses import dataclass, field

from services.chassis.sealing import BlindIndex, Keyring
from services.vehicle.alerts.hashing import KEY_BYTES, PlateHasher

LABEL = "vehicle.check"
"""Label under which the keys follow from the process's keyring."""

_SIGN = 1 << 63


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
    def all_of(cls, keyring: Keyring) -> tuple[CheckKey, ...]:
        """Returns the keys that follow from a keyring, the current one first."""
        digests = BlindIndex(keyring, LABEL).all_of("key")
        return tuple(cls(i, digest[:KEY_BYTES]) for i, digest in zip(keyring.indexing, digests, strict=True))


class AlertHasher:
    """Hashes plates and VINs as they are kept in the change feed: as signed numbers, which databases have.

    Args:
        key: The key.
    """

    def __init__(self, key: CheckKey) -> None:
        self.key_id = key.key_id
        self._hasher = PlateHasher(key.key)

    def hash(self, text: str) -> int:
        """Returns the hash of a plate or VIN in normal form.

        Raises:
            ValueError: If the text is neither.
        """
        return (self._hasher.hash(text) ^ _SIGN) - _SIGN
