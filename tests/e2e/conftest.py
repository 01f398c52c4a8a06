"""Seeded data folders, and a suite of real processes that several modules share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.cars import add_cars
from tests.e2e.players import Players
from tests.e2e.running import Suite, copy_home, make_seeded, running
from tests.e2e.vehicles import Vehicles
from xiezhi.cli.home import Home


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
