"""Appointments of liaisons as what happened to them, and how they stand after it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import IntEnum
from typing import Protocol

from services.codes.courts import COURTS, HIGH_COURT
from services.codes.police import police_of
from services.directory.channels import BODIES
from services.directory.liaisons import DEPARTMENTS, Appointment, Contact, Days, Fault, Post, acting, find_faults
from xiezhi.errors import Reason, XiezhiError, error

PREFIX = "liaisons/"


class FactKind(IntEnum):
    """What happens to an appointment."""

    APPOINTED = 1
    END_MOVED = 2
    ON_LEAVE = 3
    ESTABLISHMENT_LOST = 4


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that happened to an appointment.

    Attributes:
        kind: What.
        days: When it is to run; of leave, the days of leave; of the establishment, from when on it is lost.
        at: When it was recorded, UTC.
        reason: Why; empty where nobody says.
    """

    kind: FactKind
    days: Days
    at: datetime
    reason: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Kept:
    """An appointment as it is kept.

    Attributes:
        appointment: How it stands.
        contact: How the officer is reached.
    """

    appointment: Appointment
    contact: Contact


@dataclass(frozen=True, slots=True)
class Listed:
    """An appointment as it is listed.

    Attributes:
        kept: The appointment.
        acts: Whether the officer acts as liaison on the day.
    """

    kept: Kept
    acts: bool


class Files(Protocol):
    """What a change of the directory sees and does, which is kept as a whole or not at all."""

    def find(self, liaison_id: str) -> Kept | None:
        """Returns an appointment; None if there is none."""
        ...

    def at_post(self, post: Post) -> tuple[Kept, ...]:
        """Returns all appointments at a post."""
        ...

    def of_officer(self, officer_id: str) -> tuple[Kept, ...]:
        """Returns all appointments of an officer, wherever."""
        ...

    def add(self, kept: Kept, fact: Fact) -> None:
        """Adds an appointment with what happened first."""
        ...

    def note(self, liaison_id: str, fact: Fact) -> None:
        """Notes something that happened to an appointment."""
        ...


def after(appointment: Appointment, facts: Iterable[Fact]) -> Appointment:
    """Returns how an appointment stands after some facts.

    Args:
        appointment: How it stood before.
        facts: What happened, the oldest first.
    """
    for fact in facts:
        if fact.kind is FactKind.ON_LEAVE:
            leaves = sorted({*appointment.leaves, fact.days}, key=_by_days)
            appointment = replace(appointment, leaves=tuple(leaves))
        elif fact.kind is FactKind.ESTABLISHMENT_LOST:
            appointment = replace(appointment, lost_on=fact.days.first)
        else:
            appointment = replace(appointment, days=fact.days)
    return appointment


def list_on(day: date, kept: Iterable[Kept]) -> tuple[Listed, ...]:
    """Returns appointments that run on a day or begin later, by organisation and department.

    Args:
        day: The day, Asia/Shanghai.
        kept: All of the posts that are listed.
    """
    listed = []
    for those in _by_post(kept).values():
        acts = {one.key for one in acting([one.appointment for one in those], day)}
        lasting = (one for one in those if one.appointment.days.last is None or day <= one.appointment.days.last)
        listed += [Listed(one, one.appointment.key in acts) for one in lasting]
    return tuple(sorted(listed, key=lambda one: place_of(one.kept.appointment)))


def place_of(appointment: Appointment) -> tuple[str, int, str]:
    """Returns the place of an appointment in a list."""
    return appointment.post.organisation, appointment.post.department, appointment.key


def faults_on(day: date, organisations: Iterable[str], kept: Iterable[Kept]) -> tuple[Fault, ...]:
    """Returns what is wrong in the directory on a day, by organisation and department.

    Args:
        day: The day, Asia/Shanghai.
        organisations: Courts and police organisations that are looked at.
        kept: All of their appointments.
    """
    at_post = _by_post(kept)
    return tuple(
        fault
        for organisation in sorted(set(organisations))
        for post in posts_of(organisation)
        for fault in find_faults(post, [one.appointment for one in at_post.get(post, ())], day)
    )


def posts_of(organisation: str) -> tuple[Post, ...]:
    """Returns the posts of a court, or of a police organisation with its six departments."""
    if organisation.startswith(HIGH_COURT):
        return (Post(organisation),)
    return tuple(Post(organisation, department) for department in DEPARTMENTS)


def expected(known: Iterable[str], *, on: date) -> frozenset[str]:
    """Returns which organisations must have liaisons: all courts, the police of each one's place, and what is known.

    Args:
        known: Organisations that have appointed somebody.
        on: The day.
    """
    courts = [court.code for court in COURTS.values() if court.until is None]
    police = (police_of(court, on=on) for court in courts)
    return frozenset((*courts, *police, BODIES[1], *(one for one in known if not one.startswith(HIGH_COURT))))


def not_found() -> XiezhiError:
    """Makes the refusal of an appointment that is not there, or is another organisation's."""
    return error(Reason.LIAISON_NOT_FOUND, "Your organisation has no appointment of this name.")


def _by_post(kept: Iterable[Kept]) -> Mapping[Post, list[Kept]]:
    found: dict[Post, list[Kept]] = {}
    for one in kept:
        found.setdefault(one.appointment.post, []).append(one)
    return found


def _by_days(days: Days) -> tuple[date, date]:
    return days.first, days.last or date.max
