"""What a report says. Every text of it is shown as it is; nothing in it is markup."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

MAX_COLUMNS = 10
MAX_SERIES = 6


@dataclass(frozen=True, slots=True)
class Table:
    """A table.

    Attributes:
        title: Its title.
        columns: What stands above its columns, 1 to 10; the first one names the rows and is the widest.
        rows: Its rows, each with a text for every column.

    Raises:
        ValueError: If there are none or too many columns, or a row has another number of them.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def __post_init__(self) -> None:
        if not 1 <= len(self.columns) <= MAX_COLUMNS:
            raise ValueError(f"a table has 1 to {MAX_COLUMNS} columns")
        if any(len(row) != len(self.columns) for row in self.rows):
            raise ValueError("each row of a table has a text for every column")


@dataclass(frozen=True, slots=True)
class Bars:
    """A bar for each court or unit, for example its median of days.

    Attributes:
        title: Its title.
        unit: What stands after each figure, for example "天" or "%".
        bars: Names and figures, in order; None where there is no figure, for example nothing was due.
        full: The figure of a bar of full length, for example 100 of a rate; None for the largest one.
        digits: How many digits stand after the decimal point.

    Raises:
        ValueError: If a figure is negative or no number, or larger than the full one.
    """

    title: str
    unit: str
    bars: tuple[tuple[str, float | None], ...]
    full: float | None = None
    digits: int = 1

    def __post_init__(self) -> None:
        figures = [figure for _, figure in self.bars if figure is not None]
        if self.full is not None:
            if not (math.isfinite(self.full) and self.full > 0):
                raise ValueError("the full length of a bar is a positive figure")
            if any(figure > self.full for figure in figures):
                raise ValueError("no bar is longer than the full length")
        if not all(math.isfinite(figure) and figure >= 0 for figure in figures):
            raise ValueError("the figure of a bar is a number that is not negative")

    @property
    def longest(self) -> float:
        """The figure of a bar of full length, more than zero."""
        if self.full is not None:
            return self.full
        return max((figure for _, figure in self.bars if figure), default=1.0)


@dataclass(frozen=True, slots=True)
class Series:
    """One outcome in stacked bars.

    Attributes:
        name: What it is, for example "立案".
        counts: How many of each court or unit, in their order.
    """

    name: str
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class StackedBars:
    """A bar for each court or unit, made up of outcomes.

    Attributes:
        title: Its title.
        names: Names of the courts or units.
        series: The outcomes, 1 to 6.

    Raises:
        ValueError: If there are none or too many outcomes, or one has another number of counts or a negative one.
    """

    title: str
    names: tuple[str, ...]
    series: tuple[Series, ...]

    def __post_init__(self) -> None:
        if not 1 <= len(self.series) <= MAX_SERIES:
            raise ValueError(f"stacked bars have 1 to {MAX_SERIES} outcomes")
        if any(len(one.counts) != len(self.names) for one in self.series):
            raise ValueError("each outcome has a count for every bar")
        if any(count < 0 for one in self.series for count in one.counts):
            raise ValueError("a count is not negative")

    @property
    def totals(self) -> tuple[int, ...]:
        """How many all outcomes of each bar are together."""
        return tuple(sum(counts) for counts in zip(*(one.counts for one in self.series), strict=True))


@dataclass(frozen=True, slots=True)
class Report:
    """A report.

    Attributes:
        organisation: Name of the organisation that makes it.
        title: Its title.
        first_day: First legal date of its period.
        last_day: Last legal date of its period, which is part of it.
        made_on: Legal date on which it is made.
        parts: Its tables and bars, in order.
        note: What stands in small letters at the foot of each page, if anything.

    Raises:
        ValueError: If its period ends before it begins.
    """

    organisation: str
    title: str
    first_day: date
    last_day: date
    made_on: date
    parts: tuple[Table | Bars | StackedBars, ...]
    note: str = ""

    def __post_init__(self) -> None:
        if self.last_day < self.first_day:
            raise ValueError("the period of a report does not end before it begins")
