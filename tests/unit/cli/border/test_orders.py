"""Orders to the border, from options and from files."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import protovalidate
import pytest

from tests.unit.cli.conftest import JUDGE
from xiezhi.cli.border.orders import BorderOrder, LibertyChoice, Requirement, full_names, item, read_batch
from xiezhi.cli.case import CaseQuestion, DebtorQuestion
from xiezhi.cli.exits.questions import DecisionChoice
from xiezhi.cli.home import Home
from xiezhi.cli.output import CommandError, Output
from xiezhi.cli.session import Session
from xiezhi.common.v1 import case_pb2
from xiezhi.exit_restriction.v1 import hit_pb2

PERSON = DebtorQuestion("测试乙", "369901189001010010")
CONTROL = "controls/7f4df0d5-9a4b-4f43-8d5f-6f1f7a1f2a3c"
BATCH: dict[str, Any] = {
    "items": [
        {"name": "测试乙", "number": "369901189001010010", "requirement": "monitor", "months": 12},
        {"name": "公司", "number": "91360100MA35TRT701", "requirement": "block-exit", "organisation": True},
        {
            "name": "测试丙",
            "number": "369901189001010029",
            "requirement": "detain",
            "last_day": "2030-01-31",
            "documents": ["EX0000001"],
        },
    ]
}


@pytest.fixture
def order(home: Home) -> BorderOrder:
    session = Session(home, Output(as_json=True), officer_id=JUDGE.officer_id)
    return BorderOrder(session, CaseQuestion(case="（2018）赣0102执1234号"), DecisionChoice(draft=True))


def write(folder: Path, told: object) -> Path:
    file = folder / "batch.json"
    file.write_text(json.dumps(told), encoding="utf-8")
    return file


def test_a_batch_is_read_and_admitted_with_its_papers(order: BorderOrder, tmp_path: Path) -> None:
    request = order.file(read_batch(write(tmp_path, BATCH)), LibertyChoice())
    protovalidate.validate(request)
    assert [one.requirement for one in request.items] == [
        hit_pb2.CONTROL_REQUIREMENT_MONITOR,
        hit_pb2.CONTROL_REQUIREMENT_BLOCK_EXIT,
        hit_pb2.CONTROL_REQUIREMENT_DETAIN,
    ]
    assert request.items[1].person.type == case_pb2.PARTY_TYPE_LEGAL_PERSON
    assert list(request.items[2].document_numbers) == ["EX0000001"]
    listed = {document.kind: document.sha256 for document in request.context.documents}
    assert listed[case_pb2.DOCUMENT_KIND_ASSISTANCE_NOTICE] == hashlib.sha256(request.notice_pdf).digest()
    assert listed[case_pb2.DOCUMENT_KIND_OTHER] == hashlib.sha256(request.liberty_pdf).digest()
    assert case_pb2.DOCUMENT_KIND_EXIT_RESTRICTION_DECISION in listed


def test_nobody_is_detained_nothing_restricts_liberty(order: BorderOrder) -> None:
    request = order.file([item(PERSON, Requirement.BLOCK_EXIT, months=1)], LibertyChoice())
    protovalidate.validate(request)
    assert not request.liberty_pdf
    assert len(request.context.documents) == 2


def test_five_hundred_people_fit_into_a_draft(order: BorderOrder) -> None:
    one = item(PERSON, Requirement.MONITOR)
    assert order.file([one] * 500, LibertyChoice()).notice_pdf


def test_lifting_names_people_and_controls(order: BorderOrder) -> None:
    request = order.lift([CONTROL.removeprefix("controls/")], [PERSON.party()])
    protovalidate.validate(request)
    assert list(request.names) == [CONTROL]
    assert len(request.context.documents) == 1


@pytest.mark.parametrize("requirement", Requirement)
def test_every_requirement_is_one_of_the_contract(requirement: Requirement) -> None:
    protovalidate.validate(item(PERSON, requirement))


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "秘密", "number": "1"},
        {"name": "秘密", "number": "1", "requirement": "arrest"},
        {"name": "秘密", "number": "1", "requirement": "monitor", "colour": "red"},
        {"name": "秘密", "number": "1", "requirement": "monitor", "months": "many"},
        "秘密",
    ],
)
def test_an_item_that_is_none_is_named_by_its_place_alone(tmp_path: Path, wrong: object) -> None:
    with pytest.raises(CommandError, match="Item 2") as caught:
        read_batch(write(tmp_path, {"items": [BATCH["items"][0], wrong]}))
    assert "秘密" not in f"{caught.value.message}{caught.value.next_step}"


@pytest.mark.parametrize("told", [{}, {"items": []}, {"items": "all"}])
def test_a_file_without_items_is_refused(tmp_path: Path, told: object) -> None:
    with pytest.raises(CommandError, match="no items"):
        read_batch(write(tmp_path, told))


def test_a_control_must_be_named() -> None:
    for none in ([], [""]):
        with pytest.raises(CommandError, match="No control"):
            full_names(none)
