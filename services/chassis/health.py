"""Health that tells the truth (grpc.health.v1): ready only while the database and the peers answer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc

from xiezhi.errors import Reason, error

LIVENESS = "xiezhi.live"
"""Service name under which a process says that it runs, whatever it depends on."""
INTERVAL = timedelta(seconds=1)
TIMEOUT = timedelta(seconds=3)

Check = Callable[[], Awaitable[None]]


class Health:
    """Keeps the health service in step with what the process depends on.

    The empty service name is SERVING exactly while all checks of the process pass, and a service while its own check
    passes as well: a gateway does not stop serving one service because another one's process is away.

    Args:
        services: Full names of the services hosted.
        checks: What the process depends on, by name; a check raises when it fails.
        service_checks: What single services depend on beside, by full name of the service.
        changed: Called with the names of the failing checks whenever they change.
    """

    def __init__(
        self,
        services: tuple[str, ...],
        *,
        checks: Mapping[str, Check],
        service_checks: Mapping[str, Check],
        changed: Callable[[tuple[str, ...]], None],
    ) -> None:
        self._services = services
        self._checks = dict(checks)
        self._service_checks = dict(service_checks)
        self._changed = changed
        self._servicer = health.aio.HealthServicer()
        self._failing: frozenset[str] | None = None
        self._task: asyncio.Task[None] | None = None

    async def start(self, server: grpc.aio.Server) -> None:
        """Adds the health service to a server, makes the checks once, and goes on making them.

        Args:
            server: The server, not started yet.
        """
        health_pb2_grpc.add_HealthServicer_to_server(self._servicer, server)
        await self._servicer.set(LIVENESS, health_pb2.HealthCheckResponse.SERVING)
        await self._look()
        self._task = asyncio.create_task(self._watch())

    async def stop(self) -> None:
        """Says NOT_SERVING from now on, so that no new calls are sent here."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self._servicer.enter_graceful_shutdown()

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(INTERVAL.total_seconds())
            await self._look()

    async def _look(self) -> None:
        checks = {**self._checks, **self._service_checks}
        results = await asyncio.gather(*(_passes(check) for check in checks.values()))
        failing = frozenset(name for name, passed in zip(checks, results, strict=True) if not passed)
        if failing == self._failing:
            return
        self._failing = failing
        self._changed(tuple(sorted(failing)))
        await self._say("", failing=not failing.isdisjoint(self._checks))
        for service in self._services:
            await self._say(service, failing=service in failing or not failing.isdisjoint(self._checks))

    async def _say(self, service: str, *, failing: bool) -> None:
        status = health_pb2.HealthCheckResponse
        await self._servicer.set(service, status.NOT_SERVING if failing else status.SERVING)


def serving_check(channel: grpc.aio.Channel) -> Check:
    """Makes the check that the process at the other end of a channel says that it is ready.

    Args:
        channel: Channel to the process.
    """
    ask = channel.unary_unary(
        "/grpc.health.v1.Health/Check",
        request_serializer=health_pb2.HealthCheckRequest.SerializeToString,
        response_deserializer=health_pb2.HealthCheckResponse.FromString,
    )

    async def check() -> None:
        try:
            answer = await ask(health_pb2.HealthCheckRequest(), timeout=TIMEOUT.total_seconds())
        except grpc.aio.AioRpcError:
            raise error(Reason.BACKEND_UNAVAILABLE, "The process does not answer.") from None
        if answer.status != health_pb2.HealthCheckResponse.SERVING:
            raise error(Reason.BACKEND_UNAVAILABLE, "The process is not ready.")

    return check


async def _passes(check: Check) -> bool:
    try:
        async with asyncio.timeout(TIMEOUT.total_seconds()):
            await check()
    except Exception:  # noqa: BLE001 - whatever a check raises, it fails
        return False
    return True
