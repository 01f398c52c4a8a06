"""A gRPC channel for ordinary generated stubs whose every answer is proven before it is handed out."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Self, cast

import grpc

from xiezhi.client.calls import CallRules, Prepared, encode
from xiezhi.client.contract import MethodContract, find_method
from xiezhi.client.receipts import ReceiptError, StreamCheck
from xiezhi.errors import XiezhiError

if TYPE_CHECKING:
    UnaryUnary = grpc.UnaryUnaryMultiCallable[Any, Any]
    UnaryStream = grpc.UnaryStreamMultiCallable[Any, Any]
    StreamUnary = grpc.StreamUnaryMultiCallable[Any, Any]
    StreamStream = grpc.StreamStreamMultiCallable[Any, Any]

Decode = Callable[[bytes], Any]


class ProvenChannel(grpc.Channel):
    """Wraps a channel; to be passed to generated stubs.

    Requests are encoded here, so that the bytes that are sent are those that were approved and those that the
    receipt names. A request may also be given as exact bytes.
    """

    def __init__(self, channel: grpc.Channel, rules: CallRules) -> None:
        """Wraps a channel.

        Args:
            channel: The channel underneath, which carries bytes.
            rules: What is done to every call.
        """
        self._channel = channel
        self._rules = rules

    def unary_unary(
        self,
        method: str,
        request_serializer: Any = None,
        response_deserializer: Decode | None = None,
        **registration: Any,
    ) -> UnaryUnary:
        """Makes a method with one request and one answer, as grpc.Channel does."""
        inner = self._channel.unary_unary(method, **registration)
        return cast("UnaryUnary", self._one(method, inner, response_deserializer))

    def stream_unary(
        self,
        method: str,
        request_serializer: Any = None,
        response_deserializer: Decode | None = None,
        **registration: Any,
    ) -> StreamUnary:
        """Makes a method with a stream of requests and one answer."""
        inner = self._channel.stream_unary(method, **registration)
        return cast("StreamUnary", self._one(method, inner, response_deserializer))

    def unary_stream(
        self,
        method: str,
        request_serializer: Any = None,
        response_deserializer: Decode | None = None,
        **registration: Any,
    ) -> UnaryStream:
        """Makes a method with one request and a stream of answers."""
        inner = self._channel.unary_stream(method, **registration)
        return cast("UnaryStream", self._many(method, inner, response_deserializer))

    def stream_stream(
        self,
        method: str,
        request_serializer: Any = None,
        response_deserializer: Decode | None = None,
        **registration: Any,
    ) -> StreamStream:
        """Makes a method with streams of requests and of answers."""
        inner = self._channel.stream_stream(method, **registration)
        return cast("StreamStream", self._many(method, inner, response_deserializer))

    def subscribe(self, callback: Callable[[grpc.ChannelConnectivity], None], try_to_connect: bool = False) -> None:
        """Reports changes of the connection's state to a function."""
        self._channel.subscribe(callback, try_to_connect)

    def unsubscribe(self, callback: Callable[[grpc.ChannelConnectivity], None]) -> None:
        """Ends the reports to a function."""
        self._channel.unsubscribe(callback)

    def close(self) -> None:
        """Closes the channel underneath; calls in flight are cancelled."""
        self._channel.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _one(self, method: str, inner: Any, decode: Decode | None) -> OneAnswer:
        return OneAnswer(find_method(method), inner, rules=self._rules, decode=decode or bytes)

    def _many(self, method: str, inner: Any, decode: Decode | None) -> ManyAnswers:
        return ManyAnswers(find_method(method), inner, rules=self._rules, decode=decode or bytes)


class _Method:
    """What both kinds of methods share."""

    def __init__(self, contract: MethodContract, inner: Any, *, rules: CallRules, decode: Decode) -> None:
        self.contract = contract
        self._inner = inner
        self._rules = rules
        self._decode = decode

    def _prepare(self, request: Any, timeout: float | None, metadata: Any) -> tuple[Prepared, Any]:
        streamed = self.contract.client_streaming
        whole = None if streamed else request
        prepared = self._rules.prepare(self.contract, whole, timeout=timeout, metadata=metadata)
        return prepared, (encode(item) for item in request) if streamed else prepared.request

    def _accept(self, prepared: Prepared, answer: bytes) -> Any:
        return self._decode(self._rules.check(prepared, answer))


class OneAnswer(_Method):
    """A method with one answer, called as `grpc.UnaryUnaryMultiCallable` is."""

    def __call__(self, request: Any, timeout: float | None = None, metadata: Any = None, **transport: Any) -> Any:
        """Makes the call and returns the proven answer.

        Raises:
            XiezhiError: If the call is refused or fails.
            ReceiptError: If the answer is not proven.
        """
        return self.with_call(request, timeout, metadata, **transport)[0]

    def with_call(
        self, request: Any, timeout: float | None = None, metadata: Any = None, **transport: Any
    ) -> tuple[Any, grpc.Call]:
        """Makes the call and returns the proven answer with gRPC's view of the call."""
        prepared, sent = self._prepare(request, timeout, metadata)
        try:
            answer, call = self._inner.with_call(
                sent, timeout=prepared.timeout, metadata=prepared.metadata, **transport
            )
        except grpc.RpcError as failure:
            raise self._rules.explain(prepared, failure) from None
        return self._accept(prepared, answer), call

    def future(
        self, request: Any, timeout: float | None = None, metadata: Any = None, **transport: Any
    ) -> FutureAnswer:
        """Starts the call and returns a future of the proven answer."""
        prepared, sent = self._prepare(request, timeout, metadata)
        inner = self._inner.future(sent, timeout=prepared.timeout, metadata=prepared.metadata, **transport)
        return FutureAnswer(
            inner,
            accept=lambda answer: self._accept(prepared, answer),
            explain=lambda failure: self._rules.explain(prepared, failure),
        )


class ManyAnswers(_Method):
    """A method with a stream of answers, called as `grpc.UnaryStreamMultiCallable` is."""

    def __call__(
        self, request: Any, timeout: float | None = None, metadata: Any = None, **transport: Any
    ) -> AnswerStream:
        """Starts the call and returns an iterator of proven answers."""
        prepared, sent = self._prepare(request, timeout, metadata)
        inner = self._inner(sent, timeout=prepared.timeout, metadata=prepared.metadata, **transport)
        return AnswerStream(
            inner,
            check=self._rules.check_stream(prepared),
            decode=self._decode,
            explain=lambda failure: self._rules.explain(prepared, failure),
        )


class _Running:
    """A call under way: gRPC's own object, with what it yields proven and what it raises rebuilt."""

    def __init__(self, inner: Any, *, explain: Callable[[Any], XiezhiError]) -> None:
        self._inner = inner
        self._explain = explain

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


class FutureAnswer(_Running):
    """The future of one proven answer; a `grpc.Future` and `grpc.Call`."""

    def __init__(self, inner: Any, *, accept: Callable[[bytes], Any], explain: Callable[[Any], XiezhiError]) -> None:
        super().__init__(inner, explain=explain)
        self._accept = accept

    def result(self, timeout: float | None = None) -> Any:
        """Waits for the answer and returns it.

        Args:
            timeout: Seconds to wait; None for as long as the call may take.

        Raises:
            XiezhiError: If the call is refused or fails.
            ReceiptError: If the answer is not proven.
            grpc.FutureTimeoutError: If there is no answer yet.
        """
        try:
            answer = self._inner.result(timeout)
        except grpc.RpcError as failure:
            raise self._explain(failure) from None
        return self._accept(answer)

    def exception(self, timeout: float | None = None) -> Exception | None:
        """Waits for the end of the call and returns the error that `result` would raise, None if none."""
        try:
            self.result(timeout)
        except (grpc.FutureTimeoutError, grpc.FutureCancelledError):
            raise
        except Exception as failure:  # noqa: BLE001 - a future hands errors out as values
            return failure
        return None

    def add_done_callback(self, fn: Callable[[Any], None]) -> None:
        """Calls a function with this future once the call has ended."""
        self._inner.add_done_callback(lambda _: fn(self))


class AnswerStream(_Running):
    """An iterator of proven answers; a `grpc.Call`. The first that is not proven cancels the call."""

    def __init__(
        self, inner: Any, *, check: StreamCheck, decode: Decode, explain: Callable[[Any], XiezhiError]
    ) -> None:
        super().__init__(inner, explain=explain)
        self._check = check
        self._decode = decode
        self._proven: deque[bytes] = deque()

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        while not self._proven:
            answer = self._receive()
            try:
                if answer is None:
                    self._check.end()
                    raise StopIteration
                self._proven.extend(self._check.take(answer))
            except ReceiptError:
                self._inner.cancel()
                raise
        try:
            return self._decode(self._proven.popleft())
        except BaseException:
            self._inner.cancel()
            raise

    def _receive(self) -> bytes | None:
        try:
            return cast("bytes | None", next(self._inner, None))
        except grpc.RpcError as failure:
            raise self._explain(failure) from None
