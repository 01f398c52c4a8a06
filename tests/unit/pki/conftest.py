"""Development keys made once for the tests of the PKI."""

from __future__ import annotations

import warnings
from datetime import UTC, datetime
from pathlib import Path

import pytest

from xiezhi.pki import InsecureDevelopmentKeys, InsecureDevelopmentKeysWarning, Officer
from xiezhi.proof.statement import Rank

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)

JUDGE = Officer(
    officer_id="GAN0102-J001",
    agency="courts",
    system="courts",
    organisation="赣0102",
    rank=Rank.JUDGE,
    name="测试甲",
    phone="13900000001",
    work_card="W-0001",
    enforcement_card="E-0001",
    permissions=("identity.household.lookup", "approval.submit"),
)

POLICE = Officer(
    officer_id="POL3601-0001",
    agency="police",
    system="police",
    organisation="360100000000",
    rank=None,
    name="测试乙",
    phone="13900000002",
    work_card="P-0001",
    enforcement_card="",
    permissions=("ledger.head",),
)


@pytest.fixture
def now() -> datetime:
    """The instant at which the keys were made."""
    return NOW


@pytest.fixture
def keys(tmp_path: Path) -> InsecureDevelopmentKeys:
    """Development keys with one judge and one police officer."""
    made = InsecureDevelopmentKeys(tmp_path / "keys")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InsecureDevelopmentKeysWarning)
        made.create([JUDGE, POLICE], now=NOW)
    return made
