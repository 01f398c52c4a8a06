"""Vehicle control: plates a second on one stream beside a bare echo of the same messages, and how soon all is known."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

from services.synthetic import SCENARIO
from tests.bench import bare
from tests.bench.calls import Desk
from tests.bench.checkpoint import STREAM, Calls, Checkpoint
from tests.bench.experiment import Experiment, process_ids
from tests.bench.fleet import Fleet, make_fleet
from tests.bench.load import Measured
from tests.bench.machine import Usage
from tests.bench.promptness import Delays, Promptness
from tests.bench.report import Bar, Series
from tests.bench.rig import Loader, peer, suite
from xiezhi.cli.home import Home
from xiezhi.cli.output import Output
from xiezhi.cli.session import Session
from xiezhi.cli.up import prepare

PEOPLE = 1_000
ALERTS = 1_000_000
SIZES = (1, 100, 1_000)
LARGEST = SIZES[-1]
UNDER_WAY = 256
"""Batches of the stream that wait for their answer."""
SEIZURES = 60
LOADED_SECONDS = 12.0
ANSWER_BYTES = 12
"""Length of an answer without hits and without a receipt."""
TEXTS_BAR, PACKED_BAR = 1_000_000, 5_000_000


class Vehicles:
    """Starts what vehicle control is measured by.

    Args:
        stack: Stops it again.
        folder: Where data and configuration go.
        seconds: How long each measurement takes.
        alerts: How many alerts there are.
    """

    def __init__(self, stack: ExitStack, folder: Path, *, seconds: float, alerts: int) -> None:
        self._stack = stack
        self._folder = folder
        self._seconds = seconds
        self._alerts = alerts
        home = self._home = Home(folder / "vehicles")
        output = Output(as_json=False)
        prepare(home, output, people=PEOPLE, session=Session(home, output))
        self.fleet: Fleet = make_fleet(home, alerts=alerts)
        self._suite = stack.enter_context(suite(home, people=PEOPLE))
        self._checkpoint = Checkpoint(home)

    def experiments(self) -> list[Experiment]:
        """Returns what is to be measured of streams."""
        echo, pid = self._stack.enter_context(peer("echo", self._home.keys, self._folder, answer_bytes=ANSWER_BYTES))
        found = []
        for size in SIZES:
            found += self._of(self._checkpoint.texts(size), f"t{size}", f"batches of {size:,} as texts", echo, pid)
        packed = self._checkpoint.packed(LARGEST)
        return found + self._of(packed, f"p{LARGEST}", f"batches of {LARGEST:,}, packed", echo, pid)

    def delays(self) -> list[tuple[Delays, Measured]]:
        """Measures how soon seizures and sightings are known while one stream brings all it can through the gateway.

        Returns:
            Each with what the stream brought meanwhile.
        """
        desk = Desk(self._home, judge=SCENARIO.judge, approver=SCENARIO.approver)
        run = self._through_gateway(self._checkpoint.texts(LARGEST), seconds=LOADED_SECONDS)
        with ExitStack() as stack:
            fleet = self.fleet
            promptness = Promptness(stack, desk, seized=fleet.seized, free=fleet.free[:SEIZURES])
            pool = stack.enter_context(ThreadPoolExecutor(1))
            found = []
            for measure in (promptness.seizures, promptness.sightings):
                load = pool.submit(run)
                found.append((measure(lambda load=load: not load.done()), load.result()[0]))  # type: ignore[misc]
            return found

    def _of(self, batches: list[bytes], key: str, title: str, echo: str, pid: int) -> list[Experiment]:
        size = int(key[1:])
        runs: tuple[tuple[str, str, Callable[[], tuple[Measured, Usage]]], ...] = (
            (f"{key}-e", f"{title}: bare echo", self._echo(batches, echo, pid)),
            (f"{key}-d", f"{title}: the service, called directly", self._direct(batches)),
            (f"{key}-g", f"{title}: through the gateway", self._through_gateway(batches)),
        )
        return [
            Experiment(Series(name, told, per_call=size), run, suite=None if name.endswith("-e") else self._suite)
            for name, told, run in runs
        ]

    def _echo(self, batches: list[bytes], echo: str, pid: int) -> Callable[[], tuple[Measured, Usage]]:
        calls: Calls = [(batch, ()) for batch in batches]
        return lambda: self._loader().measure(
            bare.STREAM,
            lambda: calls,
            target=echo,
            server="ledger",
            as_system="courts",
            measured=(pid,),
            concurrency=UNDER_WAY,
            stream=True,
        )

    def _direct(self, batches: list[bytes]) -> Callable[[], tuple[Measured, Usage]]:
        return lambda: self._loader().measure(
            STREAM,
            lambda: self._checkpoint.with_grant(batches),
            target=self._home.address("vehicle"),
            server="vehicle",
            as_system="gateway",
            measured=process_ids(self._suite, "vehicle", "ledger"),
            concurrency=UNDER_WAY,
            stream=True,
        )

    def _through_gateway(self, batches: list[bytes], *, seconds: float = 0.0) -> Callable[[], tuple[Measured, Usage]]:
        return lambda: self._loader(seconds).measure(
            STREAM,
            lambda: self._checkpoint.through_gateway(batches),
            target=self._home.address("gateway"),
            server="gateway",
            as_system=self._checkpoint.system,
            measured=process_ids(self._suite, "gateway", "vehicle", "ledger"),
            concurrency=UNDER_WAY,
            stream=True,
        )

    def _loader(self, seconds: float = 0.0) -> Loader:
        return Loader(self._home.keys, self._folder, seconds=seconds or self._seconds)


def bars(series: Mapping[str, Series]) -> Iterator[Bar]:
    """Yields the rates that streams of checks are judged by."""
    for key, title, wanted in (("t", "as texts", TEXTS_BAR), ("p", "packed", PACKED_BAR)):
        direct, gateway = series[f"{key}{LARGEST}-d"], series[f"{key}{LARGEST}-g"]
        yield Bar(f"plates per second {title}, directly / {wanted:,}", direct.rate / wanted, 1.0)
        yield Bar(f"plates per second {title}, through the gateway / {wanted:,}", gateway.rate / wanted, 0.5)
