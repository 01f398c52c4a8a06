"""Appointments of liaisons as what happened to them, and how they stand after it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import IntEnum
from typing import Protocol

from services.directory.liaisons import Appointment, Contact, Days, Post
from xiezhi.errors import Reason, XiezhiError, error

PREFIX = "liaisons/"


class FactKind(IntEnum):
    """What happens to an appointment."""

    APPOINTED = 1
    END_MOVED = 2
    ON_LEAVE = 3


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that happened to an appointment.

    Attributes:
        kind: What.
        days: When it is to run; of leave, the days of leave.
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
        else:
            appointment = replace(appointment, days=fact.days)
    return appointment


def not_found() -> XiezhiError:
    """Makes the refusal of an appointment that is not there, or is another organisation's."""
    return error(Reason.LIAISON_NOT_FOUND, "Your organisation has no appointment of this name.")


def _by_days(days: Days) -> tuple[date, date]:
    return days.first, days.last or date.max
