"""Registration numbers of sole traders' business licences, under which some of their vehicles are registered."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Self

from services.codes.errors import CodeError

_LICENCE = re.compile("[1-9][0-9]{14}")
_FIFTEEN_DIGITS = re.compile("[0-9]{15}")
_BODY_LENGTH = 14
_FIRST_OF_SEQUENCE = 6
# Enterprises have 0 to 3, those with foreign capital 4 and 5.
_SOLE_TRADERS = frozenset("6789")


@dataclass(frozen=True, slots=True)
class LicenceNumber:
    """The registration number of a sole trader's business licence (个体工商户营业执照注册号); made by `parse`.

    Its text is the normal form: 15 digits, 6 of the office that registered first, 8 of a sequence and a check digit.
    Neither a social credit code nor an identity number follows from it, nor it from them. Numbers of 13 digits, which
    were given until 2007, have no check digit and are not read. Its repr does not show it, because a sole trader is a
    person too.

    Attributes:
        number: The number.

    Source:
        GS 15-2006; the check digit is ISO 7064 MOD 11,10.
    """

    number: str = field(repr=False)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Reads a number.

        Whether there is such an office is not looked at: most were merged or abolished since.

        Args:
            text: The number, without anything around it.

        Raises:
            CodeError: If it is none, or if it is an enterprise's, whose vehicles are not registered under it.
        """
        if not _LICENCE.fullmatch(text):
            raise CodeError("it is not 15 digits, of an office, a sequence and a check digit")
        if text[-1] != licence_check(text[:_BODY_LENGTH]):
            raise CodeError("its check digit is wrong")
        if text[_FIRST_OF_SEQUENCE] not in _SOLE_TRADERS:
            raise CodeError("it is an enterprise's, which is named by its social credit code or organisation code")
        return cls(text)

    def __str__(self) -> str:
        return self.number


def is_licence_like(text: str) -> bool:
    """Whether a text has the form of a licence's registration number: 15 digits, which no code of organisations has."""
    return _FIFTEEN_DIGITS.fullmatch(text) is not None


def licence_check(first14: str) -> str:
    """Returns the check digit of a licence's registration number.

    Args:
        first14: The digits before it.
    """
    product = 10
    for digit in first14:
        product = ((product + int(digit)) % 10 or 10) * 2 % 11
    return str((1 - product) % 10)
