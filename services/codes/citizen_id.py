"""Identity numbers of natural persons: citizens, residents of Hong Kong, Macau and Taiwan, and foreigners."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from operator import mul
from typing import Self

from services.codes.errors import CodeError

FEMALE, MALE = 2, 1
"""Sexes that a number can tell (GB/T 2261.1)."""

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_OF_ZEROS = sum(_WEIGHTS) * ord("0")
"""What the weights make of as many zeros as bytes, which need not become numbers one by one."""
_CHECK_CHARACTERS = "10X98765432"
_BODY = re.compile("[0-9]{17}")
_LEGACY = re.compile("[0-9]{15}")
# First digits 1 to 7 are regions of the mainland, 81 Hong Kong, 82 Macau, 83 Taiwan. Whether the division exists today
# is not asked, because most adults carry one that was abolished since.
_CITIZEN = re.compile("[1-8][0-9]{5}(?:18|19|20)[0-9]{9}[0-9Xx]")
_FOREIGNER = re.compile("9[0-9]{5}(?:18|19|20)[0-9]{9}[0-9Xx]")
_FOREIGNER_BEFORE_2023 = re.compile("[A-Za-z]{3}[0-9]{12}")
_NEW_LENGTH = 18


def check_character(first17: str) -> str:
    """Returns the last character of a number of 18, "0" to "9" or "X".

    Args:
        first17: The 17 digits before it.

    Raises:
        CodeError: If these are not 17 digits.

    Source:
        GB 11643-1999, which is ISO 7064 MOD 11-2.
    """
    if not _BODY.fullmatch(first17):
        raise CodeError("it does not begin with 17 digits")
    return _check_character(first17)


@dataclass(frozen=True, slots=True)
class CitizenId:
    """A citizen identity number (公民身份号码), or the number of a residence permit of 港澳台居民; made by `parse`.

    Its text is the normal form: 18 characters, the last a digit or an upper-case X. Its repr does not show it.

    Attributes:
        number: The number in normal form.

    Source:
        GB 11643-1999. Residence permits of residents of Hong Kong (810000), Macau (820000) and Taiwan (830000), which
        there are since 2018-09-01, have numbers of the same form.
    """

    number: str = field(repr=False)

    @classmethod
    def parse(cls, text: str, *, on: date) -> Self:
        """Reads a number; a lower-case x counts as an X.

        Args:
            text: The number, without anything around it.
            on: Date after which nobody can have been born, in Asia/Shanghai.

        Raises:
            CodeError: If it is none; LEGACY_15_DIGIT where it has the form that ended with 2012.
        """
        if not _CITIZEN.fullmatch(text):
            if _LEGACY.fullmatch(text):
                raise CodeError("LEGACY_15_DIGIT: a number of 15 digits has not been valid since 2013-01-01")
            raise CodeError("it is not 17 digits, of a division, a date and a sequence, and a check character")
        return cls(_checked(text.upper(), on))

    def __str__(self) -> str:
        return self.number

    @property
    def division(self) -> str:
        """The division where the number was given first, 6 digits; it may have been abolished since."""
        return self.number[:6]

    @property
    def birth_date(self) -> date:
        """Date of birth."""
        return _birth_date(self.number)

    @property
    def sex(self) -> int:
        """Sex as the 17th digit tells it (GB/T 2261.1): odd is `MALE`, even is `FEMALE`."""
        return _sex(self.number)


@dataclass(frozen=True, slots=True)
class ForeignResidentId:
    """The number of a foreigner's permanent residence identity card (外国人永久居留身份证); made by `parse`.

    Its text is the normal form: three upper-case letters and 12 digits, or, on cards issued since 2023-12-01,
    17 digits that begin with 9 and a check character. Its repr does not show it.

    Attributes:
        number: The number in normal form.
    """

    number: str = field(repr=False)

    @classmethod
    def parse(cls, text: str, *, on: date) -> Self:
        """Reads a number of either form; lower-case letters count as upper-case ones.

        Args:
            text: The number, without anything around it.
            on: Date after which nobody can have been born, in Asia/Shanghai.

        Raises:
            CodeError: If it is none.
        """
        if is_card_before_2023(text):
            return cls(text.upper())
        if not _FOREIGNER.fullmatch(text):
            raise CodeError("it is neither 3 letters and 12 digits, nor 17 digits from 9 on and a check character")
        return cls(_checked(text.upper(), on))

    def __str__(self) -> str:
        return self.number

    @property
    def birth_date(self) -> date | None:
        """Date of birth; None for the older form, which does not tell the century."""
        return _birth_date(self.number) if len(self.number) == _NEW_LENGTH else None

    @property
    def sex(self) -> int | None:
        """Sex as the 17th digit tells it, `MALE` or `FEMALE`; None for the older form, which does not tell it."""
        return _sex(self.number) if len(self.number) == _NEW_LENGTH else None


def is_card_before_2023(text: str) -> bool:
    """Whether a text has the form of the numbers of foreigners' permanent residence cards before 2023-12-01."""
    return _FOREIGNER_BEFORE_2023.fullmatch(text) is not None


def _check_character(digits: str) -> str:
    """Returns the check character of what begins with 17 digits."""
    return _CHECK_CHARACTERS[(sum(map(mul, _WEIGHTS, digits.encode())) - _OF_ZEROS) % 11]


def _checked(number: str, on: date) -> str:
    try:
        birth = _birth_date(number)
    except ValueError:
        raise CodeError("its date of birth is no date") from None
    if birth > on:
        raise CodeError("its date of birth is to come")
    if number[17] != _check_character(number):
        raise CodeError("its check character is wrong")
    return number


def _birth_date(number: str) -> date:
    return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))


def _sex(number: str) -> int:
    return MALE if int(number[16]) % 2 else FEMALE
