"""Tests of token sources and TLS identities."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from xiezhi.client.credentials import CachedToken, Credentials


class Provider:
    """An identity provider whose tokens end after a given time."""

    def __init__(self, make: Callable[[float], str], clock: list[float]) -> None:
        self.fetched = 0
        self._make = make
        self._clock = clock

    def __call__(self) -> str:
        self.fetched += 1
        return f"{self._make(self._clock[0] + 600)}{self.fetched}"


def _jwt(ends: float) -> str:
    payload = base64.urlsafe_b64encode(json.dumps({"exp": ends}).encode()).rstrip(b"=").decode()
    return f"e30.{payload}."


def test_a_token_is_fetched_once_until_shortly_before_its_end() -> None:
    clock = [1000.0]
    provider = Provider(_jwt, clock)
    source = CachedToken(provider, margin=timedelta(seconds=60), now=lambda: clock[0])
    first = source()
    clock[0] += 539
    assert source() == first
    clock[0] += 1
    assert source() != first
    assert provider.fetched == 2


@pytest.mark.parametrize("token", ["opaque", "a.b.c", "e30.e30.e30", "e30.W10.x"])
def test_a_token_whose_end_cannot_be_read_is_fetched_each_time(token: str) -> None:
    provider = Provider(lambda _: token, [0.0])
    source = CachedToken(provider, now=lambda: 1000.0)
    assert source() != source()


def test_the_private_key_is_not_shown(tmp_path: Path) -> None:
    for name in ("ca", "certificate", "key"):
        (tmp_path / name).write_bytes(name.encode())
    files = {name: tmp_path / name for name in ("ca", "certificate", "key")}
    credentials = Credentials.from_files(**files)
    assert credentials == Credentials(b"ca", b"certificate", b"key")
    assert "b'key'" not in repr(credentials)
