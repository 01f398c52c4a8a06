"""A list of debtors, as the command line reads it from a file and shows what each was answered."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.cli.test_disclosure import NUMBER, _answer, _shown
from xiezhi.cli.case import CaseQuestion
from xiezhi.cli.home import Home
from xiezhi.cli.household import Category
from xiezhi.cli.households import build_batch, items_view, read_debtors, write_all_photos
from xiezhi.cli.output import CommandError, Output
from xiezhi.cli.session import Session
from xiezhi.common.v1 import case_pb2
from xiezhi.identity.v1 import identity_pb2

CASE, REQUEST_ID = "（2018）赣0102执1236号", "75ed8161-6d18-44ef-9ee0-911945c6733b"


def _file(folder: Path, text: str) -> Path:
    file = folder / "debtors.csv"
    file.write_text(text, encoding="utf-8")
    return file


def test_debtors_are_read_in_their_order_whatever_their_names_are(tmp_path: Path) -> None:
    text = f"周砚之,{NUMBER}\n\nAnton Testov, 936840189001010017\n𠅤𬭎\t36990119800115002X\n"
    debtors = read_debtors(_file(tmp_path, text))
    assert [debtor.name for debtor in debtors] == ["周砚之", "Anton Testov", "𠅤𬭎"]
    assert [debtor.id_number for debtor in debtors] == [NUMBER, "936840189001010017", "36990119800115002X"]
    assert {debtor.type for debtor in debtors} == {case_pb2.PARTY_TYPE_NATURAL}
    assert debtors[1].id_type == case_pb2.IDENTITY_NUMBER_TYPE_FOREIGN_PERMANENT_RESIDENT


@pytest.mark.parametrize(
    "line", ["周砚之", NUMBER, f"{NUMBER},周砚之", f"周砚之,{NUMBER},", f"周砚之;{NUMBER}", "周砚之,1"]
)
def test_another_form_is_told_by_its_place_and_nobody_is_named(tmp_path: Path, line: str) -> None:
    with pytest.raises(CommandError, match="Debtor 2 ") as caught:
        read_debtors(_file(tmp_path, f"林守拙,{NUMBER}\n{line}\n"))
    assert "周砚之" not in str(caught.value)
    assert NUMBER not in str(caught.value)


def test_an_empty_list_is_none(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no debtor"):
        read_debtors(_file(tmp_path, "\n \n"))


def test_a_list_is_asked_about_in_one_case(home: Home, tmp_path: Path) -> None:
    session = Session(home, Output(as_json=True), officer_id="GAN0102-J901")
    debtors = read_debtors(_file(tmp_path, f"周砚之,{NUMBER}\n" * 2))
    about = CaseQuestion(case=CASE)
    whole = build_batch(session, about, debtors, request_id=REQUEST_ID, categories=(), historic=True)
    assert (len(whole.debtors), whole.context.case_number, whole.context.request_id) == (2, CASE, REQUEST_ID)
    assert len(whole.categories) == len(Category)
    assert whole.include_historic_members
    some = build_batch(session, about, debtors, request_id=REQUEST_ID, categories=[Category.HOUSEHOLD], historic=False)
    assert list(some.categories) == [identity_pb2.CATEGORY_HOUSEHOLD]


def _response() -> identity_pb2.BatchLookupHouseholdsResponse:
    bare = _answer("林守拙")
    del bare.household.members[:]
    bare.household_disclosed_in_item = 0
    return identity_pb2.BatchLookupHouseholdsResponse(
        items=[
            identity_pb2.BatchItem(index=0, answer=_answer("周砚之")),
            identity_pb2.BatchItem(index=1, answer=bare),
            identity_pb2.BatchItem(index=2, invalid_reason="FIELDS_INVALID"),
        ]
    )


def test_each_debtor_has_an_own_result(tmp_path: Path) -> None:
    names = ("周砚之", "林守拙", "丁")
    photos = write_all_photos(_response(), tmp_path)
    shown = _shown(items_view(_response(), [case_pb2.Party(name=name) for name in names], photos=photos))
    first, second, third = (shown.index(f"Debtor {place}: {name}") for place, name in enumerate(names, start=1))
    assert first < second < third
    assert NUMBER in shown[first:second]
    assert NUMBER not in shown[second:third]
    assert "shown with debtor 1" in shown[second:third]
    assert "FIELDS_INVALID" in shown[third:]


def test_photos_lie_in_a_folder_of_each_debtor_that_names_nobody(tmp_path: Path) -> None:
    assert write_all_photos(_response(), None) == {}
    written = write_all_photos(_response(), tmp_path / "photos")
    assert written[1] == {}
    assert {file.relative_to(tmp_path).as_posix() for file in written[0].values()} == {
        "photos/debtor-00001/member-00.jpg",
        "photos/debtor-00001/member-01.jpg",
    }
