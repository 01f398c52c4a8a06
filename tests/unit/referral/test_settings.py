"""Configuration: what is needed, and what holds where nothing is said."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pydantic import ValidationError

from services.referral.settings import ReferralSettings
from tests.unit.exit_restriction.test_settings import NEEDED


def test_what_holds_where_nothing_is_said():
    settings = ReferralSettings(**NEEDED)
    assert settings.acknowledge_within == timedelta(hours=24)
    assert (settings.supplement_days, settings.remind_before_days, settings.escalate_after_days) == (3, 1, 5)


@pytest.mark.parametrize(
    "changed",
    [
        {"seals": None},
        {"supplement_days": 0},
        {"remind_before_days": 0},
        {"escalate_after_days": 61},
        {"acknowledge_within": timedelta(0)},
        {"unknown": 1},
    ],
)
def test_what_cannot_be(changed):
    with pytest.raises(ValidationError):
        ReferralSettings(**(NEEDED | changed))
