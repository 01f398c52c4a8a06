"""What courts are to be told of their controls: a port, behind which the notices or the tests' memory may stand.

Whoever tells is called in the transaction of what is told, so that a hit and its notices are there together or not at
all. What is told is about one case of one court; a court that has several is told of each.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from sqlalchemy import Connection

from services.exit_restriction.domain import Action, Author, Direction, Requirement


@dataclass(frozen=True, slots=True)
class PlacedTold:
    """A control was placed: from now on its case is to be told of its end.

    Attributes:
        author: The court and the case.
        control_id: Key of the control, a UUID.
        subject_id: Key of the person.
        handler_id: Officer id of the handling judge.
        ends_at: When it ends by itself, UTC, exclusive.
        at: When it was placed, UTC.
        traceparent: Trace of the call; empty where there is none.
    """

    author: Author
    control_id: str
    subject_id: int
    handler_id: str
    ends_at: datetime
    at: datetime
    traceparent: str = ""


@dataclass(frozen=True, slots=True)
class HitTold:
    """A person was met at a port.

    Attributes:
        author: The court and the case that are told.
        control_id: Key of the case's control, a UUID; its strictest where it has several.
        hit_id: Key of the hit, a UUID; the same for all courts that are told of it.
        subject_id: Key of the person; what is told of one person is told in order.
        handler_id: Officer id of the handling judge, who alone reads the content.
        person_name: Name of the person as the court handed it over.
        requirement: What this control asks for.
        action: What is to be done, the strictest of all courts'.
        port: The port.
        direction: Which way the person goes.
        unit: Code of the police unit, 12 digits.
        observed_at: When the person was met, UTC.
        at: When it was written down, UTC; the time for acknowledging runs from then.
        traceparent: Trace of the check; empty where there is none.
    """

    author: Author
    control_id: str
    hit_id: str
    subject_id: int
    handler_id: str
    person_name: str = field(repr=False)
    requirement: Requirement
    action: Action
    port: str = field(repr=False)
    direction: Direction
    unit: str
    observed_at: datetime
    at: datetime
    traceparent: str = ""


@dataclass(frozen=True, slots=True)
class HandledTold:
    """What was done with a person who was met.

    Attributes:
        hit: What was told of the hit.
        handled: What was done.
        note: The officer's remark; may be empty.
        at: When it was recorded, UTC.
        traceparent: Trace of the call; empty where there is none.
    """

    hit: HitTold
    handled: Action
    note: str = field(repr=False)
    at: datetime
    traceparent: str = ""


Told: TypeAlias = PlacedTold | HitTold | HandledTold
"""Anything that courts are told."""

Tell: TypeAlias = Callable[[Connection, Told], None]
"""Writes down what is to be told, in the transaction of a write function."""


def tell_nobody(connection: Connection, told: Told) -> None:
    """Tells nobody, as long as no notices are kept."""
    del connection, told
