"""Keys of officers of three courts, made once for the tests of the chassis."""

import shutil
import warnings
from datetime import UTC, datetime

import pytest

from xiezhi.pki import InsecureDevelopmentKeys, InsecureDevelopmentKeysWarning, Officer
from xiezhi.proof.statement import Rank

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def officer(officer_id, organisation, rank):
    return Officer(
        officer_id=officer_id,
        agency="courts",
        system="courts",
        organisation=organisation,
        rank=rank,
        name="测试员",
        phone="13900000001",
        work_card=f"W-{officer_id}",
        enforcement_card=f"E-{officer_id}",
        permissions=("identity.household.lookup", "approval.submit"),
    )


OFFICERS = (
    officer("GAN0102-J001", "赣0102", Rank.JUDGE),
    officer("GAN0102-C001", "赣0102", Rank.DIVISION_CHIEF),
    officer("GAN0102-C002", "赣0102", Rank.DIVISION_CHIEF),
    officer("GAN01-P001", "赣01", Rank.PRESIDENT),
    officer("GAN0103-C001", "赣0103", Rank.DIVISION_CHIEF),
)


@pytest.fixture
def now():
    return NOW


@pytest.fixture(scope="session")
def made_keys(tmp_path_factory):
    """Development keys of all officers, to be copied."""
    folder = tmp_path_factory.mktemp("made") / "keys"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InsecureDevelopmentKeysWarning)
        InsecureDevelopmentKeys(folder).create(OFFICERS, now=NOW)
    return folder


@pytest.fixture
def keys(made_keys, tmp_path):
    """Development keys of all officers, in a folder of the test's own."""
    return InsecureDevelopmentKeys(shutil.copytree(made_keys, tmp_path / "keys"))
