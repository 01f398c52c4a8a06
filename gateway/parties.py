"""The parties that a request names: whether their numbers are numbers at all."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import islice

from google.protobuf.message import Message

from services.chassis.policy import MethodInfo
from services.chassis.validation import MAX_VIOLATIONS
from services.codes.errors import CodeError
from services.codes.numbers import NumberType, read_number
from xiezhi.common.v1 import case_pb2
from xiezhi.errors import Violation, invalid_fields


def find_faults(method: MethodInfo, message: Message, *, on: date) -> tuple[Violation, ...]:
    """Finds the numbers of parties that are none, whatever is known of them; without their values.

    Args:
        method: The method called.
        message: The request, which keeps the rules of its contract.
        on: Date after which nobody can have been born, in Asia/Shanghai.
    """
    parties = (named for path in method.subject_paths for named in _find_parties(message, path[:-1], ""))
    faults = (fault for place, party in parties if (fault := _find_fault(place, party, on)) is not None)
    return tuple(islice(faults, MAX_VIOLATIONS))


def require_numbers(method: MethodInfo, message: Message, *, on: date) -> None:
    """Refuses a request that names a party by a number that is none; as `find_faults`.

    Raises:
        InvalidArgument: FIELDS_INVALID.
    """
    faults = find_faults(method, message, on=on)
    if faults:
        raise invalid_fields(*faults)


def _find_parties(message: Message, path: tuple[str, ...], place: str) -> Iterator[tuple[str, case_pb2.Party]]:
    if not path:
        if isinstance(message, case_pb2.Party):
            yield place, message
        return
    value = getattr(message, path[0])
    here = f"{place}.{path[0]}" if place else path[0]
    if isinstance(value, Message):
        yield from _find_parties(value, path[1:], here)
        return
    for index, item in enumerate(value):
        yield from _find_parties(item, path[1:], f"{here}[{index}]")


def _find_fault(place: str, party: case_pb2.Party, on: date) -> Violation | None:
    try:
        read_number(NumberType(party.id_type), party.id_number, on=on)
    except CodeError as failure:
        return Violation(f"{place}.id_number", str(failure))
    return None
