"""Keys as age writes them: Bech32 (BIP 173), without its limit of 90 characters, which no key here reaches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

_ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_CHECK_LENGTH = 6


def encode(prefix: str, content: bytes) -> str:
    """Returns a text for bytes, in lower case.

    Args:
        prefix: What they are, for example "age".
        content: The bytes.
    """
    name = prefix.lower()
    values = list(_five_bits(content))
    expanded = [ord(letter) >> 5 for letter in name] + [0] + [ord(letter) & 31 for letter in name]
    check = _polymod([*expanded, *values, *(0,) * _CHECK_LENGTH]) ^ 1
    values += [check >> 5 * (_CHECK_LENGTH - 1 - place) & 31 for place in range(_CHECK_LENGTH)]
    return f"{name}1{''.join(_ALPHABET[value] for value in values)}"


def _five_bits(content: bytes) -> Iterator[int]:
    """Yields bytes as groups of five bits, the last filled up with zeros."""
    held, bits = 0, 0
    for byte in content:
        held, bits = held << 8 | byte, bits + 8
        while bits >= 5:
            bits -= 5
            yield held >> bits & 31
    if bits:
        yield held << 5 - bits & 31


def _polymod(values: Iterable[int]) -> int:
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for place, generator in enumerate(_GENERATOR):
            check ^= generator if top >> place & 1 else 0
    return check
