"""Exit restriction: travellers a second on one stream beside plates and a bare echo, and how soon all is known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

from services.synthetic import SCENARIO
from tests.bench.calls import Desk
from tests.bench.experiment import Experiment
from tests.bench.fleet import make_fleet
from tests.bench.frontier import RESTRICTED, make_frontier
from tests.bench.frontline import Frontline
from tests.bench.gates import Checkpoint, Port
from tests.bench.promptness import Delays
from tests.bench.report import Bar, Series
from tests.bench.rig import suite
from tests.bench.streams import LARGEST, SIZES, Streams
from tests.bench.vehicles import LOADED_SECONDS
from xiezhi.cli.home import Home
from xiezhi.cli.output import Output
from xiezhi.cli.session import Session
from xiezhi.cli.up import prepare

PEOPLE = 2_000
QUIET_RELEASES, QUIET_HITS = RESTRICTED // 2, 150
"""Releases and hits that are timed while nothing else is sent."""


class Travellers:
    """Starts what checks at ports are measured by, and those on the road beside them.

    Args:
        stack: Stops it again.
        folder: Where data and configuration go.
        seconds: How long each measurement takes.
        alerts: How many alerts there are, for travellers and for plates each.
    """

    def __init__(self, stack: ExitStack, folder: Path, *, seconds: float, alerts: int) -> None:
        self.home = home = Home(folder / "travellers")
        output = Output(as_json=False)
        prepare(home, output, people=PEOPLE, session=Session(home, output))
        make_fleet(home, alerts=alerts, others=0)
        self._frontier = make_frontier(home, alerts=alerts)
        running = stack.enter_context(suite(home, people=PEOPLE))
        self._streams = Streams(stack, home, running, folder=folder, seconds=seconds)
        self._port = Port(home)
        self._checkpoint = Checkpoint(home)

    def experiments(self) -> list[Experiment]:
        """Returns what is to be measured of streams: each of travellers next to that of plates."""
        found = zip(
            self._streams.experiments(self._port, prefix="x"),
            self._streams.experiments(self._checkpoint, prefix="v"),
            strict=True,
        )
        experiments = []
        for travellers, plates in found:
            travellers.series.title = f"travellers, {travellers.series.title}"
            plates.series.title = f"plates, {plates.series.title}"
            experiments += [travellers, plates]
        return experiments

    def delays(self) -> list[Delays]:
        """Measures how soon releases and hits are known, first by themselves and then beside a full stream."""
        desk = Desk(self.home, judge=SCENARIO.judge, approver=SCENARIO.approver)
        texts = self._port.texts(LARGEST)
        run = self._streams.through_gateway(self._port, texts, seconds=LOADED_SECONDS)
        with ExitStack() as stack:
            front = Frontline(stack, desk, self._frontier, releases=RESTRICTED)
            pool = stack.enter_context(ThreadPoolExecutor(1))
            found = [*front.releases("j", "by itself", lambda done: done < QUIET_RELEASES)]
            found.append(front.hits("k", "by itself", lambda done: done < QUIET_HITS))
            load = pool.submit(run)
            found += front.releases("jl", "beside a full stream", lambda _: not load.done())
            load.result()
            load = pool.submit(run)
            found.append(front.hits("kl", "beside a full stream", lambda _: not load.done()))
            load.result()
            return found


def bars(series: Mapping[str, Series]) -> Iterator[Bar]:
    """Yields the ratios that streams of travellers are judged by: those of plates in the same run."""
    for key in (*(f"t{size}" for size in SIZES), f"p{LARGEST}"):
        for way, told in (("d", "directly"), ("g", "through the gateway")):
            travellers, plates = series[f"x{key}-{way}"], series[f"v{key}-{way}"]
            title = f"travellers / plates, {key}, {told}"
            yield Bar.between(f"{title}, per second", travellers.rates, plates.rates, bar=1.0)
            of_core = f"{title}, per second of the servers' processors"
            yield Bar.between(of_core, travellers.rates_of_core, plates.rates_of_core, bar=1.0)
