"""Tables of campaigns and of lists of key cases.

In clear are titles, courts, units and ids, which have no meaning; who a referral is about is in none of them.
"""

from __future__ import annotations

from sqlalchemy import Column, Date, ForeignKey, Index, Integer, String, Table

from services.chassis.db import Instant
from services.referral.metadata import METADATA

CAMPAIGNS = Table(
    "campaigns",
    METADATA,
    Column("campaign_id", String(36), primary_key=True),
    Column("title", String(100), nullable=False),
    Column("first_day", Date, nullable=False),
    Column("last_day", Date, nullable=False),
    Column("opened_by", String(12), nullable=False),
    Column("opened_at", Instant, nullable=False),
    Index("campaigns_newest", "opened_at", "campaign_id"),
)
"""Campaigns."""

JOINED = Table(
    "campaign_referrals",
    METADATA,
    Column("campaign_id", String(36), ForeignKey("campaigns.campaign_id"), primary_key=True),
    Column("referral_id", String(36), primary_key=True),
    Index("campaign_referrals_of", "referral_id"),
)
"""Referrals of campaigns; one may be in several."""

LISTS = Table(
    "key_case_lists",
    METADATA,
    Column("list_id", String(36), primary_key=True),
    Column("year", Integer, nullable=False),
    Column("title", String(100), nullable=False),
    Column("body", Integer, nullable=False),
    Column("proposed_at", Instant, nullable=False),
)
"""Lists of key cases as they were proposed."""

KEY_CASES = Table(
    "key_cases",
    METADATA,
    Column("list_id", String(36), ForeignKey("key_case_lists.list_id"), primary_key=True),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("referral_id", String(36), nullable=False),
    Column("unit", String(12), nullable=False),
)
"""Their cases, in order, with the unit that each lay with when it was proposed."""

SIGNATURES = Table(
    "key_case_signatures",
    METADATA,
    Column("list_id", String(36), ForeignKey("key_case_lists.list_id"), primary_key=True),
    Column("body", Integer, primary_key=True, autoincrement=False),
    Column("signed_at", Instant, nullable=False),
)
"""Who signed them, each body once; the sealed files are kept among the papers of requests."""
