"""Keys, and a ledger process that a module's tests share."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.chassis.sealing import Keyring
from tests.integration.ledger.process import AUDITOR, Ledger, Site
from xiezhi.pki import InsecureDevelopmentKeys, InsecureDevelopmentKeysWarning


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> InsecureDevelopmentKeys:
    """Development keys with an auditor."""
    made = InsecureDevelopmentKeys(tmp_path_factory.mktemp("keys"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InsecureDevelopmentKeysWarning)
        made.create([AUDITOR], now=datetime.now(UTC))
    for name in ("ledger", "oversight"):
        made.keyring_file(name).parent.mkdir(parents=True, exist_ok=True)
        Keyring.create(made.keyring_file(name))
    return made


@pytest.fixture
def site(keys: InsecureDevelopmentKeys, tmp_path: Path) -> Site:
    """A place where no ledger has run yet, on SQLite."""
    return Site(tmp_path, keys, f"sqlite:///{tmp_path / 'ledger.db'}")


@pytest.fixture(scope="module")
def ledger(keys: InsecureDevelopmentKeys, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    """A running ledger."""
    folder = tmp_path_factory.mktemp("ledger")
    with Site(folder, keys, f"sqlite:///{folder / 'ledger.db'}").run() as running:
        yield running
