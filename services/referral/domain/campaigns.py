"""Campaigns against refusal to enforce (专项行动): they group referrals for statistics, nothing else (R-3.4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from xiezhi.errors import Violation, invalid_fields


@dataclass(frozen=True, slots=True)
class Campaign:
    """A campaign; it may overlap others, and a referral may be in several.

    Attributes:
        campaign_id: Key.
        title: Title.
        first_day: First day.
        last_day: Last day, inclusive.
        referrals: Keys of the referrals in it.
    """

    campaign_id: str
    title: str
    first_day: date
    last_day: date
    referrals: frozenset[str] = frozenset()


def announce(campaign_id: str, title: str, *, first_day: date, last_day: date) -> Campaign:
    """Lets a campaign in.

    Args:
        campaign_id: Key of the campaign to be.
        title: Title.
        first_day: First day.
        last_day: Last day, inclusive.

    Raises:
        InvalidArgument: FIELDS_INVALID.
    """
    if last_day < first_day:
        raise invalid_fields(Violation("end_date", "is not before start_date"))
    return Campaign(campaign_id, title, first_day, last_day)
