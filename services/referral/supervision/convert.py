"""Between supervision and the contract's messages."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from google.type import date_pb2

from services.chassis.clock import write_instant
from services.filing.convert import read_date, write_date
from services.referral.calendars.rows import Kept
from services.referral.convert import NAME, read_name
from services.referral.domain import Calendar, Calendars, Grouping, Tally, compile_calendar
from services.referral.supervision.domain import CAMPAIGN_PREFIX, CODES, LIST_PREFIX, Counted, Listed, Period
from xiezhi.referral.v1 import supervision_pb2

_TENTHS, _THOUSANDTHS = 10, 1000


def read_names(names: Iterable[str]) -> tuple[str, ...]:
    """Reads the names of referrals."""
    return tuple(map(read_name, names))


def read_calendar(message: supervision_pb2.WorkCalendar) -> Calendar:
    """Reads a calendar that is to be adopted.

    Raises:
        InvalidArgument: CALENDAR_INVALID, or FIELDS_INVALID for what is no date.
    """
    return compile_calendar(
        message.year,
        message.version,
        off=_read_days(message.days_off, "calendar.days_off"),
        work=_read_days(message.working_weekend_days, "calendar.working_weekend_days"),
    )


def read_period(request: supervision_pb2.GetReportRequest, *, now: datetime) -> Period:
    """Reads the period of a report.

    Raises:
        InvalidArgument: FIELDS_INVALID.
    """
    first_day = read_date(request.start_date, field="start_date")
    return Period(first_day, read_date(request.end_date, field="end_date"), now)


def in_order(kept: Iterable[Kept]) -> list[Kept]:
    """Returns calendars, the newest year first, and of one year the version that counts first."""
    found = list(kept)
    calendars = Calendars(tuple(one.calendar for one in found))
    return sorted(
        found,
        key=lambda one: (-one.calendar.year, one.calendar is not calendars.of(one.calendar.year), -one.sequence),
    )


def write_calendar(message: supervision_pb2.WorkCalendar, kept: Kept) -> None:
    """Writes a calendar into an empty message."""
    message.year, message.version = kept.calendar.year, kept.calendar.version
    for day in sorted(kept.calendar.off):
        write_date(message.days_off.add(), day)
    for day in sorted(kept.calendar.work):
        write_date(message.working_weekend_days.add(), day)
    if kept.is_imported and kept.calendar.adopted_at is not None:
        write_instant(message.import_time, kept.calendar.adopted_at)


def write_campaign(message: supervision_pb2.Campaign, counted: Counted) -> None:
    """Writes a campaign into an empty message."""
    campaign = counted.campaign
    message.name, message.title = CAMPAIGN_PREFIX + campaign.campaign_id, campaign.title
    write_date(message.start_date, campaign.first_day)
    write_date(message.end_date, campaign.last_day)
    message.opened_by = counted.opened_by
    message.referral_count, message.filed_count = counted.referrals, counted.filed


def write_list(message: supervision_pb2.KeyCaseList, listed: Listed) -> None:
    """Writes a list of key cases into an empty message."""
    found = listed.found
    message.name, message.year = LIST_PREFIX + found.proposed.list_id, found.proposed.year
    message.title, message.state = found.proposed.title, found.state  # type: ignore[assignment]
    message.signed_by.extend(CODES[signed.body] for signed in found.signatures)
    if found.published_at is not None:
        write_instant(message.publish_time, found.published_at)
    for case in listed.cases:
        message.cases.add(
            referral=NAME + case.outline.referral_id,
            court_code=case.outline.court_code,
            case_number=case.outline.case_number,
            unit=case.outline.unit,
            closed=case.outline.is_closed,
            carried_over=case.is_carried_over,
        )


def write_row(message: supervision_pb2.ReportRow, tally: Tally, grouping: Grouping) -> None:
    """Writes numbers into an empty message."""
    is_campaign = grouping is Grouping.CAMPAIGN and bool(tally.key)
    message.key = CAMPAIGN_PREFIX + tally.key if is_campaign else tally.key
    message.referral_count, message.suspect_count = tally.referrals, tally.suspects
    message.filed_count, message.not_filed_count = tally.filed, tally.not_filed
    message.undecided_count = tally.undecided
    message.due_count, message.on_time_count = tally.due, tally.on_time
    if tally.on_time_rate is not None:
        message.on_time_permille = round(tally.on_time_rate * _THOUSANDTHS)
    if tally.median_days is not None:
        message.median_days_tenths = round(tally.median_days * _TENTHS)


def _read_days(days: Iterable[date_pb2.Date], field: str) -> list[date]:
    return [read_date(day, field=f"{field}[{number}]") for number, day in enumerate(days)]
