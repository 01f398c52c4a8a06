"""Officers who work without a pause while processes die, and what was acknowledged to them."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Self

from tests.e2e.lines import Answer, Refused
from tests.e2e.players import APPROVALS, BORDER_LEASE, LEASE, LEDGER, LOOKUP, Players
from tests.e2e.running import Suite, await_that
from xiezhi.approval.v1 import approval_pb2
from xiezhi.cli.suite import PROCESSES
from xiezhi.common.v1 import receipt_pb2
from xiezhi.errors import Reason

PASSING = frozenset(
    {
        Reason.BACKEND_UNAVAILABLE,
        Reason.DIRECTORY_STALE,
        Reason.LEDGER_UNAVAILABLE,
        Reason.STORE_UNAVAILABLE,
        Reason.SHUTTING_DOWN,
        Reason.DEADLINE_TOO_SHORT,
        Reason.CANCELLED,
    }
)
"""Refusals that say no more than "not now"."""
PAUSE = 0.02


def settle(suite: Suite) -> None:
    """Waits until processes that were started have found each other again.

    Every channel between two of them tries again by itself, so each is used once: those to the services and to the
    ledger, which appends for all and is read through the gateway.
    """
    for process in PROCESSES:
        suite.await_serving(process)
    players = Players(suite.home)
    probe = players.question()
    approval = ""

    def answers() -> bool:
        nonlocal approval
        try:
            approval = approval or players.approved(probe)
            players.look(probe, approval)
            players.call(players.cast.auditor, f"{LEDGER}GetTreeHead", b"")
            players.call(players.cast.camera, LEASE, b"")
            players.call(players.cast.border_officer, BORDER_LEASE, b"")
        except Refused as refused:
            if refused.reason in PASSING:
                return False
            raise
        return True

    await_that(answers, "the suite does not answer again")
    players.close()


@dataclass
class Told:
    """What was acknowledged.

    Attributes:
        states: State of every approval by its name, as it was acknowledged last.
        answers: Receipts of all answered lookups.
        receipts: Receipts of everything.
        refused: Reasons of refusals that the workers passed over.
        wrong: What must not have happened.
    """

    states: dict[str, int] = field(default_factory=dict)
    answers: list[receipt_pb2.Receipt] = field(default_factory=list)
    receipts: list[receipt_pb2.Receipt] = field(default_factory=list)
    refused: list[Reason] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


class Load:
    """A few judges' cases worked on at once: submitted, approved, looked up twice, again and again.

    Args:
        players: Who works.
        workers: How many at once.
    """

    def __init__(self, players: Players, *, workers: int = 4) -> None:
        self.told = Told()
        self._players = players
        self._stop = threading.Event()
        self._rounds = [0] * workers
        self._threads = [threading.Thread(target=self._work, args=(n,), daemon=True) for n in range(workers)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(timeout=60)
        assert not any(thread.is_alive() for thread in self._threads), "a worker hangs"

    def await_rounds(self, count: int = 1) -> None:
        """Waits until every worker has come through this many whole rounds from now on."""
        wanted = [done + count for done in self._rounds]
        await_that(
            lambda: self.told.wrong or all(a >= b for a, b in zip(self._rounds, wanted, strict=True)),
            "the workers do not get on",
        )

    def insist(self, call: Callable[[], Answer]) -> Answer:
        """Makes the same call again until it is answered: nobody knows whether it took effect before."""
        while True:
            try:
                return call()
            except Refused as refused:
                if refused.reason not in PASSING:
                    raise
                self.told.refused.append(refused.reason)
                time.sleep(PAUSE)

    def _work(self, number: int) -> None:
        for turn in itertools.count():
            if self._stop.is_set():
                return
            try:
                self._round(number, turn)
            except Refused as refused:
                self._pass_over(refused)
            except Exception as failure:  # noqa: BLE001 - told by the test, whatever it is
                self.told.wrong.append(repr(failure))
                return
            else:
                self._rounds[number] += 1

    def _pass_over(self, refused: Refused) -> None:
        self.told.refused.append(refused.reason)
        if refused.reason not in PASSING:
            self.told.wrong.append(f"{refused.reason}: {refused.text}")
            self._stop.set()
        time.sleep(PAUSE)

    def _round(self, number: int, turn: int) -> None:
        players, told = self._players, self.told
        request = players.question()
        submission = players.submission(request)
        answer = players.call(players.cast.judge, f"{APPROVALS}SubmitApproval", submission)
        told.receipts.append(answer.receipt)
        approval = approval_pb2.SubmitApprovalResponse.FromString(answer.payload).approval
        told.states[approval.name] = approval.state
        answer = players.decide(approval.name)
        told.receipts.append(answer.receipt)
        told.states[approval.name] = approval_pb2.ApproveApprovalResponse.FromString(answer.payload).approval.state
        for _ in range(1 + (number + turn) % 2):
            answer = players.call(players.cast.judge, LOOKUP, request, approval=approval.name)
            told.receipts.append(answer.receipt)
            told.answers.append(answer.receipt)
