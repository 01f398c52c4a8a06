"""Number plates of vehicles (机动车号牌), which together with their type name a vehicle for people."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Self

from services.codes.errors import CodeError
from services.codes.vehicles import PLATE_TYPES

JIANGXI = "赣"
"""The province's character on plates."""

PREFECTURES: Mapping[str, str] = MappingProxyType(
    {
        "A": "360100",
        "B": "360700",
        "C": "360900",
        "D": "360800",
        "E": "361100",
        "F": "361000",
        "G": "360400",
        "H": "360200",
        "J": "360300",
        "K": "360500",
        "L": "360600",
        "M": "360100",
    }
)
"""Prefecture by the letter that follows the province's character, in Jiangxi; M was the province's own offices'."""

_PROVINCES = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"
_MAX_LETTERS = 2
_SUFFIXES = "挂学警试超"
_LETTER = "A-HJ-NP-Z"
# What is printed between the letter of the place and the serial, and what people type for it.
_PARTS = re.compile("(.)([A-Za-z])[·• -]?([0-9A-Za-z挂学警试超]+)")
_FULL_WIDTH = re.compile("[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a]")


@dataclass(frozen=True, slots=True)
class _Form:
    """What follows the letter of the place on plates of one kind."""

    serial: re.Pattern[str]
    length: int
    suffix: str = ""


_STANDARD = _Form(re.compile(f"[{_LETTER}0-9]{{5}}"), 5)
_LARGE_NEW_ENERGY = _Form(re.compile("[0-9]{5}[A-HJK]"), 6)
_SMALL_NEW_ENERGY = _Form(re.compile(f"[A-HJK][{_LETTER}0-9][0-9]{{4}}"), 6)


def _suffixed(suffix: str) -> _Form:
    return _Form(re.compile(f"[{_LETTER}0-9]{{4}}{suffix}"), 5, suffix)


# The form of diplomats', soldiers', tractors' and makeshift plates is not known here, so that none of them is read.
# Those of oversize vehicles (超) are temporary ones.
_FORMS: Mapping[str, _Form] = MappingProxyType(
    dict.fromkeys(("01", "02", "05", "06", "07", "08", "11", "12", "13"), _STANDARD)
    | {"15": _suffixed("挂"), "16": _suffixed("学"), "17": _suffixed("学"), "18": _suffixed("试")}
    | {"19": _suffixed("试"), "22": _suffixed("超"), "23": _suffixed("警"), "24": _suffixed("警")}
    | {"51": _LARGE_NEW_ENERGY, "52": _SMALL_NEW_ENERGY}
)


@dataclass(frozen=True, slots=True)
class Plate:
    """A plate, for example "赣A12345" of type "02"; made by `parse`.

    The same number may exist under two types, on two vehicles. Its repr does not show the number. A plate of another
    province is one too, because debtors own such vehicles and patrols meet them.

    Attributes:
        number: Number (号牌号码) in normal form: letters in upper case, nothing between them.
        type: Plate type (号牌种类), a code of `PLATE_TYPES`.

    Source:
        GA 36-2018; GA/T 16.7 for the types.
    """

    number: str = field(repr=False)
    type: str

    @classmethod
    def parse(cls, text: str, *, plate_type: str) -> Self:
        """Reads a plate; lower-case letters count as upper-case ones.

        One dot, hyphen or space between the letter of the place and the serial is left out, as nothing else can be
        meant by it. Full-width letters and digits are refused, like those of identity numbers.

        Args:
            text: The number, without anything around it.
            plate_type: Code of the plate type.

        Raises:
            CodeError: If it is none of that type.
        """
        form = _FORMS.get(plate_type)
        if form is None:
            known = plate_type in PLATE_TYPES
            raise CodeError("plates of its type are not read here" if known else "its plate type is none of GA/T 16.7")
        if _FULL_WIDTH.search(text):
            raise CodeError("it has full-width letters or digits: write them half-width")
        found = _PARTS.fullmatch(text)
        if found is None or found[1] not in _PROVINCES:
            raise CodeError("it is not the character of a province, the letter of a place, and a serial")
        place, serial = found[2].upper(), found[3].upper()
        if set(place + serial) & set("IO"):
            raise CodeError("it has the letter I or O, which no plate has: perhaps it is the digit 1 or 0")
        _check_place(found[1], place)
        _check_serial(serial, form)
        return cls(found[1] + place + serial, plate_type)

    def __str__(self) -> str:
        return self.number

    @property
    def is_of_jiangxi(self) -> bool:
        """Whether it was issued in Jiangxi, whose police alone take part (notice 五.4)."""
        return self.number[0] == JIANGXI

    @property
    def prefecture(self) -> str | None:
        """Code of the prefecture that issued it, 6 digits; None for a plate of another province."""
        return PREFECTURES[self.number[1]] if self.is_of_jiangxi else None


def plain_number(text: str) -> str:
    """Writes a number as its normal form would be, without looking whether it is one.

    Args:
        text: The number as it was read; what is not of the parts of a plate is given back as it is.
    """
    found = _PARTS.fullmatch(text)
    return text if found is None else f"{found[1]}{found[2]}{found[3]}".upper()


def _check_place(province: str, place: str) -> None:
    if province == JIANGXI and place not in PREFECTURES:
        raise CodeError("its letter is that of no place in Jiangxi")


def _check_serial(serial: str, form: _Form) -> None:
    suffix = serial[-1] if serial[-1] in _SUFFIXES else ""
    if suffix != form.suffix:
        wanted = f"ends with {form.suffix}" if form.suffix else "has no character at the end"
        raise CodeError(f"a plate of its type {wanted}")
    if len(serial) != form.length:
        raise CodeError(f"a plate of its type has {form.length} characters after the letter of the place")
    if form is _STANDARD and sum(map(str.isalpha, serial)) > _MAX_LETTERS:
        raise CodeError(f"it has more than {_MAX_LETTERS} letters after the letter of the place")
    if not form.serial.fullmatch(serial):
        raise CodeError("its letters and digits are not where a plate of its type has them")
