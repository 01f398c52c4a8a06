"""What a caller may not know looks the same whether it is there or not: every byte but the trace."""

from __future__ import annotations

import uuid

import pytest

from tests.e2e.players import APPROVALS, CASES, LOOKUP, OTHER_CHIEF, REGISTRAR, Players
from tests.e2e.vehicles import LIAISON, SIGHTINGS, Vehicles
from xiezhi.approval.v1 import approval_pb2
from xiezhi.casefile.v1 import casefile_pb2
from xiezhi.cli.vehicle import CHECK
from xiezhi.cli.violations import CLEAR
from xiezhi.errors import Reason
from xiezhi.vehicle.v1 import check_pb2, sighting_pb2

NO_CASE = "（2018）赣0102执999999号"


@pytest.mark.clause("R-5.2")
def test_no_case_anothers_case_and_a_closed_case(players: Players) -> None:
    judge = players.cast.judge
    anothers, closed = players.register(handler=players.cast.colleague), players.register()
    players.close_case(closed)
    shapes = {
        players.refuse(Reason.NOT_HANDLING_JUDGE, judge, method, request).shape.__repr__()
        for case in (NO_CASE, anothers, closed)
        for question in [players.question(case=case)]
        for method, request in (
            (LOOKUP, question),
            (f"{APPROVALS}SubmitApproval", players.submission(question)),
        )
    }
    assert len(shapes) == 1


def test_no_case_and_ones_own_former_case(players: Players) -> None:
    case = players.register()
    request = players.question(case=case)
    approval = players.approved(request)
    players.look(request, approval)
    players.reassign(case, players.cast.colleague)
    former = players.refuse(Reason.NOT_HANDLING_JUDGE, players.cast.judge, LOOKUP, request, approval=approval)
    none = players.refuse(Reason.NOT_HANDLING_JUDGE, players.cast.judge, LOOKUP, players.question(case=NO_CASE))
    assert former.shape == none.shape


def test_no_approval_and_anothers_approval_in_a_call(players: Players) -> None:
    case = players.register(handler=players.cast.colleague)
    anothers = players.approved(players.question(players.cast.colleague, case=case), officer=players.cast.colleague)
    request = players.question()
    refused = [
        players.refuse(Reason.APPROVAL_NOT_FOUND, players.cast.judge, LOOKUP, request, approval=name)
        for name in (anothers, f"approvals/{uuid.uuid4()}", "approvals/none", "anything")
    ]
    assert all(one.shape == refused[0].shape for one in refused)


def test_no_approval_and_anothers_approval_in_the_workflow(players: Players) -> None:
    """The chief of another court may decide on nothing here, and the requester's colleague may not either."""
    anothers = players.submit(players.question())
    none = f"approvals/{uuid.uuid4()}"
    stranger = players.sign(players.claims(players.submit(players.question())), officer=OTHER_CHIEF)
    asked = {
        "GetApproval": lambda name: approval_pb2.GetApprovalRequest(name=name),
        "WatchApproval": lambda name: approval_pb2.WatchApprovalRequest(name=name),
        "ApproveApproval": lambda name: approval_pb2.ApproveApprovalRequest(name=name, statement=stranger),
        "RejectApproval": lambda name: approval_pb2.RejectApprovalRequest(name=name, statement=stranger),
        "RevokeApproval": lambda name: approval_pb2.RevokeApprovalRequest(name=name, statement=stranger),
    }
    for method, request in asked.items():
        there, not_there = (
            players.refuse(Reason.APPROVAL_NOT_FOUND, OTHER_CHIEF, APPROVALS + method, request(name))
            for name in (anothers, none)
        )
        assert there.shape == not_there.shape
    there, not_there = (
        players.refuse(
            Reason.APPROVAL_NOT_FOUND,
            players.cast.colleague,
            f"{APPROVALS}WithdrawApproval",
            approval_pb2.WithdrawApprovalRequest(request_id=str(uuid.uuid4()), name=name, reason="Why not."),
        )
        for name in (anothers, none)
    )
    assert there.shape == not_there.shape


def test_a_list_shows_nothing_of_others(players: Players) -> None:
    name = players.submit(players.question())
    for officer in (OTHER_CHIEF, players.cast.colleague):
        listing = approval_pb2.ListApprovalsRequest(page_size=100)
        answer = players.call(officer, f"{APPROVALS}ListApprovals", listing)
        listed = approval_pb2.ListApprovalsResponse.FromString(answer.payload).approvals
        assert name not in {approval.name for approval in listed}


def test_no_case_and_the_case_of_another_court_in_the_registry(players: Players) -> None:
    elsewhere = "GAN0702-R001"
    case = players.register()
    refused = [
        players.refuse(
            Reason.NOT_FOUND,
            officer,
            f"{CASES}GetCase",
            casefile_pb2.GetCaseRequest(court_code=court, case_number=number),
        )
        for officer, court, number in (
            (elsewhere, "赣0102", case),
            (elsewhere, "赣0102", NO_CASE),
            (elsewhere, "赣0702", "（2018）赣0702执999999号"),
            (elsewhere, "赣0702", case),
            (REGISTRAR, "赣0102", NO_CASE),
            (REGISTRAR, "赣0102", "（2018）赣0702执1号"),
        )
    ]
    assert all(one.shape == refused[0].shape for one in refused)


def test_no_seizure_and_the_seizure_of_another_court_or_case(vehicles: Vehicles, players: Players) -> None:
    one, two = vehicles.cars(2)
    anothers = vehicles.seizure(one, judge=vehicles.cast.other_judge)
    own_other_case = vehicles.seizure(two, case=players.register())
    order, today = vehicles.order(), "2024-12-01"
    asked = {
        "extend": lambda name: order.extend(name, months=1, last_day=""),
        "lift": lambda name: order.lift([name]),
        "withdraw": order.withdraw,
        "dispose": lambda name: order.dispose(name, buyer=vehicles.buyer(), sale_date=today),
    }
    for request in asked.values():
        refused = [
            vehicles.refuse(Reason.SEIZURE_NOT_FOUND, request(name))
            for name in (anothers.name, own_other_case.name, f"seizures/{uuid.uuid4()}")
        ]
        assert all(one.shape == refused[0].shape for one in refused)


def test_a_list_shows_no_seizure_of_another_court(vehicles: Vehicles) -> None:
    (car,) = vehicles.cars()
    anothers = vehicles.seizure(car, judge=vehicles.cast.other_judge)
    assert anothers.name not in {found.name for found in vehicles.states()}


def test_no_car_and_a_car_that_no_court_sold_at_the_window(vehicles: Vehicles, players: Players) -> None:
    sold, kept, seized = vehicles.cars(3)
    vehicles.seizure(seized)
    visit = vehicles.visit(sold, vehicles.dispose(vehicles.seizure(sold).name))
    refused = []
    for plate, vin in ((kept.plate, kept.vin), (seized.plate, seized.vin), ("赣A98765", "")):
        visit.vehicle.plate, visit.vehicle.vin, visit.request_id = plate, vin, str(uuid.uuid4())
        refused.append(players.refuse(Reason.VEHICLE_NOT_FOUND, vehicles.cast.window, CLEAR, visit))
    assert all(one.shape == refused[0].shape for one in refused)


def test_no_notice_and_the_notice_to_another_post(vehicles: Vehicles, players: Players) -> None:
    (car,) = vehicles.cars()
    vehicles.seizure(car)
    there = vehicles.check(car).sighting.removeprefix("sightings/")
    refused = [
        players.refuse(
            Reason.NOT_FOUND,
            LIAISON,
            f"{SIGHTINGS}AcknowledgeSightings",
            sighting_pb2.AcknowledgeSightingsRequest(notice_ids=[notice]),
        )
        for notice in (there, str(uuid.uuid4()))
    ]
    assert refused[0].shape == refused[1].shape


@pytest.mark.clause("R-5.3")
def test_an_officer_learns_nothing_of_a_seizure_where_nothing_is_to_be_done(vehicles: Vehicles) -> None:
    """A seizure that was lifted, one that never was, and no car at all: the same answer but for its age and receipt."""
    lifted, never, nobodys = vehicles.cars(3)
    vehicles.lift(vehicles.seizure(lifted).name)
    nobodys.plate = "赣A97531"
    answers = []
    for car in (lifted, never, nobodys):
        asked = vehicles.sight(car, check_pb2.CHECK_TRIGGER_ANNUAL_INSPECTION)
        answer = vehicles.players.call(vehicles.cast.register_officer, CHECK, asked)
        told = check_pb2.CheckVehicleResponse.FromString(answer.payload)
        told.ClearField("index_age")
        answers.append(told)
    assert answers[0] == answers[1] == answers[2]
