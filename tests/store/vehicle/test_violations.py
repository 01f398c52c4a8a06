"""The window: a buyer's violations are cleared once, and only as the notice says."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta

import pytest

from services.vehicle.domain import PointsPolicy
from services.vehicle.registry.intake import IntakeError
from services.vehicle.violations.domain import ViolationRecord
from services.vehicle.violations.loader import ViolationLoader
from services.vehicle.violations.server import ViolationServicer
from services.vehicle.violations.store import ViolationStore
from tests.store.seen import contents, rows
from tests.unit.identity.people import number
from tests.unit.vehicle.cars import car, company, person_owner
from tests.unit.vehicle.orders import DONGHU, call, day, disposal, key_of, registration
from xiezhi.common.v1 import case_pb2
from xiezhi.errors import XiezhiError
from xiezhi.vehicle.v1 import seizure_pb2, violation_pb2

SERVICE = "/xiezhi.vehicle.v1.ViolationService"
BUYER = person_owner("买受人", number(date(1990, 1, 1), 2))
NANCHANG_WINDOW, GANZHOU_WINDOW = "360102001234", "360702001234"
COPY = b"%PDF-1.7 copy"
SOLD_ON = date(2018, 9, 10)
EXEMPT = PointsPolicy("160-2018", date(2018, 8, 3), must_record=False)
STRICT = PointsPolicy("163-2022", date(2022, 4, 1), must_record=True)
BEFORE, ON_THE_DAY = date(2018, 9, 9), SOLD_ON
TABLES = ("violations", "clearings", "seizure_requests", "papers")


def violation(serial, on=BEFORE, *, vehicle_id=1, **changed):
    values = {"record_id": f"3601-{serial}", "vehicle_id": vehicle_id, "code": "1039", "committed_on": on, "points": 3}
    return ViolationRecord(**(values | changed))


@pytest.fixture
def note(vehicle_url, keyring):
    """Puts violations on file."""

    def note(*violations):
        with ViolationLoader(vehicle_url, keyring=keyring) as loader:
            loader.add(violations)

    return note


@pytest.fixture
async def sold(load, order, clock):
    """A car that the court has sold."""
    load(car(1), car(2, owner=company()))
    response = await order(registration(car(1)))
    clock.set(datetime(2018, 9, 12, 2, tzinfo=UTC))
    await order(disposal(response.outcomes[0].seizure.name, buyer=BUYER, sold_on=SOLD_ON))
    clock.set(datetime(2018, 10, 8, 2, tzinfo=UTC))


@pytest.fixture
def window(database, keyring, clock):
    store = ViolationStore(database, keyring=keyring)
    servicer = ViolationServicer(store, policies=(STRICT, EXEMPT), clock=clock)

    async def window(request, *, unit=NANCHANG_WINDOW):
        at = call(request, at=clock.now(), organisation=unit, officer="P001", service=SERVICE)
        return await servicer.ClearViolations(request, at)

    return window


def shown(place, **changed):
    values = {"original_shown": True, "copy_pdf": COPY, "document_number": f"（2018）{DONGHU}执1号之{place}"}
    return violation_pb2.ShownDocument(**(values | changed))


def application(request_id="1", *, buyer=BUYER, vehicle=None, **changed):
    values = {
        "request_id": f"00000000-0000-4000-8000-00000000000{request_id}",
        "vehicle": vehicle or key_of(car(1)),
        "applicant": seizure_pb2.Buyer(
            name=buyer.name, id_type=case_pb2.IDENTITY_NUMBER_TYPE_CITIZEN, id_number=buyer.certificate_number
        ),
        "identity_card_shown": True,
        "ruling": shown("五"),
        "notice": shown("二"),
    }
    return violation_pb2.ClearViolationsRequest(**(values | changed))


async def refused(window, request, **known):
    with pytest.raises(XiezhiError) as refusal:
        await window(request, **known)
    return str(refusal.value.reason), refusal.value.message


@pytest.mark.clause("R-2.4")
async def test_what_was_before_the_sale_is_cleared_without_points(sold, note, window, vehicle_url, clock):
    note(
        violation(1),
        violation(2, date(2017, 1, 2), points=12),
        violation(3, ON_THE_DAY),
        violation(4, is_crime=True),
        violation(5, vehicle_id=2),
    )
    response = await window(application())
    assert response.outcome == violation_pb2.CLEARING_OUTCOME_EXEMPTED
    assert [(v.record_id, v.points, v.points_recorded) for v in response.violations] == [
        ("3601-2", 12, 0),
        ("3601-1", 3, 0),
    ]
    assert response.violations[0].commit_date == day(date(2017, 1, 2))
    assert (response.own_count, response.policy_version) == (1, "160-2018")
    assert response.process_time.ToDatetime(UTC) == clock.now()
    assert sum(row.cleared_at is not None for row in rows(vehicle_url, "violations")) == 2


@pytest.mark.clause("R-2.6")
async def test_from_the_day_of_other_rules_on_points_are_recorded(sold, note, window, clock):
    note(violation(1))
    clock.set(datetime(2022, 3, 31, 16, tzinfo=UTC))
    response = await window(application())
    assert response.outcome == violation_pb2.CLEARING_OUTCOME_POINTS_APPLIED_BY_POLICY
    assert (response.violations[0].points_recorded, response.policy_version) == (3, "163-2022")


@pytest.mark.clause("R-2.6")
async def test_the_day_before_they_are_not(sold, note, window, clock):
    note(violation(1))
    clock.set(datetime(2022, 3, 31, 15, 59, 59, tzinfo=UTC))
    assert (await window(application())).outcome == violation_pb2.CLEARING_OUTCOME_EXEMPTED


@pytest.mark.clause("R-2.5")
async def test_it_is_done_once(sold, note, window, vehicle_url, clock):
    note(violation(1))
    first = await window(application())
    before = contents(vehicle_url, *TABLES)
    clock.advance(timedelta(days=1))
    assert await window(application()) == first
    note(violation(1), violation(2))
    assert (await refused(window, application("2")))[0] == "CLEARING_ALREADY_DONE"
    assert (await refused(window, application(vehicle=key_of(car(1), vin=""))))[0] == "REQUEST_ID_REUSED"
    assert contents(vehicle_url, "clearings", "papers") == {t: before[t] for t in ("clearings", "papers")}


async def test_two_at_once_clear_once(sold, note, window):
    note(violation(1))
    found = await asyncio.gather(*(window(application(str(n))) for n in range(1, 6)), return_exceptions=True)
    assert sum(not isinstance(answer, Exception) for answer in found) == 1
    assert {str(e.reason) for e in found if isinstance(e, XiezhiError)} == {"CLEARING_ALREADY_DONE"}


@pytest.mark.clause("R-2.5")
@pytest.mark.parametrize(
    ("changed", "missing"),
    [
        ({"identity_card_shown": False}, "identity card"),
        ({"ruling": shown("五", original_shown=False)}, "the ruling (执行裁定书), original"),
        ({"ruling": shown("五", copy_pdf=b"")}, "the ruling, copy"),
        ({"ruling": None}, "the ruling, copy"),
        ({"ruling": shown("一")}, "the ruling, copy"),
        ({"notice": shown("二", original_shown=False)}, "the assistance notice (协助执行通知书), original"),
        ({"notice": shown("二", copy_pdf=b"")}, "the assistance notice, copy"),
        ({"notice": shown("二", document_number="")}, "the assistance notice, copy"),
    ],
)
async def test_what_is_missing_is_listed(sold, note, window, vehicle_url, changed, missing):
    note(violation(1))
    before = contents(vehicle_url, *TABLES)
    reason, message = await refused(window, application(**changed))
    assert reason == "CLEARING_ITEMS_MISSING"
    assert missing in message
    assert contents(vehicle_url, *TABLES) == before


async def test_numbers_of_documents_may_be_written_with_half_width_brackets(sold, note, window):
    note(violation(1))
    ruling = shown("五", document_number=f"(2018) {DONGHU}执1号之五")
    assert len((await window(application(ruling=ruling))).violations) == 1


@pytest.mark.parametrize(
    ("request_", "unit", "reason"),
    [
        (application(buyer=person_owner("别人", number(date(1991, 1, 1), 3))), NANCHANG_WINDOW, "CLEARING_NOT_BUYER"),
        (application(buyer=person_owner("别人", BUYER.certificate_number)), NANCHANG_WINDOW, "CLEARING_NOT_BUYER"),
        (application(), GANZHOU_WINDOW, "CLEARING_WRONG_WINDOW"),
        (application(vehicle=key_of(car(2))), NANCHANG_WINDOW, "VEHICLE_NOT_FOUND"),
        (application(vehicle=key_of(car(9))), NANCHANG_WINDOW, "VEHICLE_NOT_FOUND"),
        (application(vehicle=key_of(car(1), vin=car(2).vin)), NANCHANG_WINDOW, "VEHICLE_NOT_FOUND"),
        (application(vehicle=key_of(car(1), plate="赣AI0001")), NANCHANG_WINDOW, "FIELDS_INVALID"),
        (application(notice=shown("二", copy_pdf=b"scan")), NANCHANG_WINDOW, "DOCUMENT_NOT_PDF"),
        (
            application(applicant=seizure_pb2.Buyer(name=" ", id_type=1, id_number="1")),
            NANCHANG_WINDOW,
            "FIELDS_INVALID",
        ),
    ],
)
async def test_what_is_refused(sold, note, window, vehicle_url, request_, unit, reason):
    note(violation(1))
    before = contents(vehicle_url, *TABLES)
    refusal, message = await refused(window, request_, unit=unit)
    assert refusal == reason
    assert not any(text in message for text in (car(1).plate, BUYER.name, BUYER.certificate_number))
    assert contents(vehicle_url, *TABLES) == before


async def test_a_vehicle_whose_plate_has_changed_since_is_found_by_its_vin(sold, load, note, window):
    note(violation(1))
    load(car(1, plate="赣A77777", owner=BUYER))
    assert len((await window(application())).violations) == 1


@pytest.mark.clause("R-2.4")
@pytest.mark.parametrize("open_", [(), (violation(1, ON_THE_DAY),), (violation(1, is_crime=True),)])
async def test_where_nothing_was_before_the_sale_nothing_is_done(sold, note, window, vehicle_url, open_):
    note(*open_)
    assert (await refused(window, application()))[0] == "CLEARING_NOTHING_OPEN"
    assert rows(vehicle_url, "clearings") == []
    note(violation(2))
    assert len((await window(application("2"))).violations) == 1


@pytest.mark.clause("R-2.5")
async def test_an_organisation_that_bought_sends_somebody_who_is_authorised(load, order, note, window, clock):
    load(car(1))
    note(violation(1))
    name = (await order(registration(car(1)))).outcomes[0].seizure.name
    clock.set(datetime(2018, 9, 12, 2, tzinfo=UTC))
    request = disposal(name, buyer=company(), sold_on=SOLD_ON)
    bought = seizure_pb2.Buyer(
        name=company().name,
        id_type=case_pb2.IDENTITY_NUMBER_TYPE_SOCIAL_CREDIT_CODE,
        id_number=company().certificate_number,
    )
    request.buyer.CopyFrom(bought)
    await order(request)
    reason, message = await refused(window, application(applicant=bought))
    assert reason == "CLEARING_ITEMS_MISSING"
    assert "authorisation" in message
    assert len((await window(application(applicant=bought, authorisation_shown=True))).violations) == 1


@pytest.mark.parametrize("changed", [{"points": 13}, {"code": ""}, {"record_id": ""}, {"vehicle_id": 99}])
def test_what_may_not_come_in(load, note, vehicle_url, changed):
    load(car(1))
    with pytest.raises(IntakeError):
        note(violation(1), violation(2, **changed))
    assert rows(vehicle_url, "violations") == []


def test_a_loader_is_entered_first(vehicle_url, keyring):
    with pytest.raises(RuntimeError):
        ViolationLoader(vehicle_url, keyring=keyring).add([violation(1)])
