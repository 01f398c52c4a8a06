"""Campaigns in SQL, within a transaction of whoever calls."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, Row, bindparam, func, insert, select

from services.chassis.db import insert_new
from services.referral.domain import Campaign
from services.referral.notices.tables import STANDINGS
from services.referral.supervision.domain import Counted
from services.referral.supervision.tables import CAMPAIGNS, JOINED

MOST = 200
"""Campaigns that are listed at most."""

_ADD = insert(CAMPAIGNS)
_COUNTED = (
    select(
        CAMPAIGNS,
        func.count(JOINED.c.referral_id).label("referrals"),
        func.coalesce(func.sum(STANDINGS.c.filed), 0).label("filed"),
    )
    .select_from(
        CAMPAIGNS.outerjoin(JOINED, JOINED.c.campaign_id == CAMPAIGNS.c.campaign_id).outerjoin(
            STANDINGS, STANDINGS.c.referral_id == JOINED.c.referral_id
        )
    )
    .group_by(CAMPAIGNS.c.campaign_id)
)
_ONE = _COUNTED.where(CAMPAIGNS.c.campaign_id == bindparam("which"))
_NEWEST = _COUNTED.order_by(CAMPAIGNS.c.opened_at.desc(), CAMPAIGNS.c.campaign_id).limit(MOST)
_MEMBERS = (
    select(CAMPAIGNS, JOINED.c.referral_id)
    .join(JOINED, JOINED.c.campaign_id == CAMPAIGNS.c.campaign_id)
    .order_by(CAMPAIGNS.c.campaign_id)
)


def add_campaign(connection: Connection, campaign: Campaign, *, opened_by: str, now: datetime) -> None:
    """Adds a campaign that no referral is in yet."""
    row = {
        "campaign_id": campaign.campaign_id,
        "title": campaign.title,
        "first_day": campaign.first_day,
        "last_day": campaign.last_day,
        "opened_by": opened_by,
        "opened_at": now,
    }
    connection.execute(_ADD, row)


def add_members(connection: Connection, campaign_id: str, referral_ids: Sequence[str]) -> None:
    """Adds referrals to a campaign; one that is in it already stays."""
    rows = [{"campaign_id": campaign_id, "referral_id": referral_id} for referral_id in referral_ids]
    connection.execute(insert_new(connection, JOINED), rows)


def count_campaign(connection: Connection, campaign_id: str) -> Counted | None:
    """Returns a campaign with its numbers; None where there is none."""
    row = connection.execute(_ONE, {"which": campaign_id}).one_or_none()
    return None if row is None else _counted(row)


def newest_campaigns(connection: Connection) -> tuple[Counted, ...]:
    """Returns campaigns with their numbers, the newest first."""
    return tuple(map(_counted, connection.execute(_NEWEST)))


def campaigns_with(connection: Connection) -> tuple[Campaign, ...]:
    """Returns all campaigns that any referral is in, with these."""
    members: dict[str, set[str]] = defaultdict(set)
    first: dict[str, Row[tuple[object, ...]]] = {}
    for row in connection.execute(_MEMBERS):
        members[row.campaign_id].add(row.referral_id)
        first.setdefault(row.campaign_id, row)
    return tuple(
        Campaign(key, row.title, row.first_day, row.last_day, frozenset(members[key])) for key, row in first.items()
    )


def _counted(row: Row[tuple[object, ...]]) -> Counted:
    campaign = Campaign(row.campaign_id, row.title, row.first_day, row.last_day)
    return Counted(campaign, row.opened_by, int(row.referrals), int(row.filed))
