"""Plates and VINs of any number of vehicles, all different without remembering any.

Serials follow from a vehicle's number by a product that can be undone within all serials of a kind, so that no two are
the same. Those of digits alone are left to the vehicles of the scenario: every other one has a letter.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from itertools import combinations
from types import MappingProxyType

from services.codes.plates import JIANGXI, PREFECTURES
from services.codes.vins import check_character

LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Letters of a serial: no I and no O."""
PLACES: Mapping[str, str] = MappingProxyType({code: letter for letter, code in reversed(tuple(PREFECTURES.items()))})
"""The letter that stands for a prefecture; of two the first."""

_ANY = LETTERS + "0123456789"
_NEW_ENERGY = "DABCEFGHJK"
_STEP = 1_000_003
"""A prime that divides none of the counts below."""
_PAIRS = tuple(combinations(range(5), 2))
_WITH_ONE = 5 * len(LETTERS) * 10**4
_WITH_TWO = len(_PAIRS) * len(LETTERS) ** 2 * 10**3
SERIALS = _WITH_ONE + _WITH_TWO
"""Most vehicles of one place and type."""
NEW_ENERGY_SERIALS = len(_NEW_ENERGY) * len(LETTERS) * 10**4
TRAILER_SERIALS = len(LETTERS) * len(_ANY) ** 3
"""The same of new energy vehicles, and of trailers."""

_MODEL_YEARS = "123456789ABCDEFGHJKLMNPRSTVWXY"
"""Characters of the years 2001 to 2030, after which they begin anew."""


def standard_plate(prefecture: str, number: int) -> str:
    """Makes a plate with one or two letters in its serial.

    Args:
        prefecture: Code of the prefecture, 6 digits.
        number: Number of the vehicle within it, less than `SERIALS`.
    """
    drawn = number * _STEP % SERIALS
    if drawn < _WITH_ONE:
        drawn, place = divmod(drawn, 5)
        drawn, letter = divmod(drawn, len(LETTERS))
        return _front(prefecture) + _insert(f"{drawn:04}", {place: LETTERS[letter]})
    drawn, pair = divmod(drawn - _WITH_ONE, len(_PAIRS))
    drawn, first = divmod(drawn, len(LETTERS))
    drawn, second = divmod(drawn, len(LETTERS))
    one, other = _PAIRS[pair]
    return _front(prefecture) + _insert(f"{drawn:03}", {one: LETTERS[first], other: LETTERS[second]})


def new_energy_plate(prefecture: str, number: int) -> str:
    """Makes a plate of a small new energy vehicle; `number` is less than `NEW_ENERGY_SERIALS`."""
    drawn, kind = divmod(number * _STEP % NEW_ENERGY_SERIALS, len(_NEW_ENERGY))
    drawn, letter = divmod(drawn, len(LETTERS))
    return f"{_front(prefecture)}{_NEW_ENERGY[kind]}{LETTERS[letter]}{drawn:04}"


def trailer_plate(prefecture: str, number: int) -> str:
    """Makes a plate of a trailer (挂车); `number` is less than `TRAILER_SERIALS`."""
    drawn, letter = divmod(number * _STEP % TRAILER_SERIALS, len(LETTERS))
    serial = LETTERS[letter]
    for _ in range(3):
        drawn, place = divmod(drawn, len(_ANY))
        serial += _ANY[place]
    return f"{_front(prefecture)}{serial}挂"


def make_vin(kind: str, number: int, *, made: date) -> str:
    """Makes a VIN whose check character is right (GB 16735).

    Args:
        kind: Four characters that tell the kind.
        number: Number of the vehicle, less than ten million.
        made: When it was made.
    """
    year = _MODEL_YEARS[(made.year - 2001) % len(_MODEL_YEARS)]
    body = f"LTST{kind}0{year}{number:07}"
    return f"{body[:8]}{check_character(body)}{body[9:]}"


def _front(prefecture: str) -> str:
    return JIANGXI + PLACES[prefecture]


def _insert(digits: str, letters: Mapping[int, str]) -> str:
    left = iter(digits)
    return "".join(letters.get(place) or next(left) for place in range(len(digits) + len(letters)))
