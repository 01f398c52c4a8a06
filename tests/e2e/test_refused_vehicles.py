"""What courts and police are refused about vehicles; each through the gateway, told and recorded, nothing half-done."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from services.synthetic.garage import SALE_DAY
from tests.e2e.cars import ANOTHERS, PROMISED, SOLD_ON, vin_of
from tests.e2e.players import LEASE, Players
from tests.e2e.vehicles import INSPECTION, LIAISON, PATROL, SEIZURES, SIGHTINGS, STREAM, TRANSFER, Vehicles
from tests.e2e.watching import WATCH
from xiezhi.cli.plates import read_vehicles
from xiezhi.cli.vehicle import CHECK, pack
from xiezhi.cli.violations import CLEAR
from xiezhi.errors import Reason
from xiezhi.ledger.v1 import ledger_pb2
from xiezhi.vehicle.v1 import check_pb2, seizure_pb2, sighting_pb2, vehicle_pb2, violation_pb2

OPERATOR = "POL360000-O001"
OTHER_WINDOW = "POL360700-W001"
MOTORCYCLE = "赣A12345:07"


def _key(plate: str, plate_type: str = "02") -> vehicle_pb2.VehicleKey:
    return vehicle_pb2.VehicleKey(plate=plate, plate_type=plate_type, vin=vin_of(plate))


@pytest.mark.clause("R-2.1")
def test_each_vehicle_of_a_ruling_has_its_own_outcome(vehicles: Vehicles, players: Players) -> None:
    good, twice, hidden = vehicles.cars(3)
    wrong = vehicle_pb2.VehicleKey(plate="赣AI2345", plate_type="02")
    nobodys = vehicle_pb2.VehicleKey(plate="赣A99999", plate_type="02")
    named = [good, twice, twice, nobodys, _key(ANOTHERS), _key(SOLD_ON), _key(PROMISED), wrong]
    request = vehicles.order().register(named, months=0, last_day="")
    request.vehicles.add().CopyFrom(hidden)
    answer = vehicles.carry_out(request)
    outcomes = seizure_pb2.RegisterSeizureResponse.FromString(answer.payload).outcomes
    assert [outcome.index for outcome in outcomes] == list(range(len(request.vehicles)))
    assert [outcome.refused_reason for outcome in outcomes] == [
        "",
        "",
        Reason.SEIZURE_EXISTS.value,
        Reason.VEHICLE_NOT_FOUND.value,
        Reason.VEHICLE_OWNER_MISMATCH.value,
        Reason.VEHICLE_TRANSFERRED.value,
        Reason.TRANSFER_NOTICE_FIRST.value,
        Reason.FIELDS_INVALID.value,
        Reason.VEHICLE_NOT_IN_RULING.value,
    ]
    assert [outcome.HasField("seizure") for outcome in outcomes] == [True, True] + [False] * 7
    entries = players.book.of_trace(answer.trace)
    assert [entry.kind for entry in entries] == [ledger_pb2.ENTRY_KIND_INTENT, ledger_pb2.ENTRY_KIND_MEASURE]


BAD_TERMS: dict[str, tuple[Reason, int, timedelta | None]] = {
    "over the maximum": (Reason.TERM_TOO_LONG, 25, None),
    "a last day beyond its months": (Reason.TERM_TOO_LONG, 12, timedelta(days=400)),
    "over before it begins": (Reason.TERM_ENDS_BEFORE_START, 12, timedelta(days=-2)),
}


@pytest.mark.parametrize("what", BAD_TERMS)
def test_a_term(vehicles: Vehicles, what: str) -> None:
    reason, months, until = BAD_TERMS[what]
    last_day = "" if until is None else (datetime.now(UTC) + until).date().isoformat()
    vehicles.refuse(reason, vehicles.order().register(vehicles.cars(), months=months, last_day=last_day))


def test_a_seizure_in_another_state(vehicles: Vehicles) -> None:
    other = {"judge": vehicles.cast.other_judge}
    (car,) = vehicles.cars()
    first, second = vehicles.seizure(car), vehicles.seizure(car, **other)
    sale = {"buyer": vehicles.buyer(), "sale_date": vehicles.today()}
    own, others = vehicles.order(), vehicles.order(**other)
    vehicles.refuse(Reason.SEIZURE_EFFECTIVE, own.withdraw(first.name))
    for waits in (others.extend(second.name, months=1, last_day=""), others.dispose(second.name, **sale)):
        vehicles.refuse(Reason.SEIZURE_WAITING, waits)
    longest = own.extend(first.name, months=25, last_day="")
    vehicles.refuse(Reason.TERM_TOO_LONG, longest)
    vehicles.refuse(Reason.TERM_ENDS_BEFORE_START, own.extend(first.name, months=1, last_day=SALE_DAY.isoformat()))
    vehicles.lift(first.name)
    for ended in (
        own.extend(first.name, months=1, last_day=""),
        own.lift([first.name]),
        own.withdraw(first.name),
        own.dispose(first.name, **sale),
    ):
        vehicles.refuse(Reason.SEIZURE_ENDED, ended)


def test_papers_that_do_not_name_the_vehicle(vehicles: Vehicles) -> None:
    (car,), other = vehicles.cars(), {"judge": vehicles.cast.other_judge}
    first, second = vehicles.seizure(car), vehicles.seizure(car, **other)
    own = vehicles.order()
    for unnamed in (
        own.extend(first.name, months=1, last_day=""),
        own.lift([first.name]),
        vehicles.order(**other).withdraw(second.name),
        own.dispose(first.name, buyer=vehicles.buyer(), sale_date=vehicles.today()),
    ):
        vehicles.refuse(Reason.VEHICLE_NOT_IN_RULING, unnamed)


def test_a_sale_before_the_seizure_or_to_somebody_else(vehicles: Vehicles) -> None:
    (car,) = vehicles.cars()
    seizure = vehicles.seizure(car)
    order = vehicles.order(changes=[seizure.name])
    early = order.dispose(seizure.name, buyer=vehicles.buyer(), sale_date=SALE_DAY.isoformat())
    vehicles.refuse(Reason.FIELDS_INVALID, early)
    anothers = order.dispose(seizure.name, buyer=vehicles.buyer(), sale_date=vehicles.today())
    anothers.buyer.name = vehicles.cast.debtor_name + "甲"
    vehicles.refuse(Reason.FIELDS_INVALID, anothers)


def test_lifting_is_for_all_or_none(vehicles: Vehicles) -> None:
    one, other = vehicles.cars(2)
    kept, ended = vehicles.seizure(one), vehicles.seizure(other)
    vehicles.lift(ended.name)
    vehicles.refuse(Reason.SEIZURE_ENDED, vehicles.order().lift([kept.name, ended.name]))
    vehicles.refuse(Reason.SEIZURE_NOT_FOUND, vehicles.order().lift([kept.name, f"seizures/{uuid.uuid4()}"]))
    (still,) = (found for found in vehicles.states() if found.name == kept.name)
    assert still.state == seizure_pb2.SEIZURE_STATE_EFFECTIVE


def test_an_approval_of_a_write_is_for_that_write_only(vehicles: Vehicles, players: Players) -> None:
    judge, method = vehicles.cast.judge, "/xiezhi.vehicle.v1.SeizureService/RegisterSeizure"
    request = vehicles.order().register(vehicles.cars(), months=0, last_day="")
    players.refuse(Reason.APPROVAL_REQUIRED, judge, method, request)
    approval = players.approved(request, method=method)
    first = players.call(judge, method, request, approval=approval)
    again = players.call(judge, method, request, approval=approval)
    assert again.payload == first.payload, "a repeated order is not answered as the first one"
    other = seizure_pb2.RegisterSeizureRequest()
    other.CopyFrom(request)
    other.term_months = 6
    players.refuse(Reason.APPROVAL_REQUEST_MISMATCH, judge, method, other, approval=approval)
    vehicles.refuse(Reason.REQUEST_ID_REUSED, other)


@pytest.fixture(scope="module")
def visit(vehicles: Vehicles) -> violation_pb2.ClearViolationsRequest:
    """What the buyer of the debtor's motorcycle brings to the window."""
    (bike,) = read_vehicles([MOTORCYCLE])
    sale = vehicles.dispose(vehicles.seizure(bike).name)
    return vehicles.visit(bike, sale)


@pytest.mark.parametrize("seconds", [1 << 40, -(1 << 40), (1 << 63) - 1, 32_503_680_000])
def test_a_moment_that_is_none_or_is_to_come(vehicles: Vehicles, players: Players, seconds: int) -> None:
    listing = vehicles.listing(at=Timestamp(seconds=seconds))
    players.refuse(Reason.FIELDS_INVALID, vehicles.cast.judge, f"{SEIZURES}ListSeizures", listing)


def test_a_page_that_was_made_up(vehicles: Vehicles, players: Players) -> None:
    """A token is no secret: whoever makes one up learns nothing of what is to come, and breaks nothing."""
    judge, method = vehicles.cast.judge, f"{SEIZURES}ListSeizures"
    vehicles.seize(*vehicles.cars(2))
    listing = vehicles.listing()
    listing.page_size = 1
    token = seizure_pb2.ListSeizuresResponse.FromString(players.call(judge, method, listing).payload).next_page_token
    query = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))[:16]
    for place in ("4102444800000000:0", f"1:{1 << 63}", f"{1 << 80}:1", "1:-1", "1", "1:x", "٣:٣:٣"):
        listing.page_token = base64.urlsafe_b64encode(query + place.encode()).decode().rstrip("=")
        players.refuse(Reason.PAGE_TOKEN_INVALID, judge, method, listing)


Visit = violation_pb2.ClearViolationsRequest
AT_THE_WINDOW: dict[str, tuple[Reason, Callable[[Visit], object]]] = {
    "no card": (Reason.CLEARING_ITEMS_MISSING, lambda v: setattr(v, "identity_card_shown", False)),
    "no original of the ruling": (
        Reason.CLEARING_ITEMS_MISSING,
        lambda v: setattr(v.ruling, "original_shown", False),
    ),
    "no copy of the ruling": (Reason.CLEARING_ITEMS_MISSING, lambda v: v.ruling.ClearField("copy_pdf")),
    "no original of the notice": (
        Reason.CLEARING_ITEMS_MISSING,
        lambda v: setattr(v.notice, "original_shown", False),
    ),
    "no copy of the notice": (Reason.CLEARING_ITEMS_MISSING, lambda v: v.notice.ClearField("copy_pdf")),
    "the ruling of another case": (
        Reason.CLEARING_ITEMS_MISSING,
        lambda v: setattr(v.ruling, "document_number", "（2018）赣0102执9号之一"),
    ),
    "a picture": (Reason.DOCUMENT_NOT_PDF, lambda v: setattr(v.notice, "copy_pdf", b"GIF89a")),
    "somebody else": (Reason.CLEARING_NOT_BUYER, lambda v: setattr(v.applicant, "name", "林晚晴")),
    "another card": (
        Reason.CLEARING_NOT_BUYER,
        lambda v: setattr(v.applicant, "id_number", "36990119800115002X"),
    ),
    "a car that no court sold": (Reason.VEHICLE_NOT_FOUND, lambda v: v.vehicle.CopyFrom(_key(PROMISED))),
}


@pytest.mark.clause("R-2.5")
@pytest.mark.parametrize("what", AT_THE_WINDOW)
def test_at_the_window(vehicles: Vehicles, players: Players, visit: Visit, what: str) -> None:
    reason, change = AT_THE_WINDOW[what]
    players.refuse(reason, vehicles.cast.window, CLEAR, _anew(visit, change))


@pytest.mark.clause("R-2.5")
def test_at_the_window_of_another_city_and_a_second_time(vehicles: Vehicles, players: Players, visit: Visit) -> None:
    """After these nothing is left to be cleared: the refusals before have cleared nothing."""
    window = vehicles.cast.window
    players.refuse(Reason.CLEARING_WRONG_WINDOW, OTHER_WINDOW, CLEAR, _anew(visit))
    assert len(vehicles.clear(visit).violations) == 1
    players.refuse(Reason.CLEARING_ALREADY_DONE, window, CLEAR, _anew(visit))
    changed = _anew(visit)
    changed.request_id = visit.request_id
    changed.authorisation_shown = True
    players.refuse(Reason.REQUEST_ID_REUSED, window, CLEAR, changed)


@pytest.mark.clause("R-2.4")
def test_at_the_window_with_nothing_to_be_cleared(vehicles: Vehicles, players: Players) -> None:
    (car,) = vehicles.cars()
    visit = vehicles.visit(car, vehicles.dispose(vehicles.seizure(car).name))
    players.refuse(Reason.CLEARING_NOTHING_OPEN, vehicles.cast.window, CLEAR, visit)


def _anew(visit: Visit, change: Callable[[Visit], object] = lambda v: None) -> Visit:
    made = Visit()
    made.CopyFrom(visit)
    made.request_id = str(uuid.uuid4())
    change(made)
    return made


BAD_CHECKS: dict[str, dict[str, str]] = {
    "the letter I": {"plate": "赣AI2345"},
    "the letter O": {"plate": "赣AO2345"},
    "a place that is none": {"plate": "赣I12345"},
    "too long": {"plate": "赣A1234567"},
    "new energy of a plain length": {"plate": "赣AD1234", "plate_type": "52"},
    "a plain plate of a new energy type": {"plate": "赣A12345", "plate_type": "52"},
    "a trailer's plate of a car's type": {"plate": "赣A1234挂", "plate_type": "02"},
    "a VIN with an O": {"plate": "赣A12345", "vin": "LTSTO0006J0000001"},
    "a VIN that is short": {"plate": "赣A12345", "vin": "LTST00006J00001"},
}


@pytest.mark.parametrize("what", BAD_CHECKS)
def test_a_check_of_what_is_no_vehicle(vehicles: Vehicles, players: Players, what: str) -> None:
    for trigger in (INSPECTION, PATROL):
        request = check_pb2.CheckVehicleRequest(request_id=str(uuid.uuid4()), trigger=trigger, **BAD_CHECKS[what])
        players.refuse(Reason.FIELDS_INVALID, vehicles.cast.register_officer, CHECK, request)


def test_a_check_under_a_used_request_id(vehicles: Vehicles, players: Players) -> None:
    (car,) = vehicles.cars()
    request = vehicles.sight(car, INSPECTION)
    officer = vehicles.cast.register_officer
    first = players.call(officer, CHECK, request)
    assert players.call(officer, CHECK, request).payload == first.payload
    request.trigger = TRANSFER
    players.refuse(Reason.REQUEST_ID_REUSED, officer, CHECK, request)


def test_packed_plates_without_a_lease(vehicles: Vehicles, players: Players) -> None:
    camera = vehicles.cast.camera
    lease = vehicles.lease()
    assert lease.lease_id == vehicles.lease().lease_id, "a system has more than one lease"
    batch = check_pb2.StreamChecksRequest(batch=1, plates=["赣A54321"])
    pack(batch, lease)
    for lease_id in ("", str(uuid.uuid4()), "none"):
        batch.lease_id = lease_id
        players.refuse(Reason.CHECK_KEY_LEASE_INVALID, camera, STREAM, batch)
    batch.lease_id = lease.lease_id
    token = (players.token(camera, system="police"),)
    options = {"metadata": token, "line": players.line("police")}
    players.refuse(Reason.CHECK_KEY_LEASE_INVALID, camera, STREAM, batch, **options)
    (answer,) = vehicles.stream([batch])
    assert answer.checked_count == 1
    batch.packed_plates += b"1"
    players.refuse(Reason.FIELDS_INVALID, camera, STREAM, batch)


@pytest.mark.clause("R-5.3")
def test_who_may_do_what_with_vehicles(vehicles: Vehicles, players: Players) -> None:
    cast = vehicles.cast
    (car,) = vehicles.cars()
    for officer in (cast.judge, cast.camera, cast.command_centre):
        players.refuse(Reason.PERMISSION_MISSING, officer, CHECK, vehicles.sight(car, INSPECTION))
    for method in (STREAM, LEASE):
        players.refuse(Reason.PERMISSION_MISSING, cast.register_officer, method, b"")
    for officer in (cast.judge, cast.register_officer, cast.camera, OPERATOR):
        players.refuse(Reason.PERMISSION_MISSING, officer, WATCH, b"")
    players.refuse(Reason.PERMISSION_MISSING, cast.command_centre, f"{SIGHTINGS}ListDeadLetters", b"")


def test_notices_of_another_post(vehicles: Vehicles, players: Players) -> None:
    (car,) = vehicles.cars()
    vehicles.seizure(car)
    centre = vehicles.cast.command_centre
    seen = vehicles.check(car).sighting.removeprefix("sightings/")
    acknowledge = f"{SIGHTINGS}AcknowledgeSightings"
    for officer, notice in ((LIAISON, seen), (centre, str(uuid.uuid4()))):
        asked = sighting_pb2.AcknowledgeSightingsRequest(notice_ids=[notice])
        players.refuse(Reason.NOT_FOUND, officer, acknowledge, asked)
    both = sighting_pb2.AcknowledgeSightingsRequest(notice_ids=[seen, str(uuid.uuid4())])
    players.refuse(Reason.NOT_FOUND, centre, acknowledge, both)
    assert vehicles.acknowledge(seen) == 1, "one that is there was acknowledged with one that is not"
    for cursor in ("none", "x" * 500):
        players.refuse(Reason.PAGE_TOKEN_INVALID, centre, WATCH, sighting_pb2.WatchSightingsRequest(after=cursor))
    replay = sighting_pb2.ReplayDeadLetterRequest(event_id=str(uuid.uuid4()))
    players.refuse(Reason.NOT_FOUND, OPERATOR, f"{SIGHTINGS}ReplayDeadLetter", replay)
    listed = players.call(OPERATOR, f"{SIGHTINGS}ListDeadLetters", b"")
    assert not sighting_pb2.ListDeadLettersResponse.FromString(listed.payload).dead_letters
