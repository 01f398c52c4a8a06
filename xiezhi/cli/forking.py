"""The process from which those of the suite are forked: it has imported what they need, so that each begins at once.

It is run by the path of this file, so that nothing else is imported with it. Its arguments are the modules to import,
its standard input is a socket. Each byte there comes with two descriptors and asks for a process: one of a socket for
the two to talk over, one of its log. On the former the fork tells its id with a handle of itself, and begins once it
has read an order to the end; whoever started it has noted it by then, or is dead, and then it ends. At last its exit
code follows. When nobody can ask any more this process ends, and those that it forked go on.
"""

from __future__ import annotations

import ctypes
import gc
import json
import os
import runpy
import selectors
import socket
import struct
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from importlib import import_module
from pathlib import Path

NUMBER = struct.Struct("!i")
"""How process ids and exit codes are written; a code is negative where a signal ended the process."""
_CHUNK = 65_536
_STANDARD_INPUT = 0
_ARGUMENTS = slice(45, 47)
"""Where a process's command line is in its memory, in what proc_pid_stat(5) tells after the name: fields 48 and 49."""


@dataclass(frozen=True, slots=True)
class Order:
    """What a forked process is to run.

    Attributes:
        module: Name of the module, as after `python -m`.
        environment: All of its environment.
        folder: Its working directory.
    """

    module: str
    environment: dict[str, str]
    folder: str

    def to_bytes(self) -> bytes:
        """Writes the order; no part of what is written can be read as an order."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def from_bytes(cls, written: bytes) -> Order | None:
        """Reads an order, None where it is not whole."""
        try:
            return cls(**json.loads(written))
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class _Child:
    """A forked process, and where its exit code is told."""

    process_id: int
    handle: int
    told: socket.socket

    def close(self) -> None:
        os.close(self.handle)
        self.told.close()


class Forks:
    """The processes that were forked and have not ended.

    Args:
        asked: Where processes are asked for.
    """

    def __init__(self, asked: socket.socket) -> None:
        self._asked = asked
        # This one keeps nothing in the kernel that a fork would share.
        self._selector = selectors.PollSelector()
        self._selector.register(asked, selectors.EVENT_READ)
        self._children: dict[int, _Child] = {}

    def serve(self) -> Order | None:
        """Forks processes until nobody asks for them any more.

        Returns:
            In a forked process what it is to run, or None if nothing came of it; None in this one.
        """
        while True:
            for key, _ in self._selector.select():
                if key.fd in self._children:
                    self._end(self._children.pop(key.fd))
                    continue
                _, descriptors, *_ = socket.recv_fds(self._asked, 1, 2, socket.MSG_CMSG_CLOEXEC)
                if not descriptors:
                    return None
                told, log = socket.socket(fileno=descriptors[0]), descriptors[1]
                if not self._fork(told, log):
                    return _begin(told, log)

    def _fork(self, told: socket.socket, log: int) -> int:
        process_id = os.fork()
        if process_id:
            os.close(log)
            child = _Child(process_id, os.pidfd_open(process_id), told)
            self._children[child.handle] = child
            self._selector.register(child.handle, selectors.EVENT_READ)
        else:
            self._selector.close()
            self._asked.detach()
            for child in self._children.values():
                child.close()
        return process_id

    def _end(self, child: _Child) -> None:
        self._selector.unregister(child.handle)
        _, status = os.waitpid(child.process_id, 0)
        with suppress(OSError):
            child.told.sendall(NUMBER.pack(os.waitstatus_to_exitcode(status)))
        child.close()


def _begin(told: socket.socket, log: int) -> Order | None:
    """Makes a fork a process of its own and reads its order."""
    os.setsid()
    nothing = os.open(os.devnull, os.O_RDONLY)
    for standard, chosen in enumerate((nothing, log, log)):
        os.dup2(chosen, standard)
    os.close(nothing)
    os.close(log)
    handle = os.pidfd_open(os.getpid())
    written = b""
    with told, suppress(OSError):
        socket.send_fds(told, [NUMBER.pack(os.getpid())], [handle])
        written = b"".join(iter(lambda: told.recv(_CHUNK), b""))
    os.close(handle)
    order = Order.from_bytes(written)
    if order is not None:
        os.chdir(order.folder)
        os.environ.clear()
        os.environ.update(order.environment)
        sys.orig_argv[:] = [sys.executable, "-P", "-m", order.module]
        sys.argv[:] = ["-m"]
        _show(sys.orig_argv)
    return order


def _show(words: Sequence[str]) -> None:
    """Has others see a process under the command line that it would have been started with, as far as that has room."""
    told = Path("/proc/self/stat").read_text(encoding="utf-8", errors="replace")
    start, end = map(int, told.rpartition(")")[2].split()[_ARGUMENTS])
    room = end - start
    if room > 0:
        written = b"\0".join(map(os.fsencode, words))[: room - 1]
        ctypes.memmove(start, written.ljust(room, b"\0"), room)


def prepare(modules: Iterable[str]) -> None:
    """Imports modules, and forgets those named, because forks run them under another name.

    Raises:
        SystemExit: If threads run then, which would be missing in every fork.
    """
    for name in modules:
        # Whatever it is, it happens again in the process that runs the module, and belongs into the log of that one.
        with suppress(Exception):
            import_module(name)
            del sys.modules[name]
    threads = [file.read_text(encoding="utf-8").strip() for file in Path("/proc/self/task").glob("*/comm")]
    if len(threads) > 1:
        raise SystemExit(f"No process can be forked, because imports started threads: {', '.join(threads)}.")
    gc.collect()
    gc.freeze()


def main() -> None:
    """Imports what the arguments name, forks processes, and in each runs what it is to run."""
    prepare(sys.argv[1:])
    order = Forks(socket.socket(fileno=_STANDARD_INPUT)).serve()
    if order is not None:
        runpy.run_module(order.module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
