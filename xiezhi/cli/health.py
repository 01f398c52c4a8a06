"""Asks processes of the suite whether they serve (grpc.health.v1)."""

from __future__ import annotations

import grpc

from xiezhi.cli.home import Home
from xiezhi.cli.suite import suite_required

ANSWER_SECONDS = 3.0
ASKING_SYSTEM = "audit"
"""The development system in whose name health is asked; any certificate of the suite's authority may."""


def is_serving(home: Home, process: str, address: str, *, service: str = "") -> bool:
    """Tells whether a process says that it serves.

    Args:
        home: The data folder, with its development keys.
        process: Name of the process, for its certificate.
        address: Where it listens, "host:port".
        service: Which service; empty for the process with all that it depends on.
    """
    with suite_required("Asking for health"):
        from grpc_health.v1 import health_pb2, health_pb2_grpc
    files = home.keys.tls(ASKING_SYSTEM)
    credentials = grpc.ssl_channel_credentials(
        files.authority.read_bytes(), files.key.read_bytes(), files.certificate.read_bytes()
    )
    target = (("grpc.ssl_target_name_override", f"{process}.service.xiezhi"), ("grpc.use_local_subchannel_pool", 1))
    with grpc.secure_channel(address, credentials, target) as channel:
        try:
            answer = health_pb2_grpc.HealthStub(channel).Check(  # type: ignore[attr-defined]
                health_pb2.HealthCheckRequest(service=service), timeout=ANSWER_SECONDS
            )
        except grpc.RpcError:
            return False
    return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)
