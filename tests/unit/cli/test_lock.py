"""At most one suite runs in a data folder, and only its own processes are ever touched."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.cli.conftest import Run
from xiezhi.cli.home import Home
from xiezhi.cli.lock import hold_lock, lock_holder, note_process, noted_process, require_nothing_runs
from xiezhi.cli.output import CommandError

HOLD = """
import sys, time
from pathlib import Path
from xiezhi.cli.home import Home
from xiezhi.cli.lock import hold_lock
with hold_lock(Home(Path(sys.argv[1]))):
    print("held", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def plain(tmp_path: Path) -> Home:
    made = Home(tmp_path / "var")
    made.run.mkdir(parents=True)
    return made


@pytest.fixture
def holder(plain: Home) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the lock."""
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(plain.root)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def test_a_second_one_is_refused_with_the_holder(plain: Home, holder: subprocess.Popen[str]) -> None:
    assert lock_holder(plain) == holder.pid
    with pytest.raises(CommandError, match=str(holder.pid)) as refused, hold_lock(plain):
        pass
    assert "xiezhi down" in refused.value.next_step
    with pytest.raises(CommandError, match="runs already"):
        require_nothing_runs(plain)


def test_who_takes_the_lock_is_waited_for_until_it_says_who_it_is(plain: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    with (plain.run / "suite.lock").open("w", encoding="ascii") as file:
        fcntl.flock(file, fcntl.LOCK_EX)

        def say(_: float) -> None:
            file.write("4711\n")
            file.flush()

        monkeypatch.setattr("xiezhi.cli.lock.time.sleep", say)
        with pytest.raises(CommandError, match="process 4711"):
            require_nothing_runs(plain)
        file.truncate(0)
        monkeypatch.setattr("xiezhi.cli.lock.time.sleep", lambda seconds: None)
        monkeypatch.setattr("xiezhi.cli.lock.SAY_SECONDS", 0.02)
        with pytest.raises(CommandError, match="runs already"):
            require_nothing_runs(plain)


def test_who_only_looks_at_the_lock_keeps_nobody_from_it(plain: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    with (plain.run / "suite.lock").open("w", encoding="ascii") as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        monkeypatch.setattr("xiezhi.cli.lock.time.sleep", lambda seconds: file.close())
        with hold_lock(plain):
            assert lock_holder(plain) == os.getpid()


def test_the_lock_of_a_killed_process_is_free(plain: Home, holder: subprocess.Popen[str]) -> None:
    holder.kill()
    holder.wait()
    assert lock_holder(plain) is None
    with hold_lock(plain):
        pass


def test_a_process_of_another_folder_does_not_count(plain: Home) -> None:
    note_process(plain, "ledger", os.getpid())
    assert noted_process(plain, "ledger") is None
    require_nothing_runs(plain)


def test_what_a_killed_supervisor_left_is_found_and_stopped(plain: Home) -> None:
    left = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], cwd=plain.root)
    try:
        note_process(plain, "ledger", left.pid)
        assert noted_process(plain, "ledger") == left.pid
        with pytest.raises(CommandError, match=f"ledger .process {left.pid}") as refused:
            require_nothing_runs(plain)
        assert "xiezhi down" in refused.value.next_step
    finally:
        left.kill()
        left.wait()
    assert noted_process(plain, "ledger") is None


def test_a_process_that_was_given_the_id_of_another_one_does_not_count(plain: Home) -> None:
    left = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], cwd=plain.root)
    try:
        note_process(plain, "ledger", left.pid)
        note = plain.run / "ledger.pid"
        noted = json.loads(note.read_text(encoding="ascii"))
        note.write_text(json.dumps(noted | {"started": noted["started"] - 1}), encoding="ascii")
        assert noted_process(plain, "ledger") is None
    finally:
        left.kill()
        left.wait()


@pytest.mark.parametrize("written", ["", "{", "{}", '{"pid": 1}', '{"pid": "x", "started": 1}', "[]"])
def test_what_is_no_note_notes_nothing(plain: Home, written: str) -> None:
    (plain.run / "ledger.pid").write_text(written, encoding="ascii")
    assert noted_process(plain, "ledger") is None


def test_a_process_that_has_gone_before_it_was_noted_does_not_count(plain: Home) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""], cwd=plain.root)
    gone.wait()
    note_process(plain, "ledger", gone.pid)
    assert noted_process(plain, "ledger") is None


def test_down_stops_nothing_that_is_not_the_suites(run: Run, home: Home) -> None:
    home.run.mkdir()
    bystander = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        note_process(home, "identity", bystander.pid)
        assert run("down").exit_code == 0
        assert bystander.poll() is None
    finally:
        bystander.send_signal(signal.SIGTERM)
        bystander.wait()
