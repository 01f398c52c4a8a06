"""`python -m tests.bench`: measures the suite beside bare peers and writes docs/performance.md.

All of it in one run on one machine, round by round, so that what else the machine does falls on everything alike.
Rounds in which other work took the processor are measured again, and what stays noisy is left out.
"""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from tests.bench import machine, province
from tests.bench.batch import BatchResult, measure_batch
from tests.bench.calls import APPEND, LOOKUP, Approved, Desk, append_call, ready_approvals
from tests.bench.load import Measured
from tests.bench.machine import Usage
from tests.bench.report import BARS_HEADER, HEADER, Bar, Series, ratio
from tests.bench.rig import ROOT, Loader, peer, suite
from tests.conftest import PostgresServer, find_programs
from xiezhi.cli.home import Home
from xiezhi.cli.suite import PROCESSES
from xiezhi.cli.supervisor import Supervisor

QUIET = 0.10
"""Cores that other work may take in a round; what the bench itself costs beside the load included."""
TRIES = 3
DEBTORS = 256
BATCH_SIZE = 10_000
GROUP = 8
"""Entries of one append, as processes under load send them."""

_METHOD = """\
Written by `make bench`; see `tests/bench`. Medians of interleaved rounds on one machine, bare peers and suite in one
run; the load is one more process on the same machine, with 32 calls under way. Traces are sampled at 1 %. Suites that
are not measured stand still meanwhile. Rounds in which other work took the processor are measured again. Other machines
have other figures: the ratios are what is meant to hold."""

Run = Callable[[], tuple[Measured, Usage]]


@dataclass(slots=True)
class Experiment:
    """One thing that is measured.

    Attributes:
        series: Where its numbers go.
        run: How one round of it is run.
        suite: The suite that it needs; None for a bare peer.
    """

    series: Series
    run: Run
    suite: Supervisor | None = None


def main() -> int:
    """Measures what the command line asks for."""
    asked = _arguments()
    folder = ROOT / "var" / "bench"
    folder.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    with ExitStack() as stack:
        bench = Bench(stack, folder, seconds=asked.seconds, sizes=tuple(asked.people))
        experiments = bench.experiments(postgres=not asked.no_postgres)
        _measure(experiments, rounds=asked.rounds)
        batch = bench.batch()
    text = _report(experiments, batch, rounds=asked.rounds, seconds=asked.seconds)
    print(text)
    if asked.out:
        Path(asked.out).write_text(text, encoding="utf-8")
    print(f"took {time.monotonic() - started:.0f} s", file=sys.stderr)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench BENCH_ARGS=...", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="interleaved rounds (default 3)")
    parser.add_argument("--seconds", type=float, default=4.0, help="seconds of one measurement (default 4)")
    parser.add_argument(
        "--people", type=int, nargs="+", default=[10_000, 100_000, 1_000_000], help="sizes of the registry, growing"
    )
    parser.add_argument("--no-postgres", action="store_true", help="leave PostgreSQL out")
    parser.add_argument("--out", default="", help="Markdown file to write, for example docs/performance.md")
    return parser.parse_args()


class Bench:
    """Starts what is measured.

    Args:
        stack: Stops it again.
        folder: Where data and configuration go; what was seeded there is used again by the next run.
        seconds: How long each measurement takes.
        sizes: Numbers of people, growing; the first is that of the main measurements.
    """

    def __init__(self, stack: ExitStack, folder: Path, *, seconds: float, sizes: tuple[int, ...]) -> None:
        self._stack = stack
        self._folder = folder
        self._seconds = seconds
        self._sizes = sizes
        self._home = self._home_of(f"people-{sizes[0]}")

    def desk(self, home: Home | None = None) -> Desk:
        """Returns the judge and the approver of a data folder; None for the main one."""
        return Desk(home or self._home, judge=province.JUDGE, approver=province.APPROVER)

    def experiments(self, *, postgres: bool) -> list[Experiment]:
        """Starts everything and returns what is to be measured."""
        main_suite = self._stack.enter_context(suite(self._home, people=self._sizes[0]))
        keys, loader = self._home.keys, self._loader(self._home)
        direct = self._direct(Series("c", "identity service called with a ready grant"), self._home, main_suite)
        answer = direct.run()[0].answer_bytes
        echo, echo_pid = self._stack.enter_context(peer("echo", keys, self._folder, answer_bytes=answer))
        relay, relay_pid = self._stack.enter_context(
            peer("proxy", keys, self._folder, backend=echo, backend_name="ledger.service.xiezhi")
        )
        request = self.desk().request(province.debtors(1)[0])

        def bare(target: str, pids: tuple[int, ...]) -> Run:
            return lambda: loader.measure(
                "/bench.Bare/Call",
                lambda: [(request, ())],
                target=target,
                server="ledger",
                as_system="courts",
                measured=pids,
            )

        found = [
            Experiment(Series("a", "bare grpc.aio echo over mTLS"), bare(echo, (echo_pid,))),
            Experiment(Series("b", "the same echo behind a bare byte proxy"), bare(relay, (echo_pid, relay_pid))),
            direct,
            self._whole(Series("d", "whole path through the gateway, SQLite"), self._home, main_suite),
            self._appends(Series("e", "ledger appends, one entry a call, SQLite"), self._home, main_suite),
            self._appends(
                Series(f"e-{GROUP}", f"the same, {GROUP} entries a call"), self._home, main_suite, entries=GROUP
            ),
        ]
        for size in self._sizes[1:]:
            home = self._home_of(f"people-{size}")
            running = self._stack.enter_context(suite(home, people=size))
            found.append(self._direct(Series(f"c-{size}", f"as c, {size:,} people"), home, running))
        return found + (self._on_postgres() if postgres else [])

    def batch(self) -> BatchResult:
        """Measures a batch lookup where there are people enough."""
        size = next((size for size in self._sizes if size > 2 * BATCH_SIZE), 0)
        if not size:
            return measure_batch(self.desk(), province.batch(BATCH_SIZE // 10))
        return measure_batch(self.desk(self._home_of(f"people-{size}")), province.batch(BATCH_SIZE))

    def _on_postgres(self) -> list[Experiment]:
        server = PostgresServer(find_programs(), durable=True)
        self._stack.callback(server.remove)
        home = self._home_of("postgresql")
        # Its databases are new, and a ledger that has signed before does not accept an empty one.
        shutil.rmtree(home.root, ignore_errors=True)
        databases = {name: server.create_database() for name in ("gateway", "identity", "ledger", "vehicle")}
        province.seed(home, people=self._sizes[0], databases=databases)
        running = self._stack.enter_context(suite(home, people=self._sizes[0], databases=databases))
        extra = (server.process_id,)
        return [
            self._direct(Series("c-pg", "as c, PostgreSQL"), home, running, extra=extra),
            self._whole(Series("d-pg", "as d, PostgreSQL"), home, running, extra=extra),
            self._appends(Series("e-pg", f"as e-{GROUP}, PostgreSQL"), home, running, entries=GROUP, extra=extra),
        ]

    def _direct(self, series: Series, home: Home, running: Supervisor, *, extra: tuple[int, ...] = ()) -> Experiment:
        desk, loader = self.desk(home), self._loader(home)
        approved = ready_approvals(desk, province.debtors(DEBTORS))
        return Experiment(
            series,
            lambda: loader.measure(
                LOOKUP,
                lambda: desk.with_grant(approved),
                target=home.address("identity"),
                server="identity",
                as_system="gateway",
                measured=(*_pids(running, "identity", "ledger"), *extra),
            ),
            suite=running,
        )

    def _whole(self, series: Series, home: Home, running: Supervisor, *, extra: tuple[int, ...] = ()) -> Experiment:
        desk, loader = self.desk(home), self._loader(home)
        approved: list[Approved] = desk.approve_all([desk.request(debtor) for debtor in province.debtors(DEBTORS)])
        return Experiment(
            series,
            lambda: loader.measure(
                LOOKUP,
                lambda: desk.through_gateway(approved),
                target=home.address("gateway"),
                server="gateway",
                as_system="courts",
                measured=(*_pids(running, "gateway", "identity", "ledger"), *extra),
            ),
            suite=running,
        )

    def _appends(
        self, series: Series, home: Home, running: Supervisor, *, entries: int = 1, extra: tuple[int, ...] = ()
    ) -> Experiment:
        loader = self._loader(home)
        series.per_call = entries
        request, places = append_call(entries)
        return Experiment(
            series,
            lambda: loader.measure(
                APPEND,
                lambda: [(request, ())],
                target=home.address("ledger"),
                server="ledger",
                as_system="gateway",
                measured=(*_pids(running, "ledger"), *extra),
                uuids_at=places,
            ),
            suite=running,
        )

    def _home_of(self, name: str) -> Home:
        return Home(self._folder / name)

    def _loader(self, home: Home) -> Loader:
        return Loader(home.keys, self._folder, seconds=self._seconds)


@contextmanager
def _only(wanted: Supervisor | None, suites: Iterable[Supervisor | None]) -> Iterator[None]:
    """Stops the processes of all suites but one, which would take a share of caches and cores by being there."""
    idle = {one for one in suites if one is not None and one is not wanted}
    pids = [pid for one in idle for pid in _pids(one, *PROCESSES)]
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


def _pids(running: Supervisor, *names: str) -> tuple[int, ...]:
    return tuple(pid for name in names if (pid := running.process_id(name)) is not None)


def _measure(experiments: list[Experiment], *, rounds: int) -> None:
    for number in range(1, rounds + 1):
        for experiment in experiments:
            for _ in range(TRIES):
                with _only(experiment.suite, [e.suite for e in experiments]):
                    measured, usage = experiment.run()
                if measured.errors:
                    raise SystemExit(f"{experiment.series.title}: {measured.errors} errors: {measured.first_error}")
                quiet = usage.others <= QUIET
                print(
                    f"round {number}  {experiment.series.key:10} {measured.per_second:>9,.0f}/s  "
                    f"p99 {measured.p99_ms:6.1f} ms  others {usage.others:.2f}{'' if quiet else '  noisy'}",
                    file=sys.stderr,
                )
                if quiet:
                    experiment.series.runs.append((measured, usage))
                    break


def _report(experiments: list[Experiment], batch: BatchResult, *, rounds: int, seconds: float) -> str:
    by_key = {experiment.series.key: experiment.series for experiment in experiments}
    lines = [
        "# Performance",
        "",
        _METHOD,
        "",
        f"Measured on {datetime.now(UTC):%Y-%m-%d}: {machine.describe()}; {rounds} rounds of {seconds:g} s.",
        "",
        HEADER,
        *(experiment.series.row() for experiment in experiments),
        "",
        batch.sentence(),
        "",
        BARS_HEADER,
        *(bar.row() for bar in _bars(by_key)),
        "",
    ]
    return "\n".join(lines)


def _bars(series: dict[str, Series]) -> Iterator[Bar]:
    yield Bar("d/b: the whole path beside a bare proxied echo", ratio(series["d"], series["b"]), 0.30)
    yield Bar("c/a: a service call beside a bare echo", ratio(series["c"], series["a"]), 0.30)
    if "d-pg" in series:
        yield Bar("d-pg/b: the same on PostgreSQL", ratio(series["d-pg"], series["b"]), 0.30)
    appends = series[f"e-{GROUP}"]
    yield Bar("durable appends per second / 2,000", appends.rate / 2_000, 1.0)
    if appends.runs:
        slowest = max(measured.p99_ms for measured, _ in appends.runs)
        yield Bar("50 ms / p99 of an append", 50 / slowest if slowest else 0.0, 1.0)
    sizes = [one for key, one in series.items() if key.startswith("c-") and key != "c-pg"]
    if sizes:
        # "No slower than 1.3 times" is a rate of at least 1/1.3.
        yield Bar(f"{sizes[-1].title} / c", ratio(sizes[-1], series["c"]), round(1 / 1.3, 2))


if __name__ == "__main__":
    sys.exit(main())
