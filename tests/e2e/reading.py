"""A list of debtors that is answered for long enough that something else can happen meanwhile."""

from __future__ import annotations

import threading
from concurrent.futures import Future, ThreadPoolExecutor

from tests.e2e.lines import Line
from tests.e2e.players import BATCH, Players
from xiezhi.cli.household import Category
from xiezhi.identity.v1 import identity_pb2

DEBTORS = 6_000
"""Debtors of the list: it is worked on for longer than it takes to tell a process to stop."""


def _list_of_debtors(players: Players, case: str) -> identity_pb2.BatchLookupHouseholdsRequest:
    one = players.question(case=case, categories=(Category.HOUSEHOLD, Category.EXIT_DOCUMENTS))
    return identity_pb2.BatchLookupHouseholdsRequest(
        context=one.context, debtors=[one.debtor] * DEBTORS, categories=one.categories
    )


class Reading:
    """A list of debtors that is read while something else goes on.

    Attributes:
        begun: Set once the first message is there.
        approval: Name of the approval that it rests on.

    Args:
        players: Who reads.
        case: Number of the case; empty for the scenario's.
    """

    def __init__(self, players: Players, *, case: str = "") -> None:
        self.begun = threading.Event()
        self._line = Line(players.home, system="courts")
        request = _list_of_debtors(players, case)
        self.approval = players.approved(request, method=BATCH)
        sent = (players.token(players.cast.judge), ("xiezhi-approval", self.approval))
        self._pool = ThreadPoolExecutor(1)
        self._read: Future[list[int]] = self._pool.submit(
            self._run, request.SerializeToString(deterministic=True), sent
        )

    def _run(self, request: bytes, metadata: tuple[tuple[str, str], ...]) -> list[int]:
        indexes = []
        for message in self._line.stream(BATCH, request, metadata, timeout=60):
            answer = identity_pb2.BatchLookupHouseholdsResponse.FromString(message)
            assert answer.receipt.entry
            indexes += [item.index for item in answer.items]
            self.begun.set()
        return indexes

    def result(self) -> list[int]:
        """Returns the places of all debtors that were answered.

        Raises:
            grpc.RpcError: If the list was not answered to its end.
        """
        try:
            return self._read.result(timeout=60)
        finally:
            self._line.close()
            self._pool.shutdown()
