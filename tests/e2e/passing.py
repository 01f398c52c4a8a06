"""A story of vehicles whose every personal value is known, and cars that pass by and concern nobody."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from services.synthetic.garage import scenario_vehicles, scenario_violations
from tests.e2e.cars import key_of
from tests.e2e.sweeping import Secret
from tests.e2e.vehicles import INSPECTION, PATROL, TRANSFER, Vehicles
from tests.e2e.watching import Watch
from xiezhi.cli.plates import read_vehicles
from xiezhi.cli.vehicle import CHECK, pack
from xiezhi.cli.violations import CLEAR
from xiezhi.errors import Reason
from xiezhi.vehicle.v1 import check_pb2, seizure_pb2, vehicle_pb2

PASSED = tuple(f"粤B{serial}" for serial in range(71_234, 71_242))
"""Plates that a camera reads, and of which it sends hashes the next time."""
PASSED_WITH, PASSED_VIN = "粤B91234", "LTSTAA00XJ0000019"
"""What an officer on the road types in."""
PASSED_AT = ("大广高速K2912+350", "昌栗高速K118", "夜间单独行驶")
"""Where, and with which remark."""
SEEN_AT, REMARK = "南昌市第三检测站", "左前大灯破损"


@dataclass(repr=False)
class Control:
    """What was told and asked.

    Attributes:
        told: All answers.
        personal: What must be nowhere else.
        checked: How many plates were checked.
    """

    told: bytes = b""
    personal: list[Secret] = field(default_factory=list)
    checked: int = 0


def control(vehicles: Vehicles) -> Control:
    """Plays the story: looked up, seized, seen, refused, sold, cleared; and checks what hits nothing.

    Args:
        vehicles: Everybody who acts.
    """
    (car,) = read_vehicles([vehicles.cast.plain_car])
    known = Control(personal=[*_personal(vehicles, car)])
    looked = vehicles.look_up(vehicles.question())
    seizure = vehicles.seizure(car)
    with Watch(vehicles.players, vehicles.cast.command_centre) as watch:
        sighting = vehicles.check(car, INSPECTION, note=REMARK, place=SEEN_AT).sighting
        notice = watch.arrival(sighting).notice
    refused = vehicles.check(car, TRANSFER, vin=_vin_of(car))
    clone = vehicles.check(car, PATROL, vin=key_of(0).vin)
    assert clone.clone_suspected
    sale = vehicles.dispose(seizure.name)
    cleared = vehicles.clear(vehicles.visit(car, sale))
    messages = (looked, seizure, notice, refused, sale.buyer, cleared)
    known.told = b"".join(message.SerializeToString() for message in messages)
    _refuse(vehicles, car, sale)
    known.checked = 3 + _pass(vehicles)
    return known


def _pass(vehicles: Vehicles) -> int:
    """Checks cars that nobody seeks, as a camera twice and as an officer; returns how many."""
    plain = check_pb2.StreamChecksRequest(batch=1, place=PASSED_AT[0], plates=PASSED)
    packed = check_pb2.StreamChecksRequest(batch=2, place=PASSED_AT[0], plates=PASSED)
    pack(packed, vehicles.lease())
    answers = list(vehicles.stream([plain, packed]))
    assert [(answer.checked_count, len(answer.hits)) for answer in answers] == [(len(PASSED), 0)] * 2
    (car,) = vehicles.cars()
    typed = {"plate": PASSED_WITH, "plate_type": "02", "vin": PASSED_VIN, "place": PASSED_AT[1], "note": PASSED_AT[2]}
    alone = vehicles.check(car, PATROL, **typed)
    assert (alone.outcome, alone.sighting) == (check_pb2.CHECK_OUTCOME_NOTHING, "")
    return 2 * len(PASSED) + 1


def _refuse(vehicles: Vehicles, car: vehicle_pb2.VehicleKey, sale: seizure_pb2.RecordDisposalRequest) -> None:
    """Provokes refusals with everything personal in the requests."""
    players, cast = vehicles.players, vehicles.cast
    players.refuse(Reason.CLEARING_ALREADY_DONE, cast.window, CLEAR, vehicles.visit(car, sale))
    again = vehicles.visit(car, sale)
    again.applicant.name = cast.debtor_name
    players.refuse(Reason.CLEARING_NOT_BUYER, cast.window, CLEAR, again)
    for wrong in ({"plate": f"{car.plate}X"}, {"vin": _vin_of(car)[:16]}):
        players.refuse(Reason.FIELDS_INVALID, cast.register_officer, CHECK, vehicles.sight(car, INSPECTION, **wrong))
    unsealed = vehicles.order().register([car], months=0, last_day="")
    unsealed.ruling_pdf += b"%"
    vehicles.refuse(Reason.DOCUMENT_NOT_LISTED, unsealed)


def _personal(vehicles: Vehicles, car: vehicle_pb2.VehicleKey) -> Iterator[Secret]:
    """Yields what is personal of the car, of who owned, bought and saw it, and of what it was driven through."""
    cast, plain = vehicles.cast, scenario_vehicles()[0]
    yield Secret.text("plate", car.plate)
    yield Secret.text("VIN", plain.vin)
    yield Secret.text("engine number", plain.engine_number)
    yield Secret.text("mortgagee", plain.mortgagee)
    yield Secret.text("owner", plain.owner.name)
    yield Secret.text("number of the owner", plain.owner.certificate_number)
    yield Secret.text("buyer", cast.buyer_name)
    yield Secret.text("number of the buyer", cast.buyer_number)
    yield Secret.text("place", SEEN_AT)
    yield Secret.text("remark", REMARK)
    yield Secret.text("phone", vehicles.players.home.keys.officers.get(cast.judge).phone)
    yield Secret.text("violation", scenario_violations()[0].record_id)


def _vin_of(car: vehicle_pb2.VehicleKey) -> str:
    return next(one.vin for one in scenario_vehicles() if (one.plate, one.plate_type) == (car.plate, car.plate_type))
