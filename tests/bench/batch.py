"""The batch lookup: many debtors of one case in one call through the gateway."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from tests.bench.calls import BATCH, Debtor, Desk


@dataclass(frozen=True, slots=True)
class BatchResult:
    """What a batch took.

    Attributes:
        debtors: How many were asked about.
        messages: Messages of the answer, each with a receipt that the client verified.
        answer_bytes: Bytes of all messages.
        seconds: From the call to the last message.
    """

    debtors: int
    messages: int
    answer_bytes: int
    seconds: float

    def sentence(self) -> str:
        """Returns the result in words."""
        rate = self.debtors / self.seconds
        return (
            f"(f) A batch lookup of {self.debtors:,} debtors through the gateway, without photos, every message's "
            f"receipt verified by the client: {self.seconds:.2f} s, {rate:,.0f} debtors a second, "
            f"in {self.messages:,} messages of {self.answer_bytes / 1e6:.1f} MB together."
        )


def measure_batch(desk: Desk, debtors: Sequence[Debtor]) -> BatchResult:
    """Makes one batch lookup.

    Args:
        desk: The judge and the approver.
        debtors: Debtors of one case of the judge's.
    """
    request = desk.batch(debtors)
    approved = desk.approve(request, method=BATCH)
    with desk.client() as client, client.using(approved.approval):
        answers = client.channel.unary_stream(BATCH)
        started = time.perf_counter()
        sizes = [len(answer) for answer in answers(request)]
        seconds = time.perf_counter() - started
    return BatchResult(len(debtors), len(sizes), sum(sizes), seconds)
