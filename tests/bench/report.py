"""Medians of rounds, the ratios that the bars are about, and a table of both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
        runs: What was measured in each of its rounds, by the number of the round.
    """

    key: str
    title: str
    per_call: int = 1
    runs: dict[int, tuple[Measured, Usage]] = field(default_factory=dict)

    @property
    def rates(self) -> dict[int, float]:
        """What was done per second in each round."""
        return {number: measured.per_second * self.per_call for number, (measured, _) in self.runs.items()}

    @property
    def rate(self) -> float:
        """Median of the rates."""
        return median(self.rates.values()) if self.runs else 0.0

    @property
    def rates_of_core(self) -> dict[int, float]:
        """What was done in a second of the servers' processors, on which other work has less bearing."""
        return {number: rate / max(self.runs[number][1].cores, 0.01) for number, rate in self.rates.items()}

    def row(self) -> str:
        """Returns the row of a Markdown table."""
        if not self.runs:
            return f"| {self.key} | {self.title} | no quiet round | | | | | | |"
        measured = [run for run, _ in self.runs.values()]
        usage = [used for _, used in self.runs.values()]
        cells = (
            self.key,
            self.title,
            f"{self.rate:,.0f}",
            f"{min(self.rates.values()):,.0f} to {max(self.rates.values()):,.0f}",
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
        spread: The least and the largest of the rounds of which it is the median; empty where it is none.
    """

    title: str
    value: float
    bar: float
    spread: str = ""

    @classmethod
    def between(cls, title: str, one: Mapping[int, float], other: Mapping[int, float], *, bar: float) -> Bar:
        """Makes the ratio of two things: the median of those of each round, within which the host changes least.

        Args:
            title: What it says.
            one: What was measured, by the number of the round.
            other: What it is held against; rounds that measured one of them only do not count.
            bar: What the ratio should be at least.
        """
        found = [one[number] / other[number] for number in one.keys() & other.keys()]
        if not found:
            return cls(title, 0.0, bar)
        return cls(title, median(found), bar, f"{min(found):.2f} to {max(found):.2f}")

    def row(self) -> str:
        """Returns the row of a Markdown table."""
        verdict = "reached" if self.value >= self.bar else "**missed**"
        spread = f" ({self.spread})" if self.spread else ""
        return f"| {self.title} | {self.value:.2f}{spread} | {self.bar:.2f} | {verdict} |"


BARS_HEADER = "| ratio | measured | bar | |\n| --- | ---: | ---: | --- |"


def milliseconds_at(share: float, seconds: Sequence[float]) -> float:
    """Returns how long the slowest of a share of times took, of a few the longest; infinite if there is none."""
    ordered = sorted(seconds)
    return 1_000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else float("inf")
