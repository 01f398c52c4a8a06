"""Numbers of organisations: unified social credit codes, and the organisation codes before them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self

from services.codes.errors import CodeError

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""Characters of a unified social credit code, by value: no I, O, S, V and Z (GB 32100-2015)."""

_LETTER = "0-9A-HJ-NPQRTUWXYa-hj-npqrtuwxy"
_CREDIT_CODE = re.compile(f"[{_LETTER}]{{2}}[0-9]{{6}}[{_LETTER}]{{10}}")
_CREDIT_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_ORGANISATION_CODE = re.compile("([0-9A-Za-z]{8})-?([0-9Xx])")
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


@dataclass(frozen=True, slots=True)
class SocialCreditCode:
    """A unified social credit code (统一社会信用代码); made by `parse`.

    Its text is the normal form: 18 characters, letters in upper case.

    Attributes:
        code: The code in normal form.

    Source:
        GB 32100-2015.
    """

    code: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Reads a code; lower-case letters count as upper-case ones.

        The registering department is not looked at, nor is the check character of the organisation code within.

        Args:
            text: The code, without anything around it.

        Raises:
            CodeError: If it is none.
        """
        if not _CREDIT_CODE.fullmatch(text):
            raise CodeError(
                "it is not 18 digits and letters other than I, O, S, V and Z, of them 6 digits from the third on"
            )
        code = text.upper()
        if code[17] != credit_check(code[:17]):
            raise CodeError("its check character is wrong")
        return cls(code)

    def __str__(self) -> str:
        return self.code

    @property
    def organisation_code(self) -> str:
        """The organisation code within, characters 9 to 17, in the normal form of `OrganisationCode`."""
        return self.code[8:17]


@dataclass(frozen=True, slots=True)
class OrganisationCode:
    """An organisation code (组织机构代码), under which organisations' vehicles were registered before; made by `parse`.

    Its text is the normal form: 9 characters without the hyphen, letters in upper case, as within a social credit code.

    Attributes:
        code: The code in normal form.

    Source:
        GB 11714-1997.
    """

    code: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Reads a code, with or without the hyphen; lower-case letters count as upper-case ones.

        Args:
            text: The code, without anything around it.

        Raises:
            CodeError: If it is none.
        """
        found = _ORGANISATION_CODE.fullmatch(text)
        if found is None:
            raise CodeError("it is not 8 digits and letters and a check character, with or without a hyphen before it")
        body, check = (part.upper() for part in found.groups())
        if check != organisation_check(body):
            raise CodeError("its check character is wrong")
        return cls(body + check)

    def __str__(self) -> str:
        return self.code


def credit_check(first17: str) -> str:
    """Returns the check character of a unified social credit code.

    Args:
        first17: What stands before it, in normal form.
    """
    total = sum(w * ALPHABET.index(c) for w, c in zip(_CREDIT_WEIGHTS, first17, strict=True))
    return ALPHABET[-total % 31]


def organisation_check(first8: str) -> str:
    """Returns the check character of an organisation code.

    Args:
        first8: What stands before it, in normal form.
    """
    total = sum(w * int(c, 36) for w, c in zip(_ORGANISATION_WEIGHTS, first8, strict=True))
    return "0123456789X"[-total % 11]
