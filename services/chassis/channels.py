"""Channels to other processes of the suite: mutual TLS, keepalive, the peer's own name checked."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AsyncExitStack

import grpc

from services.chassis.config import PeerSettings, TlsSettings

_OPTIONS: tuple[tuple[str, int | str], ...] = (
    ("grpc.keepalive_time_ms", 20_000),
    ("grpc.keepalive_timeout_ms", 5_000),
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.http2.max_pings_without_data", 0),
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 1_000),
    ("grpc.max_receive_message_length", 64 * 1024 * 1024),
    ("grpc.max_send_message_length", 64 * 1024 * 1024),
    ("grpc.max_metadata_size", 256 * 1024),
    ("grpc.absolute_max_metadata_size", 256 * 1024),
    ("grpc.enable_retries", 0),
)


def open_channel(address: str, *, name: str, tls: TlsSettings) -> grpc.aio.Channel:
    """Opens a channel; it connects when first used and again whenever it must.

    Args:
        address: "host:port".
        name: URI subject alternative name that the peer's certificate must hold; its last part is a DNS name in it too,
            which is what gRPC compares.
        tls: Certificate of this process.
    """
    credentials = grpc.ssl_channel_credentials(
        root_certificates=tls.authority.read_bytes(),
        private_key=tls.key.read_bytes(),
        certificate_chain=tls.certificate.read_bytes(),
    )
    target_name = ("grpc.ssl_target_name_override", name.rsplit("/", 1)[-1] + ".service.xiezhi")
    return grpc.aio.secure_channel(address, credentials, options=(*_OPTIONS, target_name))


def open_channels(
    peers: Mapping[str, PeerSettings], *, tls: TlsSettings, stack: AsyncExitStack
) -> dict[str, grpc.aio.Channel]:
    """Opens one channel to each process, however often it is named.

    Args:
        peers: Where each is, by a name for what is found there.
        tls: Certificate of this process.
        stack: Closes the channels.

    Returns:
        The channels, by the same names.
    """
    channels: dict[tuple[str, str], grpc.aio.Channel] = {}
    for peer in peers.values():
        place = (peer.address, peer.name)
        if place not in channels:
            channels[place] = open_channel(peer.address, name=peer.name, tls=tls)
            stack.push_async_callback(channels[place].close)
    return {name: channels[peer.address, peer.name] for name, peer in peers.items()}
