"""Medians of rounds, the ratios that the bars are about, and a table of both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

from tests.bench.load import Measured
from tests.bench.machine import Usage


@dataclass(slots=True)
class Series:
    """The rounds of one thing that is measured.

    Attributes:
        key: Short name, for ratios.
        title: What it is.
        per_call: What one call counts for.
        runs: Its rounds.
    """

    key: str
    title: str
    per_call: int = 1
    runs: list[tuple[Measured, Usage]] = field(default_factory=list)

    @property
    def rates(self) -> list[float]:
        """What was done per second in each round."""
        return [measured.per_second * self.per_call for measured, _ in self.runs]

    @property
    def rate(self) -> float:
        """Median of the rates."""
        return median(self.rates) if self.runs else 0.0

    @property
    def rate_of_core(self) -> float:
        """Median of what was done in a second of the servers' processors, on which other work has less bearing."""
        return median(self.per_call * m.per_second / max(u.cores, 0.01) for m, u in self.runs) if self.runs else 0.0

    def row(self) -> str:
        """Returns the row of a Markdown table."""
        if not self.runs:
            return f"| {self.key} | {self.title} | no quiet round | | | | | | |"
        measured = [run for run, _ in self.runs]
        usage = [used for _, used in self.runs]
        cells = (
            self.key,
            self.title,
            f"{self.rate:,.0f}",
            f"{min(self.rates):,.0f} to {max(self.rates):,.0f}",
            f"{median(m.p50_ms for m in measured):.1f}",
            f"{median(m.p99_ms for m in measured):.1f}",
            f"{median(u.cores for u in usage):.2f}",
            f"{median(u.memory_mb for u in usage):,.0f}",
            f"{measured[-1].request_bytes:,} / {measured[-1].answer_bytes:,}",
        )
        return "| " + " | ".join(cells) + " |"


HEADER = (
    "| | what | per second | spread | p50 ms | p99 ms | cores of the servers | memory MB | bytes asked / answered |\n"
    "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
)


@dataclass(frozen=True, slots=True)
class Bar:
    """A ratio and what it should be.

    Attributes:
        title: What it says.
        value: What was reached.
        bar: What it should be at least.
    """

    title: str
    value: float
    bar: float

    def row(self) -> str:
        """Returns the row of a Markdown table."""
        verdict = "reached" if self.value >= self.bar else "**missed**"
        return f"| {self.title} | {self.value:.2f} | {self.bar:.2f} | {verdict} |"


BARS_HEADER = "| ratio | measured | bar | |\n| --- | ---: | ---: | --- |"


def ratio(one: Series, other: Series) -> float:
    """Returns the ratio of two rates, 0 where one was not measured."""
    return one.rate / other.rate if other.rate else 0.0


def milliseconds_at(share: float, seconds: Sequence[float]) -> float:
    """Returns how long the slowest of a share of times took, of a few the longest; infinite if there is none."""
    ordered = sorted(seconds)
    return 1_000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("inf")
