"""What a record must satisfy to be let into the register, so that whatever is disclosed later has a known form."""

from __future__ import annotations

import re

from services.codes.errors import CodeError
from services.codes.plates import Plate
from services.codes.vehicles import (
    OWNER_CERTIFICATES,
    PLATE_TYPES,
    SEIZED,
    USES,
    parse_colours,
    parse_statuses,
)
from services.codes.vins import Vin
from services.vehicle.registry.domain import Vehicle

MAX_NAME, MAX_WORD, MAX_NUMBER = 100, 40, 32
"""Longest texts, in characters: names, brands and the like, numbers of certificates."""
MAX_KEY = (1 << 63) - 1
"""Largest key of a vehicle."""

_DIVISION = re.compile("[1-9][0-9]{5}")
_VEHICLE_TYPE = re.compile("[A-Z][0-9]{2}")
_CERTIFICATE_NUMBER = re.compile("[0-9A-Z]+")
_CONTROL = re.compile("[\\x00-\\x1f\\x7f]")


class IntakeError(ValueError):
    """A record that is not let in; the text names the record by its key, which has no meaning, and never a value."""


def check_vehicle(vehicle: Vehicle) -> None:
    """Makes sure that a vehicle may be let in.

    Raises:
        IntakeError: If it may not.
    """
    problem = _find_fault(vehicle) or _find_code_fault(vehicle)
    if problem:
        raise IntakeError(f"Vehicle {vehicle.vehicle_id}: {problem}.")


def _find_fault(vehicle: Vehicle) -> str:
    owner = vehicle.owner
    rules = (
        (not 0 < vehicle.vehicle_id <= MAX_KEY, "the key is out of range"),
        (not _is_text(owner.name, MAX_NAME), f"the owner's name is not 1 to {MAX_NAME} characters"),
        (owner.certificate_type not in OWNER_CERTIFICATES, "the owner's certificate is none of GA/T 16"),
        (
            len(owner.certificate_number) > MAX_NUMBER or not _CERTIFICATE_NUMBER.fullmatch(owner.certificate_number),
            "the owner's number is not digits and upper-case letters",
        ),
        (not all(_is_text(text, MAX_WORD) for text in (vehicle.brand, vehicle.model)), "brand or model is missing"),
        (
            not all(_is_text(t, longest) for t, longest in _optional(vehicle) if t),
            "a text is too long or has control characters",
        ),
        (not _VEHICLE_TYPE.fullmatch(vehicle.vehicle_type), "the vehicle type is none of GA/T 16.4"),
        (vehicle.use_nature not in USES, "the use is none of GA/T 16"),
        (not _DIVISION.fullmatch(vehicle.division), "its division is not 6 digits"),
    )
    return next((text for is_broken, text in rules if is_broken), "")


def _find_code_fault(vehicle: Vehicle) -> str:
    try:
        parse_colours("".join(vehicle.colours))
        statuses = parse_statuses("".join(vehicle.statuses))
        if Vin.parse(vehicle.vin).number != vehicle.vin:
            return "its VIN is not in normal form"
        if vehicle.plate_type not in PLATE_TYPES:
            return "its plate type is none of GA/T 16.7"
        if Plate.parse(vehicle.plate, plate_type=vehicle.plate_type).number != vehicle.plate:
            return "its plate is not in normal form"
    except CodeError as failure:
        return str(failure)
    return "that it is seized follows from its seizures" if SEIZED in statuses else ""


def _optional(vehicle: Vehicle) -> tuple[tuple[str, int], ...]:
    return ((vehicle.engine_number, MAX_WORD), (vehicle.mortgagee, MAX_NAME))


def _is_text(text: str, longest: int) -> bool:
    return 0 < len(text) <= longest and text == text.strip() and not _CONTROL.search(text)
