"""`python -m tests.bench`: measures the suite beside bare peers and writes docs/performance.md.

All of it in one run on one machine, round by round, so that what else the machine does falls on everything alike.
Rounds in which other work took the processor are measured again, and what stays noisy is left out.
"""

from __future__ import annotations

import argparse
import sys
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from tests.bench import duties, entries, households, machine, travellers, vehicles
from tests.bench.experiment import QUIET, Experiment, measure
from tests.bench.promptness import DELAYS_HEADER, REQUESTED, Delays
from tests.bench.report import BARS_HEADER, HEADER, Bar
from tests.bench.rig import ROOT
from tests.bench.streams import LARGEST

HOUSEHOLD, VEHICLE, EXIT, REFERRAL = "household", "vehicle", "exit", "referral"

_METHOD = """\
Written by `make bench`; see `tests/bench`. Medians of interleaved rounds on one machine, bare peers and suite in one
run; the load is one more process on the same machine, with 32 calls under way where nothing else is said, or 256
messages on one stream. Traces are sampled at 1 %. Suites that are not measured stand still meanwhile. Rounds in which
other work took the processor are measured again. A ratio of two measured things is the median of those of each round,
within which the host changes least. Other machines have other figures: the ratios are what is meant to hold."""


def main() -> int:
    """Measures what the command line asks for."""
    asked = _arguments()
    folder = ROOT / "var" / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    sections: list[str] = []
    bars: list[Bar] = []
    for name, part in ((HOUSEHOLD, _households), (VEHICLE, _vehicles), (EXIT, _exit), (REFERRAL, _referrals)):
        if asked.only in ("", name):
            lines, reached = part(asked, folder)
            sections += lines
            bars += reached
    text = "\n".join([*_heading(asked), *sections, BARS_HEADER, *(bar.row() for bar in bars), ""])
    print(text)
    if asked.out:
        Path(asked.out).write_text(text, encoding="utf-8")
    print(f"took {time.monotonic() - started:.0f} s", file=sys.stderr)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench BENCH_ARGS=...", description=__doc__)
    parser.add_argument(
        "--only", choices=(HOUSEHOLD, VEHICLE, EXIT, REFERRAL), default="", help="leave the other parts out"
    )
    parser.add_argument("--rounds", type=int, default=3, help="interleaved rounds (default 3)")
    parser.add_argument("--seconds", type=float, default=4.0, help="seconds of one measurement (default 4)")
    parser.add_argument(
        "--stream-seconds", type=float, default=2.0, help="seconds of one measurement of a stream (default 2)"
    )
    parser.add_argument(
        "--calls",
        type=int,
        nargs="+",
        default=[*households.CALLS],
        help=f"lookups under way at any moment (default {' and '.join(map(str, households.CALLS))})",
    )
    parser.add_argument(
        "--people", type=int, nargs="+", default=[10_000, 100_000, 1_000_000], help="sizes of the registry, growing"
    )
    parser.add_argument(
        "--alerts",
        type=int,
        default=vehicles.ALERTS,
        help="alerts, each of vehicles and travellers (a million)",
    )
    parser.add_argument(
        "--entries", type=int, default=entries.ENTRIES, help="entries of dishonest debtors in bulk (default 100,000)"
    )
    parser.add_argument(
        "--part", choices=("", "bulk", "checks", "delays"), default="", help="one part of exit restriction only"
    )
    parser.add_argument("--referrals", type=int, default=duties.REFERRALS, help="referrals (default a million)")
    parser.add_argument("--pages", type=int, default=200, help="due lists that each reader begins in a round (200)")
    parser.add_argument("--no-postgres", action="store_true", help="leave PostgreSQL out")
    parser.add_argument(
        "--quiet", type=float, default=QUIET, help="cores that other work may take in a round that counts"
    )
    parser.add_argument("--out", default="", help="Markdown file to write, for example docs/performance.md")
    return parser.parse_args()


def _heading(asked: argparse.Namespace) -> list[str]:
    rounds = f"{asked.rounds} rounds of {asked.seconds:g} s, of streams {asked.stream_seconds:g} s"
    return [
        "# Performance",
        "",
        _METHOD,
        "",
        f"Measured on {datetime.now(UTC):%Y-%m-%d}: {machine.describe()}; {rounds}.",
        "",
    ]


def _households(asked: argparse.Namespace, folder: Path) -> tuple[list[str], list[Bar]]:
    with ExitStack() as stack:
        bench = households.Households(
            stack, folder, seconds=asked.seconds, sizes=tuple(asked.people), calls=tuple(asked.calls)
        )
        experiments = bench.experiments(postgres=not asked.no_postgres)
        measure(experiments, rounds=asked.rounds, quiet=asked.quiet)
        batch = bench.batch()
    series = {experiment.series.key: experiment.series for experiment in experiments}
    return ["## Households", "", *_table(experiments), batch.sentence(), ""], list(bench.bars(series))


def _vehicles(asked: argparse.Namespace, folder: Path) -> tuple[list[str], list[Bar]]:
    with ExitStack() as stack:
        bench = vehicles.Vehicles(stack, folder, seconds=asked.stream_seconds, alerts=asked.alerts)
        experiments = bench.experiments()
        measure(experiments, rounds=asked.rounds, quiet=asked.quiet)
        delays, loads = bench.delays()
    series = {experiment.series.key: experiment.series for experiment in experiments}
    rates = " and ".join(f"{load.per_second * LARGEST:,.0f}" for load in loads)
    told = f"Meanwhile one stream brought {rates} plates a second as texts through the gateway:"
    lines = [
        "## Vehicle control",
        "",
        f"Plates on one stream of checks, with {asked.alerts:,} alerts; the times are those of a batch.",
        "",
        *_table(experiments),
        bench.fleet.sentence(),
        "",
        told,
        "",
        DELAYS_HEADER,
        *(one.row() for one in delays),
        "",
    ]
    return lines, [*vehicles.bars(series), *(one.bar() for one in delays if not one.key.endswith(REQUESTED))]


def _exit(asked: argparse.Namespace, folder: Path) -> tuple[list[str], list[Bar]]:
    lines, bars = ["## Exit restriction", ""], list[Bar]()
    experiments: list[Experiment] = []
    delays: list[Delays] = []
    with ExitStack() as stack:
        bench = travellers.Travellers(stack, folder, seconds=asked.stream_seconds, alerts=asked.alerts)
        if asked.part in ("", "checks"):
            experiments = bench.experiments()
            measure(experiments, rounds=asked.rounds, quiet=asked.quiet)
        if asked.part in ("", "delays"):
            delays = bench.delays()
    if experiments:
        told = f"Travellers and plates on one stream of checks each, with {asked.alerts:,} alerts each"
        lines += [f"{told}; the times are those of a batch.", "", *_table(experiments)]
        bars += travellers.bars({experiment.series.key: experiment.series for experiment in experiments})
    if delays:
        lines += [DELAYS_HEADER, *(one.row() for one in delays), ""]
        bars += [one.bar() for one in delays if not one.key.endswith(REQUESTED)]
    if asked.part in ("", "bulk"):
        with ExitStack() as stack:
            uploads = entries.Uploads(
                stack, folder / "bulk", keys=bench.home.keys, entries=asked.entries, postgres=not asked.no_postgres
            )
            bulk = uploads.measure(rounds=asked.rounds)
        told = (
            f"An upload of {asked.entries:,} entries, all of them forwarded, in chunks of {entries.CHUNK} with a "
            f"sealed notice each; the commit adds {bulk[0].rows:,} rows, notices to counters and what courts are told "
            "later among them."
        )
        lines += [told, "", entries.BULK_HEADER]
        lines += [*(row for one in bulk for row in one.table()), ""]
        bars += [bar for one in bulk for bar in one.bars()]
    return lines, bars


def _referrals(asked: argparse.Namespace, folder: Path) -> tuple[list[str], list[Bar]]:
    with ExitStack() as stack:
        bench = duties.DueLists(stack, folder / "referrals", referrals=asked.referrals, postgres=not asked.no_postgres)
        found = bench.measure(rounds=asked.rounds, pages=asked.pages)
    told = (
        f"Pages of a hundred of what is due, among {asked.referrals:,} referrals that owe {duties.EACH} duties each, "
        "read through the store's own function, which opens the sealed numbers of cases; as many first pages of a list "
        "as second ones and pages in its midst."
    )
    lines = [
        "## Referral",
        "",
        told,
        "",
        duties.DUE_HEADER,
        *(row for one in found for row in one.rows()),
        "",
        *(line for one in found for line in (one.plan(), "")),
    ]
    return lines, [bar for one in found for bar in one.bars()]


def _table(experiments: list[Experiment]) -> list[str]:
    return [HEADER, *(experiment.series.row() for experiment in experiments), ""]


if __name__ == "__main__":
    sys.exit(main())
