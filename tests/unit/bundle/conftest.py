"""A court and two police organisations with their keys, made once."""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest

from tests.unit.bundle.people import NOW, OFFICERS, Desk
from xiezhi.pki import InsecureDevelopmentKeys, InsecureDevelopmentKeysWarning


def make_desk(folder: Path) -> Desk:
    keys = InsecureDevelopmentKeys(folder / "keys")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", InsecureDevelopmentKeysWarning)
        keys.create(OFFICERS, now=NOW)
    return Desk(keys)


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """Keys that no test changes."""
    return make_desk(tmp_path_factory.mktemp("desk"))


@pytest.fixture
def own_desk(tmp_path: Path) -> Desk:
    """Keys of a test that revokes some."""
    return make_desk(tmp_path)


@pytest.fixture(scope="session")
def requests(desk: Desk) -> bytes:
    """The file of a bundle of three requests."""
    return desk.bundle()
