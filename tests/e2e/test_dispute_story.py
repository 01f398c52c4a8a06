"""A dispute about a referral from its opening to the record of both provincial bodies, and all that is refused."""

from __future__ import annotations

from typing import TypeVar

import pytest
from google.protobuf.message import Message

from services.synthetic.officers import OTHER_JUDGE
from tests.e2e.exits import Exits, new_id
from tests.e2e.lines import Refused
from tests.e2e.players import Players, method_of
from tests.e2e.referrals import OTHER_UNIT, UNIT_CODE, Referrals
from tests.e2e.vehicles import Vehicles
from tests.e2e.watching import COORDINATION_WATCH
from xiezhi.cli.coordination.disputes import BODIES
from xiezhi.cli.sealed import seal
from xiezhi.coordination.v1 import dispute_pb2, notice_pb2
from xiezhi.errors import Reason
from xiezhi.referral.v1 import investigation_pb2

AGREED, NO_AGREEMENT = dispute_pb2.DISPUTE_POSITION_AGREED, dispute_pb2.DISPUTE_POSITION_NO_AGREEMENT
TEXT, TERMS = "逾期未书面答复，请说明理由。", "三日内书面答复。"
ACKNOWLEDGE = "/xiezhi.coordination.v1.CoordinationNoticeService/AcknowledgeCoordinationNotices"
NOWHERE = "00000000-0000-4000-8000-000000000000"

A = TypeVar("A", bound=Message)


class Table:
    """Both sides of disputes and both provincial bodies.

    Args:
        players: Who calls.
    """

    def __init__(self, players: Players) -> None:
        self.players = players
        self.cast = players.cast

    def ask(self, kind: type[A], request: Message, officer: str) -> A:
        """Makes a call."""
        __tracebackhide__ = True
        return kind.FromString(self.players.call(officer, method_of(request), request).payload)

    def refuse(self, reason: Reason, request: Message, officer: str) -> Refused:
        """Makes a call that must be refused for a reason."""
        __tracebackhide__ = True
        return self.players.refuse(reason, officer, method_of(request), request)

    def open(self, subject: str, *, counterpart: str = "", officer: str = "") -> dispute_pb2.Dispute:
        """Opens a dispute, as the judge by default."""
        request = opening(subject, counterpart=counterpart)
        return self.ask(dispute_pb2.OpenDisputeResponse, request, officer or self.cast.judge).dispute

    def position(self, name: str, position: int, text: str, *, officer: str) -> dispute_pb2.Dispute:
        """Records a position."""
        request = positioning(name, position, text)
        return self.ask(dispute_pb2.RecordPositionResponse, request, officer).dispute

    def get(self, name: str, officer: str) -> dispute_pb2.Dispute:
        """Reads a dispute."""
        return self.ask(dispute_pb2.GetDisputeResponse, dispute_pb2.GetDisputeRequest(name=name), officer).dispute

    def record(self, name: str, *bodies: str) -> bytes:
        """Has the record of settlement set, and seals it."""
        drafting = dispute_pb2.DraftSettlementRequest(name=name, text=TERMS)
        pdf = self.ask(dispute_pb2.DraftSettlementResponse, drafting, self.cast.court_supervisor).document
        session = self.players.session(self.cast.court_supervisor)
        for body in bodies:
            pdf = seal(session, pdf, organisation=body)
        return pdf

    def told(self, officer: str) -> list[notice_pb2.CoordinationNotice]:
        """Returns what waits at an officer's post."""
        stub = self.players.client(officer).channel.unary_stream(
            COORDINATION_WATCH,
            request_serializer=notice_pb2.WatchCoordinationNoticesRequest.SerializeToString,
            response_deserializer=notice_pb2.WatchCoordinationNoticesResponse.FromString,
        )
        stream = stub(notice_pb2.WatchCoordinationNoticesRequest(), timeout=20)
        try:
            return list(next(stream).notices)
        finally:
            stream.cancel()


def opening(subject: str, *, counterpart: str = "", text: str = TEXT) -> dispute_pb2.OpenDisputeRequest:
    """Makes the request to open a dispute."""
    return dispute_pb2.OpenDisputeRequest(
        request_id=new_id(),
        subject=subject,
        topic=dispute_pb2.DISPUTE_TOPIC_DELAY,
        text=text,
        counterpart=counterpart,
    )


def positioning(name: str, position: int, text: str) -> dispute_pb2.RecordPositionRequest:
    """Makes the request to record a position."""
    return dispute_pb2.RecordPositionRequest(
        request_id=new_id(),
        name=name,
        position=position,  # type: ignore[arg-type]
        text=text,
    )


def settling(name: str, pdf: bytes) -> dispute_pb2.SettleDisputeRequest:
    """Makes the request to settle."""
    return dispute_pb2.SettleDisputeRequest(request_id=new_id(), name=name, document=pdf)


def clocks(referrals: Referrals, name: str) -> list[bytes]:
    """Returns the clocks of a referral as they stand."""
    asked = investigation_pb2.GetUnitReferralRequest(name=name)
    answer = referrals.carry_out(investigation_pb2.GetUnitReferralResponse, asked)
    return [duty.SerializeToString(deterministic=True) for duty in answer.referral.duties]


@pytest.fixture(scope="module")
def table(players: Players) -> Table:
    """The table at which they sit."""
    return Table(players)


@pytest.fixture
def referral(referrals: Referrals) -> str:
    """A referral that was received and not decided."""
    name = referrals.send(referrals.dossier(*referrals.suspects())).name
    referrals.receive(name)
    return name


def test_from_opening_to_joint_settlement(table: Table, referrals: Referrals, referral: str) -> None:
    judge, head, cast = table.cast.judge, table.cast.unit_head, table.cast
    before = clocks(referrals, referral)
    made = table.open(referral)
    assert (made.police_organisation, made.department) == (UNIT_CODE, 2)
    table.refuse(Reason.DISPUTE_EXISTS, opening(referral), head)
    consulting = dispute_pb2.ConsultDisputeRequest(request_id=new_id(), name=made.name, text="正在补充调查。")
    table.ask(dispute_pb2.ConsultDisputeResponse, consulting, head)
    table.position(made.name, AGREED, TERMS, officer=head)
    table.refuse(Reason.DISPUTE_TERMS_DIFFER, positioning(made.name, AGREED, "五日内。"), judge)
    table.position(made.name, NO_AGREEMENT, "期限不能再延。", officer=judge)
    escalating = dispute_pb2.EscalateDisputeRequest(request_id=new_id(), name=made.name)
    table.refuse(Reason.CONSULTATION_NOT_OVER, escalating, judge)
    table.refuse(Reason.DISPUTE_NOT_FOUND, dispute_pb2.GetDisputeRequest(name=made.name), cast.court_supervisor)
    came = table.position(made.name, NO_AGREEMENT, "案情复杂。", officer=head)
    assert came.state == dispute_pb2.DISPUTE_STATE_ESCALATED
    table.refuse(Reason.DISPUTE_STATE, positioning(made.name, AGREED, TERMS), judge)
    alone = settling(made.name, table.record(made.name, BODIES[0]))
    table.refuse(Reason.SETTLEMENT_NOT_JOINT, alone, cast.court_supervisor)
    pdf = table.record(made.name, *BODIES)
    settled = table.ask(dispute_pb2.SettleDisputeResponse, settling(made.name, pdf), cast.police_supervisor).dispute
    assert settled.state == dispute_pb2.DISPUTE_STATE_SETTLED
    for side in (judge, head):
        assert table.get(made.name, side) == settled
        kinds = [n.kind for n in table.told(side) if n.subject == made.name]
        assert kinds[-1] == notice_pb2.COORDINATION_NOTICE_KIND_DISPUTE_SETTLED
    assert clocks(referrals, referral) == before, "a dispute stops no clock"


def test_a_third_court_sees_and_opens_nothing(table: Table, referral: str) -> None:
    name = table.open(referral).name
    there, not_there = (
        table.refuse(Reason.DISPUTE_NOT_FOUND, dispute_pb2.GetDisputeRequest(name=missing), OTHER_JUDGE)
        for missing in (name, f"disputes/{NOWHERE}")
    )
    assert there.shape == not_there.shape
    there, not_there = (
        table.refuse(Reason.DISPUTE_SUBJECT_NOT_FOUND, opening(subject), OTHER_JUDGE)
        for subject in (referral, f"referrals/{NOWHERE}")
    )
    assert there.shape == not_there.shape
    listed = table.ask(dispute_pb2.ListDisputesResponse, dispute_pb2.ListDisputesRequest(), OTHER_JUDGE)
    assert not listed.disputes


def test_texts_with_numbers_are_refused_and_left_out_of_logs(table: Table, referral: str) -> None:
    number = table.cast.debtor_number
    for text in (f"被执行人{number}", f"被执行人{' '.join(number)}", "联系１５１００００００００"):
        table.refuse(Reason.PERSONAL_DATA_IN_TEXT, opening(referral, text=text), table.cast.judge)


def test_objects_of_every_process_are_disputed(table: Table, vehicles: Vehicles, exits: Exits) -> None:
    listed, sought = exits.people(2)
    (controlled,) = exits.control(exits.item(sought), case=exits.case(sought))
    case = exits.case(listed)
    pushed = exits.push(listed, case=case)
    approval = table.players.approved(table.players.question())
    for subject in (
        approval,
        vehicles.seizure(vehicles.cars()[0]).name,
        pushed.name,
        pushed.outcome.restriction,
        controlled.control.name,
    ):
        made = table.open(subject, counterpart=UNIT_CODE)
        assert made.subject == subject
        table.refuse(Reason.FIELDS_INVALID, opening(subject, counterpart=OTHER_UNIT), table.cast.judge)


def test_whom_the_directory_does_not_name_reads_no_liaisons_post(table: Table) -> None:
    players, judge = table.players, table.cast.judge
    token = players.token(judge, permissions=("coordination.notice", "coordination.liaison"))
    request = notice_pb2.AcknowledgeCoordinationNoticesRequest(notice_ids=[new_id()])
    players.refuse(Reason.LIAISON_NOT_APPOINTED, judge, ACKNOWLEDGE, request, metadata=(token,))
    players.refuse(Reason.NOT_FOUND, "GAN0102-L001", ACKNOWLEDGE, request)
