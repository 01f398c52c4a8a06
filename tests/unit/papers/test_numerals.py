"""Numbers and dates as Chinese documents write them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from services.papers.numerals import chinese_date, ordinal, plain_date, plain_instant


@pytest.mark.parametrize(
    ("number", "expected"),
    [(1, "一"), (9, "九"), (10, "十"), (11, "十一"), (20, "二十"), (21, "二十一"), (30, "三十"), (99, "九十九")],
)
def test_ordinals(number: int, expected: str) -> None:
    assert ordinal(number) == expected


def test_no_two_ordinals_are_the_same() -> None:
    assert len({ordinal(number) for number in range(1, 100)}) == 99


@pytest.mark.parametrize("number", [-1, 0, 100])
def test_other_numbers_are_not_written(number: int) -> None:
    with pytest.raises(ValueError, match="99"):
        ordinal(number)


@pytest.mark.parametrize(
    ("day", "chinese", "plain"),
    [
        (date(2018, 10, 8), "二〇一八年十月八日", "2018年10月8日"),
        (date(2020, 1, 20), "二〇二〇年一月二十日", "2020年1月20日"),
        (date(2026, 12, 31), "二〇二六年十二月三十一日", "2026年12月31日"),
    ],
)
def test_dates(day: date, chinese: str, plain: str) -> None:
    assert chinese_date(day) == chinese
    assert plain_date(day) == plain


def test_an_instant_is_told_in_legal_time() -> None:
    assert plain_instant(datetime(2018, 9, 24, 16, 5, tzinfo=UTC)) == "2018年9月25日0时05分"


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        plain_instant(datetime(2018, 9, 24, 16, 5))  # noqa: DTZ001
