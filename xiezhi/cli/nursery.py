"""Starts processes as forks of one that has imported what they need, and follows each of them by a handle."""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import BinaryIO

from xiezhi.cli import forking
from xiezhi.cli.forking import NUMBER, Order
from xiezhi.cli.home import HOME_VARIABLE
from xiezhi.cli.output import CommandError
from xiezhi.cli.session import ENVIRONMENT

ANSWER_SECONDS = 60.0
"""How long it may take to import everything on a busy machine, and to fork then."""
CODE_SECONDS = 5.0
"""How long the code of a process that has ended may take to come."""
SETTINGS = {"OPENBLAS_NUM_THREADS": "1", "PYTHONUNBUFFERED": "1"}
"""Environment of the forking process: numpy's library starts threads at its import otherwise."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How a process ended.

    Attributes:
        code: Its exit code, the negated number of a signal that ended it, or None where nobody was there to know.
    """

    code: int | None

    def __str__(self) -> str:
        if self.code is None:
            return "ended, and nobody knows how"
        return f"was ended by {signal.Signals(-self.code).name}" if self.code < 0 else f"ended with code {self.code}"


class Child:
    """A process that a nursery has started.

    Args:
        process_id: Its id.
        handle: Descriptor of the process (pidfd), which stands for it alone whoever has its id later.
        told: Takes its order, and tells of its exit code.
    """

    def __init__(self, process_id: int, handle: int, *, told: socket.socket) -> None:
        self.process_id = process_id
        self._handle = handle
        self._told = told
        self._lock = threading.Lock()
        self._ending: Ending | None = None

    def begin(self, order: Order) -> None:
        """Gives the process its order; one that has ended already does not mind."""
        with suppress(OSError):
            self._told.sendall(order.to_bytes())
            self._told.shutdown(socket.SHUT_WR)

    def poll(self) -> Ending | None:
        """Tells how the process ended, None while it runs."""
        return self.wait(0)

    def wait(self, seconds: float | None = None) -> Ending | None:
        """Waits for the end of the process.

        Args:
            seconds: How long at most; None for as long as it takes.

        Returns:
            How it ended, None if it runs still.
        """
        with self._lock:
            if self._ending is None and self._await_end(seconds):
                self._ending = Ending(self._read_code())
                self.close()
            return self._ending

    def send_signal(self, number: signal.Signals) -> None:
        """Sends the process a signal, if it runs."""
        with self._lock, suppress(ProcessLookupError):
            if self._ending is None:
                signal.pidfd_send_signal(self._handle, number)

    def close(self) -> None:
        """Lets go of the process, which goes on unless it waits for its order."""
        os.close(self._handle)
        self._told.close()

    def _await_end(self, seconds: float | None) -> bool:
        watched = select.poll()
        watched.register(self._handle, select.POLLIN)
        return bool(watched.poll(None if seconds is None else seconds * 1000))

    def _read_code(self) -> int | None:
        self._told.settimeout(CODE_SECONDS)
        try:
            return _unpack(self._told.recv(NUMBER.size))
        except OSError:
            return None


@dataclass(frozen=True, slots=True)
class _Forking:
    """A process that forks, and where others are asked of it."""

    process: subprocess.Popen[bytes]
    asked: socket.socket

    def close(self) -> None:
        self.asked.close()
        self.process.kill()
        self.process.wait()


class Nursery:
    """Starts processes. Those it forked live on when it is closed or what forks is killed, and the next has a new one.

    Args:
        modules: What to import before the first fork, by names under which nothing is run.
    """

    def __init__(self, modules: Iterable[str]) -> None:
        self._modules = tuple(modules)
        self._forking: _Forking | None = None
        self._lock = threading.Lock()

    @property
    def process_id(self) -> int:
        """Id of the process from which others are forked, 0 while it does not run."""
        return self._forking.process.pid if self._forking and self._forking.process.poll() is None else 0

    def start(self, order: Order, *, log: BinaryIO, note: Callable[[int], None]) -> Child:
        """Starts a process, in a session of its own and without any input.

        Args:
            order: What it is to run.
            log: Where its output goes.
            note: Told the id of the process before that does anything. Should this process be killed, either the other
                one is noted or it never begins.

        Raises:
            CommandError: If it cannot be started.
        """
        with self._lock:
            # Where nothing can be imported ahead, each process does it; that takes longer and is otherwise the same.
            child = self._fork(log, self._modules) or self._fork(log, ())
        if child is None:
            raise CommandError(
                f"{order.module} could not be started, because nothing can be forked.",
                next_step="Look whether this machine has memory and process ids left.",
            )
        try:
            note(child.process_id)
        except BaseException:
            child.close()
            raise
        child.begin(order)
        return child

    def close(self) -> None:
        """Ends the process from which others are forked."""
        if self._forking is not None:
            self._forking.close()
            self._forking = None

    def _fork(self, log: BinaryIO, modules: tuple[str, ...]) -> Child | None:
        if self._forking is None or not self.process_id:
            self.close()
            self._forking = _open(modules)
        ours, theirs = socket.socketpair()
        ours.settimeout(ANSWER_SECONDS)
        told, handles = b"", list[int]()
        with theirs, suppress(OSError):
            socket.send_fds(self._forking.asked, [b"+"], [theirs.fileno(), log.fileno()])
            theirs.close()
            told, handles, *_ = socket.recv_fds(ours, NUMBER.size, 1, socket.MSG_CMSG_CLOEXEC)
        # Without a handle, as where this process may open no more files, it could not be told from another one later.
        process_id = _unpack(told) if handles else None
        if process_id is None:
            ours.close()
            self.close()
            return None
        return Child(process_id, *handles, told=ours)


def _open(modules: tuple[str, ...]) -> _Forking:
    ours, theirs = socket.socketpair()
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-P", forking.__file__, *modules],
            stdin=theirs.fileno(),
            stdout=subprocess.DEVNULL,
            env=servers_environment() | SETTINGS,
            start_new_session=True,
        )
    return _Forking(process, ours)


def servers_environment() -> dict[str, str]:
    """Returns this environment without what the command line reads of it, which is not meant for the servers."""
    own = {*ENVIRONMENT, HOME_VARIABLE}
    return {name: value for name, value in os.environ.items() if name not in own}


def _unpack(told: bytes) -> int | None:
    return int(NUMBER.unpack(told)[0]) if len(told) == NUMBER.size else None
