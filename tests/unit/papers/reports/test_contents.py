"""Figures that make no sense are refused before they are drawn."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date

import pytest

from services.papers.reports import Bars, Report, Series, StackedBars, Table

DAY = date(2018, 12, 31)


@pytest.mark.parametrize(
    ("make", "match"),
    [
        (lambda: Table("表", (), ()), "columns"),
        (lambda: Table("表", ("列",) * 11, ()), "columns"),
        (lambda: Table("表", ("甲", "乙"), (("一",),)), "every column"),
        (lambda: Bars("图", "天", (("甲", -1.0),)), "negative"),
        (lambda: Bars("图", "天", (("甲", math.nan),)), "number"),
        (lambda: Bars("图", "天", (("甲", math.inf),)), "number"),
        (lambda: Bars("图", "%", (("甲", 100.1),), full=100), "longer"),
        (lambda: Bars("图", "%", (), full=0), "positive"),
        (lambda: StackedBars("图", ("甲",), ()), "outcomes"),
        (lambda: StackedBars("图", ("甲",), (Series("立案", (1, 2)),)), "every bar"),
        (lambda: StackedBars("图", ("甲",), (Series("立案", (-1,)),)), "negative"),
        (lambda: Report("法院", "统计", DAY, date(2018, 12, 30), DAY, ()), "period"),
    ],
)
def test_it_is_refused(make: Callable[[], object], match: str) -> None:
    with pytest.raises(ValueError, match=match):
        make()


@pytest.mark.parametrize(
    ("bars", "longest"),
    [
        (Bars("图", "天", ()), 1),
        (Bars("图", "天", (("甲", None), ("乙", 0.0))), 1),
        (Bars("图", "天", (("甲", 3.5), ("乙", None))), 3.5),
        (Bars("图", "%", (("甲", 3.5),), full=100), 100),
    ],
)
def test_the_longest_bar(bars: Bars, longest: float) -> None:
    assert bars.longest == longest


def test_outcomes_are_added_up() -> None:
    assert StackedBars("图", ("甲", "乙"), (Series("立案", (1, 2)), Series("不予立案", (3, 0)))).totals == (4, 2)
