"""Starts the processes of the suite, watches them, and stops those that it started and no others."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

from xiezhi.cli.forking import Order
from xiezhi.cli.health import is_serving
from xiezhi.cli.home import Home
from xiezhi.cli.layout import BACKENDS, config_file
from xiezhi.cli.lock import forget_process, hold_lock, note_process, require_no_orphans
from xiezhi.cli.nursery import Child, Nursery, servers_environment
from xiezhi.cli.output import CommandError
from xiezhi.cli.signals import holding
from xiezhi.cli.suite import ENTRIES, MODULES, PROCESSES

CONFIG_VARIABLE = "XIEZHI_CONFIG"
START_SECONDS = 60.0
"""How long the suite may take until it is ready."""
STOP_SECONDS = 30.0
"""How long a process may take to stop, a little more than the grace that it gives to calls in flight."""
POLL_SECONDS = 0.05
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0
"""Seconds before a crashed process is started again: doubled from the one to the other with each crash."""
STABLE_SECONDS = 60.0
"""A process that ran this long before it crashed is started again after the first pause."""
FORWARDED = tuple({process: service for service, process in BACKENDS.items()}.values())
"""A service of each process behind the gateway."""
LOG_LINES = 20
LOG_BYTES = 16 * 1024 * 1024

Report = Callable[[str], None]


@dataclass(slots=True)
class _Watched:
    """A process, and what is known of its crashes."""

    name: str
    process: Child | None = None
    started: float = 0.0
    pause: float = FIRST_PAUSE
    due: float = field(default=0.0)


class Supervisor:
    """The running suite of one data folder. `running_suite` makes one under its lock."""

    def __init__(self, home: Home, *, nursery: Nursery, report: Report) -> None:
        """Starts nothing yet.

        Args:
            home: The data folder, with keys and configuration.
            nursery: Starts the processes.
            report: Told, in one line each, what goes on.
        """
        self._home = home
        self._nursery = nursery
        self._report = report
        self._watched = {name: _Watched(name) for name in PROCESSES}

    def start(self) -> None:
        """Starts all processes at once and waits until each is ready to serve.

        Raises:
            CommandError: If one ends or is not ready in time; with the last lines of its log.
        """
        for name in PROCESSES:
            self.spawn(name)
        ends = time.monotonic() + START_SECONDS
        waiting = list(PROCESSES)
        while waiting:
            for name in PROCESSES:
                self._require_alive(name)
            for name in tuple(waiting):
                if self._is_ready(name):
                    waiting.remove(name)
                    self._report(f"{name} serves at {self._home.address(name)}")
            if waiting and time.monotonic() > ends:
                raise self._failure(waiting[0], f"is not ready after {START_SECONDS:.0f} s")
            time.sleep(POLL_SECONDS)

    def spawn(self, name: str) -> None:
        """Starts one process; its log is appended to its file."""
        self._home.address_file(name).unlink(missing_ok=True)
        log = log_file(self._home, name)
        if log.exists() and log.stat().st_size > LOG_BYTES:
            log.replace(log.with_suffix(".log.1"))
        watched = self._watched[name]
        environment = servers_environment() | {
            CONFIG_VARIABLE: str(config_file(self._home, name)),
            "PYTHONUNBUFFERED": "1",
        }
        order = Order(MODULES[name], environment, str(self._home.root))
        with holding(), log.open("ab") as output:
            watched.process = self._nursery.start(
                order, log=output, note=lambda number: note_process(self._home, name, number)
            )
        watched.started = time.monotonic()

    def process_id(self, name: str) -> int | None:
        """Returns the id of a process that was started here, None while it does not run."""
        process = self._watched[name].process
        return process.process_id if process is not None and process.poll() is None else None

    def watch(self) -> NoReturn:
        """Starts crashed processes again, with growing pauses, until an exception ends it."""
        while True:
            for watched in self._watched.values():
                self._restart_if_due(watched)
            time.sleep(POLL_SECONDS)

    def stop(self) -> None:
        """Stops what was started, the gateway first, and waits for each; whoever does not stop in time is killed."""
        for name in reversed(PROCESSES):
            process = self._watched[name].process
            if process is None:
                continue
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                if process.wait(STOP_SECONDS) is None:
                    self._report(f"{name} did not stop within {STOP_SECONDS:.0f} s and is killed")
                    process.send_signal(signal.SIGKILL)
                    process.wait()
            self._watched[name].process = None
            self._home.address_file(name).unlink(missing_ok=True)
            forget_process(self._home, name)

    def _restart_if_due(self, watched: _Watched) -> None:
        now = time.monotonic()
        if watched.process is None:
            if now >= watched.due:
                self.spawn(watched.name)
                self._report(f"{watched.name} is started again")
            return
        ending = watched.process.poll()
        if ending is None:
            return
        if now - watched.started > STABLE_SECONDS:
            watched.pause = FIRST_PAUSE
        self._report(f"{watched.name} {ending}; starting it again in {watched.pause:g} s")
        watched.process = None
        watched.due = now + watched.pause
        watched.pause = min(watched.pause * 2, LONGEST_PAUSE)

    def _is_ready(self, name: str) -> bool:
        """Whether a process serves; the gateway, whether it reaches those behind it too."""
        address = self._home.address(name)
        services = ("", *FORWARDED) if name == "gateway" else ("",)
        return bool(address) and all(is_serving(self._home, name, address, service=service) for service in services)

    def _require_alive(self, name: str) -> None:
        process = self._watched[name].process
        ending = process.poll() if process is not None else None
        if ending is not None:
            raise self._failure(name, str(ending))

    def _failure(self, name: str, what: str) -> CommandError:
        tail = "\n".join(f"  {line}" for line in last_lines(log_file(self._home, name)))
        return CommandError(
            f"The {name} process {what}. The end of its log:\n{tail or '  (nothing)'}",
            next_step=f"Read {log_file(self._home, name)}, and let `xiezhi doctor` look.",
        )


@contextmanager
def running_suite(home: Home, *, report: Report, nursery: Nursery | None = None) -> Iterator[Supervisor]:
    """Runs the suite of a data folder for as long as the block lasts.

    Args:
        home: The data folder, with keys and configuration.
        report: Told, in one line each, what goes on.
        nursery: Starts the processes, where that of another suite is to be shared.

    Raises:
        CommandError: If it runs already, or does not become ready.
    """
    with hold_lock(home), nullcontext(nursery) if nursery else closing(Nursery(ENTRIES)) as used:
        require_no_orphans(home)
        supervisor = Supervisor(home, nursery=used, report=report)
        try:
            supervisor.start()
            yield supervisor
        finally:
            with holding():
                supervisor.stop()


def log_file(home: Home, name: str) -> Path:
    """Returns where a process's log is."""
    return home.logs / f"{name}.log"


def last_lines(file: Path, count: int = LOG_LINES) -> list[str]:
    """Returns the last lines of a log, none where there is no log."""
    if not file.exists():
        return []
    with file.open("rb") as opened:
        opened.seek(max(file.stat().st_size - 64 * 1024, 0))
        return opened.read().decode(errors="replace").splitlines()[-count:]
