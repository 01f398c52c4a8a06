"""The gRPC server of a process: mutual TLS, routes, reflection, a stop that loses no call in flight."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable, Mapping
from typing import cast

import grpc
from grpc_reflection.v1alpha import reflection

from services.chassis.call import Context
from services.chassis.config import TlsSettings
from services.chassis.handling import Handler
from services.chassis.pipeline import Pipeline
from services.chassis.policy import UNKNOWN_METHOD
from services.chassis.watched import WatchedFiles
from xiezhi.errors import Reason, error

_OPTIONS: tuple[tuple[str, int], ...] = (
    ("grpc.so_reuseport", 0),
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.http2.min_ping_interval_without_data_ms", 10_000),
    ("grpc.http2.max_ping_strikes", 0),
    ("grpc.max_concurrent_streams", 1_000),
    # So that certificates and authorities which were replaced count for everybody within the hour.
    ("grpc.max_connection_age_ms", 3_600_000),
    ("grpc.max_connection_age_grace_ms", 3_600_000),
    ("grpc.max_send_message_length", 64 * 1024 * 1024),
    ("grpc.max_metadata_size", 256 * 1024),
    ("grpc.absolute_max_metadata_size", 256 * 1024),
)
HARD_LIMIT_FACTOR = 2
"""gRPC itself cuts off messages this many times longer than allowed; between the two the refusal is recorded."""


class Routes(grpc.GenericRpcHandler):
    """Finds the handler of a method; a method that is not there is refused like anything else, and recorded.

    Args:
        handlers: By full name of the method.
        pipeline: What surrounds every call.
    """

    def __init__(self, handlers: Mapping[str, Handler], pipeline: Pipeline) -> None:
        self._handlers = dict(handlers)
        self._pipeline = pipeline
        self._unknown: Handler = grpc.stream_stream_rpc_method_handler(self._refuse)

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> Handler:
        """Returns the handler of the method that is called."""
        return self._handlers.get(handler_call_details.method, self._unknown)

    async def _refuse(self, _requests: object, context: Context) -> bytes:
        async def work(*_: object) -> bytes:
            raise error(Reason.METHOD_UNKNOWN, "There is no such method here.")

        return await self._pipeline.unary(UNKNOWN_METHOD, context, work, request=None)


def build_server(*, max_request_bytes: int) -> grpc.aio.Server:
    """Builds a server that has no routes and does not listen yet.

    `Routes` are to be added last, since they have an answer for every method.

    Args:
        max_request_bytes: The longest request taken.
    """
    limit = ("grpc.max_receive_message_length", HARD_LIMIT_FACTOR * max_request_bytes)
    return grpc.aio.server(options=(*_OPTIONS, limit))


def listen(server: grpc.aio.Server, address: str, tls: TlsSettings) -> str:
    """Binds a server to an address with mutual TLS.

    Args:
        server: The server.
        address: "host:port"; port 0 takes a free one.
        tls: Certificate of the process; when its files are replaced, new connections get the new one.

    Returns:
        The bound "host:port".

    Raises:
        SystemExit: If the address cannot be bound.
    """
    files = _Certificates(tls)
    # The stubs do not know that there may be no change.
    changed = cast("Callable[[], grpc.ServerCertificateConfiguration]", files.changed)
    credentials = grpc.dynamic_ssl_server_credentials(files.first, changed, require_client_authentication=True)
    try:
        port = server.add_secure_port(address, credentials)
    except RuntimeError:
        port = 0
    if port == 0:
        raise SystemExit(f"Cannot listen on {address}: is another process there?")
    return f"{address.rpartition(':')[0]}:{port}"


def add_reflection(server: grpc.aio.Server, services: tuple[str, ...]) -> None:
    """Adds server reflection for tools such as `buf curl`."""
    reflection.enable_server_reflection((*services, reflection.SERVICE_NAME), server)


def stop_on_signals(stop: Callable[[], None]) -> None:
    """Calls `stop` on SIGTERM and SIGINT, within the running loop."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)


class _Certificates:
    """What gRPC is told of the certificate, for every connection, from its own threads.

    gRPC replaces what its handshakes share whenever it is given a certificate, without regard to those under way in
    other threads: given one for every connection, two that come at once crash the process. So it gets each one once.

    Args:
        tls: The files.
    """

    def __init__(self, tls: TlsSettings) -> None:
        self._files = WatchedFiles((tls.key, tls.certificate, tls.authority), lambda: _read_certificates(tls))
        self._lock = threading.Lock()
        self._given = self._files.version
        self.first = self._files.get()

    def changed(self) -> grpc.ServerCertificateConfiguration | None:
        """Returns the certificate if its files were replaced since it was returned last, otherwise None."""
        with self._lock:
            current = self._files.get()
            if self._files.version == self._given:
                return None
            self._given = self._files.version
            return current


def _read_certificates(tls: TlsSettings) -> grpc.ServerCertificateConfiguration:
    return grpc.ssl_server_certificate_configuration(
        [(tls.key.read_bytes(), tls.certificate.read_bytes())], tls.authority.read_bytes()
    )
