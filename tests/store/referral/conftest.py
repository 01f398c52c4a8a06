"""A migrated database of the referral service of either kind."""

from __future__ import annotations

import pytest

from services.chassis.migrations import upgrade


@pytest.fixture
def referral_url(database_url):
    upgrade(database_url, package="services.referral")
    return database_url
