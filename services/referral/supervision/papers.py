"""What is printed: lists of key cases for the seals of both bodies, and reports with their charts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from types import MappingProxyType

from services.codes.legal_time import legal_date
from services.papers.reports import Bars, Report, Series, StackedBars, Table, typeset
from services.referral.domain import Campaign, Grouping, Tally
from services.referral.domain.key_cases import Body
from services.referral.supervision.domain import CODES, Listed, Period, name_of
from xiezhi.errors import Violation, invalid_fields

_WHAT: Mapping[Grouping, str] = MappingProxyType(
    {
        Grouping.COURT: "法院",
        Grouping.UNIT: "公安机关",
        Grouping.CAMPAIGN: "专项行动",
        Grouping.MONTH: "月份",
    }
)
_COLUMNS = ("移送", "嫌疑人", "立案", "不予立案", "未决定", "应反馈", "按期", "中位天数")
_NO_FIGURE = "—"


def draw_list(listed: Listed, body: Body) -> bytes:
    """Sets a list of key cases for a body to seal, the same bytes every time.

    Args:
        listed: The list.
        body: The body.

    Raises:
        InvalidArgument: FIELDS_INVALID, if it has more pages than a document may have.
    """
    proposed = listed.found.proposed
    made_on = legal_date(proposed.at)
    rows = tuple(
        (case.outline.case_number, name_of(case.outline.court_code, made_on), name_of(case.unit, made_on))
        for case in listed.cases
    )
    report = Report(
        organisation=name_of(CODES[body], made_on),
        title=proposed.title,
        first_day=date(proposed.year, 1, 1),
        last_day=date(proposed.year, 12, 31),
        made_on=made_on,
        parts=(Table("联合督办涉嫌拒执犯罪重点案件清单", ("案号", "移送法院", "公安机关"), rows),),
        note="赣高法〔2018〕160号 三.2",
    )
    return _typeset(report, Violation("referrals", "they make a list of too many pages: propose several lists"))


def draw_report(
    tallies: Sequence[Tally],
    period: Period,
    grouping: Grouping,
    *,
    organisation: str,
    campaigns: Sequence[Campaign],
) -> bytes:
    """Sets a report with its charts.

    Args:
        tallies: The numbers by key, and at the end all together.
        period: The period.
        grouping: By what they are counted.
        organisation: Code of whoever makes it.
        campaigns: All campaigns, for their titles.

    Raises:
        InvalidArgument: FIELDS_INVALID, if it has more pages than a document may have.
    """
    made_on = legal_date(period.now)
    titles = {campaign.campaign_id: campaign.title for campaign in campaigns}
    *rows, _ = tallies
    names = [_label(tally.key, grouping, titles=titles, on=made_on) for tally in rows]
    what = _WHAT[grouping]
    table = [_row(name, tally) for name, tally in zip((*names, "合计"), tallies, strict=True)]
    rates = tuple(
        (name, None if tally.on_time_rate is None else float(tally.on_time_rate * 100))
        for name, tally in zip(names, rows, strict=True)
    )
    days = tuple(
        (name, None if tally.median_days is None else float(tally.median_days))
        for name, tally in zip(names, rows, strict=True)
    )
    outcomes = (
        Series("立案", tuple(tally.filed for tally in rows)),
        Series("不予立案", tuple(tally.not_filed for tally in rows)),
        Series("未决定", tuple(tally.undecided for tally in rows)),
    )
    report = Report(
        organisation=name_of(organisation, made_on),
        title="涉嫌拒不执行判决、裁定罪案件移送情况统计",
        first_day=period.first_day,
        last_day=period.last_day,
        made_on=made_on,
        parts=(
            Table(f"按{what}统计", (what, *_COLUMNS), tuple(table)),
            Bars("按期书面反馈率", "%", rates, full=100),
            Bars("自签收至书面答复天数（中位数）", "天", days),
            StackedBars("嫌疑人处理结果", tuple(names), outcomes),
        ),
        note="赣高法〔2018〕160号 三.1、三.2",
    )
    too_long = Violation("with_pdf", "the report has too many pages: ask for a shorter period, or for the rows alone")
    return _typeset(report, too_long)


def _typeset(report: Report, too_long: Violation) -> bytes:
    try:
        return typeset(report)
    except ValueError:
        raise invalid_fields(too_long) from None


def _row(name: str, tally: Tally) -> tuple[str, ...]:
    counts = (tally.referrals, tally.suspects, tally.filed, tally.not_filed, tally.undecided, tally.due, tally.on_time)
    days = _NO_FIGURE if tally.median_days is None else f"{float(tally.median_days):.1f}"
    return (name, *map(str, counts), days)


def _label(key: str, grouping: Grouping, *, titles: Mapping[str, str], on: date) -> str:
    """Returns how a row is named; units of one division are told apart by their codes."""
    match grouping:
        case Grouping.CAMPAIGN:
            return titles.get(key, key)
        case Grouping.MONTH:
            return key
        case Grouping.COURT:
            return name_of(key, on)
        case Grouping.UNIT:
            return f"{name_of(key, on)}（{key}）"
