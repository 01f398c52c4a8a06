"""A running exchange and a client connected to it."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from tests.integration.client.exchange import Exchange, serve
from xiezhi.client import Client, Credentials, connect
from xiezhi.pki import InsecureDevelopmentKeys, InsecureDevelopmentKeysWarning

Connect = Callable[..., Client]


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> InsecureDevelopmentKeys:
    """Development keys without officers."""
    made = InsecureDevelopmentKeys(tmp_path_factory.mktemp("keys"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InsecureDevelopmentKeysWarning)
        made.create(now=datetime.now(UTC))
    return made


@pytest.fixture
def exchange(keys: InsecureDevelopmentKeys) -> Iterator[Exchange]:
    """An exchange that answers nothing yet."""
    made = Exchange()
    files = keys.tls("gateway")
    server = serve(made, ca=files.authority, certificate=files.certificate, key=files.key)
    yield made
    server.stop(None).wait()


@pytest.fixture
def credentials(keys: InsecureDevelopmentKeys) -> Credentials:
    """TLS identity of the courts' system."""
    files = keys.tls("courts")
    return Credentials.from_files(ca=files.authority, certificate=files.certificate, key=files.key)


@pytest.fixture
def open_client(exchange: Exchange, credentials: Credentials) -> Iterator[Connect]:
    """Opens clients to the exchange and closes them at the end."""
    opened: list[Client] = []

    def make(**changes: object) -> Client:
        arguments = {"credentials": credentials, "token": "t0ken", "log_key": exchange.log.key, **changes}
        opened.append(connect(exchange.address, **arguments))  # type: ignore[arg-type]
        return opened[-1]

    yield make
    for client in opened:
        client.close()


@pytest.fixture
def client(open_client: Connect) -> Client:
    """A client with the exchange's log key."""
    return open_client()
