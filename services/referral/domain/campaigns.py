"""Campaigns against refusal to enforce (专项行动): they group referrals for statistics, nothing else (R-3.4)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from xiezhi.errors import Violation, invalid_fields


@dataclass(frozen=True, slots=True)
class Campaign:
    """A campaign; it may overlap others.

    Attributes:
        campaign_id: Key.
        name: Name.
        first_day: First day of receipt.
        last_day: Last day of receipt, inclusive.
        courts: Codes of the courts that take part; empty for all of the province.
    """

    campaign_id: str
    name: str
    first_day: date
    last_day: date
    courts: frozenset[str] = frozenset()

    def covers(self, court_code: str, received_on: date) -> bool:
        """Whether a referral belongs to it.

        Args:
            court_code: Code of its court.
            received_on: Day on which the police signed for it.
        """
        takes_part = not self.courts or court_code in self.courts
        return takes_part and self.first_day <= received_on <= self.last_day


def announce(campaign: Campaign) -> Campaign:
    """Lets a campaign in.

    Args:
        campaign: The campaign.

    Raises:
        InvalidArgument: FIELDS_INVALID.
    """
    if campaign.last_day < campaign.first_day:
        raise invalid_fields(Violation("last_date", "is not before the first day"))
    return campaign


def campaigns_of(campaigns: Iterable[Campaign], court_code: str, received_on: date) -> tuple[Campaign, ...]:
    """Returns the campaigns to which a referral belongs, first those that began first.

    Args:
        campaigns: All campaigns.
        court_code: Code of its court.
        received_on: Day on which the police signed for it.
    """
    found = (campaign for campaign in campaigns if campaign.covers(court_code, received_on))
    return tuple(sorted(found, key=lambda campaign: (campaign.first_day, campaign.campaign_id)))
