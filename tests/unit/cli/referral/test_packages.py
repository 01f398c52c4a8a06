"""What courts hand in with a referral: whole, valid under the contract, and listing the papers that are sent."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import protovalidate
import pytest

from services.papers import SealTrust, mentions, verify_sealed
from tests.unit.cli.conftest import JUDGE
from xiezhi.cli.case import CaseQuestion
from xiezhi.cli.home import Home
from xiezhi.cli.output import CommandError, Output
from xiezhi.cli.referral.packages import CLASSES, Dossier, PackageChoice, SupplementChoice, read_evidence
from xiezhi.cli.referral.suspects import SuspectsQuestion
from xiezhi.cli.session import Session
from xiezhi.common.v1 import case_pb2
from xiezhi.referral.v1 import referral_pb2

CASE, UNIT, FACTS = "（2018）赣0102执1238号", "360102000000", "有能力履行而拒不履行。"
PERSON, COMPANY = ("测试乙", "369901198001150011"), ("测试公司", "91360100MA35TRT701")
NAME = "referrals/7f4df0d5-9a4b-4f43-8d5f-6f1f7a1f2a3c"
BOTH = SuspectsQuestion([":".join(PERSON)], [":".join(COMPANY)])
ONE = SuspectsQuestion([":".join(PERSON)])
EVIDENCE = ("documentary:银行流水",)


@pytest.fixture
def session(home: Home) -> Session:
    return Session(home, Output(as_json=True), officer_id=JUDGE.officer_id)


@pytest.fixture
def dossier(session: Session) -> Dossier:
    return Dossier(session, CaseQuestion(case=CASE), ONE)


def send(
    session: Session, papers: PackageChoice, suspects: SuspectsQuestion = BOTH
) -> referral_pb2.SendReferralRequest:
    made = Dossier(session, CaseQuestion(case=CASE), suspects)
    return made.send(papers, unit=UNIT, facts=FACTS, evidence=EVIDENCE)


MAKERS: dict[str, Callable[[Dossier], Any]] = {
    "send": lambda one: one.send(PackageChoice(draft=True), unit=UNIT, facts=FACTS, evidence=EVIDENCE),
    "send after another": lambda one: one.send(
        PackageChoice(draft=True),
        unit=UNIT,
        facts=FACTS,
        evidence=EVIDENCE,
        predecessor=NAME.removeprefix("referrals/"),
    ),
    "supplement": lambda one: one.supplement(NAME, SupplementChoice(draft=True), evidence=EVIDENCE),
    "withdraw": lambda one: one.withdraw(NAME, why="已履行完毕"),
    "list": lambda one: one.list(),
    "fetch": lambda one: one.fetch(NAME, bytes(32)),
}


@pytest.mark.parametrize("verb", MAKERS)
def test_the_contract_admits_it(dossier: Dossier, verb: str) -> None:
    protovalidate.validate(MAKERS[verb](dossier))


def test_drafts_hold_under_the_courts_seal_and_name_every_suspect(session: Session, home: Home) -> None:
    request = send(session, PackageChoice(draft=True))
    trust = SealTrust(home.keys.seals.authority_file, home.keys.seals.revocation_file)
    for pdf in (request.letter_pdf, request.account_pdf):
        paper = verify_sealed(pdf, authority=trust, organisation=JUDGE.organisation, now=datetime.now(UTC))
        assert all(mentions(paper, text) for suspect in (PERSON, COMPANY) for text in suspect)


def test_the_case_lists_the_files_that_are_sent(session: Session) -> None:
    request = send(session, PackageChoice(draft=True))
    listed = [(one.kind, one.sha256) for one in request.context.documents]
    assert listed == [
        (case_pb2.DOCUMENT_KIND_REFERRAL_LETTER, hashlib.sha256(request.letter_pdf).digest()),
        (case_pb2.DOCUMENT_KIND_OTHER, hashlib.sha256(request.account_pdf).digest()),
    ]


def test_files_are_sent_as_they_are_under_the_numbers_given(session: Session, tmp_path: Path) -> None:
    letter, account = tmp_path / "letter.pdf", tmp_path / "account.pdf"
    letter.write_bytes(b"one")
    account.write_bytes(b"other")
    request = send(session, PackageChoice(letter, "L", account, "A", "2018-08-03"))
    assert (request.letter_pdf, request.account_pdf) == (b"one", b"other")
    assert [one.document_number for one in request.context.documents] == ["L", "A"]


def test_a_draft_of_many_suspects_has_as_many_pages_as_it_takes(session: Session) -> None:
    many = SuspectsQuestion([f"测试{number}:3699011980011500{number}" for number in range(10, 30)])
    assert len(send(session, PackageChoice(draft=True), many).suspects) == 20


def test_a_missing_paper_is_named(dossier: Dossier) -> None:
    with pytest.raises(CommandError, match="--letter"):
        dossier.send(PackageChoice(), unit=UNIT, facts=FACTS, evidence=EVIDENCE)
    with pytest.raises(CommandError, match="--supplement"):
        dossier.supplement(NAME, SupplementChoice(), evidence=EVIDENCE)


@pytest.mark.parametrize(("unit", "facts"), [("", FACTS), (UNIT, "")])
def test_unit_and_facts_are_asked_for(dossier: Dossier, unit: str, facts: str) -> None:
    with pytest.raises(CommandError, match="--unit"):
        dossier.send(PackageChoice(draft=True), unit=unit, facts=facts, evidence=EVIDENCE)


def test_people_and_organisations_are_told_apart() -> None:
    person, company = BOTH.parties()
    assert (person.type, person.name, person.id_number) == (case_pb2.PARTY_TYPE_NATURAL, *PERSON)
    assert (company.type, company.name, company.id_number) == (case_pb2.PARTY_TYPE_LEGAL_PERSON, *COMPANY)
    assert company.id_type == case_pb2.IDENTITY_NUMBER_TYPE_SOCIAL_CREDIT_CODE
    (trader,) = SuspectsQuestion([], ["测试货运部:369901600000007"]).parties()
    assert trader.type == case_pb2.PARTY_TYPE_INDIVIDUAL_BUSINESS
    assert trader.id_type == case_pb2.IDENTITY_NUMBER_TYPE_BUSINESS_LICENCE


def test_a_name_may_have_a_colon_of_its_own() -> None:
    (party,) = SuspectsQuestion(["甲:乙:369901198001150011"]).parties()
    assert party.name == "甲:乙"


@pytest.mark.parametrize("text", ["测试乙", ":369901198001150011", "测试乙:", ""])
def test_a_suspect_of_another_form_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(CommandError, match="Suspect 1") as refused:
        SuspectsQuestion([text]).parties()
    assert not text or text not in str(refused.value)


def test_suspects_are_asked_for_and_one_is_enough_to_find_them() -> None:
    with pytest.raises(CommandError, match="No suspect"):
        SuspectsQuestion().parties()
    with pytest.raises(CommandError, match="One suspect"):
        BOTH.party()


def test_evidence_has_a_class_a_title_and_the_digest_of_its_file(tmp_path: Path) -> None:
    file = tmp_path / "flow.pdf"
    file.write_bytes(b"content")
    pieces = read_evidence(["expert-opinion:鉴定意见", f"documentary:银行流水:{file}"])
    assert [piece.sha256 for piece in pieces] == [b"", hashlib.sha256(b"content").digest()]
    assert pieces[0].evidence_class == referral_pb2.EVIDENCE_CLASS_EXPERT_OPINION


def test_every_class_of_the_contract_has_a_word() -> None:
    assert len(CLASSES) == len(referral_pb2.EvidenceClass.keys()) - 1


@pytest.mark.parametrize("text", ["银行流水", "documentary", "documentary:", "hearsay:某事"])
def test_evidence_of_another_form_is_refused(text: str) -> None:
    with pytest.raises(CommandError, match="Evidence 1"):
        read_evidence([text])
