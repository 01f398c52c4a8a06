"""Disputes and notices as a person sees them."""

from __future__ import annotations

import pytest
from rich.console import Console

from xiezhi.cli.coordination.dispute_views import answer_view, disputes_view
from xiezhi.cli.coordination.disputes import full_name
from xiezhi.cli.coordination.notices import notice_view
from xiezhi.cli.output import CommandError
from xiezhi.coordination.v1 import dispute_pb2, notice_pb2

NAME = "disputes/3b9c1f60-0000-4000-8000-0000000000aa"
DISPUTE = dispute_pb2.Dispute(
    name=NAME,
    subject="referrals/3b9c1f60-0000-4000-8000-000000000001",
    topic=dispute_pb2.DISPUTE_TOPIC_DELAY,
    state=dispute_pb2.DISPUTE_STATE_ESCALATED,
    opened_by=dispute_pb2.DISPUTE_SIDE_COURT,
    court_code="赣0102",
    police_organisation="360102000000",
    department=2,
    court_position=dispute_pb2.DISPUTE_POSITION_NO_AGREEMENT,
    steps=[
        dispute_pb2.DisputeStep(
            kind=dispute_pb2.DISPUTE_STEP_KIND_OPENED, organisation="赣0102", officer_id="J1", text="[red]逾期"
        ),
        dispute_pb2.DisputeStep(
            kind=dispute_pb2.DISPUTE_STEP_KIND_POSITION, position=dispute_pb2.DISPUTE_POSITION_NO_AGREEMENT
        ),
    ],
)


def shown(view):
    console = Console(width=200, record=True)
    console.print(view)
    return console.export_text()


def test_a_dispute_is_shown_with_its_log():
    text = shown(answer_view(dispute_pb2.GetDisputeResponse(dispute=DISPUTE)))
    for part in (NAME, "ESCALATED", "赣0102  NO_AGREEMENT", "360102000000", "by the court", "[red]逾期", "DELAY"):
        assert part in text


def test_a_list_has_a_line_for_each_or_says_that_there_is_none():
    assert NAME in shown(disputes_view([DISPUTE]))
    assert "No disputes." in shown(disputes_view([]))


def test_a_notice_says_what_happened_and_to_what():
    notice = notice_pb2.CoordinationNotice(kind=4, subject=NAME, organisation="赣0102", department=2)
    text = shown(notice_view(notice))
    for part in ("DISPUTE_ESCALATED", NAME, "赣0102", "CRIMINAL_INVESTIGATION"):
        assert part in text
    assert "DIRECTORY_FAULT" in shown(notice_view(notice_pb2.CoordinationNotice(kind=7)))


def test_a_name_is_a_name_or_its_uuid():
    assert full_name(NAME) == full_name(NAME.removeprefix("disputes/")) == NAME
    with pytest.raises(CommandError):
        full_name("")
