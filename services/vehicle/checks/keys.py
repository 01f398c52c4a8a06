"""How alerts know plates and VINs: by which key, and in which form."""

from __future__ import annotations

from services.alerts.hashing import CAPITALS_AND_DIGITS, Alphabet, TextHasher
from services.alerts.keys import AlertHasher, CheckKey
from services.chassis.sealing import Keyring

LABEL = "vehicle.check"
"""Label under which the keys follow from the process's keyring."""

_HAN_BYTES = bytes(range(0x80, 0xC0)) + bytes(range(0xE4, 0xEA))  # What U+4000 to U+9FFF are made of in UTF-8.
PLATES = Alphabet(
    CAPITALS_AND_DIGITS + _HAN_BYTES, "write a plate or VIN in digits, upper-case letters and Han characters only"
)
"""What plates and VINs are written in: digits, upper-case Latin letters and characters of U+4000 to U+9FFF, among which
are the Han characters of plates. Lower-case and full-width letters, spaces and dots are not."""


class PlateHasher(TextHasher):
    """Hashes plates and VINs in their canonical form.

    Args:
        key: The key, 16 bytes.

    Raises:
        ValueError: If the key has another size.
    """

    def __init__(self, key: bytes) -> None:
        super().__init__(key, alphabet=PLATES)


def check_key(keyring: Keyring) -> CheckKey:
    """Returns the current key of alerts."""
    return CheckKey.all_of(keyring, LABEL)[0]


def alert_hasher(key: CheckKey) -> AlertHasher:
    """Returns what hashes plates and VINs as they are kept in the change feed."""
    return AlertHasher(key.key_id, PlateHasher(key.key))
