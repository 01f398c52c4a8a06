"""What police saw of a seized vehicle, and who is told of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from services.vehicle.domain import Trigger
from services.vehicle.registry.domain import Vehicle
from services.vehicle.seizures.domain import Shown

HIGH_COURT, POLICE_DEPARTMENT = "赣", "360000000000"
COMMAND_CENTRE, LIAISON = "command-centre", "liaison"
TOPIC = "sighting.seen"
"""Topic of notices of sightings; the feed adds to it when one is overdue."""
LIAISON_PERMISSION = "vehicle.sighting.liaison"
"""Permission by which a token is that of its organisation's liaison."""


def addressee_of(organisation: str, post: str) -> str:
    """Returns under what notices to a post are kept, for example "赣|command-centre"."""
    return f"{organisation}|{post}"


def post_of(*, is_liaison: bool) -> str:
    """Returns the post of somebody in their organisation."""
    return LIAISON if is_liaison else COMMAND_CENTRE


TOLD = addressee_of(HIGH_COURT, COMMAND_CENTRE)
"""Who is told of every sighting (notice 二.1)."""
TOLD_LATE = (addressee_of(HIGH_COURT, LIAISON), addressee_of(POLICE_DEPARTMENT, LIAISON))
"""Who is told when it is not acknowledged in time."""


@dataclass(frozen=True, slots=True)
class Encounter:
    """That police met a vehicle.

    Attributes:
        trigger: The occasion.
        unit: Code of the police unit, 12 digits.
        at: When, UTC.
        plate: Plate as seen, in normal form.
        place: Where; may be empty.
        officer_id: The officer; empty for a camera.
        is_held: Whether the officer holds the vehicle.
        note: The officer's remark; may be empty.
        traceparent: Trace of the check; empty where there is none.
    """

    trigger: Trigger
    unit: str
    at: datetime
    plate: str = field(repr=False)
    place: str = field(default="", repr=False)
    officer_id: str = ""
    is_held: bool = False
    note: str = field(default="", repr=False)
    traceparent: str = ""


@dataclass(frozen=True, slots=True)
class Sighted:
    """A seized vehicle that was met.

    Attributes:
        encounter: How it was met.
        vehicle: The vehicle as it is on the register.
        seizures: The seizure in force, then those that wait, as they stood then.
        is_suspected_clone: Whether VIN and plate as seen are not of one vehicle on file.
        is_before_seizure: Whether it was met before it was seized.
    """

    encounter: Encounter
    vehicle: Vehicle
    seizures: tuple[Shown, ...]
    is_suspected_clone: bool = False
    is_before_seizure: bool = False

    @property
    def matter(self) -> str:
        """What makes it news: a sighting that differs in any of it is told, however soon it comes after another."""
        meeting = self.encounter
        flags = (meeting.is_held, self.is_suspected_clone, self.is_before_seizure)
        seizures = (shown.record.seizure_id for shown in self.seizures)
        return "|".join((meeting.unit, *(str(int(flag)) for flag in flags), *seizures))


@dataclass(frozen=True, slots=True)
class Tally:
    """How often a vehicle was met so far, of one sighting.

    Attributes:
        first_at: The first time.
        last_at: The last time.
        count: How many times.
    """

    first_at: datetime
    last_at: datetime
    count: int
