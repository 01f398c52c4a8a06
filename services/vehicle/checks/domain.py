"""What is checked, what is found, and what is answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from services.codes.errors import CodeError
from services.codes.plates import Plate
from services.codes.vins import Vin
from services.filing.domain import Contact
from services.vehicle.domain import Outcome, Trigger, judge
from services.vehicle.registry.domain import Vehicle
from services.vehicle.seizures.domain import Shown, VehicleFile
from services.vehicle.sightings.domain import Encounter, Sighted

KEPT = timedelta(hours=72)
"""How long a check that left anything is kept, so that a seizure entered just after it is found to concern it."""

# The small car's first: it is what is met most.
_TYPES = (
    "02",
    "52",
    "51",
    "01",
    "07",
    "08",
    "15",
    "16",
    "17",
    "18",
    "19",
    "22",
    "23",
    "24",
    "05",
    "06",
    "11",
    "12",
    "13",
)


@dataclass(frozen=True, slots=True)
class Seen:
    """What an officer saw.

    Attributes:
        encounter: How the vehicle was met, with its plate in normal form.
        plate_types: Types of plate that it may be of, one where that was seen.
        vin: Its VIN; None where nobody looked.
        is_dated: Whether it was noted by hand and is told later; otherwise it is seen now.
    """

    encounter: Encounter
    plate_types: tuple[str, ...]
    vin: Vin | None = None
    is_dated: bool = False

    @property
    def texts(self) -> tuple[str, ...]:
        """What alerts are looked for by: the VIN first, which names the vehicle whatever plate it bears."""
        return (*((self.vin.number,) if self.vin is not None else ()), self.encounter.plate)

    @property
    def is_vin_doubtful(self) -> bool:
        """Whether the VIN's check character is wrong, as when it was misread."""
        return self.vin is not None and not self.vin.is_checked


@dataclass(frozen=True, slots=True)
class Sought:
    """Something that an alert may be for.

    Attributes:
        hash: Its keyed hash, a signed number of 64 bits.
        text: Plate or VIN in normal form; empty where only the hash is known.
    """

    hash: int
    text: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Hit:
    """A vehicle that an alert is for.

    Attributes:
        file: The vehicle with its seizures.
        text: The plate or VIN by which it was found.
        seizures: Its open seizures in the order of their queue.
    """

    file: VehicleFile
    text: str = field(repr=False)
    seizures: tuple[Shown, ...]

    @property
    def since(self) -> datetime:
        """When the first of the open seizures was served."""
        return min(shown.record.served.at for shown in self.seizures)

    def is_after(self, at: datetime, *, is_dated: bool) -> bool:
        """Whether the vehicle was seized only after it was seen.

        Args:
            at: When it was seen.
            is_dated: Whether that is told later; what is seen now is after every seizure that is written down, by
                whatever process's clock.
        """
        return is_dated and at < self.since


@dataclass(frozen=True, slots=True)
class Finding:
    """What the register and the alerts know of what was seen.

    Attributes:
        on_plate: The vehicles on the register under the plate.
        on_vin: The vehicle on the register under the VIN; None where there is none or none was seen.
        hits: The vehicles that an alert is for, that of the VIN first.
    """

    on_plate: tuple[Vehicle, ...]
    on_vin: Vehicle | None
    hits: tuple[Hit, ...] = ()


@dataclass(frozen=True, slots=True)
class Checked:
    """What an officer is told.

    Attributes:
        outcome: What to do.
        contacts: Courts to be referred to with their judges; only of a registration that is refused.
        is_suspected_clone: Whether VIN and plate as seen are not of one vehicle on file.
        sighting_id: The sighting; empty where there is none.
        age: How old the picture was that it rests on; None where the database itself was asked.
    """

    outcome: Outcome
    contacts: tuple[tuple[str, Contact], ...] = ()
    is_suspected_clone: bool = False
    sighting_id: str = ""
    age: timedelta | None = None


def read_number(text: str) -> tuple[str, tuple[str, ...]] | None:
    """Reads a plate of which the type was not seen.

    Returns:
        Its number in normal form, and the types that it may be of; None where it is none.
    """
    found: dict[str, str] = {}
    for plate_type in _TYPES:
        try:
            found[plate_type] = Plate.parse(text, plate_type=plate_type).number
        except CodeError:
            continue
    return (next(iter(found.values())), tuple(found)) if found else None


def suspects_clone(seen: Seen, finding: Finding) -> bool:
    """Whether VIN and plate as seen are not of one vehicle on file (套牌).

    Of what is not on file, as of vehicles of other provinces, nothing is suspected.

    Args:
        seen: What was seen.
        finding: What the register knows of it.
    """
    if seen.vin is None:
        return False
    if finding.on_plate:
        return all(vehicle.vin != seen.vin.number for vehicle in finding.on_plate)
    return finding.on_vin is not None and finding.on_vin.plate != seen.encounter.plate


def decide(seen: Seen, finding: Finding) -> tuple[Checked, tuple[Sighted, ...]]:
    """Decides what an officer is told, and of which sightings the command centre is.

    A vehicle that belongs to a debtor and is not seized is none of this: no list of such vehicles is kept. Nor is one
    that was met on the road before it was seized.

    Args:
        seen: What was seen.
        finding: What is known of it.

    Returns:
        The answer, as yet without the sighting, and the sightings.
    """
    is_clone = suspects_clone(seen, finding)
    outcomes = {Outcome.NOTHING}
    refusing: list[Shown] = []
    sighted: list[Sighted] = []
    for hit in finding.hits:
        is_before = hit.is_after(seen.encounter.at, is_dated=seen.is_dated)
        if is_before and seen.encounter.trigger is Trigger.HIGHWAY_PATROL:
            continue
        verdict = judge(
            seen.encounter.trigger,
            (shown.standing for shown in hit.seizures),
            vin_seen=seen.vin,
            vin_on_file=Vin(hit.file.vehicle.vin),
            on_watch_list=False,
        )
        outcomes.add(verdict.outcome)
        if verdict.outcome is Outcome.REFUSED:
            refusing += hit.seizures
        sighted.append(
            Sighted(
                seen.encounter,
                hit.file.vehicle,
                hit.seizures,
                is_suspected_clone=is_clone,
                is_before_seizure=is_before,
            )
        )
    return Checked(max(outcomes), contacts_of(refusing), is_clone), tuple(sighted)


def contacts_of(seizures: Sequence[Shown]) -> tuple[tuple[str, Contact], ...]:
    """Returns the courts of seizures with their judges, each once, in the order of the queue."""
    return tuple(dict.fromkeys((shown.record.served.court_code, shown.record.handler) for shown in seizures))


def leaves_a_trace(seen: Seen, checked: Checked) -> bool:
    """Whether a check is kept: a control on the road that hits nothing is not."""
    return checked.outcome is not Outcome.NOTHING or seen.encounter.trigger is not Trigger.HIGHWAY_PATROL
