"""Suites of real processes that a test runs, changes, kills and starts again."""

from __future__ import annotations

import os
import shutil
import signal
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.e2e import wrong_clock
from xiezhi.cli.health import is_serving
from xiezhi.cli.home import Home
from xiezhi.cli.layout import BACKENDS, config_file, metrics_url, read_layout, render_toml
from xiezhi.cli.output import Output
from xiezhi.cli.session import Session
from xiezhi.cli.suite import MODULES, PROCESSES
from xiezhi.cli.supervisor import Supervisor, log_file, running_suite
from xiezhi.cli.up import prepare

PEOPLE = 200
PATIENCE = 60.0
"""Seconds after which what does not come is a failure."""
PAUSE = 0.02

Changes = Mapping[str, Mapping[str, Any]]
"""Settings by process, over those of the embedded set-up; a table is merged into the one that is there."""


def await_that(claim: Callable[[], object], what: str, *, seconds: float = PATIENCE) -> None:
    """Waits until a claim about other processes holds, where there is nothing that tells of it."""
    ends = time.monotonic() + seconds
    while not claim():
        assert time.monotonic() < ends, what
        time.sleep(PAUSE)


def make_seeded(folder: Path, *, people: int = PEOPLE) -> Home:
    """Makes a data folder with keys and a small province, in which nothing has run yet."""
    home = Home(folder)
    output = Output(as_json=True)
    prepare(home, output, people=people, session=Session(home, output))
    return home


def copy_home(template: Home, folder: Path) -> Home:
    """Copies a data folder in which nothing runs; quicker than to seed another one."""
    shutil.copytree(template.root, folder, dirs_exist_ok=True)
    return Home(folder)


@contextmanager
def running(home: Home, *, changes: Changes | None = None) -> Iterator[Suite]:
    """Runs the suite of a seeded data folder.

    Args:
        home: The data folder.
        changes: What is to be configured otherwise than in the embedded set-up.
    """
    configure(home, changes or {})
    with running_suite(home, report=lambda text: None) as supervisor:
        yield Suite(home, supervisor)


def configure(home: Home, changes: Changes) -> None:
    """Writes the configuration of a suite that does not run."""
    output = Output(as_json=True)
    prepare(home, output, people=0, session=Session(home, output))
    for process in PROCESSES:
        if process in changes:
            change_settings(home, process, changes[process])


def change_settings(home: Home, process: str, settings: Mapping[str, Any]) -> None:
    """Changes the configuration that a process reads at its next start."""
    merged = read_layout(home, process)
    for name, value in settings.items():
        merged[name] = {**merged.get(name, {}), **value} if isinstance(value, Mapping) else value
    config_file(home, process).write_text(render_toml(merged), encoding="utf-8")


class Suite:
    """A running suite.

    Attributes:
        home: Its data folder.
    """

    def __init__(self, home: Home, supervisor: Supervisor) -> None:
        self.home = home
        self._supervisor = supervisor

    def kill(self, name: str) -> None:
        """Ends a process at once, as a crash would."""
        self._end(name, signal.SIGKILL)

    def stop(self, name: str) -> None:
        """Ends a process in order."""
        self._end(name, signal.SIGTERM)

    def start(self, *names: str, ready: bool = True) -> None:
        """Starts processes again, in this order, and waits until they are ready to serve."""
        for name in names:
            self._supervisor.spawn(name)
        for name in names if ready else ():
            self.await_serving(name)

    def set_clock(self, name: str, *, seconds: int) -> None:
        """Stops a process and starts it again with a clock that is ahead, or behind, by so much."""
        self.stop(name)
        with pytest.MonkeyPatch.context() as changed:
            changed.setenv(wrong_clock.MODULE, MODULES[name])
            changed.setenv(wrong_clock.SECONDS, str(seconds))
            changed.setitem(MODULES, name, wrong_clock.__name__)
            self.start(name)
        for process in PROCESSES:
            self.await_serving(process)
        for service in BACKENDS:
            self.await_serving("gateway", service=service)

    def process_id(self, name: str) -> int:
        """Returns the id of a process, 0 while it does not run."""
        return self._supervisor.process_id(name) or 0

    def is_serving(self, name: str, *, service: str = "") -> bool:
        """Asks a process whether it serves."""
        address = self.home.address(name)
        return bool(address) and is_serving(self.home, name, address, service=service)

    def await_serving(self, name: str, *, service: str = "") -> None:
        """Waits until a process says that it serves."""
        await_that(lambda: self.is_serving(name, service=service), f"{name} does not serve")

    def await_not_serving(self, name: str, *, seconds: float = PATIENCE) -> None:
        """Waits until a process that runs says that it does not serve."""
        await_that(lambda: not self.is_serving(name), f"{name} says that it serves", seconds=seconds)
        assert self.process_id(name), f"{name} has ended"

    def metrics(self, name: str) -> str:
        """Returns a process's page of metrics."""
        with urllib.request.urlopen(metrics_url(self.home, name), timeout=10) as page:
            return str(page.read().decode())

    def count(self, name: str, method: str, reason: str = "") -> int:
        """Returns how many calls of a method a process has answered, or refused for a reason."""
        decision = "refused" if reason else "answered"
        labels = {"method": method, "decision": decision, "reason": str(reason)}
        families = text_string_to_metric_families(self.metrics(name))
        samples = (sample for family in families for sample in family.samples)
        return sum(int(s.value) for s in samples if s.name == "xiezhi_requests_total" and s.labels == labels)

    def in_flight(self, name: str) -> int:
        """Returns how many calls a process serves now."""
        families = text_string_to_metric_families(self.metrics(name))
        samples = (sample for family in families for sample in family.samples)
        return sum(int(sample.value) for sample in samples if sample.name == "xiezhi_requests_in_flight")

    def log(self, name: str) -> str:
        """Returns a process's log."""
        return log_file(self.home, name).read_text(encoding="utf-8", errors="replace")

    def _end(self, name: str, how: signal.Signals) -> None:
        os.kill(self.process_id(name), how)
        await_that(lambda: not self.process_id(name), f"{name} does not end")
