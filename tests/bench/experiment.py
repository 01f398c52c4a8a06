"""What is measured, round by round, while whatever is not measured stands still."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.bench.load import Measured
from tests.bench.machine import Usage
from tests.bench.report import Series
from xiezhi.cli.suite import PROCESSES
from xiezhi.cli.supervisor import Supervisor

QUIET = 0.10
"""Cores that other work may take in a round; what the bench itself costs beside the load included."""
TRIES = 3

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


def measure(experiments: list[Experiment], *, rounds: int, quiet: float = QUIET) -> None:
    """Measures all of them in each round; a round in which other work took the processor is measured again.

    Args:
        experiments: What is measured.
        rounds: How many rounds.
        quiet: Cores that other work may take.
    """
    for number in range(1, rounds + 1):
        for experiment in experiments:
            for _ in range(TRIES):
                with only(experiment.suite, [e.suite for e in experiments]):
                    measured, usage = experiment.run()
                if measured.errors:
                    raise SystemExit(f"{experiment.series.title}: {measured.errors} errors: {measured.first_error}")
                is_quiet = usage.others <= quiet
                rate = measured.per_second * experiment.series.per_call
                print(
                    f"round {number}  {experiment.series.key:10} {rate:>12,.0f}/s  "
                    f"p99 {measured.p99_ms:6.1f} ms  others {usage.others:.2f}{'' if is_quiet else '  noisy'}",
                    file=sys.stderr,
                )
                if is_quiet:
                    experiment.series.runs[number] = (measured, usage)
                    break


@contextmanager
def only(wanted: Supervisor | None, suites: Iterable[Supervisor | None]) -> Iterator[None]:
    """Stops the processes of all suites but one, which would take a share of caches and cores by being there."""
    idle = {one for one in suites if one is not None and one is not wanted}
    pids = [pid for one in idle for pid in process_ids(one, *PROCESSES)]
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


def process_ids(running: Supervisor, *names: str) -> tuple[int, ...]:
    """Returns the ids of those processes of a suite that run."""
    return tuple(pid for name in names if (pid := running.process_id(name)) is not None)
