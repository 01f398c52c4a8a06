"""Processes that are forked are what they would be if each had been started by itself."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psutil
import pytest

from xiezhi.cli.forking import NUMBER, Order
from xiezhi.cli.nursery import Child, Ending, Nursery
from xiezhi.cli.output import CommandError
from xiezhi.cli.suite import ENTRIES

PATIENCE = 20.0
MODULES = {
    "telling": """
import json, __main__, os, signal, sys, threading
print(json.dumps({
    "arguments": sys.argv,
    "command": [*filter(None, open("/proc/self/cmdline").read().split("\\0"))],
    "words": sys.orig_argv,
    "environment": dict(os.environ),
    "folder": os.getcwd(),
    "handlers": [str(signal.getsignal(number)) for number in signal.valid_signals()],
    "leads": os.getsid(0) == os.getpgid(0) == os.getpid(),
    "main": [__name__, __main__.__file__, __spec__.name],
    "masked": [*signal.pthread_sigmask(signal.SIG_BLOCK, ())],
    "open": {n: os.path.realpath(f"/proc/self/fd/{n}") for n in os.listdir("/proc/self/fd")
             if os.path.exists(f"/proc/self/fd/{n}")},
    "path": sys.path,
    "threads": len(os.listdir("/proc/self/task")),
    "unbuffered": [sys.stdout.write_through, sys.stderr.write_through],
}))
print("a line of errors", file=sys.stderr)
""",
    "early": "import os\nprocess_id = os.getpid()",
    "ahead": "import early",
    "late": "import early, os\nprint(early.process_id)",
    "broken": "import early\nraise RuntimeError('it cannot be imported')",
    "threaded": "import threading, time\nthreading.Thread(target=time.sleep, args=(60,), daemon=True).start()",
    "waiting": "import time\nprint('waits', flush=True)\ntime.sleep(60)",
    "drawing": "import random, secrets, uuid\nprint(random.random(), secrets.token_hex(), uuid.uuid4())",
    "ending": "import os, signal, sys\nexec(os.environ['ENDING'])",
    "looking": "import os, sys\nprint(*(name in sys.modules for name in os.environ['LOOKED'].split()))",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of modules."""
    made = tmp_path_factory.mktemp("modules")
    for name, text in MODULES.items():
        (made / f"{name}.py").write_text(text, encoding="utf-8")
    return made


class Room:
    """Starts processes of modules below a folder."""

    def __init__(self, folder: Path, nursery: Nursery) -> None:
        self.folder = folder
        self.nursery = nursery
        self.noted: list[int] = []
        self._log = folder / "log"

    def start(self, module: str, *, note: Callable[[int], object] = int, **environment: str) -> Child:
        order = Order(module, {**os.environ, **environment}, str(self.folder))
        with self._log.open("ab") as log:
            return self.nursery.start(order, log=log, note=lambda number: self.noted.append(number) or note(number))  # type: ignore[func-returns-value]

    def run(self, module: str, **environment: str) -> tuple[Ending | None, str]:
        """Runs a process; returns how it ended and what it wrote."""
        self._log.unlink(missing_ok=True)
        return self.start(module, **environment).wait(PATIENCE), self.log

    @property
    def log(self) -> str:
        return self._log.read_text(encoding="utf-8")


@pytest.fixture
def make_room(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Room]]:
    paths = os.pathsep.join(filter(None, (str(folder), os.environ.get("PYTHONPATH"))))
    monkeypatch.setenv("PYTHONPATH", paths)
    made: list[Nursery] = []

    def make(*modules: str) -> Room:
        made.append(Nursery(modules))
        return Room(folder, made[-1])

    yield make
    for nursery in made:
        nursery.close()


@pytest.fixture
def room(make_room: Callable[..., Room]) -> Room:
    return make_room("ahead")


def _await(claim: Callable[[], object], what: str) -> None:
    ends = time.monotonic() + PATIENCE
    while not claim():
        assert time.monotonic() < ends, what
        time.sleep(0.01)


def _read(text: str) -> dict[str, Any]:
    told, error, *more = text.splitlines()
    assert (error, more) == ("a line of errors", [])
    return dict(json.loads(told))


def test_it_is_as_if_the_process_had_been_started_by_itself(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONUNBUFFERED", "1")
    room.run("late")
    monkeypatch.setenv("SET_LATER", "值 and \udc80")
    monkeypatch.delenv("HOME", raising=False)
    for number in ("1", "2"):
        ending, text = room.run("telling", NUMBER=number)
        forked = _read(text)
        with (room.folder / "log").open("wb") as log:
            subprocess.run(
                [sys.executable, "-P", "-m", "telling"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=room.folder,
                env=os.environ | {"NUMBER": number},
                start_new_session=True,
                check=True,
            )
        assert forked == _read(room.log)
        assert ending == Ending(0)
        assert forked["leads"]
        assert forked["open"].keys() == {"0", "1", "2"}


@pytest.mark.parametrize(
    ("how", "code", "written"),
    [
        ("pass", 0, ""),
        ("sys.exit(3)", 3, ""),
        ("sys.exit('It says why.')", 1, "It says why.\n"),
        ("raise ValueError('what is wrong')", 1, "Traceback"),
        ("raise ValueError('what is wrong')", 1, "ValueError: what is wrong\n"),
        ("os._exit(7)", 7, ""),
        ("os.kill(os.getpid(), signal.SIGKILL)", -signal.SIGKILL, ""),
        ("os.kill(os.getpid(), signal.SIGTERM)", -signal.SIGTERM, ""),
        ("raise KeyboardInterrupt", -signal.SIGINT, "KeyboardInterrupt\n"),
        ("import atexit; atexit.register(print, 'at exit')", 0, "at exit\n"),
        ("import threading; threading.Thread(target=print, args=('in a thread',)).start()", 0, "in a thread\n"),
    ],
)
def test_how_a_process_ends_is_told(room: Room, how: str, code: int, written: str) -> None:
    ending, log = room.run("ending", ENDING=how)
    assert ending == Ending(code)
    assert written in log
    assert bool(log) == bool(written)


@pytest.mark.parametrize(
    ("code", "text"), [(2, "ended with code 2"), (-9, "was ended by SIGKILL"), (None, "ended, and nobody knows how")]
)
def test_an_ending_is_put_into_words(code: int | None, text: str) -> None:
    assert str(Ending(code)) == text


def test_a_module_that_is_not_there_is_told_in_the_log(room: Room) -> None:
    ending, log = room.run("nowhere")
    assert ending == Ending(1)
    assert "nowhere" in log


def test_a_folder_that_is_not_there_is_told_in_the_log(room: Room, folder: Path) -> None:
    room.folder = folder / "nowhere"
    ending, log = room.run("late")
    assert ending == Ending(1)
    assert "FileNotFoundError" in log


def test_what_is_named_is_imported_once(room: Room) -> None:
    told = {room.run("late")[1] for _ in range(2)}
    assert told == {f"{room.nursery.process_id}\n"}


def test_what_is_imported_ahead_runs_under_its_own_name_all_the_same(make_room: Callable[..., Room]) -> None:
    room = make_room("late")
    assert room.run("late") == (Ending(0), f"{room.nursery.process_id}\n")


@pytest.mark.parametrize("name", ["broken", "nowhere"])
def test_what_cannot_be_imported_ahead_fails_where_it_runs(make_room: Callable[..., Room], name: str) -> None:
    room = make_room(name, "ahead")
    assert room.run("late") == (Ending(0), f"{room.nursery.process_id}\n")
    ending, _ = room.run(name)
    assert ending == Ending(1)


def test_where_imports_start_threads_each_process_imports_for_itself(
    make_room: Callable[..., Room], capfd: pytest.CaptureFixture[str]
) -> None:
    room = make_room("ahead", "threaded")
    child = room.start("late")
    assert child.wait(PATIENCE) == Ending(0)
    assert room.log.endswith(f"{child.process_id}\n")
    assert "imports started threads" in capfd.readouterr().err


def test_no_two_processes_draw_the_same(room: Room) -> None:
    drawn = [word for _ in range(3) for word in room.run("drawing")[1].split()]
    assert len({*drawn}) == len(drawn) == 9


def test_a_process_is_stopped_and_killed_alone(room: Room) -> None:
    one, other = room.start("waiting"), room.start("waiting")
    assert room.noted == [one.process_id, other.process_id]
    assert one.poll() is None
    one.send_signal(signal.SIGTERM)
    assert one.wait(PATIENCE) == one.poll() == Ending(-signal.SIGTERM)
    one.send_signal(signal.SIGKILL)
    assert other.wait(0.01) is None
    os.kill(other.process_id, signal.SIGKILL)
    assert other.wait(PATIENCE) == Ending(-signal.SIGKILL)
    assert not psutil.pid_exists(other.process_id)


def test_processes_outlive_a_killed_nursery_and_the_next_one_comes_from_a_new_one(room: Room) -> None:
    old, former = room.start("waiting"), room.nursery.process_id
    os.kill(former, signal.SIGKILL)
    _await(lambda: not room.nursery.process_id, "the nursery lives")
    young = room.start("waiting")
    assert room.nursery.process_id not in {0, former}
    assert (old.poll(), young.poll()) == (None, None)
    old.send_signal(signal.SIGTERM)
    assert old.wait(PATIENCE) == Ending(None)
    young.send_signal(signal.SIGTERM)
    assert young.wait(PATIENCE) == Ending(-signal.SIGTERM)


def test_processes_outlive_a_closed_nursery(room: Room) -> None:
    child = room.start("waiting")
    room.nursery.close()
    assert not room.nursery.process_id
    assert child.poll() is None
    child.send_signal(signal.SIGKILL)
    assert child.wait(PATIENCE) == Ending(None)


def test_a_process_that_could_not_be_noted_never_begins(room: Room) -> None:
    def fail(process_id: int) -> None:
        raise OSError("the disk is full")

    room.run("late")
    with pytest.raises(OSError, match="full"):
        room.start("telling", note=fail)
    _await(lambda: not psutil.pid_exists(room.noted[-1]), "it waits for ever")
    assert "environment" not in room.log


def test_a_process_that_was_killed_before_it_began_has_ended(room: Room) -> None:
    child = room.start("waiting", note=lambda number: os.kill(number, signal.SIGKILL))
    assert child.wait(PATIENCE) == Ending(-signal.SIGKILL)


STARTER = """
import os, sys
from pathlib import Path
from xiezhi.cli.forking import NUMBER, Order
from xiezhi.cli.nursery import Nursery
nursery = Nursery(())
with Path("starter.log").open("wb") as log:
    child = nursery.start(Order("waiting", dict(os.environ), os.getcwd()), log=log, note=int)
print(nursery.process_id, child.process_id, flush=True)
sys.stdin.read()
"""


def test_when_its_starter_is_killed_the_nursery_ends_and_processes_live_on(room: Room, folder: Path) -> None:
    command = [sys.executable, "-c", STARTER]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=folder) as starter:
        assert starter.stdout is not None
        nursery, child = map(int, starter.stdout.readline().split())
        starter.kill()
    _await(lambda: not psutil.pid_exists(nursery) or _is_dead(nursery), "the nursery lives")
    try:
        assert psutil.Process(child).cmdline()[3] == "waiting"
    finally:
        os.kill(child, signal.SIGKILL)


def _is_dead(process_id: int) -> bool:
    return psutil.Process(process_id).status() == psutil.STATUS_ZOMBIE


def test_what_cannot_be_forked_is_told(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xiezhi.cli.forking.__file__", str(room.folder / "nowhere.py"))
    with pytest.raises(CommandError, match="late could not be started") as refused:
        room.start("late")
    assert refused.value.next_step
    assert not room.noted


def test_a_fork_that_comes_without_a_handle_never_begins(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    forked: list[int] = []

    def drop(*asked: Any) -> tuple[bytes, list[int], int, None]:
        told, handles, *_ = socket.recv_fds(*asked)
        forked.append(int(NUMBER.unpack(told)[0]))
        for handle in handles:
            os.close(handle)
        return told, [], socket.MSG_CTRUNC, None

    (room.folder / "log").unlink(missing_ok=True)
    monkeypatch.setattr("xiezhi.cli.nursery.socket", SimpleNamespace(**{**vars(socket), "recv_fds": drop}))
    with pytest.raises(CommandError, match="late could not be started"):
        room.start("late")
    for process_id in forked:
        _await(lambda number=process_id: not psutil.pid_exists(number) or _is_dead(number), "it runs still")
    assert (len(forked), room.log) == (2, "")


def test_all_that_the_suite_runs_is_imported_ahead_and_nothing_that_a_fork_would_share(
    make_room: Callable[..., Room],
) -> None:
    """Without this nobody would see that forks import everything again."""
    wanted = [entry.replace("__main__", "app") for entry in ENTRIES]
    shared = ["numpy.random", *ENTRIES]
    ending, log = make_room(*ENTRIES).run("looking", LOOKED=" ".join((*wanted, *shared)))
    assert ending == Ending(0)
    assert log.split() == ["True"] * len(wanted) + ["False"] * len(shared)
