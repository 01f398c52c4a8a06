"""`xiezhi down`: stops the suite that runs in a data folder."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable

import typer

from xiezhi.cli.command import command, examples
from xiezhi.cli.home import Home
from xiezhi.cli.lock import forget_process, lock_holder, noted_process
from xiezhi.cli.output import CommandError
from xiezhi.cli.session import Session
from xiezhi.cli.suite import PROCESSES
from xiezhi.cli.supervisor import STOP_SECONDS

POLL_SECONDS = 0.05


def add_to(app: typer.Typer) -> None:
    """Adds the command to an application."""

    @command(app, epilog=examples("xiezhi down", "xiezhi --home /srv/xiezhi down"))
    def down(session: Session) -> None:
        """Stop the suite that `xiezhi up` runs in this data folder; calls in flight are finished.

        Stops too what a killed `xiezhi up` left running. Nothing else is touched: a process counts only if it holds
        this folder's lock, or was started with this folder's configuration.
        """
        stopped = _stop_supervisor(session) + _stop_orphans(session)
        told = f"Stopped: {', '.join(stopped)}." if stopped else f"Nothing runs in {session.home.root}."
        session.output.result({"stopped": stopped}, told)


def _stop_supervisor(session: Session) -> list[str]:
    holder = lock_holder(session.home)
    if holder is None:
        return []
    os.kill(holder, signal.SIGTERM)
    _wait(lambda: lock_holder(session.home) is None, what=f"process {holder}", processes=len(PROCESSES))
    return ["suite"]


def _stop_orphans(session: Session) -> list[str]:
    return [name for name in reversed(PROCESSES) if _stop_orphan(session.home, name)]


def _stop_orphan(home: Home, name: str) -> bool:
    found = noted_process(home, name)
    if found is not None:
        os.kill(found, signal.SIGTERM)
        _wait(lambda: noted_process(home, name) is None, what=f"{name} (process {found})")
        home.address_file(name).unlink(missing_ok=True)
    forget_process(home, name)
    return found is not None


def _wait(is_over: Callable[[], bool], *, what: str, processes: int = 1) -> None:
    ends = time.monotonic() + STOP_SECONDS * processes
    while not is_over():
        if time.monotonic() > ends:
            raise CommandError(f"{what} does not stop.", next_step="Look at its log, then end it yourself.")
        time.sleep(POLL_SECONDS)
