"""Identity numbers of parties as courts write them, whichever kind they are, brought into their normal form."""

from __future__ import annotations

from datetime import date
from enum import IntEnum

from services.codes.citizen_id import CitizenId, ForeignResidentId
from services.codes.errors import CodeError
from services.codes.licences import LicenceNumber, is_licence_like
from services.codes.passports import PassportNumber
from services.codes.uscc import OrganisationCode, SocialCreditCode


class NumberType(IntEnum):
    """Kind of an identity number, the values of `xiezhi.common.v1.IdentityNumberType`."""

    CITIZEN = 1
    FOREIGN_PERMANENT_RESIDENT = 2
    SOCIAL_CREDIT_CODE = 3
    ORGANISATION_CODE = 4
    PASSPORT = 5
    BUSINESS_LICENCE = 6


PERSON_NUMBERS = frozenset({NumberType.CITIZEN, NumberType.FOREIGN_PERMANENT_RESIDENT, NumberType.PASSPORT})
"""The kinds that natural persons have; all others are organisations'."""


def read_number(kind: NumberType, text: str, *, on: date) -> str:
    """Returns an identity number in its normal form.

    Args:
        kind: What the number is said to be.
        text: The number.
        on: Date after which nobody can have been born, in Asia/Shanghai.

    Raises:
        CodeError: If it is no such number; the text says why and never repeats the number.
    """
    if kind is NumberType.CITIZEN:
        return str(CitizenId.parse(text, on=on))
    if kind is NumberType.FOREIGN_PERMANENT_RESIDENT:
        return str(ForeignResidentId.parse(text, on=on))
    if kind is NumberType.PASSPORT:
        return str(PassportNumber.parse(text))
    if kind is NumberType.BUSINESS_LICENCE:
        return str(LicenceNumber.parse(text))
    if is_licence_like(text):
        raise CodeError("15 digits are a business licence's registration number, which has a type of its own")
    if kind is NumberType.SOCIAL_CREDIT_CODE:
        return str(SocialCreditCode.parse(text))
    return str(OrganisationCode.parse(text))
