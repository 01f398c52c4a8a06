"""A disk that is full: everything is refused in so many words, nothing acknowledged is lost, and it all comes back."""

from __future__ import annotations

import os
import resource
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from google.protobuf.message import Message

from tests.e2e.lines import Refused
from tests.e2e.load import Load, settle
from tests.e2e.players import APPROVALS, LOOKUP, Players
from tests.e2e.proofs import read_head, require_continued, require_nothing_lost
from tests.e2e.running import Suite, await_that, copy_home, running
from xiezhi.cli.home import Home
from xiezhi.cli.suite import PROCESSES
from xiezhi.errors import Reason

MEBIBYTES = 48
FULL = {Reason.LEDGER_UNAVAILABLE, Reason.STORE_UNAVAILABLE}

Fill = Callable[[Suite], Callable[[], None]]
"""Fills the disk of a suite; returns what makes room again."""


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[tuple[Path, Fill]]:
    """A disk that is soon full: one of our own where it can be mounted, else a limit on the size of files."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={MEBIBYTES}m", "tmpfs", folder]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        yield folder, _limit_files
        return
    yield folder, lambda suite: _take_all(folder)
    subprocess.run(["umount", "--lazy", folder], check=True)


def _take_all(folder: Path) -> Callable[[], None]:
    """Takes every byte that is left."""
    ballast = folder / "ballast"
    descriptor = os.open(ballast, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        for size in (1 << 20, 1 << 12, 1):
            try:
                while os.write(descriptor, bytes(size)):
                    pass
            except OSError:
                continue
    finally:
        os.close(descriptor)
    return ballast.unlink


def _limit_files(suite: Suite) -> Callable[[], None]:
    """Lets no file of any process grow."""
    limits = {number: resource.prlimit(number, resource.RLIMIT_FSIZE) for number in map(suite.process_id, PROCESSES)}
    for process_id, (_, hard) in limits.items():
        resource.prlimit(process_id, resource.RLIMIT_FSIZE, (0, hard))

    def lift() -> None:
        for process_id, former in limits.items():
            resource.prlimit(process_id, resource.RLIMIT_FSIZE, former)

    return lift


def test_a_disk_that_is_full(template: Home, small_disk: tuple[Path, Fill]) -> None:
    folder, fill = small_disk
    home = copy_home(template, folder / "suite")
    with running(home) as suite:
        players = Players(home)
        request = players.question()
        approval = players.approved(request)
        assert players.look(request, approval).household.members
        head = read_head(players)
        submission = players.submission(request)
        with Load(players, workers=2) as load:
            load.await_rounds(1)
            before = {name: suite.process_id(name) for name in PROCESSES}
            make_room = fill(suite)
            await_that(lambda: _is_full(players, request, approval), "calls are still answered", seconds=20)
            asked = ((LOOKUP, request), (f"{APPROVALS}SubmitApproval", submission))
            with ThreadPoolExecutor() as pool:
                refused = [*pool.map(lambda one: _refused(players, *one, approval=approval), asked)]
            for name in PROCESSES:
                suite.await_not_serving(name, seconds=15)
            make_room()
            settle(suite)
            load.await_rounds(1)
        for one in refused:
            assert (one.reason in FULL, one.code) == (True, "UNAVAILABLE"), one.reason
            assert one.error.retry_after
        assert not load.told.wrong
        assert FULL & set(load.told.refused)
        assert {name: suite.process_id(name) for name in PROCESSES} == before
        again = players.call(players.cast.judge, f"{APPROVALS}SubmitApproval", submission)
        assert again.receipt.leaf_index > head.tree_size
        require_continued(players, head)
        require_nothing_lost(players, load.told)
        assert players.look(request, approval).household.members
        players.close()


def _refused(players: Players, method: str, request: Message, *, approval: str) -> Refused:
    with pytest.raises(Refused) as caught:
        players.call(players.cast.judge, method, request, approval=approval)
    return caught.value


def _is_full(players: Players, request: Message, approval: str) -> bool:
    try:
        players.call(players.cast.judge, LOOKUP, request, approval=approval)
    except Refused as refused:
        return refused.reason in FULL
    return False
