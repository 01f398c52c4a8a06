"""Who calls: the system by its certificate, the officer by a token."""

from __future__ import annotations

import base64
import binascii
import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import grpc

TokenSource = Callable[[], str]
"""Returns the officer's present token; asked before every call, from whichever thread makes it."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """The TLS identity of the agency's system.

    Attributes:
        ca: PEM of the authority that issued the gateway's certificate.
        certificate: PEM of the system's own certificate chain.
        key: PEM of its private key.
        server_name: Name in the gateway's certificate, where it differs from the target's; empty otherwise.
    """

    ca: bytes
    certificate: bytes
    key: bytes = field(repr=False)
    server_name: str = ""

    @classmethod
    def from_files(cls, *, ca: Path, certificate: Path, key: Path, server_name: str = "") -> Credentials:
        """Reads the three PEM files."""
        return cls(ca.read_bytes(), certificate.read_bytes(), key.read_bytes(), server_name)

    def for_channel(self) -> grpc.ChannelCredentials:
        """Returns the credentials in gRPC's form."""
        return grpc.ssl_channel_credentials(self.ca, self.key, self.certificate)


class CachedToken:
    """A token source that fetches a token when it has none and again shortly before it ends.

    Thread-safe: calls that need a token meanwhile wait for the one fetch.
    """

    def __init__(
        self,
        fetch: Callable[[], str],
        *,
        margin: timedelta = timedelta(seconds=60),
        now: Callable[[], float] = time.time,
    ) -> None:
        """Fetches nothing yet.

        Args:
            fetch: Gets a new token from the agency's identity provider.
            margin: How long before its end a token is replaced.
            now: The clock, seconds since the epoch.
        """
        self._fetch = fetch
        self._margin = margin.total_seconds()
        self._now = now
        self._lock = threading.Lock()
        self._token = ""
        self._ends = 0.0

    def __call__(self) -> str:
        """Returns a token that is good for at least the margin, if the provider gives such tokens."""
        with self._lock:
            if self._now() >= self._ends - self._margin:
                self._token = self._fetch()
                self._ends = _read_end(self._token)
            return self._token


def _read_end(token: str) -> float:
    """Reads when a token ends; one whose end cannot be read is fetched anew each time."""
    try:
        payload = token.split(".")[1]
        return float(json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["exp"])
    except (IndexError, KeyError, TypeError, ValueError, binascii.Error):
        return 0.0
