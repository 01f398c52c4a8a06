"""A process's way to the ledger: entries go out in groups, and nothing that comes back is believed unverified.

While one group is under way the next one gathers, so concurrent calls share a round trip and a commit. Every answer
of the ledger is held against the last head that this process has seen: the signature, the place of each entry, and
that the old tree is a prefix of the new one. A ledger that forgot or rewrote anything is found out here, and then
nothing more is answered.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path

import grpc

from services.chassis.health import serving_check
from services.chassis.spans import Span
from services.chassis.trace_context import TRACEPARENT
from services.chassis.witness import Witness
from xiezhi.common.v1 import receipt_pb2
from xiezhi.errors import Reason, XiezhiError, error
from xiezhi.errors.status import from_status
from xiezhi.ledger.v1 import ledger_pb2
from xiezhi.proof import merkle
from xiezhi.proof.receipt import LogKey, ProofError, verify_tree_head

APPEND = "/xiezhi.ledger.v1.LedgerService/Append"
MOST_ENTRIES = 1_000
MOST_BYTES = 3 * 1024 * 1024
PATIENCE = timedelta(seconds=3)
"""How long a group is offered to a ledger that does not answer, before its callers are told."""
PAUSE = timedelta(milliseconds=50)
"""Pause between two attempts."""
ATTEMPT = timedelta(seconds=5)
"""Deadline of one attempt."""
CROWD = 4
GATHERING = timedelta(milliseconds=3)
"""After a group of so many, the next one gathers for so long: each costs both processes a call, a signature and a
commit, however many entries it has. Whoever is alone does not wait."""

_TRANSIENT = frozenset({"UNAVAILABLE", "DEADLINE_EXCEEDED", "RESOURCE_EXHAUSTED", "CANCELLED"})


MakeSpan = Callable[[str], Span]
"""Makes a span of this process's own work, to be entered."""


@dataclass(slots=True)
class _Waiting:
    """An entry, whoever waits for its receipt, and the span of that waiting."""

    raw: bytes
    receipt: asyncio.Future[receipt_pb2.Receipt]
    span: Span


class LedgerWriter:
    """Appends entries and verifies what the ledger answers.

    Args:
        channel: Channel to the ledger.
        key: Public key of the log.
        witness: File that keeps the last head seen, so that a restart forgets nothing.
        span: Makes the span of each entry's way. A group travels in the trace of one of its entries; the spans of the
            others name that one.

    Raises:
        XiezhiError: LEDGER_DAMAGED, if the witness holds a head that this key has not signed.
    """

    def __init__(self, channel: grpc.aio.Channel, *, key: LogKey, witness: Path, span: MakeSpan) -> None:
        self._append = channel.unary_unary(
            APPEND,
            request_serializer=ledger_pb2.AppendRequest.SerializeToString,
            response_deserializer=ledger_pb2.AppendResponse.FromString,
        )
        self._is_serving = serving_check(channel)
        self._key = key
        self._span = span
        self._witness = Witness(witness)
        self._head = self._witness.read()
        self._damage = ""
        if self._head is not None:
            try:
                verify_tree_head(self._head, key)
            except ProofError:
                raise _damaged("the head kept by this process is not signed by the log's key") from None
        self._queue: deque[_Waiting] = deque()
        self._sender: asyncio.Task[None] | None = None

    async def append(self, entry: ledger_pb2.Entry) -> receipt_pb2.Receipt:
        """Appends an entry; returns when it is durable and its place is proven.

        Args:
            entry: The entry. Appending it again under the same entry_id is harmless.

        Raises:
            Unavailable: LEDGER_UNAVAILABLE.
            DataLoss: LEDGER_DAMAGED, from the first answer on that contradicts an earlier one.
        """
        if self._damage:
            raise _damaged(self._damage)
        with self._span("ledger.append") as span:
            waiting = _Waiting(entry.SerializeToString(), asyncio.get_running_loop().create_future(), span)
            self._queue.append(waiting)
            if self._sender is None:
                self._sender = asyncio.ensure_future(self._send_all())
            receipt = await waiting.receipt
            span.set("xiezhi.ledger.index", receipt.leaf_index)
            return receipt

    async def check(self) -> None:
        """Looks whether the ledger serves and has not contradicted itself.

        Raises:
            XiezhiError: LEDGER_DAMAGED or BACKEND_UNAVAILABLE.
        """
        if self._damage:
            raise _damaged(self._damage)
        await self._is_serving()

    async def close(self) -> None:
        """Finishes what is under way and keeps the last head."""
        if self._sender is not None:
            await asyncio.gather(self._sender, return_exceptions=True)
        if self._head is not None and not self._damage:
            self._witness.keep(self._head)

    async def _send_all(self) -> None:
        try:
            while self._queue:
                group = self._gather()
                await self._deliver(group)
                if len(group) >= CROWD:
                    await asyncio.sleep(GATHERING.total_seconds())
        finally:
            self._sender = None

    def _gather(self) -> list[_Waiting]:
        group: list[_Waiting] = []
        size = 0
        while self._queue and len(group) < MOST_ENTRIES:
            if group and size + len(self._queue[0].raw) > MOST_BYTES:
                break
            waiting = self._queue.popleft()
            if waiting.receipt.done():  # its caller has gone away
                continue
            group.append(waiting)
            size += len(waiting.raw)
        return group

    async def _deliver(self, group: Sequence[_Waiting]) -> None:
        if not group:
            return
        try:
            receipts = await self._exchange([waiting.raw for waiting in group], traceparent=_choose_trace(group))
        except XiezhiError as failure:
            if len(group) > 1 and failure.reason in {Reason.FIELDS_INVALID, Reason.REQUEST_ID_REUSED}:
                # One entry that the ledger does not take must not fail its neighbours.
                for waiting in group:
                    await self._deliver((waiting,))
                return
            _fail(group, failure)
        except Exception as failure:  # noqa: BLE001 - whoever waits must be told, whatever it was
            _fail(group, failure)
        else:
            for waiting, receipt in zip(group, receipts, strict=True):
                if not waiting.receipt.done():
                    waiting.receipt.set_result(receipt)

    async def _exchange(self, entries: list[bytes], *, traceparent: str) -> list[receipt_pb2.Receipt]:
        """Appends entries, patiently, and verifies the answer."""
        if self._damage:
            raise _damaged(self._damage)
        request = ledger_pb2.AppendRequest(
            entries=entries, known_tree_size=self._head.tree_size if self._head is not None else 0
        )
        response = await self._call(request, metadata=((TRACEPARENT, traceparent),))
        try:
            return self._verify(request, response)
        except ProofError as contradiction:
            self._damage = str(contradiction)
            raise _damaged(self._damage) from None

    async def _call(
        self, request: ledger_pb2.AppendRequest, *, metadata: tuple[tuple[str, str], ...]
    ) -> ledger_pb2.AppendResponse:
        loop = asyncio.get_running_loop()
        ends = loop.time() + PATIENCE.total_seconds()
        while True:
            try:
                return await self._append(request, metadata=metadata, timeout=ATTEMPT.total_seconds())
            except grpc.aio.AioRpcError as failure:
                code = failure.code().name
                if code not in _TRANSIENT:
                    raise self._refused(failure) from None
                if loop.time() >= ends:
                    raise _unavailable() from None
            await asyncio.sleep(PAUSE.total_seconds())

    def _refused(self, failure: grpc.aio.AioRpcError) -> XiezhiError:
        refusal = from_status(failure.code().name, failure.details() or "", tuple(failure.trailing_metadata() or ()))
        if refusal.reason is Reason.LEDGER_RANGE:
            self._damage = "it has fewer entries than it had signed for"
            return _damaged(self._damage)
        if refusal.reason is Reason.LEDGER_DAMAGED:
            return _damaged("it says so itself")
        if refusal.reason in {Reason.FIELDS_INVALID, Reason.REQUEST_ID_REUSED}:
            return refusal
        return _unavailable()

    def _verify(
        self, request: ledger_pb2.AppendRequest, response: ledger_pb2.AppendResponse
    ) -> list[receipt_pb2.Receipt]:
        """Holds an answer against the entries and the last head, and makes the receipts.

        Raises:
            ProofError: If it does not hold.
        """
        head = response.tree_head
        verify_tree_head(head, self._key)
        self._verify_growth(head, tuple(response.consistency_path))
        if len(response.inclusions) != len(request.entries):
            raise ProofError("it did not answer for every entry")
        size, root, node = head.tree_size, head.root_hash, cache(merkle.node_hash)
        receipts = []
        for raw, inclusion in zip(request.entries, response.inclusions, strict=True):
            index, path = inclusion.leaf_index, inclusion.path[:]
            if not merkle.verify_inclusion(merkle.leaf_hash(raw), index, size, path=path, root=root, node=node):
                raise ProofError("an entry is not where it says")
            receipts.append(receipt_pb2.Receipt(entry=raw, leaf_index=index, inclusion_path=path, tree_head=head))
        self._head = head
        self._witness.note(head)
        return receipts

    def _verify_growth(self, head: receipt_pb2.TreeHead, path: tuple[bytes, ...]) -> None:
        known = self._head
        if known is None:
            return
        if not merkle.verify_consistency(
            first=known.tree_size,
            second=head.tree_size,
            first_root=known.root_hash,
            second_root=head.root_hash,
            path=path,
        ):
            raise ProofError("its tree does not continue the one it had signed for")


def _choose_trace(group: Sequence[_Waiting]) -> str:
    """Chooses the trace in which a group travels, a recorded one if there is one, and has the other spans name it."""
    chosen = next((waiting.span for waiting in group if waiting.span.sampled), group[0].span)
    for waiting in group:
        if waiting.span is not chosen:
            waiting.span.link(chosen.traceparent)
    return chosen.traceparent


def _fail(group: Sequence[_Waiting], failure: Exception) -> None:
    for waiting in group:
        if not waiting.receipt.done():
            waiting.receipt.set_exception(_copy(failure))


def _copy(failure: Exception) -> Exception:
    """Makes an error of its own for each caller; a shared one would gather everybody's tracebacks."""
    if isinstance(failure, XiezhiError):
        return error(failure.reason, failure.message, retry_after=failure.retry_after)
    return failure


def _unavailable() -> XiezhiError:
    return error(
        Reason.LEDGER_UNAVAILABLE,
        "The ledger does not answer, and without a record there is no answer.",
        retry_after=timedelta(seconds=1),
    )


def _damaged(why: str) -> XiezhiError:
    return error(Reason.LEDGER_DAMAGED, f"The ledger does not agree with itself: {why}.")
