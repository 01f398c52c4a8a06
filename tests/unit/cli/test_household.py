"""Options make the same bytes each time, and a question that is not whole is refused."""

from __future__ import annotations

import dataclasses

import pytest

from tests.unit.cli.conftest import JUDGE
from xiezhi.cli.home import Home
from xiezhi.cli.household import EVERY_CATEGORY, Category, HouseholdQuestion, build_request
from xiezhi.cli.output import CommandError, Output
from xiezhi.cli.session import Session
from xiezhi.common.v1 import case_pb2
from xiezhi.identity.v1 import identity_pb2

REQUEST_ID = "7f4df0d5-9a4b-4f43-8d5f-6f1f7a1f2a3c"
QUESTION = HouseholdQuestion(
    case="（2018）赣0102执1234号",
    court="",
    name="测试乙",
    number="369901198001150011",
    categories=EVERY_CATEGORY,
    historic=False,
)


@pytest.fixture
def session(home: Home) -> Session:
    return Session(home, Output(as_json=True), officer_id=JUDGE.officer_id)


def test_what_is_known_of_the_officer_is_filled_in(session: Session) -> None:
    context = build_request(session, QUESTION, request_id=REQUEST_ID).context
    assert context.court_code == JUDGE.organisation
    shown = context.handler
    assert (shown.officer_id, shown.name, shown.phone) == (JUDGE.officer_id, JUDGE.name, JUDGE.phone)
    assert (shown.work_card_number, shown.enforcement_card_number) == (JUDGE.work_card, JUDGE.enforcement_card)


def test_what_is_given_wins(session: Session) -> None:
    asked = dataclasses.replace(QUESTION, court="赣01", phone="0791-1234567", categories=(Category.EXIT_DOCUMENTS,))
    request = build_request(session, asked, request_id=REQUEST_ID)
    assert request.context.court_code == "赣01"
    assert request.context.handler.phone == "0791-1234567"
    assert list(request.categories) == [identity_pb2.CATEGORY_EXIT_DOCUMENTS]


def test_a_foreigner_is_asked_about_by_passport(session: Session) -> None:
    asked = dataclasses.replace(QUESTION, number="GBR123456789")
    debtor = build_request(session, asked, request_id=REQUEST_ID).debtor
    assert (debtor.id_type, debtor.id_number) == (case_pb2.IDENTITY_NUMBER_TYPE_PASSPORT, "GBR123456789")


def test_the_same_options_make_the_same_bytes(session: Session) -> None:
    first, second = (
        build_request(session, QUESTION, request_id=REQUEST_ID).SerializeToString(deterministic=True) for _ in range(2)
    )
    assert first == second


@pytest.mark.parametrize("missing", ["case", "name", "number"])
def test_a_question_that_is_not_whole_is_refused(session: Session, missing: str) -> None:
    with pytest.raises(CommandError, match=f"--{missing}"):
        build_request(session, dataclasses.replace(QUESTION, **{missing: ""}), request_id=REQUEST_ID)


def test_an_unknown_officer_must_tell_the_credentials(home: Home) -> None:
    stranger = Session(home, Output(as_json=True), officer_id="GAN0102-J999")
    with pytest.raises(CommandError, match="work_card_number"):
        build_request(stranger, QUESTION, request_id=REQUEST_ID)
