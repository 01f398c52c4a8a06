"""What the machine did while something was measured: processor time of ours and of others, memory."""

from __future__ import annotations

import platform
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil


@dataclass(frozen=True, slots=True)
class Usage:
    """What was used over a stretch of time.

    Attributes:
        cores: Processor time of the measured processes, in cores.
        others: Processor time of everybody else but the load, in cores.
        memory_mb: Resident memory of the measured processes at the end, MB.
    """

    cores: float
    others: float
    memory_mb: float


class Meter:
    """Measures from its making on.

    Args:
        measured: Process ids of the servers, and of what works for them.
    """

    def __init__(self, measured: Sequence[int]) -> None:
        self._processes = [p for pid in measured for p in _family(pid)]
        self._started = time.monotonic()
        self._own = self._own_seconds()
        self._busy = _busy_seconds()

    def stop(self, *, load_seconds: float) -> Usage:
        """Returns what was used since.

        Args:
            load_seconds: Processor time of the load, which is nobody else's work.
        """
        elapsed = time.monotonic() - self._started
        own = self._own_seconds() - self._own
        others = max(_busy_seconds() - self._busy - own - load_seconds, 0.0)
        memory = sum(_resident(p) for p in self._processes)
        return Usage(round(own / elapsed, 2), round(others / elapsed, 2), round(memory / 1e6, 1))

    def _own_seconds(self) -> float:
        return sum(_seconds(p) for p in self._processes)


def describe() -> str:
    """Returns a sentence about this machine."""
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    memory = psutil.virtual_memory().total / 2**30
    return f"{psutil.cpu_count()} cores ({model}), {memory:.0f} GiB, Python {platform.python_version()}"


def _family(pid: int) -> list[psutil.Process]:
    process = psutil.Process(pid)
    return [process, *process.children(recursive=True)]


def _seconds(process: psutil.Process) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return times.user + times.system


def _resident(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.NoSuchProcess:
        return 0


def _busy_seconds() -> float:
    times = psutil.cpu_times()
    return sum(times) - times.idle - times.iowait - getattr(times, "guest", 0.0)
