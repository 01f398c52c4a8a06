"""Seeded data folders, and a suite of real processes that several modules share."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

import tests.e2e.running
from tests.e2e.cars import add_cars
from tests.e2e.exits import Exits
from tests.e2e.players import Players
from tests.e2e.referrals import Referrals
from tests.e2e.running import Suite, copy_home, make_seeded, running
from tests.e2e.vehicles import Vehicles
from xiezhi.cli import layout
from xiezhi.cli.home import Home
from xiezhi.cli.nursery import Nursery
from xiezhi.cli.suite import ENTRIES
from xiezhi.cli.supervisor import running_suite

HERE = Path(__file__).parent
SHARED = "suite"
"""Fixture of the suite that several modules share."""
LONGEST = ("test_demo", "test_crashes", "test_lifecycle", "test_up", "test_exit_crashes", "test_fuzz", "test_leaks")
"""Modules that take a worker longest, in this order. Those that call `demo` and `up` seek ports in the same range, so
they do not begin together."""
PORTS = range(10_000, 20_000)
"""Where suites started here seek ports: commands that are called seek theirs above, and cannot know which of those here
is free only until its process is started again."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Puts the modules that share a suite behind those that run suites of their own, and of both the longest first.

    What is left for the end is short then, and no worker waits for another one for long.
    """
    shared = {item.path for item in items if item.path.parent == HERE and SHARED in getattr(item, "fixturenames", ())}
    rank = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: (item.path in shared, rank.get(item.path.stem, len(rank))))


@pytest.fixture(scope="session", autouse=True)
def _own_ports(worker_id: str) -> Iterator[None]:
    """Lets each worker seek ports in a part of a range of our own.

    Otherwise one may find the port free of a process that another worker has just killed and will start again.
    """
    number = int(worker_id.removeprefix("gw")) if worker_id.startswith("gw") else 0
    count = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(layout, "PORTS", PORTS[number::count])
        yield


@pytest.fixture(scope="session", autouse=True)
def _one_nursery() -> Iterator[None]:
    """Lets all processes of a worker's suites be forked from one that has imported everything, once."""
    with closing(Nursery(ENTRIES)) as nursery, pytest.MonkeyPatch.context() as patched:
        patched.setattr(tests.e2e.running, "running_suite", partial(running_suite, nursery=nursery))
        yield


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A seeded data folder in which nothing runs, to be copied."""
    made = make_seeded(tmp_path_factory.mktemp("template"))
    add_cars(made)
    return made


@pytest.fixture
def home(template: Home, tmp_path: Path) -> Home:
    """A seeded data folder for one test."""
    return copy_home(template, tmp_path / "suite")


@pytest.fixture(scope="session")
def suite(template: Home, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Suite]:
    """A suite for tests that break nothing."""
    with running(copy_home(template, tmp_path_factory.mktemp("shared"))) as started:
        yield started


@pytest.fixture(scope="module")
def own_suite(template: Home, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Suite]:
    """A suite of a module's own, whose processes its tests kill and start, or in which what they do stays."""
    with running(copy_home(template, tmp_path_factory.mktemp("own"))) as started:
        yield started


@pytest.fixture(scope="session")
def players(suite: Suite) -> Iterator[Players]:
    """Everybody who calls the shared suite."""
    made = Players(suite.home)
    yield made
    made.close()


@pytest.fixture(scope="session")
def vehicles(players: Players) -> Vehicles:
    """Vehicle control of the shared suite."""
    return Vehicles(players)


@pytest.fixture(scope="session")
def exits(players: Players) -> Exits:
    """Exit restriction of the shared suite."""
    return Exits(players)


@pytest.fixture(scope="session")
def referrals(players: Players) -> Referrals:
    """Criminal referral of the shared suite."""
    return Referrals(players)
