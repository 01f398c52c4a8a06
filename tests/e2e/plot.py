"""The story of vehicle control: seized, waited for, seen, refused, lifted, sold and cleared once."""

from __future__ import annotations

import time

from google.protobuf.timestamp_pb2 import Timestamp

from tests.e2e.vehicles import INSPECTION, TRANSFER, Vehicles
from tests.e2e.watching import Watch
from xiezhi.cli.plates import read_vehicles
from xiezhi.cli.violations import CLEAR
from xiezhi.errors import Reason
from xiezhi.vehicle.v1 import check_pb2, seizure_pb2, vehicle_pb2, violation_pb2

PROMPT = 1.0
"""Seconds within which the command centre hears of a sighting."""


def play(vehicles: Vehicles) -> None:
    """Plays the story in a case of its own; another suite has its car as it was."""
    cast = vehicles.cast
    own = {"case": vehicles.players.register()}
    other = {"judge": cast.other_judge}
    (car,) = read_vehicles([cast.plain_car])
    before = Timestamp()
    before.GetCurrentTime()
    first = vehicles.seizure(car, **own)
    assert first.state == seizure_pb2.SEIZURE_STATE_EFFECTIVE
    second = vehicles.seizure(car, **other)
    assert (second.state, second.queue_position) == (seizure_pb2.SEIZURE_STATE_WAITING, 1)
    statuses = {
        one.plate_type: one for one in vehicles.look_up(vehicles.question(**own)).vehicles if one.plate == car.plate
    }
    assert vehicle_pb2.VEHICLE_STATUS_SEIZED in statuses["02"].statuses
    assert [(one.court_code, one.queue_position) for one in statuses["02"].seizures] == [("赣0102", 0), ("赣01", 1)]
    assert vehicle_pb2.VEHICLE_STATUS_SEIZED not in statuses["07"].statuses
    _be_seen(vehicles, car, [first, second])
    between = Timestamp()
    between.GetCurrentTime()
    (lifted,) = vehicles.lift(first.name, **own)
    assert lifted.state == seizure_pb2.SEIZURE_STATE_LIFTED
    (promoted,) = (one for one in vehicles.states(**other) if one.name == second.name)
    assert promoted.state == seizure_pb2.SEIZURE_STATE_EFFECTIVE
    assert promoted.effective_time == lifted.end_time
    _be_sold(vehicles, car, second)
    _require_past(vehicles, {"own": own, "other": other}, [before, between], names=(first.name, second.name))


def _be_seen(vehicles: Vehicles, car: vehicle_pb2.VehicleKey, seizures: list[seizure_pb2.Seizure]) -> None:
    """An inspection is recorded, a transfer refused, and the command centre hears of both within a second."""
    cast, officers = vehicles.cast, vehicles.players.home.keys.officers
    with Watch(vehicles.players, cast.command_centre) as watch:
        since = time.monotonic()
        inspected = vehicles.check(car, INSPECTION, note="左前大灯破损")
        assert inspected.outcome == check_pb2.CHECK_OUTCOME_RECORDED
        assert not inspected.contacts
        arrived = watch.arrival(inspected.sighting)
        assert arrived.at - since < PROMPT
        told = arrived.notice.sighting
        assert (told.plate, told.plate_type, told.officer_id) == (car.plate, car.plate_type, cast.register_officer)
        assert [one.seizure.name for one in told.seizures] == [one.name for one in seizures]
        judges = [officers.get(cast.judge), officers.get(cast.other_judge)]
        expected = [(judge.name, judge.phone) for judge in judges]
        assert [(one.handler_name, one.handler_phone) for one in told.seizures] == expected
        since = time.monotonic()
        refused = vehicles.check(car, TRANSFER)
        assert refused.outcome == check_pb2.CHECK_OUTCOME_REFUSED
        assert [one.court_code for one in refused.contacts] == ["赣0102", "赣01"]
        assert watch.arrival(refused.sighting).at - since < PROMPT
        assert refused.sighting != inspected.sighting
        again = vehicles.check(car, INSPECTION, note="左前大灯破损")
        assert again.sighting == inspected.sighting
        ids = [watch.arrival(name).notice.notice_id for name in (inspected.sighting, refused.sighting)]
    assert vehicles.acknowledge(*ids) == 2
    assert vehicles.acknowledge(*ids) == 0


def _be_sold(vehicles: Vehicles, car: vehicle_pb2.VehicleKey, seizure: seizure_pb2.Seizure) -> None:
    """The court that now seizes sells the car, and the buyer's window clears what was before the sale, once."""
    cast = vehicles.cast
    sale = vehicles.dispose(seizure.name, judge=cast.other_judge)
    visit = vehicles.visit(car, sale)
    cleared = vehicles.clear(visit)
    assert cleared.outcome == violation_pb2.CLEARING_OUTCOME_EXEMPTED
    assert len(cleared.violations) == 5
    assert cleared.own_count == 0
    assert not any(one.points_recorded for one in cleared.violations)
    assert vehicles.clear(visit) == cleared, "a repeated request is not answered as the first one"
    again = vehicles.visit(car, sale)
    vehicles.players.refuse(Reason.CLEARING_ALREADY_DONE, cast.window, CLEAR, again)
    passed = vehicles.check(car, TRANSFER)
    assert passed.outcome == check_pb2.CHECK_OUTCOME_NOTHING


def _require_past(
    vehicles: Vehicles, orders: dict[str, dict[str, str]], moments: list[Timestamp], *, names: tuple[str, str]
) -> None:
    """Any past moment can be asked about: before all, while both stood, and now."""
    before, between = moments
    first, second = names
    state = seizure_pb2.SeizureState.Name

    def stood(whose: str, at: Timestamp | None) -> dict[str, str]:
        found = vehicles.states(at=at, **orders[whose])
        return {one.name: state(one.state).removeprefix("SEIZURE_STATE_") for one in found if one.name in names}

    assert stood("own", before) == stood("other", before) == {}
    assert stood("own", between) | stood("other", between) == {first: "EFFECTIVE", second: "WAITING"}
    assert stood("own", None) | stood("other", None) == {first: "LIFTED", second: "EXTINGUISHED"}
