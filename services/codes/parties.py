"""Parties as courts name them: whether kind, name and number go together."""

from __future__ import annotations

from datetime import date

from services.codes.errors import CodeError
from services.codes.numbers import PERSON_NUMBERS, NumberType, read_number

MAX_PERSON_NAME = 50
"""Longest name of a person, in characters."""


class PartyError(CodeError):
    """A party is not named as one is.

    Attributes:
        field: What is wrong: "id_type", "name" or "id_number".
    """

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def read_party(
    name: str, kind: NumberType, number: str, *, is_person: bool, on: date, is_sole_trader: bool = False
) -> str:
    """Returns the number of a party in its normal form.

    Args:
        name: The party's name.
        kind: What the number is said to be.
        number: The number.
        is_person: Whether the party is said to be a natural person.
        on: Date after which nobody can have been born, in Asia/Shanghai.
        is_sole_trader: Whether the party is said to be a sole trader (个体工商户), who is no natural person here.

    Raises:
        PartyError: If they do not go together; the text says why and repeats nothing of them.
    """
    if is_person != (kind in PERSON_NUMBERS):
        raise PartyError("id_type", "a person has a person's number, an organisation an organisation's")
    if kind is NumberType.BUSINESS_LICENCE and not is_sole_trader:
        raise PartyError("id_type", "only a sole trader is named by the registration number of a business licence")
    if not name.strip():
        raise PartyError("name", "it is blank")
    if is_person and len(name) > MAX_PERSON_NAME:
        raise PartyError("name", f"a person's name has at most {MAX_PERSON_NAME} characters")
    try:
        return read_number(kind, number, on=on)
    except CodeError as failure:
        raise PartyError("id_number", str(failure)) from None
