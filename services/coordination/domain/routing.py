"""Where a court's request goes: to one department of the police at its place, or else to the command centre (R-4.2)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from services.codes.police import is_at_place_of, police_of
from services.directory.channels import BODIES
from services.directory.liaisons import DEPARTMENTS, Appointment, Fault, FaultKind, Post, acting, find_faults

COMMAND_CENTRE = 1
"""The department that takes what no other takes (指挥中心), a value of `xiezhi.policy.v1.Department`."""
PROVINCE = BODIES[1]


@dataclass(frozen=True, slots=True)
class Route:
    """Where a request goes.

    Attributes:
        department: Department that the contract names.
        post: The department and the organisation that take it; without an organisation where the exchange answers.
        acting: Who acts as its liaison.
        faults: What was missing on the way.
    """

    department: int
    post: Post
    acting: tuple[Appointment, ...] = ()
    faults: tuple[Fault, ...] = ()


def local_police(court_code: str, known: Iterable[str], *, on: date) -> tuple[str, ...]:
    """Returns the police organisations at the place of a court, those of the whole place first; at least one.

    Args:
        court_code: The court.
        known: Organisations of which the directory knows.
        on: The day.
    """
    local = sorted(one for one in known if one.isdecimal() and is_at_place_of(one, court_code, on=on))
    return tuple(local) or (police_of(court_code, on=on),)


def find_route(department: int, local: Sequence[str], appointments: Iterable[Appointment], *, day: date) -> Route:
    """Finds who takes a request.

    Args:
        department: Department that the contract names.
        local: Police organisations at the court's place, as `local_police` returns them.
        appointments: All of these organisations, and of the province's.
        day: The day, Asia/Shanghai.
    """
    if department not in DEPARTMENTS:
        return Route(department, Post("", department))
    those = tuple(appointments)
    faults: list[Fault] = []
    steps = [Post(one, taker) for taker in dict.fromkeys((department, COMMAND_CENTRE)) for one in local]
    last = Post(PROVINCE, COMMAND_CENTRE)
    for post in dict.fromkeys((*steps, last)):
        at_post = [one for one in those if one.post == post]
        found = acting(at_post, day)
        if found:
            return Route(department, post, found, tuple(faults))
        faults += [one for one in find_faults(post, at_post, day) if one.kind in {FaultKind.GAP, FaultKind.ON_LEAVE}]
    return Route(department, last, (), tuple(faults))
