"""What is done to every call, whichever channel carries it: bytes, metadata, deadline, errors, receipt."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

from google.protobuf.message import Message

from xiezhi.client.contract import MethodContract
from xiezhi.client.credentials import TokenSource
from xiezhi.client.receipts import ReceiptCheck, Sent, StreamCheck
from xiezhi.client.trace import Trace, current_trace, read_trace_id
from xiezhi.errors import XiezhiError
from xiezhi.errors.status import from_status

APPROVAL_KEY = "xiezhi-approval"
"""Metadata key that names the approval of a call."""
AUTHORIZATION_KEY = "authorization"
"""Metadata key of the officer's token."""
TRACE_KEY = "traceparent"
"""Metadata key of the trace that the call belongs to."""
REMEMBERED = 10_000
"""How many submitted requests a client remembers the approval of."""

Metadata = Sequence[tuple[str, str | bytes]]

_approval: ContextVar[str] = ContextVar("xiezhi_approval", default="")


class FailedCall(Protocol):
    """What a failed call tells, in sync gRPC and in asyncio."""

    def code(self) -> Any:
        """The status code."""
        ...

    def details(self) -> str | None:
        """The status text."""
        ...

    def trailing_metadata(self) -> Any:
        """Pairs of keys and values."""
        ...


class ApprovalBook:
    """Remembers which approval this client got for which request; forgets the oldest first. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._names: OrderedDict[tuple[str, bytes], str] = OrderedDict()

    def note(self, method: str, request_sha256: bytes, name: str) -> None:
        """Notes the approval that was submitted for a request."""
        with self._lock:
            self._names[method, request_sha256] = name
            self._names.move_to_end((method, request_sha256))
            if len(self._names) > REMEMBERED:
                self._names.popitem(last=False)

    def find(self, method: str, request_sha256: bytes) -> str:
        """Returns the name of a request's approval, empty where none was submitted here."""
        with self._lock:
            return self._names.get((method, request_sha256), "")


@contextmanager
def using_approval(name: str) -> Iterator[None]:
    """Makes the calls within the block that need an approval name this one."""
    token = _approval.set(name)
    try:
        yield
    finally:
        _approval.reset(token)


@dataclass(frozen=True, slots=True)
class Prepared:
    """A call that is ready to be made.

    Attributes:
        request: The bytes to send; empty for a stream of requests.
        metadata: Everything to be sent beside them.
        timeout: Seconds that the call may take.
        sent: What its answer is held against.
    """

    request: bytes
    metadata: tuple[tuple[str, str | bytes], ...]
    timeout: float
    sent: Sent


class CallRules:
    """Prepares calls and judges what comes back.

    Attributes:
        approvals: The approvals that were submitted through this client.
        receipts: The check of answers.
    """

    def __init__(
        self,
        *,
        token: TokenSource,
        receipts: ReceiptCheck,
        deadline: timedelta | None,
        traceparent: Callable[[], str | None] | None,
    ) -> None:
        """Holds the rules of one client.

        Args:
            token: Asked for the officer's token before every call.
            receipts: Checks answers.
            deadline: Bound on every call; None for that of each method's contract.
            traceparent: Asked for the trace of a call outside of a `tracing` block; None for a new trace.
        """
        self.approvals = ApprovalBook()
        self.receipts = receipts
        self._token = token
        self._deadline = deadline
        self._traceparent = traceparent

    def prepare(
        self, method: MethodContract, request: Message | bytes | None, *, timeout: float | None, metadata: Any
    ) -> Prepared:
        """Prepares a call.

        Args:
            method: The method to be called.
            request: The request, or its exact bytes; None for a stream of requests.
            timeout: Seconds that the caller allows; None for the method's deadline.
            metadata: What the caller sends along. It wins over what the client would add.
        """
        payload = b"" if request is None else encode(request)
        digest = b"" if request is None else hashlib.sha256(payload).digest()
        given: list[tuple[str, str | bytes]] = [(key.lower(), value) for key, value in metadata or ()]
        present = {key for key, _ in given}
        if AUTHORIZATION_KEY not in present:
            given.append((AUTHORIZATION_KEY, f"Bearer {self._token()}"))
        if TRACE_KEY not in present:
            given.append((TRACE_KEY, self._find_trace()))
        if method.needs_approval and APPROVAL_KEY not in present:
            name = _approval.get() or self.approvals.find(method.full_name, digest)
            given += [(APPROVAL_KEY, name)] if name else []
        sent = Sent(method, digest, self.receipts.tree_size, read_trace_id(str(dict(given)[TRACE_KEY])))
        return Prepared(payload, tuple(given), self._seconds(method, timeout), sent)

    def check(self, prepared: Prepared, answer: bytes) -> bytes:
        """Returns an answer's bytes if its receipt proves them.

        Raises:
            ReceiptError: If it does not.
        """
        self.receipts.check(prepared.sent, answer)
        return answer

    def check_stream(self, prepared: Prepared) -> StreamCheck:
        """Returns what holds the answers of a stream back until they are proven."""
        return StreamCheck(self.receipts, prepared.sent)

    @staticmethod
    def explain(prepared: Prepared, failure: FailedCall) -> XiezhiError:
        """Rebuilds the error that the exchange raised; one that never got there gets the trace id sent."""
        trailing = tuple((key, value) for key, value in failure.trailing_metadata() or ())
        rebuilt = from_status(failure.code().name, failure.details() or "", trailing)
        rebuilt.trace_id = rebuilt.trace_id or prepared.sent.trace_id
        return rebuilt

    def _seconds(self, method: MethodContract, timeout: float | None) -> float:
        bounds = [method.deadline.total_seconds()] if timeout is None else [timeout]
        if self._deadline is not None:
            bounds.append(self._deadline.total_seconds())
        return min(bounds)

    def _find_trace(self) -> str:
        trace = current_trace()
        if trace is not None:
            return trace.traceparent
        given = self._traceparent() if self._traceparent is not None else None
        return given or Trace.start(sampled=False).traceparent


def encode(request: Message | bytes) -> bytes:
    """Returns the bytes that a request is sent as: what was approved is these bytes, not the message."""
    return request if isinstance(request, bytes) else request.SerializeToString(deterministic=True)
