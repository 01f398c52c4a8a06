"""A data folder with keys, and a way to call commands on it."""

from __future__ import annotations

import json
import shutil
import warnings
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click import Command
from click.testing import CliRunner, Result
from typer.main import get_command

from services.chassis.migrations import upgrade
from xiezhi.cli import build_app
from xiezhi.cli.home import Home
from xiezhi.cli.layout import database_url, write_layout
from xiezhi.cli.session import ENVIRONMENT
from xiezhi.cli.suite import MODULES, create_keyrings
from xiezhi.pki import InsecureDevelopmentKeysWarning, Officer
from xiezhi.proof.statement import Rank

Run = Callable[..., Result]

JUDGE = Officer(
    officer_id="GAN0102-J901",
    agency="courts",
    system="courts",
    organisation="赣0102",
    rank=Rank.JUDGE,
    name="测试甲",
    phone="13900000000",
    work_card="W-901",
    enforcement_card="E-901",
    permissions=("approval.submit", "approval.read", "identity.household.lookup"),
)


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*ENVIRONMENT, "XIEZHI_HOME", "XIEZHI_CONFIG"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def made_home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A data folder with development keys and one judge, to be copied."""
    made = Home(tmp_path_factory.mktemp("made") / "var")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InsecureDevelopmentKeysWarning)
        made.keys.create((JUDGE,), now=datetime.now(UTC))
    return made


@pytest.fixture
def home(made_home: Home, tmp_path: Path) -> Home:
    """A data folder with development keys and one judge."""
    return Home(shutil.copytree(made_home.root, tmp_path / "var"))


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of the migrated databases, to be copied."""
    made = Home(tmp_path_factory.mktemp("migrated"))
    write_layout(made)
    for process, package in MODULES.items():
        upgrade(database_url(made, process), package=package)
    return made.data


@pytest.fixture
def suite(home: Home, migrated: Path) -> Home:
    """A data folder with keys, keyrings, configuration and migrated databases."""
    create_keyrings(home)
    write_layout(home)
    shutil.copytree(migrated, home.data, dirs_exist_ok=True)
    return home


@pytest.fixture(scope="session")
def command_line() -> Command:
    """The command line, which takes longer to make than most commands to run."""
    return get_command(build_app())


@pytest.fixture
def run(home: Home, command_line: Command) -> Run:
    """Calls a command on the data folder."""

    def call(*arguments: str) -> Result:
        return CliRunner().invoke(command_line, ["--home", str(home.root), *arguments], env={"COLUMNS": "200"})

    return call


def document(result: Result) -> Any:
    """Returns the one JSON document that a command printed on standard output."""
    return json.loads(result.stdout)
