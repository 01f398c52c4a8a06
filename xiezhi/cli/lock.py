"""At most one suite runs in a data folder: the lock of its supervisor, and what an earlier one may have left behind."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from xiezhi.cli.home import Home
from xiezhi.cli.layout import config_file
from xiezhi.cli.output import CommandError
from xiezhi.cli.suite import PROCESSES

STOP_STEP = "Call it as it is; or stop it with Ctrl-C where it runs, or with `xiezhi down`."


@contextmanager
def hold_lock(home: Home) -> Iterator[None]:
    """Holds the lock of a data folder. The system lets go of it when this process ends, however it ends.

    Raises:
        CommandError: If another process holds it.
    """
    home.run.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _lock_file(home).open("a+", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise _runs_already(home, lock_holder(home)) from None
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        try:
            yield
        finally:
            file.truncate(0)


def lock_holder(home: Home) -> int | None:
    """Returns the id of the process that runs the suite of a data folder, None where none does."""
    try:
        with _lock_file(home).open("r+", encoding="ascii") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                text = file.read().strip()
                return int(text) if text.isdecimal() else None
    except FileNotFoundError:
        pass
    return None


def note_process(home: Home, name: str, process_id: int) -> None:
    """Notes a process that was started, so that it is found again should its supervisor be killed."""
    _process_file(home, name).write_text(json.dumps({"pid": process_id}), encoding="ascii")


def forget_process(home: Home, name: str) -> None:
    """Forgets a process that has stopped."""
    _process_file(home, name).unlink(missing_ok=True)


def noted_process(home: Home, name: str) -> int | None:
    """Returns the id of a process of this data folder that runs, None where it does not.

    A process id may have been given to somebody else since; only a process that was started with this data folder's
    configuration counts.
    """
    try:
        noted = int(json.loads(_process_file(home, name).read_text(encoding="ascii"))["pid"])
        environment = Path(f"/proc/{noted}/environ").read_bytes().split(b"\0")
    except (OSError, ValueError, KeyError):
        return None
    return noted if os.fsencode(f"XIEZHI_CONFIG={config_file(home, name)}") in environment else None


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
