"""The clock is moved in development and nowhere else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from services.chassis.clock import MovedClockError, MovedClockWarning, SystemClock, choose_clock
from xiezhi.pki import Authority
from xiezhi.pki.authority import new_tls_key

YEAR = timedelta(days=365)


def _authority(folder: Path, name: str) -> Path:
    made = Authority.load_or_create(folder, name=name, key=new_tls_key(), now=datetime.now(UTC))
    file = folder / "authority.pem"
    file.write_bytes(made.certificate.public_bytes(Encoding.PEM))
    return file


def test_a_clock_that_is_not_moved_needs_no_authority(tmp_path: Path) -> None:
    assert isinstance(choose_clock(timedelta(0), authority=tmp_path / "none"), SystemClock)


def test_a_moved_clock_is_ahead_and_warns(tmp_path: Path) -> None:
    authority = _authority(tmp_path, "Development CA (INSECURE)")
    with pytest.warns(MovedClockWarning, match="365 days"):
        clock = choose_clock(YEAR, authority=authority)
    assert abs(clock.now() - datetime.now(UTC) - YEAR) < timedelta(seconds=5)


def test_under_another_authority_the_clock_is_not_moved(tmp_path: Path) -> None:
    with pytest.raises(MovedClockError, match="development set-up only"):
        choose_clock(YEAR, authority=_authority(tmp_path, "Provincial suite CA"))
