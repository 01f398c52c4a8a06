"""Migrations of the referral service's tables."""
