"""The directory, from the registrar's desk to the gate: who is refused for it, at once, and who is not."""

from __future__ import annotations

import subprocess
import sys
import uuid
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from google.protobuf.message import Message
from google.type import date_pb2

from services.directory.liaisons import DEPARTMENTS
from tests.e2e.command import run_command
from tests.e2e.lines import Refused
from tests.e2e.players import APPROVALS, COURT, LOOKUP, REGISTRAR, Players
from tests.e2e.processes import clean_environment
from tests.e2e.running import Suite, await_that
from xiezhi.common.v1 import case_pb2
from xiezhi.coordination.v1 import channel_pb2, credential_pb2, directory_pb2
from xiezhi.errors import Reason

DIRECTORY = "/xiezhi.coordination.v1.DirectoryService/"
CREDENTIALS = "/xiezhi.coordination.v1.CredentialService/"
CHANNELS = "/xiezhi.coordination.v1.ChannelService/"
SERVICES = {
    "directory_pb2": DIRECTORY,
    "credential_pb2": CREDENTIALS,
    "channel_pb2": CHANNELS,
}
OTHER_REGISTRAR, UNIT_LIAISON = "GAN0702-R001", "POL360102-L001"
BODIES = ("GAN-S001", "POL360000-S001")
PAPER_COURT, PAPER_JUDGE = "赣1121", "GAN1121-J001"
PUBLIC_ORDER, TRAFFIC = 3, 4
POLICE, POLICE_LIAISON = "360100000000", "POL360100-L001"


@pytest.fixture(scope="module")
def everybody(own_suite: Suite) -> Iterator[Players]:
    made = Players(own_suite.home)
    yield made
    made.close()


def method_of(request: Message) -> str:
    service = SERVICES[type(request).__module__.rpartition(".")[2]]
    return service + type(request).__name__.removesuffix("Request")


def tell(players: Players, officer: str, request: Message, kind: Any) -> Any:
    return kind.FromString(players.call(officer, method_of(request), request).payload)


def on(day: date) -> date_pb2.Date:
    return date_pb2.Date(year=day.year, month=day.month, day=day.day)


def appointment(players: Players, officer: str, **changed: Any) -> directory_pb2.AppointLiaisonRequest:
    known = {
        "request_id": str(uuid.uuid4()),
        "organisation": COURT,
        "officer_id": officer,
        "display_name": "测试甲",
        "phone": "0791-00000001",
        "on_establishment": True,
        "start_date": on(players.session(officer).today()),
    }
    return directory_pb2.AppointLiaisonRequest(**known | changed)


def card(players: Players, officer: str, number: str, court: str = COURT) -> credential_pb2.RegisterCredentialRequest:
    today = players.session(officer).today()
    return credential_pb2.RegisterCredentialRequest(
        request_id=str(uuid.uuid4()),
        court_code=court,
        officer_id=officer,
        kind=credential_pb2.CREDENTIAL_KIND_WORK_CARD,
        number=number,
        issue_date=on(today),
        expire_date=on(today + timedelta(days=365)),
    )


def asks(players: Players, judge: str) -> Reason | None:
    """Submits a question of a judge; tells for what it is refused."""
    question = players.question(judge)
    try:
        players.call(judge, f"{APPROVALS}SubmitApproval", players.submission(question))
    except Refused as refused:
        return Reason(refused.reason)
    return None


@pytest.mark.clause("R-4.3")
def test_a_court_keeps_two_and_hands_over(everybody: Players) -> None:
    players = everybody
    third = appointment(players, "GAN0102-S001")
    players.refuse(Reason.LIAISON_LIMIT, REGISTRAR, method_of(third), third)
    outside = appointment(players, "GAN0102-S001", on_establishment=False)
    players.refuse(Reason.LIAISON_NOT_ESTABLISHED, REGISTRAR, method_of(outside), outside)
    twice = appointment(players, "GAN0702-L001", is_deputy=True)
    players.refuse(Reason.LIAISON_EXISTS, REGISTRAR, method_of(twice), twice)
    listing = directory_pb2.ListLiaisonsRequest(organisation=COURT)
    first = tell(players, REGISTRAR, listing, directory_pb2.ListLiaisonsResponse).liaisons[0]
    last = players.session(REGISTRAR).today() + timedelta(days=7)
    ending = directory_pb2.EndAppointmentRequest(
        request_id=str(uuid.uuid4()), name=first.name, end_date=on(last), reason="调任"
    )
    players.refuse(Reason.LIAISON_NOT_FOUND, OTHER_REGISTRAR, method_of(ending), ending)
    players.call(REGISTRAR, method_of(ending), ending)
    players.call(REGISTRAR, method_of(third), third)
    faults = directory_pb2.ListDirectoryFaultsRequest()
    assert not tell(players, REGISTRAR, faults, directory_pb2.ListDirectoryFaultsResponse).faults
    assert tell(players, BODIES[0], faults, directory_pb2.ListDirectoryFaultsResponse).faults


@pytest.mark.clause("R-4.4")
def test_a_police_department_has_one_and_a_deputy(everybody: Players) -> None:
    players, head = everybody, POLICE_LIAISON
    traffic = {"organisation": POLICE, "department": TRAFFIC}
    second = appointment(players, head, **traffic | {"officer_id": "POL360100-X009"})
    players.refuse(Reason.LIAISON_LIMIT, head, method_of(second), second)
    deputy = appointment(players, head, **traffic | {"officer_id": "POL360100-X008", "is_deputy": True})
    players.call(head, method_of(deputy), deputy)
    listing = directory_pb2.ListLiaisonsRequest(organisation=POLICE)
    there = tell(players, head, listing, directory_pb2.ListLiaisonsResponse).liaisons
    assert {one.department for one in there if one.acts and not one.is_deputy} == set(DEPARTMENTS)
    assert [one.acts for one in there if one.is_deputy] == [False]
    faults = directory_pb2.ListDirectoryFaultsRequest()
    assert not tell(players, head, faults, directory_pb2.ListDirectoryFaultsResponse).faults


@pytest.mark.clause("R-4.5")
def test_a_card_that_is_revoked_is_refused_at_once_and_a_new_one_is_not(everybody: Players) -> None:
    players, judge = everybody, "GAN0102-J004"
    held = players.home.keys.officers.get(judge).work_card
    assert asks(players, judge) is Reason.NOT_HANDLING_JUDGE
    own = credential_pb2.ListCredentialsRequest(officer_id=judge)
    found = tell(players, REGISTRAR, own, credential_pb2.ListCredentialsResponse).credentials
    (name,) = (one.name for one in found if one.number == held)
    again = card(players, judge, held)
    players.refuse(Reason.CREDENTIAL_EXISTS, REGISTRAR, method_of(again), again)
    revoking = credential_pb2.RevokeCredentialRequest(request_id=str(uuid.uuid4()), name=name, reason="遗失")
    players.refuse(Reason.CREDENTIAL_NOT_FOUND, OTHER_REGISTRAR, method_of(revoking), revoking)
    players.call(REGISTRAR, method_of(revoking), revoking)
    await_that(lambda: asks(players, judge) is Reason.CREDENTIALS_REQUIRED, "the revocation does not count", seconds=5)
    players.call(REGISTRAR, method_of(again), again)
    await_that(lambda: asks(players, judge) is Reason.NOT_HANDLING_JUDGE, "the new card does not count", seconds=5)
    foreign = card(players, judge, "W-9", "赣0702")
    players.refuse(Reason.CREDENTIAL_OF_ANOTHER_COURT, REGISTRAR, method_of(foreign), foreign)


@pytest.mark.clause("R-4.1")
def test_where_the_exchange_does_not_run_nothing_is_filed_over_it(everybody: Players) -> None:
    players = everybody
    question = players.question(PAPER_JUDGE, case=players.new_case(PAPER_COURT))
    submitting = players.submission(question)
    players.refuse(Reason.CHANNEL_NOT_OPERATIONAL, PAPER_JUDGE, f"{APPROVALS}SubmitApproval", submitting)
    show = channel_pb2.GetChannelRequest(court_code=PAPER_COURT, department=PUBLIC_ORDER)
    state = tell(players, PAPER_JUDGE, show, channel_pb2.GetChannelResponse).state
    assert state == channel_pb2.CHANNEL_STATE_NOT_OPERATIONAL
    on_paper = players.question()
    on_paper.context.channel = case_pb2.CHANNEL_MANUAL
    players.refuse(
        Reason.CHANNEL_OPERATIONAL, players.cast.judge, f"{APPROVALS}SubmitApproval", players.submission(on_paper)
    )


def test_what_a_body_has_declared_it_does_not_declare_again(everybody: Players) -> None:
    players = everybody
    request = channel_pb2.DeclareOperationalRequest(request_id=str(uuid.uuid4()))
    request.pair.court_code, request.pair.department = COURT, TRAFFIC
    request.start_time.FromDatetime(players.now())
    players.refuse(Reason.CHANNEL_STATE, BODIES[0], method_of(request), request)


@pytest.mark.long
def test_the_commands(everybody: Players) -> None:
    home = everybody.home.root
    unit = ("--organisation", "360102000000", "--as", UNIT_LIAISON)
    assert len(run_command(home, "liaison", "list", *unit)["answer"]["liaisons"]) == 6
    route = run_command(home, "liaison", "route", LOOKUP, "--court", COURT, "--as", everybody.cast.judge)["answer"]
    assert (route["taker"], route["organisation"]) == ("DEPARTMENT_PUBLIC_ORDER", "360102000000")
    shown = ("channel", "show", "--court", COURT, "--department", "traffic", "--as", everybody.cast.judge)
    assert run_command(home, *shown)["answer"]["state"] == "CHANNEL_STATE_OPERATIONAL"
    out = ("--department", "traffic", "--court", "赣0103", "--for", "2h", "--reason", "检修", "--as", BODIES[1])
    name = run_command(home, "channel", "outage", *out)["answer"]["outage"]["name"]
    run_command(home, "channel", "end-outage", name, "--as", BODIES[0])
    register = ("credential", "register", "GAN0102-X001", "work-card", "--until", "2030-12-31", "--as", REGISTRAR)
    ended = subprocess.run(
        [sys.executable, "-m", "xiezhi.cli", "--home", str(home), *register],
        input="GZZ-SECRET\n",
        capture_output=True,
        text=True,
        timeout=60,
        env=clean_environment(),
        check=False,
    )
    assert (ended.returncode, "IN_FORCE" in ended.stdout) == (0, True), ended.stderr


def test_without_the_directory_nobody_is_admitted_in_a_case_and_others_are(own_suite: Suite) -> None:
    suite, players = own_suite, Players(own_suite.home)
    approval = players.approved(question := players.question())
    players.look(question, approval)
    suite.kill("coordination")
    players.look(question, approval)
    suite.kill("gateway")
    suite.start("gateway")
    players.close()
    players = Players(own_suite.home)
    players.refuse(Reason.DIRECTORY_STALE, players.cast.judge, LOOKUP, question, approval=approval)
    assert players.review(approval)
    suite.start("coordination")
    suite.await_serving("gateway", service="xiezhi.coordination.v1.DirectoryService")
    players.look(question, approval)
    players.close()
