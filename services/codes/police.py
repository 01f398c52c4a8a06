"""Organisations and units of the police: at which place each is, and which are at that of a court (当地公安机关).

There is no table of police units; the first six digits of a unit's code are those of its division (GA/T 380).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from services.codes.divisions import PROVINCE, code_on, name_on, prefecture_of

_BASIC, _INTERMEDIATE = 4, 2
"""How many digits the codes of such courts have."""
_PREFECTURE = 4
"""How many digits of a division's code are those of its prefecture."""
_SEATS: Mapping[str, str] = MappingProxyType({"71": "01"})
"""Prefecture in which courts have their seat whose code is not that of a prefecture: the railway's, in Nanchang."""


def is_at_place_of(unit: str, court_code: str, *, on: date) -> bool:
    """Whether a unit is at the place of a court: of its county, of its prefecture, or of the province's level.

    At that of the high court are the province's and those of any prefecture. At that of a court of no county, as of a
    development zone, are all of the prefecture in which it has its seat.

    Args:
        unit: Code of the unit, 12 digits.
        court_code: Code of the court, for example "赣0102".
        on: The day; codes of divisions change.
    """
    division, digits = unit[:6], court_code[1:]
    if not is_known(unit, on=on):
        return False
    if not digits:
        return division in {PROVINCE, prefecture_of(division)}
    prefecture = _prefecture(digits)
    if len(digits) == _INTERMEDIATE:
        return division == f"{prefecture}00"
    county = f"36{digits}"
    if name_on(county, on) is None:
        return division.startswith(prefecture)
    return len(digits) == _BASIC and code_on(division, on) == code_on(county, on)


def is_in_reach_of(unit: str, court_code: str, *, on: date) -> bool:
    """Whether a unit is of the prefecture in which a court has its seat, or of the province's level.

    That is wider than the court's place: departments of a prefecture act for its counties too. For the high court it is
    any unit of the province.

    Args:
        unit: Code of the unit, 12 digits.
        court_code: Code of the court, for example "赣0102".
        on: The day; codes of divisions change.
    """
    digits = court_code[1:]
    return is_known(unit, on=on) and (not digits or unit.startswith((PROVINCE[:_PREFECTURE], _prefecture(digits))))


def police_of(court_code: str, *, on: date) -> str:
    """Returns the police organisation of a court's place: of its county, of its prefecture, or of the province.

    Args:
        court_code: Code of the court, for example "赣0102".
        on: The day; codes of divisions change.
    """
    digits = court_code[1:]
    if not digits:
        return f"{PROVINCE}000000"
    county = f"36{digits}"
    if len(digits) == _BASIC and name_on(county, on) is not None:
        return f"{code_on(county, on)}000000"
    return f"{_prefecture(digits)}00000000"


def is_known(unit: str, *, on: date) -> bool:
    """Whether a unit is of a division that there is on a day."""
    return name_on(unit[:6], on) is not None


def name_of(unit: str, *, on: date) -> str:
    """Returns what a unit is called in a letter: the police of its place, with its code.

    Args:
        unit: Code of the unit, 12 digits.
        on: Day of the letter.
    """
    division = unit[:6]
    codes = dict.fromkeys((prefecture_of(division), division))
    place = "".join(name_on(code, on) or "" for code in codes)
    return f"{place}公安机关（{unit}）"


def _prefecture(digits: str) -> str:
    """Returns how codes of the prefecture begin in which the court of these digits has its seat."""
    seat = digits[:_INTERMEDIATE]
    return f"36{_SEATS.get(seat, seat)}"
