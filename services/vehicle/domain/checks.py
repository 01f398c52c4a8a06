"""What follows when police meet a vehicle: whether the court is told, and what the officer is (notice 二.1, R-2.3)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

from services.codes.vins import Vin
from services.vehicle.domain.seizures import Standing


class Trigger(IntEnum):
    """On what occasion police met a vehicle, the values of `xiezhi.vehicle.v1.Trigger`."""

    ANNUAL_INSPECTION = 1
    TRANSFER_REGISTRATION = 2
    HIGHWAY_PATROL = 3
    OTHER_REGISTRATION = 4


REGISTRATIONS = frozenset({Trigger.TRANSFER_REGISTRATION, Trigger.OTHER_REGISTRATION})
"""What the police must not register of a vehicle that a court has seized (R-2.2).

Source:
    道交法实施条例 art 10; 机动车登记规定(2021) arts 21, 29, 36 and 42.
"""


class Outcome(IntEnum):
    """What follows from a check, the values of `xiezhi.vehicle.v1.CheckOutcome`."""

    NOTHING = 1
    RECORDED = 2
    REFUSED = 3


@dataclass(frozen=True, slots=True)
class Verdict:
    """What follows from a check.

    Attributes:
        outcome: NOTHING leaves no trace; of the others the enforcement command centre is notified.
        seizures: The seizure in force, then those that wait: all of their courts are told by one notice (A15).
        is_suspected_clone: Whether the VIN seen is not that of the plate (套牌), which the register alone tells.
    """

    outcome: Outcome
    seizures: tuple[Standing, ...]
    is_suspected_clone: bool = False


def judge(
    trigger: Trigger,
    standings: Iterable[Standing],
    *,
    vin_seen: Vin | None,
    vin_on_file: Vin,
    on_watch_list: bool,
) -> Verdict:
    """Judges what follows when police meet a vehicle.

    A registration is refused while a seizure is in force or waits. Inspection is not barred by law (A17) and nobody has
    to hold a vehicle on the road: of these only the court is told. A vehicle that is not seized, but on the list of
    those watched for a court, is reported and never refused.

    Args:
        trigger: The occasion.
        standings: How the vehicle's seizures stand at the moment of the check.
        vin_seen: The number read from the vehicle; None where nobody looked.
        vin_on_file: The number that the register has for its plate.
        on_watch_list: Whether it is a debtor's vehicle of which a court wants to hear though it is not seized.
    """
    seizures = tuple(standing for standing in standings if standing.is_open)
    is_clone = vin_seen is not None and vin_seen != vin_on_file
    if seizures and trigger in REGISTRATIONS:
        return Verdict(Outcome.REFUSED, seizures, is_clone)
    outcome = Outcome.RECORDED if seizures or on_watch_list else Outcome.NOTHING
    return Verdict(outcome, seizures, is_clone)
