"""Who supervises, over which period, and what is printed."""

from __future__ import annotations

from fractions import Fraction

import pytest

from services.papers.content import read_text
from services.referral.calendars.rows import Kept
from services.referral.domain import Calendar, Campaign, Grouping, Tally
from services.referral.domain.key_cases import Body, KeyCaseList, Proposed
from services.referral.notices.domain import Outline
from services.referral.supervision.convert import in_order, write_row
from services.referral.supervision.domain import Case, Listed, Period, name_of, require_body
from services.referral.supervision.papers import draw_list, draw_report
from tests.unit.referral.domain.referred import COURT, UNIT, at, on
from xiezhi.errors import Reason, XiezhiError
from xiezhi.referral.v1 import supervision_pb2

NOW = at("2018-12-20")
PERIOD = Period(on("2018-01-01"), on("2018-12-31"), NOW)


def test_the_bodies_are_two():
    assert (require_body("赣"), require_body("360000000000")) == (Body.HIGH_COURT, Body.PUBLIC_SECURITY)
    for other in ("赣01", "360100000000", ""):
        with pytest.raises(XiezhiError) as refusal:
            require_body(other)
        assert refusal.value.reason is Reason.PERMISSION_MISSING


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("2018-09-02", "2018-09-01"),
        ("2018-09-01", "2028-09-02"),
        ("2020-02-29", "2030-03-01"),
        ("2018-09-01", "2029-01-01"),
    ],
)
def test_a_period_that_cannot_be(first, last):
    with pytest.raises(XiezhiError) as refusal:
        Period(on(first), on(last), NOW)
    assert refusal.value.reason is Reason.FIELDS_INVALID


@pytest.mark.parametrize(
    ("first", "last"), [("2018-09-01", "2018-09-01"), ("2018-09-01", "2028-09-01"), ("2020-02-29", "2030-02-28")]
)
def test_a_period_is_of_one_day_to_ten_years(first, last):
    assert Period(on(first), on(last), NOW).last_day == on(last)


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("赣", "江西省高级人民法院"),
        ("赣0102", "南昌市东湖区人民法院"),
        ("360000000000", "江西省公安厅"),
        ("360102050000", "东湖区公安局"),
        ("369901000000", "369901000000"),
    ],
)
def test_names_of_courts_and_units(code, name):
    assert name_of(code, on("2018-09-01")) == name


def listed(count, title="2018年第一批"):
    proposed = Proposed(
        at("2018-09-28"), "l", 2018, title, Body.HIGH_COURT, referrals=tuple(str(n) for n in range(count))
    )
    outlines = (
        Outline(str(n), COURT, f"（2018）赣0102执{n + 1}号", UNIT, on("2018-09-28"), 0, is_closed=False)
        for n in range(count)
    )
    cases = tuple(Case(outline, UNIT, is_carried_over=False) for outline in outlines)
    return Listed(KeyCaseList(proposed), cases)


def test_a_drafted_list_names_every_case_also_of_many():
    made = listed(300)
    pdf = draw_list(made, Body.HIGH_COURT)
    text = "".join(read_text(pdf).split())
    assert all(f"赣0102执{n}号" in text for n in range(1, 301))
    assert pdf == draw_list(made, Body.HIGH_COURT)
    assert len(pdf) < 2 * 1024 * 1024


def test_what_a_signed_list_must_mention():
    assert listed(2).texts == {"2018年第一批", "（2018）赣0102执1号", "（2018）赣0102执2号"}


def test_a_report_without_figures_can_be_printed():
    tally = Tally("", 0, 0, 0, 0, 0, 0, None)
    for grouping in Grouping:
        pdf = draw_report((tally,), PERIOD, grouping, organisation="赣", campaigns=())
        assert "合计" in read_text(pdf)


def test_a_campaign_is_printed_by_its_title_and_keyed_by_its_name():
    row = Tally("c1", 2, 3, 1, 1, 2, 1, Fraction(7, 2))
    campaign = Campaign("c1", "秋风行动", on("2018-09-01"), on("2018-11-30"))
    pdf = draw_report((row, row), PERIOD, Grouping.CAMPAIGN, organisation="360000000000", campaigns=(campaign,))
    assert "秋风行动" in read_text(pdf)
    message = supervision_pb2.ReportRow()
    write_row(message, row, Grouping.CAMPAIGN)
    assert (message.key, message.median_days_tenths, message.undecided_count) == ("campaigns/c1", 35, 1)


def test_of_one_year_the_calendar_that_counts_is_first():
    def kept(sequence, year, adopted_at):
        calendar = Calendar(year, f"v{sequence}", frozenset(), frozenset(), "", adopted_at=adopted_at)
        return Kept(sequence, calendar, is_imported=True)

    old, new, next_year = kept(1, 2026, None), kept(3, 2026, NOW), kept(2, 2027, None)
    assert in_order([old, next_year, new]) == [next_year, new, old]


def test_a_list_of_too_many_pages_is_refused_with_what_to_do():
    long = Outline("r1", "赣0191", "（2018）赣0191执恢10000号", UNIT, None, 0, is_closed=False)
    proposed = Proposed(NOW, "l1", 2018, "第一批", body=Body.HIGH_COURT, referrals=("r1",) * 2_500)
    listed = Listed(KeyCaseList(proposed), (Case(long, UNIT, is_carried_over=False),) * 2_500)
    with pytest.raises(XiezhiError) as refusal:
        draw_list(listed, Body.HIGH_COURT)
    assert [violation.field for violation in refusal.value.violations] == ["referrals"]


def test_a_report_of_too_many_pages_is_refused_with_what_to_do():
    rows = [Tally(f"36{n:010}", 1, 1, 1, 0, 1, 1, Fraction(1)) for n in range(2_500)]
    with pytest.raises(XiezhiError) as refusal:
        draw_report([*rows, rows[0]], PERIOD, Grouping.UNIT, organisation="赣", campaigns=())
    assert [violation.field for violation in refusal.value.violations] == ["with_pdf"]
