"""Orders of courts as options describe them: whole, valid under the contract, and listing the papers that are sent."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import protovalidate
import pytest
from google.protobuf.message import Message

from services.codes.plates import Plate
from services.papers import SealTrust, mentions, verify_sealed
from tests.unit.cli.conftest import JUDGE
from xiezhi.cli.approvals import write_papers
from xiezhi.cli.case import CaseQuestion, DebtorQuestion
from xiezhi.cli.home import Home
from xiezhi.cli.orders import Order, buyer, full_names
from xiezhi.cli.output import CommandError, Output
from xiezhi.cli.papers import NoticeChoice, PapersChoice
from xiezhi.cli.plates import read_vehicles
from xiezhi.cli.session import Session
from xiezhi.common.v1 import case_pb2

CASE = "（2018）赣0102执1234号"
ABOUT = CaseQuestion(case=CASE)
DEBTOR = DebtorQuestion(debtor_name="测试乙", debtor_number="369901198001150011")
NAME = "seizures/7f4df0d5-9a4b-4f43-8d5f-6f1f7a1f2a3c"
PLATE, VIN = "赣A12345", "LTSTAA004G9900001"
BUYER = buyer("测试丙", "369901196008080176")

MAKERS: dict[str, Callable[[Order], Message]] = {
    "register": lambda order: order.register(read_vehicles([f"{PLATE}:02:{VIN}"]), months=12, last_day="2030-01-31"),
    "extend": lambda order: order.extend(NAME, months=0, last_day=""),
    "lift": lambda order: order.lift([NAME]),
    "withdraw": lambda order: order.withdraw(NAME),
    "dispose": lambda order: order.dispose(NAME, buyer=BUYER, sale_date="2024-11-20"),
}
RULINGS = {
    "register": case_pb2.DOCUMENT_KIND_SEIZURE_RULING,
    "extend": case_pb2.DOCUMENT_KIND_SEIZURE_RULING,
    "lift": case_pb2.DOCUMENT_KIND_LIFTING_RULING,
    "dispose": case_pb2.DOCUMENT_KIND_ENFORCEMENT_RULING,
}


@pytest.fixture
def session(home: Home) -> Session:
    return Session(home, Output(as_json=True), officer_id=JUDGE.officer_id)


@pytest.fixture
def order(session: Session) -> Order:
    """An order whose papers are drafted."""
    return Order(session, ABOUT, DEBTOR, PapersChoice(draft=True))


@pytest.mark.parametrize("verb", MAKERS)
def test_the_contract_admits_it(order: Order, verb: str) -> None:
    protovalidate.validate(MAKERS[verb](order))


@pytest.mark.parametrize("verb", MAKERS)
def test_its_case_lists_the_files_that_are_sent(order: Order, verb: str) -> None:
    request = MAKERS[verb](order)
    listed = {document.kind: document.sha256 for document in request.context.documents}
    sent = {case_pb2.DOCUMENT_KIND_ASSISTANCE_NOTICE: request.notice_pdf}
    if verb in RULINGS:
        sent[RULINGS[verb]] = request.ruling_pdf
    assert listed == {kind: hashlib.sha256(pdf).digest() for kind, pdf in sent.items()}
    assert {document.issuing_court for document in request.context.documents} == {JUDGE.organisation}


def test_drafts_hold_as_sealed_papers_of_the_court_and_name_the_vehicle(order: Order, home: Home) -> None:
    request = MAKERS["register"](order)
    trust = SealTrust(home.keys.seals.authority_file, home.keys.seals.revocation_file)
    for pdf in (request.ruling_pdf, request.notice_pdf):
        paper = verify_sealed(pdf, authority=trust, organisation=JUDGE.organisation, now=datetime.now(UTC))
        assert mentions(paper, str(Plate.parse(PLATE, plate_type="02")))
        assert mentions(paper, VIN)


@pytest.mark.parametrize("verb", ["extend", "lift", "withdraw", "dispose"])
def test_drafts_that_change_a_seizure_name_the_plates_given_and_the_buyer(
    session: Session, home: Home, verb: str
) -> None:
    choice = NoticeChoice(draft=True, plates=[PLATE]).papers
    request: Any = MAKERS[verb](Order(session, ABOUT, DEBTOR, choice))
    trust = SealTrust(home.keys.seals.authority_file, home.keys.seals.revocation_file)
    pdf = request.notice_pdf if verb == "withdraw" else request.ruling_pdf
    paper = verify_sealed(pdf, authority=trust, organisation=JUDGE.organisation, now=datetime.now(UTC))
    assert mentions(paper, PLATE)
    assert mentions(paper, BUYER.name) == (verb == "dispose")


def test_files_are_sent_as_they_are_under_the_numbers_given(session: Session, tmp_path: Path) -> None:
    ruling, notice = tmp_path / "ruling.pdf", tmp_path / "notice.pdf"
    ruling.write_bytes(b"one")
    notice.write_bytes(b"other")
    papers = PapersChoice(ruling=ruling, ruling_number="R", notice=notice, notice_number="N", issued="2018-08-03")
    request = MAKERS["lift"](Order(session, ABOUT, DEBTOR, papers))
    assert (request.ruling_pdf, request.notice_pdf) == (b"one", b"other")
    assert [document.document_number for document in request.context.documents] == ["R", "N"]
    issued = request.context.documents[0].issue_date
    assert date(issued.year, issued.month, issued.day) == date(2018, 8, 3)


def test_an_approver_gets_the_papers_of_a_request_to_read(order: Order, tmp_path: Path) -> None:
    request = MAKERS["lift"](order)
    written = write_papers(request, tmp_path / "papers")
    assert [file.name for file in written] == ["ruling.pdf", "notice.pdf"]
    assert [file.read_bytes() for file in written] == [request.ruling_pdf, request.notice_pdf]
    assert all(file.stat().st_mode & 0o077 == 0 for file in written)


@pytest.mark.parametrize(("verb", "missing"), [("register", "--ruling"), ("withdraw", "--notice")])
def test_a_missing_paper_is_named(session: Session, verb: str, missing: str) -> None:
    with pytest.raises(CommandError, match=missing):
        MAKERS[verb](Order(session, ABOUT, DEBTOR, PapersChoice()))


def test_a_court_without_a_seal_cannot_draft(session: Session) -> None:
    elsewhere = CaseQuestion(case="（2018）赣0702执1号", court="赣0702")
    with pytest.raises(CommandError, match="no seal"):
        MAKERS["lift"](Order(session, elsewhere, DEBTOR, PapersChoice(draft=True)))


def test_more_vehicles_than_a_page_holds_cannot_be_drafted(order: Order) -> None:
    many = read_vehicles([f"赣A1{number:04}:02" for number in range(100)])
    with pytest.raises(CommandError, match="page"):
        order.register(many, months=0, last_day="")


@pytest.mark.parametrize("day", ["2024-02-30", "20.11.2024", "tomorrow"])
def test_a_day_that_is_none_is_refused(order: Order, day: str) -> None:
    with pytest.raises(CommandError, match="no date"):
        order.dispose(NAME, buyer=BUYER, sale_date=day)


def test_names_are_completed_and_asked_for() -> None:
    assert full_names([NAME.removeprefix("seizures/"), NAME]) == [NAME, NAME]
    for none in ([], [""]):
        with pytest.raises(CommandError, match="No seizure"):
            full_names(none)


def test_a_buyer_is_told_in_full() -> None:
    assert buyer("公司", "91360100MA35TRT701", organisation=True).id_type == (
        case_pb2.IDENTITY_NUMBER_TYPE_SOCIAL_CREDIT_CODE
    )
    with pytest.raises(CommandError, match="--buyer-number"):
        buyer("测试丙", "")


NATURAL, LEGAL = case_pb2.PARTY_TYPE_NATURAL, case_pb2.PARTY_TYPE_LEGAL_PERSON
SOLE_TRADER = case_pb2.PARTY_TYPE_INDIVIDUAL_BUSINESS


@pytest.mark.parametrize(
    ("number", "organisation", "kind", "party"),
    [
        ("369901198001150011", False, case_pb2.IDENTITY_NUMBER_TYPE_CITIZEN, NATURAL),
        ("936840189001010017", False, case_pb2.IDENTITY_NUMBER_TYPE_FOREIGN_PERMANENT_RESIDENT, NATURAL),
        ("CAN110180011501", False, case_pb2.IDENTITY_NUMBER_TYPE_FOREIGN_PERMANENT_RESIDENT, NATURAL),
        ("GBR123456789", False, case_pb2.IDENTITY_NUMBER_TYPE_PASSPORT, NATURAL),
        ("91360100MA35TRT701", True, case_pb2.IDENTITY_NUMBER_TYPE_SOCIAL_CREDIT_CODE, LEGAL),
        ("92360100MA35TRT70X", True, case_pb2.IDENTITY_NUMBER_TYPE_SOCIAL_CREDIT_CODE, LEGAL),
        ("MA35TRT70", True, case_pb2.IDENTITY_NUMBER_TYPE_ORGANISATION_CODE, LEGAL),
        ("369901600000007", True, case_pb2.IDENTITY_NUMBER_TYPE_BUSINESS_LICENCE, SOLE_TRADER),
        ("369901600000007", False, case_pb2.IDENTITY_NUMBER_TYPE_CITIZEN, NATURAL),
    ],
)
def test_a_debtor_is_of_the_kind_that_the_number_looks_like(
    number: str, organisation: bool, kind: int, party: int
) -> None:
    asked = DebtorQuestion("某某", number, organisation).party()
    assert (asked.id_type, asked.type) == (kind, party)
    assert buyer("某某", number, organisation=organisation).id_type == kind


@pytest.mark.parametrize("missing", ["--name", "--number"])
def test_a_debtor_is_told_in_full(missing: str) -> None:
    told = {"debtor_name": "某某", "debtor_number": "369901198001150011"}
    told[f"debtor_{missing.removeprefix('--')}"] = ""
    with pytest.raises(CommandError, match=f"no {missing}"):
        DebtorQuestion(**told).party()
