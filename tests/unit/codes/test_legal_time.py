"""The date on which the law counts, wherever the machine stands."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone, tzinfo

import pytest

from services.codes.legal_time import SHANGHAI, legal_date


class Nowhere(tzinfo):
    """A time zone that does not say what it is."""

    def utcoffset(self, instant, /):
        return None


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        (datetime(2018, 8, 3, 15, 59, 59, 999_999, tzinfo=UTC), date(2018, 8, 3)),
        (datetime(2018, 8, 3, 16, 0, tzinfo=UTC), date(2018, 8, 4)),
        (datetime(2018, 12, 31, 16, 0, tzinfo=UTC), date(2019, 1, 1)),
        (datetime(2020, 2, 28, 16, 0, tzinfo=UTC), date(2020, 2, 29)),
        (datetime(2018, 8, 3, 23, 59, tzinfo=SHANGHAI), date(2018, 8, 3)),
        (datetime(2018, 8, 3, 0, 0, tzinfo=SHANGHAI), date(2018, 8, 3)),
        (datetime(2018, 8, 3, 9, 0, tzinfo=timezone(-timedelta(hours=8))), date(2018, 8, 4)),
        (datetime(1990, 7, 1, 15, 0, tzinfo=UTC), date(1990, 7, 2)),
    ],
)
def test_the_day_changes_at_midnight_in_shanghai(instant, day):
    assert legal_date(instant) == day


@pytest.mark.parametrize("zone", [None, Nowhere()])
def test_an_instant_without_a_time_zone_has_no_date(zone):
    with pytest.raises(ValueError, match="time zone"):
        legal_date(datetime(2018, 8, 3, 12, 0, tzinfo=zone))
