"""Instants as the calendar dates on which the law counts."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
"""The one legal time of the country, 北京时间: UTC+8, without summer time since 1992."""


def legal_date(instant: datetime) -> date:
    """Returns the legal date of an instant, the one in Asia/Shanghai.

    Args:
        instant: An aware instant.

    Raises:
        ValueError: If the instant has no time zone.
    """
    if instant.utcoffset() is None:
        raise ValueError("an instant without a time zone has no legal date")
    return instant.astimezone(SHANGHAI).date()
