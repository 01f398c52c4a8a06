"""What is decided at the window, on a vehicle in memory."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from services.codes.plates import Plate
from services.filing.domain import RequestKey
from services.vehicle.domain import NOTICE_POLICY, ClearingOutcome, PointsPolicy
from services.vehicle.seizures.domain import Buyer, Sale
from services.vehicle.violations.domain import Application, Brought, SoldVehicle, ViolationRecord
from services.vehicle.violations.handlers import decide
from tests.unit.vehicle.cars import car
from tests.unit.vehicle.fakes import MemoryWindow
from xiezhi.errors import XiezhiError

NOW = datetime(2018, 10, 8, 2, tzinfo=UTC)
BUYER = Buyer("买受人", "36990119900101002X", is_organisation=False)
SALE = Sale("1", 1, BUYER, date(2018, 9, 10), "（2018）赣0102执1号之五", "（2018）赣0102执1号之二")
APPLICATION = Application(
    RequestKey("360102001234", "1", "/m", bytes(32)),
    Plate(car(1).plate, "02"),
    None,
    BUYER,
    is_card_shown=True,
    is_authorised=False,
    ruling=Brought(SALE.ruling_number, is_original_shown=True, copy=b"%PDF-"),
    notice=Brought(SALE.notice_number, is_original_shown=True, copy=b"%PDF-"),
)


def violation(serial, on, points=3):
    return ViolationRecord(str(serial), 1, "1039", on, points)


def window(*violations, vehicle=None, sale=SALE, is_cleared=False):
    return MemoryWindow(SoldVehicle(vehicle or car(1), sale, is_cleared, {v.record_id: v for v in violations}))


def at(asked, application=APPLICATION, *, policies=(NOTICE_POLICY,), now=NOW):
    return decide(application, asked, policies=policies, now=now)


@pytest.mark.clause("R-2.4")
def test_the_day_of_the_sale_in_beijing_divides_what_is_whose():
    asked = window(violation(2, date(2018, 9, 9)), violation(1, date(2018, 9, 10)), violation(3, date(2016, 1, 1)))
    cleared = at(asked)
    assert [v.record_id for v in cleared.records] == ["3", "2"]
    assert cleared.own_count == 1
    assert asked.cleared == [(("3", "2"), NOW)]


@pytest.mark.parametrize(
    ("division", "unit", "fits"),
    [
        ("360100", "360102001234", True),
        ("360112", "360100000000", True),
        ("360100", "360700000000", False),
    ],
)
def test_the_window_is_that_of_the_prefecture(division, unit, fits):
    asked = window(violation(1, date(2018, 1, 1)), vehicle=car(1, division=division))
    application = replace(APPLICATION, key=replace(APPLICATION.key, court_code=unit))
    if fits:
        assert at(asked, application).records
    else:
        with pytest.raises(XiezhiError, match="CLEARING_WRONG_WINDOW"):
            at(asked, application)


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"applicant": replace(BUYER, name="别人")}, "CLEARING_NOT_BUYER"),
        ({"applicant": replace(BUYER, number="369901199101010036")}, "CLEARING_NOT_BUYER"),
        ({"is_card_shown": False}, "CLEARING_ITEMS_MISSING"),
        ({"ruling": replace(APPLICATION.ruling, copy=b"")}, "CLEARING_ITEMS_MISSING"),
        ({"notice": replace(APPLICATION.notice, is_original_shown=False)}, "CLEARING_ITEMS_MISSING"),
        ({"notice": APPLICATION.ruling}, "CLEARING_ITEMS_MISSING"),
    ],
)
def test_what_is_refused_clears_nothing(changed, reason):
    asked = window(violation(1, date(2018, 1, 1)))
    with pytest.raises(XiezhiError, match=reason):
        at(asked, replace(APPLICATION, **changed))
    assert asked.cleared == []


def test_no_sale_and_a_second_time_are_refused():
    with pytest.raises(XiezhiError, match="VEHICLE_NOT_FOUND"):
        at(MemoryWindow(None))
    with pytest.raises(XiezhiError, match="CLEARING_ALREADY_DONE"):
        at(window(violation(1, date(2018, 1, 1)), is_cleared=True))


@pytest.mark.clause("R-2.6")
@pytest.mark.parametrize(
    ("now", "outcome"),
    [
        (datetime(2022, 3, 31, 15, 59, tzinfo=UTC), ClearingOutcome.EXEMPTED),
        (datetime(2022, 3, 31, 16, 0, tzinfo=UTC), ClearingOutcome.POINTS_APPLIED_BY_POLICY),
    ],
)
def test_the_day_on_which_it_is_processed_decides_on_points(now, outcome):
    policies = (PointsPolicy("163-2022", date(2022, 4, 1), must_record=True), NOTICE_POLICY)
    assert at(window(violation(1, date(2018, 1, 1))), policies=policies, now=now).clearing.outcome is outcome


def test_an_organisation_needs_an_authorisation():
    buyer = replace(BUYER, is_organisation=True)
    application = replace(APPLICATION, applicant=buyer)
    asked = window(violation(1, date(2018, 1, 1)), sale=replace(SALE, buyer=buyer))
    with pytest.raises(XiezhiError, match="CLEARING_ITEMS_MISSING"):
        at(asked, application)
    assert at(asked, replace(application, is_authorised=True)).records
