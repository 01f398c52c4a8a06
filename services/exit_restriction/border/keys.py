"""How alerts know numbers of people and of documents: by which key, and in which form."""

from __future__ import annotations

from services.alerts.hashing import CAPITALS_AND_DIGITS, Alphabet, TextHasher
from services.alerts.keys import AlertHasher, CheckKey
from services.chassis.sealing import Keyring
from services.exit_restriction.registry.numbers import LONGEST, SHORTEST

LABEL = "exit.border"
"""Label under which the keys follow from the process's keyring."""

NUMBERS = Alphabet(
    CAPITALS_AND_DIGITS,
    f"write a number in {SHORTEST} to {LONGEST} digits and upper-case letters only",
    shortest=SHORTEST,
    longest=LONGEST,
)
"""What numbers are written in, of people as of documents; lower-case letters, spaces and hyphens are not."""


class NumberHasher(TextHasher):
    """Hashes numbers in their canonical form.

    Args:
        key: The key, 16 bytes.

    Raises:
        ValueError: If the key has another size.
    """

    def __init__(self, key: bytes) -> None:
        super().__init__(key, alphabet=NUMBERS)


def border_key(keyring: Keyring) -> CheckKey:
    """Returns the current key of alerts."""
    return CheckKey.all_of(keyring, LABEL)[0]


def alert_hasher(key: CheckKey) -> AlertHasher:
    """Returns what hashes numbers as they are kept in the change feed."""
    return AlertHasher(key.key_id, NumberHasher(key.key))
