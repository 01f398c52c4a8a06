"""Passports of foreigners, by which courts name those who have no permanent residence here."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Self

from services.codes.citizen_id import is_card_before_2023
from services.codes.errors import CodeError

_PASSPORT = re.compile("[A-Za-z]{3}[0-9A-Za-z]{5,20}")
_CHINA = "CHN"


@dataclass(frozen=True, slots=True)
class PassportNumber:
    """The number of a foreigner's passport (护照) with the state that issued it; made by `parse`.

    Its text is the normal form: the code of the state, three upper-case letters, and the number, 5 to 20 upper-case
    letters and digits, for example "GBR123456789". Germany, which writes "D" in its passports, is "DEU" here. No number
    of another kind that a person has looks like one. Its repr does not show it.

    Attributes:
        number: State and number in normal form.

    Source:
        ISO 3166-1 alpha-3, and the further codes of three letters of ICAO Doc 9303-3, section 5.
    """

    number: str = field(repr=False)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Reads a number; lower-case letters count as upper-case ones.

        Whether there is such a state is not looked at: codes are added, and passports outlive them.

        Args:
            text: State and number, without anything around or between them.

        Raises:
            CodeError: If it is none, if it is that of a card of permanent residence, or if it is a Chinese passport's,
                whose holder is a citizen and has a citizen identity number.
        """
        if not _PASSPORT.fullmatch(text):
            raise CodeError("it is not the 3 letters of a state and the 5 to 20 letters and digits of a passport")
        if is_card_before_2023(text):
            raise CodeError("3 letters and 12 digits are the number of a permanent residence card")
        number = text.upper()
        if number.startswith(_CHINA):
            raise CodeError("it is a Chinese passport: a citizen is named by the citizen identity number")
        return cls(number)

    def __str__(self) -> str:
        return self.number

    @property
    def state(self) -> str:
        """Code of the state that issued it, three upper-case letters."""
        return self.number[:3]
