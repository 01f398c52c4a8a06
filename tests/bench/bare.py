"""The bare peers that the suite is measured against: an echo and a byte proxy, grpc.aio over mutual TLS.

`python -m tests.bench.bare echo|proxy CONFIG` where CONFIG is a JSON file; writes "host:port" into its
ready_file.
"""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc
import uvloop

METHOD, STREAM = "/bench.Bare/Call", "/bench.Bare/Stream"


@dataclass(frozen=True, slots=True)
class Config:
    """How a bare peer runs.

    Attributes:
        authority: PEM file of the authority of its peers.
        certificate: PEM file of its certificate.
        key: PEM file of its key.
        ready_file: Where it writes its address.
        answer_bytes: Length of the echo's answer.
        backend: Address that the proxy forwards to.
        backend_name: DNS name in the backend's certificate.
    """

    authority: str
    certificate: str
    key: str
    ready_file: str
    answer_bytes: int = 0
    backend: str = ""
    backend_name: str = ""


class _Routes(grpc.GenericRpcHandler):  # type: ignore[type-arg]
    def __init__(self, handlers: Mapping[str, Any]) -> None:
        self._handlers = handlers

    def service(self, details: grpc.HandlerCallDetails) -> Any:
        return self._handlers.get(details.method)


def _echo(config: Config) -> Mapping[str, Any]:
    answer = b"x" * config.answer_bytes

    async def call(_request: bytes, _context: Any) -> bytes:
        return answer

    async def stream(requests: AsyncIterator[bytes], _context: Any) -> AsyncIterator[bytes]:
        async for _ in requests:
            yield answer

    return {
        METHOD: grpc.unary_unary_rpc_method_handler(call),
        STREAM: grpc.stream_stream_rpc_method_handler(stream),
    }


def _proxy(config: Config) -> Mapping[str, Any]:
    channel = grpc.aio.secure_channel(
        config.backend,
        grpc.ssl_channel_credentials(*_files(config)),
        options=(("grpc.ssl_target_name_override", config.backend_name),),
    )
    forward = channel.unary_unary(METHOD)

    async def call(request: bytes, context: Any) -> bytes:
        return await forward(request, timeout=context.time_remaining())

    return {METHOD: grpc.unary_unary_rpc_method_handler(call)}


def _files(config: Config) -> tuple[bytes, bytes, bytes]:
    return tuple(Path(p).read_bytes() for p in (config.authority, config.key, config.certificate))  # type: ignore[return-value]


async def _serve(kind: str, config: Config) -> None:
    server = grpc.aio.server()
    handlers = _echo(config) if kind == "echo" else _proxy(config)
    server.add_generic_rpc_handlers((_Routes(handlers),))
    authority, key, certificate = _files(config)
    credentials = grpc.ssl_server_credentials(
        ((key, certificate),), root_certificates=authority, require_client_auth=True
    )
    port = server.add_secure_port("127.0.0.1:0", credentials)
    await server.start()
    Path(config.ready_file).write_text(f"127.0.0.1:{port}\n")
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await stop.wait()
    await server.stop(1)


def main() -> None:
    """Runs the peer that the command line names."""
    kind, path = sys.argv[1:]
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(kind, Config(**json.loads(Path(path).read_text()))))


if __name__ == "__main__":
    main()
