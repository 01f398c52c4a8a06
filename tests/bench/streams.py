"""Streams of checks: what gates send, beside a bare echo of the same messages."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from tests.bench import bare
from tests.bench.experiment import Experiment, process_ids
from tests.bench.gates import Calls, Gate
from tests.bench.load import Measured
from tests.bench.machine import Usage
from tests.bench.report import Series
from tests.bench.rig import Loader, peer
from xiezhi.cli.home import Home
from xiezhi.cli.supervisor import Supervisor

SIZES = (1, 100, 1_000)
LARGEST = SIZES[-1]
UNDER_WAY = 256
"""Batches of the stream that wait for their answer."""
ANSWER_BYTES = 12
"""Length of an answer without hits and without a receipt."""

Run = Callable[[], tuple[Measured, Usage]]


class Streams:
    """Measures streams of one suite.

    Args:
        stack: Stops the echo.
        home: The data folder.
        running: The suite.
        folder: Where files go.
        seconds: How long each measurement takes.
    """

    def __init__(self, stack: ExitStack, home: Home, running: Supervisor, *, folder: Path, seconds: float) -> None:
        self._home = home
        self._running = running
        self._folder = folder
        self._seconds = seconds
        self._echo_at, self._echo_pid = stack.enter_context(peer("echo", home.keys, folder, answer_bytes=ANSWER_BYTES))

    def experiments(self, gate: Gate, *, prefix: str = "") -> list[Experiment]:
        """Returns what is measured of a gate: batches of all sizes as texts, and the largest packed.

        Args:
            gate: The gate.
            prefix: Begins the keys of the series.
        """
        found = []
        for size in SIZES:
            found += self._of(gate, gate.texts(size), f"{prefix}t{size}", f"batches of {size:,} as texts", size)
        packed = gate.packed(LARGEST)
        return found + self._of(gate, packed, f"{prefix}p{LARGEST}", f"batches of {LARGEST:,}, packed", LARGEST)

    def through_gateway(self, gate: Gate, batches: list[bytes], *, seconds: float = 0.0) -> Run:
        """Returns how a stream through the gateway is measured, for as long as the others unless told otherwise."""
        return lambda: self._loader(seconds).measure(
            gate.stream,
            lambda: gate.through_gateway(batches),
            target=self._home.address("gateway"),
            server="gateway",
            as_system=gate.system,
            measured=process_ids(self._running, "gateway", gate.process, "ledger"),
            concurrency=UNDER_WAY,
            stream=True,
        )

    def _of(self, gate: Gate, batches: list[bytes], key: str, title: str, size: int) -> list[Experiment]:
        runs: tuple[tuple[str, str, Run], ...] = (
            (f"{key}-e", f"{title}: bare echo", self._echo(batches)),
            (f"{key}-d", f"{title}: the service, called directly", self._direct(gate, batches)),
            (f"{key}-g", f"{title}: through the gateway", self.through_gateway(gate, batches)),
        )
        return [
            Experiment(Series(name, told, per_call=size), run, suite=None if name.endswith("-e") else self._running)
            for name, told, run in runs
        ]

    def _echo(self, batches: list[bytes]) -> Run:
        calls: Calls = [(batch, ()) for batch in batches]
        return lambda: self._loader().measure(
            bare.STREAM,
            lambda: calls,
            target=self._echo_at,
            server="ledger",
            as_system="courts",
            measured=(self._echo_pid,),
            concurrency=UNDER_WAY,
            stream=True,
        )

    def _direct(self, gate: Gate, batches: list[bytes]) -> Run:
        return lambda: self._loader().measure(
            gate.stream,
            lambda: gate.with_grant(batches),
            target=self._home.address(gate.process),
            server=gate.process,
            as_system="gateway",
            measured=process_ids(self._running, gate.process, "ledger"),
            concurrency=UNDER_WAY,
            stream=True,
        )

    def _loader(self, seconds: float = 0.0) -> Loader:
        return Loader(self._home.keys, self._folder, seconds=seconds or self._seconds)
