"""Lookups of households: directly, through the gateway, of registries of several sizes, on both databases."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from tests.bench import province
from tests.bench.batch import BatchResult, measure_batch
from tests.bench.calls import APPEND, LOOKUP, Desk, append_call, ready_approvals
from tests.bench.experiment import Experiment, process_ids
from tests.bench.load import Measured, Metadata
from tests.bench.machine import Usage
from tests.bench.report import Bar, Series
from tests.bench.rig import UNDER_WAY, Loader, peer, suite
from tests.conftest import PostgresServer, find_programs
from xiezhi.cli.home import Home
from xiezhi.cli.suite import PROCESSES
from xiezhi.cli.supervisor import Supervisor

DEBTORS = 256
BATCH_SIZE = 10_000
GROUP = 8
"""Entries of one append, as processes under load send them."""
CALLS = (UNDER_WAY, 100)
"""Lookups under way: a few of them, and as many as gRPC's own benchmarks keep outstanding on one channel."""
WRITERS = 4
"""Calls under way from as many processes: each sends its next group when the one before has been answered."""

WithCalls = Callable[[int], tuple[Measured, Usage]]
"""Runs one round with so many calls under way."""


class Households:
    """Starts what lookups of households are measured by.

    Args:
        stack: Stops it again.
        folder: Where data and configuration go; what was seeded there is used again by the next run.
        seconds: How long each measurement takes.
        sizes: Numbers of people, growing; the first is that of the main measurements.
        calls: Numbers of lookups under way; each way of a lookup is measured with all of them, growth with the first.
    """

    def __init__(
        self,
        stack: ExitStack,
        folder: Path,
        *,
        seconds: float,
        sizes: tuple[int, ...],
        calls: tuple[int, ...],
    ) -> None:
        self._stack = stack
        self._folder = folder
        self._seconds = seconds
        self._sizes = sizes
        self._calls = calls
        self._home = self._home_of(f"people-{sizes[0]}")

    def desk(self, home: Home | None = None) -> Desk:
        """Returns the judge and the approver of a data folder; None for the main one."""
        return Desk(home or self._home, judge=province.JUDGE, approver=province.APPROVER)

    def experiments(self, *, postgres: bool) -> list[Experiment]:
        """Starts everything and returns what is to be measured."""
        main_suite = self._stack.enter_context(suite(self._home, people=self._sizes[0]))
        keys, loader = self._home.keys, self._loader(self._home)
        direct = self._direct("c", "identity service called with a ready grant", self._home, main_suite)
        answer = direct[0].run()[0].answer_bytes
        echo, echo_pid = self._stack.enter_context(peer("echo", keys, self._folder, answer_bytes=answer))
        relay, relay_pid = self._stack.enter_context(
            peer("proxy", keys, self._folder, backend=echo, backend_name="ledger.service.xiezhi")
        )
        request = self.desk().request(province.debtors(1)[0])

        def bare(target: str, pids: tuple[int, ...]) -> WithCalls:
            return lambda calls: loader.measure(
                "/bench.Bare/Call",
                lambda: [(request, ())],
                target=target,
                server="ledger",
                as_system="courts",
                measured=pids,
                concurrency=calls,
            )

        lookups = (
            self._each("a", "bare grpc.aio echo over mTLS", bare(echo, (echo_pid,))),
            self._each("b", "the same echo behind a bare byte proxy", bare(relay, (echo_pid, relay_pid))),
            direct,
            self._whole("d", "whole path through the gateway, SQLite", self._home, main_suite),
        )
        found = [
            # What is held against each other is measured right after each other.
            *(one for together in zip(*lookups, strict=True) for one in together),
            self._appends(Series("e", "ledger appends, one entry a call, SQLite"), self._home, main_suite),
            self._appends(
                Series(f"e-{GROUP}", f"the same, {GROUP} entries a call, {WRITERS} calls under way"),
                self._home,
                main_suite,
                entries=GROUP,
                concurrency=WRITERS,
            ),
            self._appends(
                Series("e-full", f"the same, {GROUP} entries a call, {UNDER_WAY} calls under way"),
                self._home,
                main_suite,
                entries=GROUP,
            ),
        ]
        for size in self._sizes[1:]:
            home = self._home_of(f"people-{size}")
            running = self._stack.enter_context(suite(home, people=size))
            found += self._direct(f"c-{size}", f"as c, {size:,} people", home, running)[:1]
        return found + (self._on_postgres() if postgres else [])

    def batch(self) -> BatchResult:
        """Measures a batch lookup where there are people enough."""
        size = next((size for size in self._sizes if size > 2 * BATCH_SIZE), 0)
        if not size:
            return measure_batch(self.desk(), province.batch(BATCH_SIZE // 10))
        return measure_batch(self.desk(self._home_of(f"people-{size}")), province.batch(BATCH_SIZE))

    def bars(self, series: Mapping[str, Series]) -> Iterator[Bar]:
        """Yields the ratios that lookups of households are judged by.

        Args:
            series: What was measured, by key.
        """
        for calls in self._calls:
            a, b, c, d = (series[_key(key, calls)].rates for key in "abcd")
            yield Bar.between(f"d/b, {calls} calls: the whole path beside a bare proxied echo", d, b, bar=0.30)
            yield Bar.between(f"c/a, {calls} calls: a service call beside a bare echo", c, a, bar=0.30)
            on_postgres = series.get(_key("d-pg", calls))
            if on_postgres is not None:
                title = f"d-pg/b, {calls} calls: the whole path on PostgreSQL"
                yield Bar.between(title, on_postgres.rates, b, bar=0.30)
        appends = series[f"e-{GROUP}"]
        yield Bar("durable appends per second / 2,000", appends.rate / 2_000, 1.0)
        if appends.runs:
            slowest = max(measured.p99_ms for measured, _ in appends.runs.values())
            yield Bar("50 ms / p99 of an append", 50 / slowest if slowest else 0.0, 1.0)
        if len(self._sizes) > 1:
            smallest, largest = (series[_key(key, self._calls[0])] for key in ("c", f"c-{self._sizes[-1]}"))
            # "No slower than 1.3 times" is a rate of at least 1/1.3.
            yield Bar.between(f"{largest.title} / c", largest.rates, smallest.rates, bar=round(1 / 1.3, 2))

    def _on_postgres(self) -> list[Experiment]:
        server = PostgresServer(find_programs(), durable=True)
        self._stack.callback(server.remove)
        home = self._home_of("postgresql")
        # Its databases are new, and a ledger that has signed before does not accept an empty one.
        shutil.rmtree(home.root, ignore_errors=True)
        databases = {name: server.create_database() for name in PROCESSES}
        province.seed(home, people=self._sizes[0], databases=databases)
        running = self._stack.enter_context(suite(home, people=self._sizes[0], databases=databases))
        extra = (server.process_id,)
        return [
            *self._direct("c-pg", "as c, PostgreSQL", home, running, extra=extra),
            *self._whole("d-pg", "as d, PostgreSQL", home, running, extra=extra),
            self._appends(
                Series("e-pg", f"as e-{GROUP}, PostgreSQL"),
                home,
                running,
                entries=GROUP,
                concurrency=WRITERS,
                extra=extra,
            ),
        ]

    def _each(self, key: str, title: str, run: WithCalls, running: Supervisor | None = None) -> list[Experiment]:
        """Returns an experiment for each number of calls under way."""
        return [
            Experiment(
                Series(_key(key, calls), f"{title}, {calls} calls under way"), partial(run, calls), suite=running
            )
            for calls in self._calls
        ]

    def _direct(
        self, key: str, title: str, home: Home, running: Supervisor, *, extra: tuple[int, ...] = ()
    ) -> list[Experiment]:
        desk = self.desk(home)
        approved = ready_approvals(desk, province.debtors(DEBTORS))
        run = self._lookups(
            lambda: desk.with_grant(approved),
            home,
            running,
            processes=("identity", "ledger"),
            caller="gateway",
            extra=extra,
        )
        return self._each(key, title, run, running)

    def _whole(
        self, key: str, title: str, home: Home, running: Supervisor, *, extra: tuple[int, ...] = ()
    ) -> list[Experiment]:
        desk = self.desk(home)
        approved = desk.approve_all([desk.request(debtor) for debtor in province.debtors(DEBTORS)])
        run = self._lookups(
            lambda: desk.through_gateway(approved),
            home,
            running,
            processes=("gateway", "identity", "ledger"),
            caller="courts",
            extra=extra,
        )
        return self._each(key, title, run, running)

    def _lookups(
        self,
        make: Callable[[], list[tuple[bytes, Metadata]]],
        home: Home,
        running: Supervisor,
        *,
        processes: tuple[str, ...],
        caller: str,
        extra: tuple[int, ...],
    ) -> WithCalls:
        """Returns what runs a round of lookups that certain processes answer, the first of which is called."""
        loader, server = self._loader(home), processes[0]
        return lambda calls: loader.measure(
            LOOKUP,
            make,
            target=home.address(server),
            server=server,
            as_system=caller,
            measured=(*process_ids(running, *processes), *extra),
            concurrency=calls,
        )

    def _appends(
        self,
        series: Series,
        home: Home,
        running: Supervisor,
        *,
        entries: int = 1,
        concurrency: int = UNDER_WAY,
        extra: tuple[int, ...] = (),
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
                measured=(*process_ids(running, "ledger"), *extra),
                uuids_at=places,
                concurrency=concurrency,
            ),
            suite=running,
        )

    def _home_of(self, name: str) -> Home:
        return Home(self._folder / name)

    def _loader(self, home: Home) -> Loader:
        return Loader(home.keys, self._folder, seconds=self._seconds)


def _key(name: str, calls: int) -> str:
    return f"{name}@{calls}"
