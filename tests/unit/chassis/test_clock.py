"""The clock is moved in development and nowhere else, and durations are written as they are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from google.protobuf.duration_pb2 import Duration

from services.chassis.clock import MovedClockError, MovedClockWarning, SystemClock, choose_clock, write_duration
from xiezhi.pki import Authority
from xiezhi.pki.authority import new_tls_key
from xiezhi.vehicle.v1 import check_pb2

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


@pytest.mark.parametrize("micros", [0, 1, 999_999, 1_000_000, 150_000_003])
def test_a_duration_is_written_to_the_microsecond_and_is_there_when_it_is_zero(micros: int) -> None:
    holder = check_pb2.StreamChecksResponse()
    write_duration(holder.index_age, timedelta(microseconds=micros))
    expected = Duration()
    expected.FromTimedelta(timedelta(microseconds=micros))
    assert holder.index_age == expected
    assert holder.HasField("index_age")
