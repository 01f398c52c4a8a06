"""A seeding that is killed at an arbitrary moment, and run again."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from services.synthetic import Province
from xiezhi.cli.home import Home
from xiezhi.cli.seed import DEFAULT_SEED, count_people

PEOPLE = 10_000
PATIENCE = 60


def _command(home: Path) -> list[str]:
    return [sys.executable, "-m", "xiezhi.cli", "--home", str(home), "--json", "seed", "--people", str(PEOPLE)]


def _count(database: Path, table: str) -> int:
    with contextlib.suppress(sqlite3.Error), contextlib.closing(sqlite3.connect(database, timeout=5)) as connection:
        return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])
    return 0


@pytest.mark.parametrize("moment", [1, 4_001])
def test_a_killed_seeding_is_completed_when_it_is_run_again(tmp_path: Path, moment: int) -> None:
    registry = tmp_path / "data" / "identity.db"
    running = subprocess.Popen(_command(tmp_path), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    ends = time.monotonic() + PATIENCE
    while running.poll() is None and time.monotonic() < ends:
        if registry.exists() and _count(registry, "persons") >= moment:
            break
        time.sleep(0.01)
    os.kill(running.pid, signal.SIGKILL)
    assert running.wait(PATIENCE) == -signal.SIGKILL, "it had ended before it was killed"
    assert count_people(Home(tmp_path)) == 0
    again = subprocess.run(_command(tmp_path), capture_output=True, text=True, timeout=PATIENCE, check=True)
    told = json.loads(again.stdout)
    groups = tuple(Province(DEFAULT_SEED).groups(PEOPLE))
    assert told["people"] == count_people(Home(tmp_path)) == sum(len(group.people) for group in groups)
    assert _count(registry, "households") == sum(len(group.households) for group in groups)
    assert _count(tmp_path / "data" / "gateway.db", "cases") == sum(len(group.cases) for group in groups)
