"""How counters' copies know persons: by which key, and in which form."""

from __future__ import annotations

from cryptography.hazmat.primitives.ciphers import algorithms
from cryptography.hazmat.primitives.cmac import CMAC

from services.alerts.keys import CheckKey
from services.chassis.sealing import Keyring

LABEL = "exit.counter"
"""Label under which the keys follow from the process's keyring."""


class PersonHasher:
    """Hashes identity numbers: AES-CMAC (RFC 4493) of the number in UTF-8, 16 bytes.

    Args:
        key: The key, 16 bytes.
    """

    def __init__(self, key: bytes) -> None:
        self._algorithm = algorithms.AES(key)

    def hash(self, number: str) -> bytes:
        """Returns the hash of a number in normal form."""
        mac = CMAC(self._algorithm)
        mac.update(number.encode())
        return mac.finalize()


def counter_key(keyring: Keyring) -> CheckKey:
    """Returns the current key of counters."""
    return CheckKey.all_of(keyring, LABEL)[0]
