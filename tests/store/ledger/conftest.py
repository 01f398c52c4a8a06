"""A log that has not begun yet."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.store.ledger.disk import Disk


@pytest.fixture
def disk(database_url: str, tmp_path: Path) -> Disk:
    return Disk.make(database_url, tmp_path)
