"""Vehicle control: plates a second on one stream beside a bare echo of the same messages, and how soon all is known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

from services.synthetic import SCENARIO
from tests.bench.calls import Desk
from tests.bench.experiment import Experiment
from tests.bench.fleet import Fleet, make_fleet
from tests.bench.gates import Checkpoint
from tests.bench.load import Measured
from tests.bench.promptness import Delays, Promptness
from tests.bench.report import Bar, Series
from tests.bench.rig import suite
from tests.bench.streams import LARGEST, Streams
from xiezhi.cli.home import Home
from xiezhi.cli.output import Output
from xiezhi.cli.session import Session
from xiezhi.cli.up import prepare

PEOPLE = 1_000
ALERTS = 1_000_000
SEIZURES = 60
LOADED_SECONDS = 12.0
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
        home = self._home = Home(folder / "vehicles")
        output = Output(as_json=False)
        prepare(home, output, people=PEOPLE, session=Session(home, output))
        self.fleet: Fleet = make_fleet(home, alerts=alerts)
        running = stack.enter_context(suite(home, people=PEOPLE))
        self._streams = Streams(stack, home, running, folder=folder, seconds=seconds)
        self._checkpoint = Checkpoint(home)

    def experiments(self) -> list[Experiment]:
        """Returns what is to be measured of streams."""
        return self._streams.experiments(self._checkpoint)

    def delays(self) -> tuple[list[Delays], list[Measured]]:
        """Measures how soon seizures and sightings are known while one stream brings all it can through the gateway.

        Returns:
            The times, and what the stream brought meanwhile.
        """
        desk = Desk(self._home, judge=SCENARIO.judge, approver=SCENARIO.approver)
        texts = self._checkpoint.texts(LARGEST)
        run = self._streams.through_gateway(self._checkpoint, texts, seconds=LOADED_SECONDS)
        with ExitStack() as stack:
            fleet = self.fleet
            promptness = Promptness(stack, desk, seized=fleet.seized, free=fleet.free[:SEIZURES])
            pool = stack.enter_context(ThreadPoolExecutor(1))
            found: list[Delays] = []
            loads: list[Measured] = []
            for measure in (promptness.seizures, promptness.sightings):
                load = pool.submit(run)
                found += measure(lambda load=load: not load.done())  # type: ignore[misc]
                loads.append(load.result()[0])
            return found, loads


def bars(series: Mapping[str, Series]) -> Iterator[Bar]:
    """Yields the rates that streams of checks are judged by."""
    for key, title, wanted in (("t", "as texts", TEXTS_BAR), ("p", "packed", PACKED_BAR)):
        direct, gateway = series[f"{key}{LARGEST}-d"], series[f"{key}{LARGEST}-g"]
        yield Bar(f"plates per second {title}, directly / {wanted:,}", direct.rate / wanted, 1.0)
        yield Bar(f"plates per second {title}, through the gateway / {wanted:,}", gateway.rate / wanted, 0.5)
