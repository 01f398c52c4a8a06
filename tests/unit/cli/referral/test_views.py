"""What people read of referrals: how late a day is, on what it rests, and whether it may change."""

from __future__ import annotations

import pytest
from google.type.date_pb2 import Date
from rich.console import Console, RenderableType

from xiezhi.cli.referral.campaigns import campaigns_view
from xiezhi.cli.referral.key_cases import lists_view
from xiezhi.cli.referral.notices import notice_view
from xiezhi.cli.referral.report import Grouping, report_csv, report_view
from xiezhi.cli.referral.views import due_text, due_view, duties_view, referral_view, referrals_view
from xiezhi.common.v1 import case_pb2
from xiezhi.referral.v1 import notice_pb2, referral_pb2, supervision_pb2

NAME = "referrals/7f4df0d5-9a4b-4f43-8d5f-6f1f7a1f2a3c"
OPEN, OVERDUE = referral_pb2.DUTY_STATE_OPEN, referral_pb2.DUTY_STATE_OVERDUE
DONE, DONE_LATE = referral_pb2.DUTY_STATE_DONE, referral_pb2.DUTY_STATE_DONE_LATE
VOID = referral_pb2.DUTY_STATE_VOID


def duty(state: referral_pb2.DutyState = OPEN, days: int = 5, *, provisional: bool = False) -> referral_pb2.Duty:
    return referral_pb2.Duty(
        kind=referral_pb2.DUTY_KIND_FEEDBACK,
        suspect=0,
        actor="360102000000",
        due_date=Date(year=2018, month=10, day=8),
        nominal_date=Date(year=2018, month=10, day=1),
        rule="notice-3.1-filed",
        citation="赣高法〔2018〕160号 三.1",
        rule_version="160-2018",
        calendar_versions=["chinesecalendar-1.11.0"],
        provisional=provisional,
        state=state,
        days=days,
    )


REFERRAL = referral_pb2.Referral(
    name=NAME,
    case_number="（2018）赣0102执1238号",
    court_code="赣0102",
    unit="360102000000",
    state=referral_pb2.REFERRAL_STATE_NOT_FILED,
    suspects=[
        referral_pb2.Suspect(
            party=case_pb2.Party(name="测试乙", id_number="369901198001150011"),
            state=referral_pb2.REFERRAL_STATE_NOT_FILED,
            decision_date=Date(year=2018, month=9, day=28),
        )
    ],
    facts="有能力履行而拒不履行。",
    evidence=[referral_pb2.Evidence(evidence_class=referral_pb2.EVIDENCE_CLASS_DOCUMENTARY, title="银行流水")],
    duties=[duty(DONE, 0), duty(OVERDUE, -2)],
    events=[referral_pb2.ReferralEvent(kind=referral_pb2.REFERRAL_EVENT_KIND_NOT_FILED, organisation="360102000000")],
    documents=[
        referral_pb2.ReferralDocument(
            kind=referral_pb2.REFERRAL_DOCUMENT_KIND_LETTER, document_number="L1", sha256=bytes(range(32))
        )
    ],
    private_prosecution_date=Date(year=2018, month=9, day=28),
)


def shown(view: RenderableType) -> str:
    console = Console(width=200)
    with console.capture() as captured:
        console.print(view)
    return captured.get()


def test_brackets_that_the_other_side_wrote_are_shown_as_they_are():
    told = referral_pb2.Referral()
    told.CopyFrom(REFERRAL)
    told.events[0].text, told.events[0].officer_id = "证据[/b]不足[red]", "[bold]P1"
    view = shown(referral_view(told))
    assert "证据[/b]不足[red]" in view
    assert "[bold]P1" in view


@pytest.mark.parametrize(
    ("state", "days", "style", "stands"),
    [
        (OVERDUE, -3, "bold red", "3 d late"),
        (OPEN, 0, "bold yellow", "today"),
        (OPEN, 3, "yellow", "3 d left"),
        (OPEN, 4, "green", "4 d left"),
        (DONE, 0, "dim", "DONE"),
        (DONE_LATE, 2, "yellow", "DONE_LATE, 2 d late"),
        (VOID, 2, "dim", "VOID, 2 d late"),
        (VOID, 0, "dim", "VOID "),
    ],
)
def test_a_day_is_coloured_by_how_late_it_is(state: referral_pb2.DutyState, days: int, style: str, stands: str) -> None:
    one = duty(state, days)
    assert due_text(one).style == style
    assert stands in shown(duties_view([one]))


def test_a_day_tells_rule_versions_calendar_and_where_it_was_moved_from() -> None:
    told = shown(due_view([supervision_pb2.DueItem(referral=NAME, case_number="C", duty=duty())]))
    for text in (
        "notice-3.1-filed",
        "三.1",
        "rules 160-2018",
        "calendar chinesecalendar-1.11.0",
        "2018-10-01, a day off",
    ):
        assert text in told


def test_a_provisional_day_says_so_and_an_adjusted_one_why() -> None:
    assert "provisional" in shown(duties_view([duty(provisional=True)]))
    adjusted = duty()
    adjusted.adjusted = "calendar 2027 published"
    told = shown(duties_view([adjusted]))
    assert "provisional" not in told
    assert "calendar 2027 published" in told


def test_a_referral_is_shown_whole() -> None:
    told = shown(referral_view(REFERRAL))
    for text in (
        "测试乙",
        "NOT_FILED",
        "2 d late",
        "银行流水",
        "L1",
        bytes(range(32)).hex(),
        "Private prosecution from",
    ):
        assert text in told


def test_a_list_tells_what_is_due_next_of_what_is_still_owed() -> None:
    assert "2018-10-08" in shown(referrals_view([REFERRAL]))
    settled = referral_pb2.Referral(name=NAME, duties=[duty(DONE, 0)])
    assert "2018-10-08" not in shown(referrals_view([settled]))


@pytest.mark.parametrize(
    ("view", "told"),
    [
        (referrals_view([]), "No referrals."),
        (due_view([]), "Nothing is due."),
        (campaigns_view([]), "No campaigns."),
        (lists_view([]), "No lists."),
        (report_view(supervision_pb2.GetReportResponse(), Grouping.UNIT), "No referral"),
    ],
)
def test_nothing_is_said_to_be_nothing(view: RenderableType, told: str) -> None:
    assert told in shown(view)


def test_a_list_of_key_cases_tells_who_signed_and_which_cases_are_closed() -> None:
    case = supervision_pb2.KeyCase(referral=NAME, case_number="C", closed=True, carried_over=True)
    state = supervision_pb2.KEY_CASE_LIST_STATE_PENDING
    one = supervision_pb2.KeyCaseList(name="keyCaseLists/1", year=2026, title="清单", state=state, cases=[case])
    assert "signed by nobody yet" in shown(lists_view([one]))
    one.signed_by.append("赣")
    told = shown(lists_view([one]))
    assert "signed by 赣" in told
    assert "closed, carried over" in told


def test_a_report_has_its_rows_and_the_sum_and_leaves_out_a_median_that_is_not_there() -> None:
    row = supervision_pb2.ReportRow(
        key="360102000000", referral_count=2, due_count=3, on_time_count=2, on_time_permille=667, median_days_tenths=25
    )
    other = supervision_pb2.ReportRow(key="360103000000", referral_count=1)
    answer = supervision_pb2.GetReportResponse(
        rows=[row, other], total=supervision_pb2.ReportRow(referral_count=3, median_days_tenths=25)
    )
    told = shown(report_view(answer, Grouping.UNIT))
    assert "360103000000" in told
    assert "2.5" in told
    assert "66.7" in told
    assert report_csv(answer).splitlines() == [
        "key,referral_count,suspect_count,filed_count,not_filed_count,undecided_count,due_count,on_time_count,on_time_percent,median_days",
        "360102000000,2,0,0,0,0,3,2,66.7,2.5",
        "360103000000,1,0,0,0,0,0,0,,",
    ]


def test_a_notice_tells_why_and_the_former_day() -> None:
    notice = notice_pb2.ReferralNotice(
        kind=notice_pb2.REFERRAL_NOTICE_KIND_ADJUSTED,
        subject=NAME,
        case_number="C",
        duty=duty(),
        former_due_date=Date(year=2018, month=10, day=1),
    )
    told = shown(notice_view(notice))
    for text in ("ADJUSTED", NAME, "Due before", "2018-10-08"):
        assert text in told
    happened = notice_pb2.ReferralNotice(
        kind=notice_pb2.REFERRAL_NOTICE_KIND_HAPPENED, event=referral_pb2.REFERRAL_EVENT_KIND_FILED
    )
    assert "FILED" in shown(notice_view(happened))
