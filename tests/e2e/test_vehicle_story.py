"""Vehicle control as told in the notice: found, seized, waited for, seen, refused, lifted, sold and cleared once."""

from __future__ import annotations

import pytest

from services.synthetic.garage import COMPANY, COMPANY_NAME, FLEET
from tests.e2e.cars import COUNT
from tests.e2e.plot import play
from tests.e2e.vehicles import Vehicles
from xiezhi.common.v1 import case_pb2
from xiezhi.vehicle.v1 import lookup_pb2, vehicle_pb2

COMPANYS_CASE = "（2018）赣0102执1237号"


@pytest.mark.clause("R-1.1", "R-1.5")
def test_a_persons_vehicles(vehicles: Vehicles) -> None:
    found = vehicles.look_up(vehicles.question())
    assert found.result == lookup_pb2.VEHICLE_RESULT_HIT
    plates = {(one.plate, one.plate_type) for one in found.vehicles}
    assert {("赣A12345", "02"), ("赣AD12345", "52"), ("赣A12345", "07")} <= plates
    assert len(plates) == found.total == COUNT + 4
    assert all(one.colours for one in found.vehicles)
    motorcycle = next(one for one in found.vehicles if one.plate_type == "07")
    assert list(motorcycle.colours) == [
        vehicle_pb2.COLOUR_RED,
        vehicle_pb2.COLOUR_BLACK,
        vehicle_pb2.COLOUR_BROWN,
    ]


@pytest.mark.clause("R-1.4")
def test_an_organisations_vehicles_and_not_its_representatives(vehicles: Vehicles) -> None:
    """Those under the social credit code, and those under the old organisation code within it."""
    request = vehicles.question(case=COMPANYS_CASE, name=COMPANY_NAME, number=COMPANY)
    request.debtor.type = case_pb2.PARTY_TYPE_LEGAL_PERSON
    request.debtor.id_type = case_pb2.IDENTITY_NUMBER_TYPE_SOCIAL_CREDIT_CODE
    found = vehicles.look_up(request)
    assert (len(found.vehicles), found.total) == (FLEET, FLEET)
    assert {one.owner.certificate_number for one in found.vehicles} == {COMPANY, COMPANY[8:17]}


@pytest.mark.clause("R-2.1", "R-2.2", "R-2.3", "R-2.4")
def test_the_story(vehicles: Vehicles) -> None:
    play(vehicles)
