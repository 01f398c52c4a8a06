"""Numbers and dates as Chinese documents write them."""

from __future__ import annotations

from datetime import date, datetime

from services.codes.legal_time import SHANGHAI

_DIGITS = "〇一二三四五六七八九"
_LARGEST = 99


def ordinal(number: int) -> str:
    """Writes a number in Chinese numerals, for example 21 as "二十一".

    Args:
        number: 1 to 99.

    Raises:
        ValueError: If it is another.
    """
    if not 1 <= number <= _LARGEST:
        raise ValueError("only 1 to 99 are written in Chinese numerals")
    tens, ones = divmod(number, 10)
    before = "" if tens == 0 else "十" if tens == 1 else f"{_DIGITS[tens]}十"
    return before + (_DIGITS[ones] if ones else "")


def chinese_date(day: date) -> str:
    """Writes a date in Chinese numerals, for example "二〇一八年十月八日"."""
    year = "".join(_DIGITS[int(digit)] for digit in f"{day.year:04}")
    return f"{year}年{ordinal(day.month)}月{ordinal(day.day)}日"


def plain_date(day: date) -> str:
    """Writes a date in digits, for example "2018年10月8日"."""
    return f"{day.year}年{day.month}月{day.day}日"


def plain_instant(instant: datetime) -> str:
    """Writes an instant in legal time to the minute, for example "2018年9月25日16时05分".

    Args:
        instant: An aware instant.

    Raises:
        ValueError: If it has no time zone.
    """
    if instant.utcoffset() is None:
        raise ValueError("an instant without a time zone is no legal time")
    local = instant.astimezone(SHANGHAI)
    return f"{plain_date(local.date())}{local.hour}时{local.minute:02}分"
