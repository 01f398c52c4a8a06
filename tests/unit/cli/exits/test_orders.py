"""Orders about dishonest debtors: whole, valid under the contract, and on papers that name what they must."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import protovalidate
import pytest
from google.protobuf.message import Message

from services.papers import SealTrust, mentions, verify_sealed
from tests.unit.cli.conftest import JUDGE
from xiezhi.cli.case import CaseQuestion, DebtorQuestion
from xiezhi.cli.exits.orders import ENTRY, RESTRICTION, ExitOrder, full_name
from xiezhi.cli.exits.questions import Behaviour, DecisionChoice, Performed, RecordQuestion, TermQuestion
from xiezhi.cli.home import Home
from xiezhi.cli.output import CommandError, Output
from xiezhi.cli.session import Session
from xiezhi.common.v1 import case_pb2
from xiezhi.exit_restriction.v1 import listing_pb2

CASE = "（2018）赣0102执1234号"
ABOUT = CaseQuestion(case=CASE)
DEBTOR = DebtorQuestion(debtor_name="测试乙", debtor_number="369901189001010010")
KEY = "7f4df0d5-9a4b-4f43-8d5f-6f1f7a1f2a3c"
RECORD = RecordQuestion(behaviour=[Behaviour.EVASION], basis="B1", basis_unit="测试法院", case_filed="2024-05-06")
TERM = TermQuestion(months=3, last_day="2030-01-31", start="2029-11-01")

MAKERS: dict[str, Callable[[ExitOrder], Message]] = {
    "push": lambda order: order.push(RECORD, TERM),
    "correct": lambda order: order.correct(KEY, RECORD),
    "file": lambda order: order.file(KEY, TERM),
    "renew": lambda order: order.renew(KEY, TermQuestion(months=12)),
    "release": lambda order: order.release(KEY),
}
DECIDED = {"push", "correct", "file", "renew"}


@pytest.fixture
def session(home: Home) -> Session:
    return Session(home, Output(as_json=True), officer_id=JUDGE.officer_id)


@pytest.fixture
def order(session: Session) -> ExitOrder:
    """An order whose papers are drafted."""
    return ExitOrder(session, ABOUT, DEBTOR, DecisionChoice(draft=True))


@pytest.mark.parametrize("verb", MAKERS)
def test_the_contract_admits_it_and_its_case_lists_the_papers(order: ExitOrder, verb: str) -> None:
    request: Any = MAKERS[verb](order)
    protovalidate.validate(request)
    listed = {document.kind: document for document in request.context.documents}
    notice = listed.pop(case_pb2.DOCUMENT_KIND_ASSISTANCE_NOTICE)
    assert notice.sha256 == hashlib.sha256(request.notice_pdf).digest()
    assert set(listed) == ({case_pb2.DOCUMENT_KIND_EXIT_RESTRICTION_DECISION} if verb in DECIDED else set())


@pytest.mark.parametrize("verb", MAKERS)
def test_a_drafted_notice_names_the_person_and_the_decision(order: ExitOrder, home: Home, verb: str) -> None:
    request: Any = MAKERS[verb](order)
    trust = SealTrust(home.keys.seals.authority_file, home.keys.seals.revocation_file)
    now = datetime.now(UTC)
    paper = verify_sealed(request.notice_pdf, authority=trust, organisation=JUDGE.organisation, now=now)
    assert mentions(paper, DEBTOR.debtor_number)
    assert mentions(paper, f"{CASE}之一") == (verb in DECIDED)


def test_taking_off_the_list_rests_on_no_paper(order: ExitOrder) -> None:
    for withdrawn, kind in ((True, "WITHDRAWAL"), (False, "DELETION")):
        request = order.remove(KEY, withdrawn=withdrawn)
        protovalidate.validate(request)
        assert not request.context.documents
        assert listing_pb2.RemovalKind.Name(request.kind) == f"REMOVAL_KIND_{kind}"


def test_a_decision_can_be_left_out_where_the_list_needs_none(session: Session) -> None:
    order = ExitOrder(session, ABOUT, DEBTOR, DecisionChoice(draft=True, without_decision=True))
    assert len(order.push(RECORD, TermQuestion()).context.documents) == 1
    assert len(order.file(KEY, TermQuestion()).context.documents) == 2


def test_files_are_sent_as_they_are(session: Session, tmp_path: Path) -> None:
    decision, notice = tmp_path / "decision.pdf", tmp_path / "notice.pdf"
    decision.write_bytes(b"one")
    notice.write_bytes(b"other")
    papers = DecisionChoice(decision=decision, decision_number="D", notice=notice, notice_number="N")
    request = ExitOrder(session, ABOUT, DEBTOR, papers).push(RECORD, TermQuestion())
    assert request.notice_pdf == b"other"
    assert [one.document_number for one in request.context.documents] == ["N", "D"]
    assert request.context.documents[1].sha256 == hashlib.sha256(b"one").digest()


def test_a_missing_paper_is_named(session: Session) -> None:
    order = ExitOrder(session, ABOUT, DEBTOR, DecisionChoice())
    for make in MAKERS.values():
        with pytest.raises(CommandError, match="no --notice"):
            make(order)


def test_a_record_says_what_is_told_and_makes_the_rest_up_only_for_drafts(session: Session) -> None:
    asked = RecordQuestion(performed=Performed.PARTIAL, performed_part="五十元", representative="某某")
    made = asked.record(session, court="赣0102", draft=True)
    protovalidate.validate(made)
    assert made.performance == listing_pb2.PERFORMANCE_PARTIAL
    assert (made.performed_part, made.legal_representative) == ("五十元", "某某")
    assert list(made.behaviours) == [listing_pb2.DISHONEST_BEHAVIOUR_ABLE_AND_REFUSING]
    with pytest.raises(CommandError, match="--basis, --basis-unit, --case-filed, --behaviour"):
        RecordQuestion().record(session, court="赣0102", draft=False)


@pytest.mark.parametrize("behaviour", Behaviour)
def test_every_behaviour_is_one_of_the_contract(session: Session, behaviour: Behaviour) -> None:
    made = RecordQuestion(behaviour=[behaviour]).record(session, court="赣0102", draft=True)
    protovalidate.validate(made)


def test_a_renewal_has_no_first_day(order: ExitOrder) -> None:
    with pytest.raises(CommandError, match="the day after"):
        order.renew(KEY, TERM)


@pytest.mark.parametrize(("collection", "what"), [(ENTRY, "No entry"), (RESTRICTION, "No restriction")])
def test_names_are_completed_and_asked_for(collection: str, what: str) -> None:
    assert full_name(KEY, collection) == full_name(collection + KEY, collection) == collection + KEY
    with pytest.raises(CommandError, match=what):
        full_name("", collection)
