"""The next fact happens now, or just after the last one where that is later."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from services.codes.facts import next_instant

NOW = datetime(2018, 9, 28, 4, tzinfo=UTC)
TICK = timedelta(microseconds=1)


@dataclass(frozen=True)
class Happened:
    at: datetime


@pytest.mark.parametrize(
    ("known", "instant"),
    [
        ([], NOW),
        ([NOW - 2 * TICK], NOW),
        ([NOW - TICK], NOW),
        ([NOW], NOW + TICK),
        ([NOW + timedelta(days=1), NOW - TICK], NOW + timedelta(days=1) + TICK),
    ],
)
def test_each_fact_happens_after_those_before_it(known, instant):
    assert next_instant(map(Happened, known), NOW) == instant
