"""What the judge reads of a household, and everybody of an approval: whole, however narrow the terminal."""

from __future__ import annotations

from pathlib import Path

import pytest
from google.type import date_pb2
from rich.console import Console, RenderableType

from xiezhi.approval.v1 import approval_pb2
from xiezhi.cli.approvals import approval_view
from xiezhi.cli.disclosure import disclosure_view
from xiezhi.identity.v1 import identity_pb2

NUMBER, LONG = "369901198001150011", "古丽娜尔·" * 10
RECEIPT = dict.fromkeys(
    (
        *("leaf_index", "log", "tree_size", "time", "kind", "actor"),
        *("approval", "request_sha256", "response_sha256", "root_hash"),
    ),
    "",
)


def _shown(view: RenderableType, width: int = 80) -> str:
    console = Console(width=width)
    with console.capture() as captured:
        console.print(view)
    return captured.get()


def _day(year: int) -> date_pb2.Date:
    return date_pb2.Date(year=year, month=3, day=4)


def _member(name: str, relation: str) -> identity_pb2.Member:
    return identity_pb2.Member(
        name=name,
        id_number=NUMBER,
        sex=identity_pb2.SEX_MALE,
        birth_date=_day(1980),
        relation=relation,
        status=identity_pb2.MEMBER_STATUS_NORMAL,
        photo=identity_pb2.Photo(jpeg=b"1234"),
    )


def _answer(name: str) -> identity_pb2.HouseholdAnswer:
    return identity_pb2.HouseholdAnswer(
        household=identity_pb2.Household(
            household_number="000000001",
            type=identity_pb2.HOUSEHOLD_TYPE_FAMILY,
            address=identity_pb2.Address(division="360102", text="测试路1号甲号院1栋101室"),
            police_station="360102510000",
            members=[_member(name, "02"), _member("周知夏", "40")],
        ),
        exit_documents=[
            identity_pb2.ExitDocument(
                type="517",
                number="L70000001",
                status=identity_pb2.EXIT_DOCUMENT_STATUS_EXPIRED,
                issue_date=_day(2017),
                expiry_date=_day(2022),
                authority="江西省公安厅出入境管理局",
            )
        ],
    )


@pytest.mark.parametrize("name", ["周砚之", LONG])
def test_a_household_is_shown_whole_in_a_narrow_terminal(name: str) -> None:
    photos = {0: Path("/srv/photos/of/the/case/member-00.jpg")}
    shown = _shown(disclosure_view(_answer(name), photos=photos, receipt=RECEIPT, trace_id="a" * 32))
    assert "…" not in shown
    assert shown.count(NUMBER) == 2
    for told in ("MALE, born 1980-03-04", "02 户主", "NORMAL", "000000001 (FAMILY), 360102 测试路", "360102510000"):
        assert told in shown
    for told in ("L70000001", "大陆居民往来台湾通行证", "EXPIRED", "2017-03-04 to 2022-03-04"):
        assert told in shown
    assert "Photo of 0: /srv/photos/of/the/case/member-00.jpg\n" in shown


def test_the_trace_of_each_step_of_an_approval_is_there_to_be_copied() -> None:
    event = approval_pb2.TimelineEvent(
        kind=approval_pb2.TimelineEvent.KIND_SUBMITTED, actor="GAN0102-J001", trace_id="0123456789abcdef" * 2
    )
    event.time.seconds = 1_800_000_000
    approval = approval_pb2.Approval(name="approvals/1", timeline=[event, event])
    shown = _shown(approval_view(approval, None))
    assert "…" not in shown
    column = "".join(line.split("│")[-2].strip() for line in shown.splitlines() if line.count("│") > 4)
    assert column.count("0123456789abcdef" * 2) == 2


def test_the_rules_under_which_an_approval_was_asked_for_are_shown_where_they_are_known() -> None:
    approval = approval_pb2.Approval(name="approvals/1", framework_ref="测试规则第二版")
    assert "Rules      测试规则第二版" in _shown(approval_view(approval, None))
    assert "Rules" not in _shown(approval_view(approval_pb2.Approval(name="approvals/1"), None))
