"""Of rules in versions the one counts that began last."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pytest

from services.codes.versions import version_on


@dataclass(frozen=True)
class Rules:
    name: str
    effective_from: date


FIRST, SECOND = Rules("first", date(2018, 8, 3)), Rules("second", date(2025, 1, 1))


@pytest.mark.parametrize("versions", [(FIRST, SECOND), (SECOND, FIRST)])
@pytest.mark.parametrize(
    ("day", "found"),
    [
        (date(2018, 8, 2), None),
        (date(2018, 8, 3), FIRST),
        (date(2024, 12, 31), FIRST),
        (date(2025, 1, 1), SECOND),
    ],
)
def test_a_version_is_in_effect_from_its_first_day_until_the_next_begins(versions, day, found):
    assert version_on(versions, day) is found


def test_of_two_that_begin_on_one_day_the_last_counts():
    corrected = Rules("corrected", FIRST.effective_from)
    assert version_on((FIRST, corrected), FIRST.effective_from) is corrected
