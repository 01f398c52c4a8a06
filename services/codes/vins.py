"""Vehicle identification numbers (车辆识别代号), which stay with a vehicle whatever plate it bears."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from operator import mul
from types import MappingProxyType
from typing import Self

from services.codes.errors import CodeError

_NUMBER = re.compile("[A-HJ-NPR-Z0-9]{17}")
_VALUES: Mapping[str, int] = MappingProxyType(
    dict(
        zip(
            "0123456789ABCDEFGHJKLMNPRSTUVWXYZ",
            (*range(10), *range(1, 9), *range(1, 6), 7, 9, *range(2, 10)),
            strict=True,
        )
    )
)
_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_CHECK_CHARACTERS = "0123456789X"
_CHECK_PLACE = 8


def check_character(number: str) -> str:
    """Returns the character that belongs in the ninth place of a number, "0" to "9" or "X".

    Args:
        number: A number in normal form; what stands in its ninth place is not looked at.

    Raises:
        CodeError: If it has not the form of one.

    Source:
        GB 16735; ISO 3779 leaves the place free.
    """
    if not _NUMBER.fullmatch(number):
        raise CodeError("it is not 17 digits and letters other than I, O and Q")
    return _CHECK_CHARACTERS[sum(map(mul, _WEIGHTS, map(_VALUES.__getitem__, number))) % 11]


@dataclass(frozen=True, slots=True)
class Vin:
    """A vehicle identification number; made by `parse`.

    Its text is the normal form: 17 digits and upper-case letters, none of them I, O or Q. Its repr does not show it.

    Attributes:
        number: The number in normal form.

    Source:
        GB 16735, ISO 3779.
    """

    number: str = field(repr=False)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Reads a number; lower-case letters count as upper-case ones.

        A wrong check character does not refuse it, because imported vehicles need not have one.

        Args:
            text: The number, without anything around it.

        Raises:
            CodeError: If it is none.
        """
        if not text.isascii():
            raise CodeError("it has characters other than half-width letters and digits")
        number = text.upper()
        if set(number) & set("IOQ"):
            raise CodeError("it has the letter I, O or Q, which no such number has: perhaps it is the digit 1 or 0")
        if not _NUMBER.fullmatch(number):
            raise CodeError("it is not 17 digits and letters")
        return cls(number)

    def __str__(self) -> str:
        return self.number

    @property
    def is_checked(self) -> bool:
        """Whether its check character is right; where it is not, look twice, for it may still be an imported one."""
        return self.number[_CHECK_PLACE] == check_character(self.number)
