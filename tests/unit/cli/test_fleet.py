"""What people read of vehicles, seizures, checks and clearings."""

from __future__ import annotations

import pytest
from google.type import date_pb2
from rich.console import Console, RenderableType

from services.alerts.packed import unpack
from services.vehicle.checks.keys import PlateHasher
from xiezhi.cli.fleet import fleet_view, outcomes_view, seizures_view
from xiezhi.cli.vehicle import batches, check_view, join_parts, pack
from xiezhi.cli.violations import clearing_view
from xiezhi.vehicle.v1 import check_pb2, lookup_pb2, seizure_pb2, vehicle_pb2, violation_pb2

DAY = date_pb2.Date(year=2028, month=11, day=25)


def _shown(view: RenderableType, width: int = 100) -> str:
    console = Console(width=width)
    with console.capture() as captured:
        console.print(view)
    return captured.get()


def _vehicle(plate: str) -> vehicle_pb2.Vehicle:
    return vehicle_pb2.Vehicle(
        plate=plate,
        plate_type="02",
        vin="LTSTAA004G9900001",
        vehicle_type="K33",
        colours=[vehicle_pb2.COLOUR_WHITE, vehicle_pb2.COLOUR_BLACK],
        statuses=[vehicle_pb2.VEHICLE_STATUS_SEIZED],
        mortgagee="测试银行",
        seizures=[
            vehicle_pb2.QueuedSeizure(court_code="赣0102", last_date=DAY),
            vehicle_pb2.QueuedSeizure(court_code="赣01", queue_position=1),
        ],
    )


def test_a_vehicle_is_shown_whole_in_a_narrow_terminal() -> None:
    answer = lookup_pb2.LookupVehiclesResponse(
        result=lookup_pb2.VEHICLE_RESULT_HIT, vehicles=[_vehicle("赣A12345")], total=1, name_differs=True
    )
    shown = _shown(fleet_view(answer), 80)
    for told in ("HIT", "another name", "赣A12345", "02 小型汽车", "LTSTAA004G9900001", "WHITE, BLACK", "SEIZED"):
        assert told in shown
    assert "赣01 waits as number 1" in " ".join(shown.split())


def test_parts_of_an_answer_are_joined_in_their_order() -> None:
    parts = [lookup_pb2.LookupVehiclesResponse(total=2, vehicles=[_vehicle(plate)]) for plate in ("赣A1", "赣A2")]
    joined = join_parts([part.SerializeToString() for part in parts])
    assert [vehicle.plate for vehicle in joined.vehicles] == ["赣A1", "赣A2"]
    assert joined.total == 2


def test_a_seizures_name_can_be_copied_and_its_state_is_told() -> None:
    name = "seizures/7f4df0d5-9a4b-4f43-8d5f-6f1f7a1f2a3c"
    effective = seizure_pb2.Seizure(
        name=name, plate="赣A12345", state=seizure_pb2.SEIZURE_STATE_EFFECTIVE, last_date=DAY
    )
    waiting = seizure_pb2.Seizure(state=seizure_pb2.SEIZURE_STATE_WAITING, queue_position=2)
    shown = _shown(seizures_view([effective, waiting]), 80)
    assert f"  {name}\n" in shown
    assert "to 2028-11-25 inclusive" in shown
    assert "WAITING as number 2" in shown


def test_each_vehicle_of_a_ruling_has_its_outcome() -> None:
    answer = seizure_pb2.RegisterSeizureResponse(
        outcomes=[
            seizure_pb2.SeizureOutcome(
                index=0,
                seizure=seizure_pb2.Seizure(state=seizure_pb2.SEIZURE_STATE_EFFECTIVE),
                notes=[seizure_pb2.SEIZURE_NOTE_PLATE_CHANGED],
            ),
            seizure_pb2.SeizureOutcome(index=1, refused_reason="VEHICLE_OWNER_MISMATCH"),
        ]
    )
    shown = _shown(outcomes_view(answer))
    assert "PLATE_CHANGED" in shown
    assert "Vehicle 2  ✗ VEHICLE_OWNER_MISMATCH" in shown


def test_a_refused_transfer_names_the_court_and_a_recorded_check_warns_of_the_driver() -> None:
    refused = check_pb2.CheckVehicleResponse(
        outcome=check_pb2.CHECK_OUTCOME_REFUSED,
        contacts=[check_pb2.CourtContact(court_code="赣0102", phone="0791-0000001")],
        clone_suspected=True,
    )
    recorded = check_pb2.CheckVehicleResponse(outcome=check_pb2.CHECK_OUTCOME_RECORDED, sighting="sightings/x")
    for told in ("REFUSED", "赣0102", "0791-0000001", "套牌"):
        assert told in _shown(check_view(refused))
    assert "nothing of it to the driver" in _shown(check_view(recorded))
    assert "driver" not in _shown(check_view(check_pb2.CheckVehicleResponse(outcome=check_pb2.CHECK_OUTCOME_NOTHING)))


@pytest.mark.parametrize(("count", "sizes"), [(0, []), (3, [3]), (4, [4]), (9, [4, 4, 1])])
def test_plates_go_out_in_numbered_batches(count: int, sizes: list[int]) -> None:
    sent = list(batches([f"赣A{number:05}" for number in range(count)], place="G60", size=4))
    assert [len(batch.plates) for batch in sent] == sizes
    assert [batch.batch for batch in sent] == list(range(1, len(sizes) + 1))


def test_packed_plates_are_the_hashes_of_the_index_and_no_plate_is_sent() -> None:
    plates, key = ["赣A12345", "赣AD12345"], bytes(range(16))
    (batch,) = batches(plates, place="G60", size=4)
    pack(batch, check_pb2.LeaseCheckKeyResponse(lease_id="lease", key=key))
    assert not batch.plates
    assert batch.lease_id == "lease"
    hasher = PlateHasher(key)
    assert list(unpack(batch.packed_plates, field="packed_plates")) == [hasher.hash(plate) for plate in plates]


def test_a_clearing_tells_what_was_cleared_and_what_stays() -> None:
    answer = violation_pb2.ClearViolationsResponse(
        outcome=violation_pb2.CLEARING_OUTCOME_EXEMPTED,
        violations=[violation_pb2.Violation(record_id="V1", code="1039", points=3)],
        own_count=2,
        policy_version="160-2018",
    )
    shown = _shown(clearing_view(answer))
    for told in ("EXEMPTED", "V1", "1039", "2 violations since the sale", "160-2018"):
        assert told in shown
