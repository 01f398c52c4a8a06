"""Vehicles and owners for the tests; people's numbers lie in the test-only division 369901."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime

from services.codes.uscc import ALPHABET, SocialCreditCode
from services.codes.vins import check_character
from services.vehicle.registry.domain import Owner, Vehicle
from tests.unit.identity.people import number

NOW = datetime(2018, 8, 3, 4, 0, tzinfo=UTC)
_ORGANISATION_CHECKS = "0123456789X"
PERSON_NUMBER = number(date(1980, 1, 15), 1)
LEGAL_REPRESENTATIVE = number(date(1975, 3, 4), 2)


def credit_code(serial: int = 1) -> str:
    """Makes a social credit code (GB 32100) around a good organisation code."""
    body = f"{serial:08d}"
    code = "91360100" + body + _ORGANISATION_CHECKS[-_sum((3, 7, 9, 10, 5, 8, 4, 2), body) % 11]
    code += ALPHABET[-_sum((1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28), code) % 31]
    return SocialCreditCode.parse(code).code


def _sum(weights: Sequence[int], text: str) -> int:
    return sum(w * ALPHABET.index(c) for w, c in zip(weights, text, strict=True))


ORGANISATION = credit_code()
LICENCE = "369901600000007"


def vin(serial: int = 1) -> str:
    """Makes a VIN whose check character holds."""
    draft = f"LTST00000J{serial % 10_000_000:07d}"
    return draft[:8] + check_character(draft) + draft[9:]


def person_owner(name: str = "周测试", number: str = PERSON_NUMBER) -> Owner:
    """Makes a natural person as owner."""
    return Owner(name, "A", number)


def company(name: str = "测试物流有限公司", code: str = ORGANISATION, kind: str = "N") -> Owner:
    """Makes an organisation as owner, under its social credit code unless told otherwise."""
    return Owner(name, kind, code)


def sole_trader(name: str = "测试货运部", licence: str = LICENCE) -> Owner:
    """Makes a sole trader as owner, under the licence."""
    return Owner(name, "P", licence)


def car(vehicle_id: int = 1, **changed: object) -> Vehicle:
    """Makes a small car of a natural person."""
    values: dict[str, object] = {
        "vehicle_id": vehicle_id,
        "plate": f"赣A{vehicle_id % 100_000:05d}",
        "plate_type": "02",
        "vin": vin(vehicle_id),
        "engine_number": f"E{vehicle_id:07d}",
        "brand": "测试牌",
        "model": "TS7001",
        "vehicle_type": "K33",
        "colours": ("A",),
        "use_nature": "A",
        "statuses": frozenset("A"),
        "owner": person_owner(),
        "first_registered_on": date(2015, 5, 5),
        "division": "360100",
        "inspection_valid_to": date(2019, 5, 31),
    }
    return Vehicle(**(values | changed))  # type: ignore[arg-type]


def numbered(place: int) -> Vehicle:
    """Makes the car of a place in a large register, with an owner of its own."""
    letters = "ABCDEFGHJKLM"
    return car(
        place + 1,
        plate=f"赣{letters[place // 100_000 % 12]}{place % 100_000:05d}",
        plate_type="02" if place < 1_200_000 else "01",
        owner=Owner(f"测试人{place}", "A", f"3699011980{place:08d}"),
    )
