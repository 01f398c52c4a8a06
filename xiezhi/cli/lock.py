"""At most one suite runs in a data folder: the lock of its supervisor, and what an earlier one may have left behind."""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from xiezhi.cli.home import Home
from xiezhi.cli.output import CommandError
from xiezhi.cli.suite import PROCESSES

SAY_SECONDS, POLL_SECONDS = 2.0, 0.01
"""How long whoever takes the lock may take to say who that is, and how often is looked."""
STOP_STEP = "Call it as it is; or stop it with Ctrl-C where it runs, or with `xiezhi down`."


@contextmanager
def hold_lock(home: Home) -> Iterator[None]:
    """Holds the lock of a data folder. The system lets go of it when this process ends, however it ends.

    Raises:
        CommandError: If another process holds it.
    """
    home.run.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _lock_file(home).open("a+", encoding="ascii") as file:
        _take(file, home)
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        try:
            yield
        finally:
            file.truncate(0)


def lock_holder(home: Home) -> int | None:
    """Returns the id of the process that runs the suite of a data folder, None where none does.

    Raises:
        CommandError: If one holds the lock and does not say which: it begins or ends, and takes longer than it should.
    """
    ends = time.monotonic() + SAY_SECONDS
    while time.monotonic() < ends:
        try:
            with _lock_file(home).open("r+", encoding="ascii") as file:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
                return None
        except FileNotFoundError:
            return None
        except BlockingIOError:
            text = _lock_file(home).read_text(encoding="ascii").strip()
            if text.isdecimal():
                return int(text)
            time.sleep(POLL_SECONDS)
    raise _runs_already(home, None)


def _take(file: TextIO, home: Home) -> None:
    """Takes the lock; whoever only looks at it, as `lock_holder` does, is waited for."""
    ends = time.monotonic() + SAY_SECONDS
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = lock_holder(home)
            if holder is not None or time.monotonic() > ends:
                raise _runs_already(home, holder) from None
            time.sleep(POLL_SECONDS)
        else:
            return


def note_process(home: Home, name: str, process_id: int) -> None:
    """Notes a process that was started, so that it is found again should its supervisor be killed."""
    noted = {"pid": process_id, "started": _started(process_id)}
    _process_file(home, name).write_text(json.dumps(noted), encoding="ascii")


def forget_process(home: Home, name: str) -> None:
    """Forgets a process that has stopped."""
    _process_file(home, name).unlink(missing_ok=True)


def noted_process(home: Home, name: str) -> int | None:
    """Returns the id of a process of this data folder that runs, None where it does not.

    A process id may have been given to somebody else since, and a data folder with its notes be a copy of another one:
    only a process counts that started when the noted one did, and works in this data folder.
    """
    try:
        noted = json.loads(_process_file(home, name).read_text(encoding="ascii"))
        process_id = int(noted["pid"])
        is_same = _started(process_id) == noted["started"] and home.root.samefile(f"/proc/{process_id}/cwd")
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return process_id if is_same else None


def require_nothing_runs(home: Home) -> None:
    """Refuses to go on while the suite of a data folder runs, or what is left of it.

    Raises:
        CommandError: If anything runs.
    """
    holder = lock_holder(home)
    if holder is not None:
        raise _runs_already(home, holder)
    require_no_orphans(home)


def require_no_orphans(home: Home) -> None:
    """Refuses to start beside processes that a killed supervisor left running: they hold the same databases.

    Raises:
        CommandError: If there are any.
    """
    left = {name: found for name in PROCESSES if (found := noted_process(home, name)) is not None}
    if left:
        named = ", ".join(f"{name} (process {number})" for name, number in left.items())
        raise CommandError(
            f"An earlier run was killed and left running: {named}.", next_step="Stop them with `xiezhi down`."
        )


def _runs_already(home: Home, holder: int | None) -> CommandError:
    who = f", under process {holder}" if holder else ""
    return CommandError(f"The suite of {home.root} runs already{who}.", next_step=STOP_STEP)


def _lock_file(home: Home) -> Path:
    return home.run / "suite.lock"


def _process_file(home: Home, name: str) -> Path:
    return home.run / f"{name}.pid"


def _started(process_id: int) -> int:
    """Returns when a process started, in ticks since the machine did, or 0: field 22 of proc_pid_stat(5)."""
    try:
        told = Path(f"/proc/{process_id}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return 0
    return int(told.rpartition(")")[2].split()[19])
