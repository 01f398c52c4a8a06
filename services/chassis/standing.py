"""Whose an object is that a process keeps, told to the process of the suite that asks on behalf of others."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from services.chassis.call import Call
from xiezhi.errors import Reason, error
from xiezhi.standing.v1 import standing_pb2

STANDING = "xiezhi.standing.v1.StandingService"
"""Full name of the service."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Whose an object is; nothing of it is personal.

    Attributes:
        court_code: Court whose it is.
        department: Department that acts on it, a value of `xiezhi.policy.v1.Department`.
        units: Organisations that it lies or lay with, the present one first; empty for any of that department.
    """

    court_code: str
    department: int
    units: tuple[str, ...] = ()


Find: TypeAlias = Callable[[str], Awaitable[Standing | None]]
"""Returns whose an object is, by the part of its name after the slash; None where it is not there."""


class StandingServicer:
    """`xiezhi.standing.v1.StandingService`.

    Args:
        finds: Find objects, by the first part of their names.
    """

    def __init__(self, finds: Mapping[str, Find]) -> None:
        self._finds = finds

    async def GetStanding(
        self, request: standing_pb2.GetStandingRequest, call: Call
    ) -> standing_pb2.GetStandingResponse:
        """Says whose an object is."""
        del call
        kind, _, key = request.name.partition("/")
        find = self._finds.get(kind)
        found = None if find is None else await find(key)
        if found is None:
            raise error(Reason.NOT_FOUND, "There is no such object here: check its name.")
        return standing_pb2.GetStandingResponse(
            court_code=found.court_code,
            department=found.department,  # type: ignore[arg-type]
            units=found.units,
        )


def of_any_unit(court_of: Callable[[str], Awaitable[str | None]], department: int) -> Find:
    """Finds objects that any organisation of a department may act on.

    Args:
        court_of: Returns the court of an object; None if it is not there.
        department: The department.
    """

    async def find(key: str) -> Standing | None:
        court_code = await court_of(key)
        return None if court_code is None else Standing(court_code, department)

    return find


def internal_callers(name: str) -> Mapping[str, frozenset[str]]:
    """Returns which process may ask: the one that configuration names; see `services.chassis.backend`.

    Args:
        name: Its name in its certificate.
    """
    return {f"/{STANDING}/GetStanding": frozenset({name})}
