"""Steps about a dispute: opened, consulted about, taken to both provincial bodies, and settled by a record of both."""

from __future__ import annotations

from datetime import timedelta

from rich.text import Text

from xiezhi.cli.coordination.dispute_views import answer_view
from xiezhi.cli.coordination.disputes import SERVICE as DISPUTES
from xiezhi.cli.demo.coordination.acting import Coordinating
from xiezhi.cli.documents import write_private
from xiezhi.cli.papers import date_message
from xiezhi.cli.referral.calls import SUPERVISION, UNIT
from xiezhi.cli.sealed import seal
from xiezhi.coordination.v1 import dispute_pb2
from xiezhi.errors import Reason
from xiezhi.referral.v1 import investigation_pb2, supervision_pb2

ABOUT = "对不予立案的理由有异议：该公司名下财产虽被查封，仍有余值可供执行。"
ANSWERED = "查封财产价值不足以清偿在先债权，不符合有能力履行的要件。"
SETTLED_SO = "由公安机关补充调查该公司查封财产的余值，三十日内书面答复人民法院。"
WITHIN = timedelta(days=90)
"""Until when it is asked what is due."""


def open_one(coordinating: Coordinating) -> None:
    """Opens a dispute; a text with an identity number is refused."""
    cast = coordinating.stage.cast
    told = (
        "The court disputes (协商) why the company's case was not filed. First the judge writes the debtor's identity "
        "number into the text."
    )
    with coordinating.narrator.step("The court disputes what the unit decided", told) as entry:
        coordinating.due = _due(coordinating)
        request = dispute_pb2.OpenDisputeRequest(
            request_id=coordinating.new_id(),
            subject=coordinating.referral,
            topic=dispute_pb2.DISPUTE_TOPIC_CONTENT,
            text=f"{ABOUT}被执行人{cast.debtor_number}。",
        )
        kind = dispute_pb2.OpenDisputeResponse
        coordinating.narrator.refused(
            entry,
            Reason.PERSONAL_DATA_IN_TEXT,
            lambda: coordinating.ask(cast.judge, DISPUTES, request, kind=kind),
        )
        request.request_id, request.text = coordinating.new_id(), ABOUT
        dispute = coordinating.ask(cast.judge, DISPUTES, request, kind=kind).dispute
        coordinating.dispute = entry["dispute"] = dispute.name
        is_open = dispute.state == dispute_pb2.DISPUTE_STATE_OPEN
        coordinating.narrator.require(entry, is_open, "the dispute is not open")
        between = f"Open between {dispute.court_code} and {dispute.police_organisation}."
        coordinating.narrator.good(f"{between} It names the referral and nobody in it.")


def disagree(coordinating: Coordinating) -> None:
    """Has both sides consult and find no agreement; another court finds nothing."""
    cast = coordinating.stage.cast
    told = "Both sides write, and both record that they find no agreement. So it goes to both provincial bodies."
    with coordinating.narrator.step("Both sides consult, and find no agreement", told) as entry:
        consulting = dispute_pb2.ConsultDisputeRequest(
            request_id=coordinating.new_id(), name=coordinating.dispute, text=ANSWERED
        )
        coordinating.ask(cast.unit_head, DISPUTES, consulting, kind=dispute_pb2.ConsultDisputeResponse)
        still = _disagree(coordinating, cast.unit_head).dispute.state
        answer = _disagree(coordinating, cast.judge)
        right = (still, answer.dispute.state) == (dispute_pb2.DISPUTE_STATE_OPEN, dispute_pb2.DISPUTE_STATE_ESCALATED)
        coordinating.narrator.require(entry, right, "one side alone escalates it, or both do not")
        coordinating.narrator.show(answer_view(answer))
        coordinating.narrator.show(Text("A judge of another court, who knows its name, asks for it."))
        asking = dispute_pb2.GetDisputeRequest(name=coordinating.dispute)
        coordinating.narrator.refused(
            entry,
            Reason.DISPUTE_NOT_FOUND,
            lambda: coordinating.ask(cast.other_judge, DISPUTES, asking, kind=dispute_pb2.GetDisputeResponse),
        )


def settle(coordinating: Coordinating) -> None:
    """Settles the dispute by one record under the seals of both provincial bodies, and shows that no clock moved."""
    cast = coordinating.stage.cast
    told = (
        "One record (会商纪要), set by the exchange, under two seals: that of the High Court, then that of the "
        "provincial police. With one of them it settles nothing."
    )
    with coordinating.narrator.step("Both provincial bodies settle it, and no clock moved", told) as entry:
        court, police = cast.court_supervisor, cast.police_supervisor
        drafting = dispute_pb2.DraftSettlementRequest(name=coordinating.dispute, text=SETTLED_SO)
        drafted = coordinating.ask(court, DISPUTES, drafting, kind=dispute_pb2.DraftSettlementResponse).document
        record = _sealed(coordinating, drafted, court)
        request = dispute_pb2.SettleDisputeRequest(
            request_id=coordinating.new_id(), name=coordinating.dispute, document=record
        )
        kind = dispute_pb2.SettleDisputeResponse
        coordinating.narrator.refused(
            entry,
            Reason.SETTLEMENT_NOT_JOINT,
            lambda: coordinating.ask(court, DISPUTES, request, kind=kind),
        )
        request.request_id, request.document = coordinating.new_id(), _sealed(coordinating, record, police)
        dispute = coordinating.ask(police, DISPUTES, request, kind=kind).dispute
        settled = dispute.state == dispute_pb2.DISPUTE_STATE_SETTLED
        coordinating.narrator.require(entry, settled, "the dispute is not settled")
        file = coordinating.folder / "settlement.pdf"
        write_private(file, request.document)
        entry["settlement"] = str(file)
        coordinating.narrator.good(f"Settled; the record with both seals is in {file}.")
        same = _due(coordinating) == coordinating.due
        coordinating.narrator.require(entry, same, "the dispute moved a deadline")
        entry["due"] = len(coordinating.due)
        coordinating.narrator.good("What is due, and every deadline of the referral, is as before the dispute.")


def _disagree(coordinating: Coordinating, officer: str) -> dispute_pb2.RecordPositionResponse:
    request = dispute_pb2.RecordPositionRequest(
        request_id=coordinating.new_id(),
        name=coordinating.dispute,
        position=dispute_pb2.DISPUTE_POSITION_NO_AGREEMENT,
        text="协商未能达成一致。",
    )
    return coordinating.ask(officer, DISPUTES, request, kind=dispute_pb2.RecordPositionResponse)


def _sealed(coordinating: Coordinating, pdf: bytes, officer: str) -> bytes:
    session = coordinating.stage.session(officer)
    return seal(session, pdf, organisation=coordinating.officer(officer).organisation)


def _due(coordinating: Coordinating) -> tuple[bytes, ...]:
    """Returns what is due for the provincial body, and all deadlines of the referral, met ones too."""
    cast = coordinating.stage.cast
    asking = supervision_pb2.ListDueRequest(until_date=date_message(coordinating.today + WITHIN))
    listed = coordinating.ask(cast.court_supervisor, SUPERVISION, asking, kind=supervision_pb2.ListDueResponse)
    reading = investigation_pb2.GetUnitReferralRequest(name=coordinating.referral)
    kind = investigation_pb2.GetUnitReferralResponse
    referral = coordinating.ask(cast.investigator, UNIT, reading, kind=kind).referral
    return tuple(one.SerializeToString(deterministic=True) for one in (*listed.items, *referral.duties))
