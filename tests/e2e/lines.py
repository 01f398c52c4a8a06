"""Raw connections to the suite, and what came of a call told in full."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import grpc
from google.rpc import error_details_pb2, status_pb2

from xiezhi.cli.home import Home
from xiezhi.client import Trace, UnknownMethodError, find_method
from xiezhi.common.v1 import receipt_pb2
from xiezhi.errors import Reason, XiezhiError
from xiezhi.errors.status import STATUS_KEY, from_status
from xiezhi.proof.receipt import split_receipt

Metadata = Sequence[tuple[str, str | bytes]]

MOST_BYTES = 64 * 1024 * 1024
SECONDS = 20.0
"""How long a call may take unless a test says otherwise."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answered call.

    Attributes:
        messages: The answer's messages as received, one unless it is a stream.
        trace: The trace in which it was made.
    """

    messages: tuple[bytes, ...]
    trace: Trace

    @property
    def payload(self) -> bytes:
        """The first message without its receipt."""
        return split_receipt(self.messages[0])[0]

    @property
    def receipt(self) -> receipt_pb2.Receipt:
        """The receipt of the first message."""
        found = split_receipt(self.messages[0])[1]
        assert found is not None, "there is no receipt"
        return found


class Refused(Exception):
    """A call that was not answered.

    Attributes:
        code: Name of the gRPC code.
        text: The status text.
        trailing: The trailing metadata.
        trace: The trace in which it was made.
        error: What the client library makes of it.
    """

    def __init__(self, failure: grpc.RpcError, trace: Trace) -> None:
        self.code: str = failure.code().name
        self.text: str = failure.details() or ""
        self.trailing = tuple((key, value) for key, value in failure.trailing_metadata() or ())
        self.trace = trace
        self.error: XiezhiError = from_status(self.code, self.text, self.trailing)
        super().__init__(f"{self.code} {self.error}")

    @property
    def reason(self) -> Reason:
        """Why."""
        return self.error.reason

    @property
    def details(self) -> bytes:
        """The rich status as it was sent; empty where the transport refused."""
        return next((bytes(value) for key, value in self.trailing if key == STATUS_KEY), b"")  # type: ignore[arg-type]

    @property
    def info(self) -> error_details_pb2.ErrorInfo:
        """The google.rpc.ErrorInfo that was sent."""
        status, info = status_pb2.Status.FromString(self.details), error_details_pb2.ErrorInfo()
        assert any(packed.Unpack(info) for packed in status.details), "there is no ErrorInfo"
        return info

    @property
    def shape(self) -> tuple[object, ...]:
        """All that the caller can tell refusals apart by, without the trace."""
        status = status_pb2.Status.FromString(self.details)
        info = self.info
        told = {key: value for key, value in info.metadata.items() if key != "trace_id"}
        others = [packed.SerializeToString() for packed in status.details if not packed.Is(info.DESCRIPTOR)]
        keys = sorted(key for key, _ in self.trailing)
        return (self.code, self.text, status.code, status.message, info.reason, info.domain, told, others, keys)


class Line:
    """A connection under one certificate: exact bytes and metadata, nothing added but the trace, nothing repeated.

    Args:
        home: Data folder of the suite.
        system: Whose certificate is shown.
        to: Which process is called.
        keys: Folder of other keys whose certificate is shown; None for those of the suite.
        address: Where the process listens; empty for where the suite's own does.
    """

    def __init__(
        self, home: Home, *, system: str, to: str = "gateway", keys: Path | None = None, address: str = ""
    ) -> None:
        own = home.keys.tls(system)
        shown = own if keys is None else type(home.keys)(keys).tls(system)
        credentials = grpc.ssl_channel_credentials(
            own.authority.read_bytes(), shown.key.read_bytes(), shown.certificate.read_bytes()
        )
        self._channel = grpc.secure_channel(
            address or home.address(to),
            credentials,
            (
                ("grpc.ssl_target_name_override", f"{to}.service.xiezhi"),
                ("grpc.use_local_subchannel_pool", 1),
                ("grpc.enable_retries", 0),
                ("grpc.max_send_message_length", MOST_BYTES),
                ("grpc.max_receive_message_length", MOST_BYTES),
                ("grpc.initial_reconnect_backoff_ms", 50),
                ("grpc.max_reconnect_backoff_ms", 200),
            ),
        )

    def call(
        self,
        method: str,
        request: bytes,
        metadata: Metadata = (),
        *,
        timeout: float = SECONDS,
        trace: Trace | None = None,
    ) -> Answer:
        """Makes a call.

        Raises:
            Refused: If it is not answered.
        """
        __tracebackhide__ = True  # what was asked stays out of the report of a failure
        made = trace or Trace.start()
        sent = (*metadata, ("traceparent", made.traceparent))
        try:
            takes_stream, gives_stream = _streams(method)
            if takes_stream:
                answers = tuple(self._channel.stream_stream(method)(iter((request,)), metadata=sent, timeout=timeout))
            elif gives_stream:
                answers = tuple(self._channel.unary_stream(method)(request, metadata=sent, timeout=timeout))
            else:
                answers = (self._channel.unary_unary(method)(request, metadata=sent, timeout=timeout),)
        except grpc.RpcError as failure:
            raise Refused(failure, made) from None
        return Answer(answers, made)

    def start(self, method: str, request: bytes, metadata: Metadata = (), *, timeout: float = SECONDS) -> grpc.Future:
        """Starts a call with one answer; its result is the answer's bytes."""
        return self._channel.unary_unary(method).future(request, metadata=metadata, timeout=timeout)

    def stream(
        self, method: str, request: bytes, metadata: Metadata = (), *, timeout: float = SECONDS
    ) -> Iterator[bytes]:
        """Starts a call with a stream of answers; yields the answers' bytes as they come.

        Raises:
            grpc.RpcError: If it is not answered to its end.
        """
        yield from self._channel.unary_stream(method)(request, metadata=metadata, timeout=timeout)

    def exchange(
        self,
        method: str,
        requests: Iterator[bytes],
        metadata: Metadata = (),
        *,
        timeout: float = SECONDS,
        trace: Trace | None = None,
    ) -> Iterator[bytes]:
        """Starts a call with a stream of requests and one of answers; yields the answers' bytes as they come.

        Raises:
            Refused: If it is not answered to its end.
        """
        made = trace or Trace.start()
        sent = (*metadata, ("traceparent", made.traceparent))
        try:
            yield from self._channel.stream_stream(method)(requests, metadata=sent, timeout=timeout)
        except grpc.RpcError as failure:
            raise Refused(failure, made) from None

    def close(self) -> None:
        """Closes the connection."""
        self._channel.close()


def _streams(method: str) -> tuple[bool, bool]:
    """Tells whether a method takes a stream, and whether it gives one."""
    try:
        contract = find_method(method)
    except UnknownMethodError:
        return False, False
    return contract.client_streaming, contract.server_streaming
