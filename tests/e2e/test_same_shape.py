"""What a caller may not know looks the same whether it is there or not: every byte but the trace."""

from __future__ import annotations

import uuid

from tests.e2e.players import APPROVALS, CASES, LOOKUP, OTHER_CHIEF, REGISTRAR, Players
from xiezhi.approval.v1 import approval_pb2
from xiezhi.casefile.v1 import casefile_pb2
from xiezhi.errors import Reason

NO_CASE = "（2018）赣0102执999999号"


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
