"""Alerts on either database."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from services.chassis.clock import ManualClock
from services.chassis.db import Database
from tests.store.alerts.post import Post, create_tables

NOW = datetime(2026, 5, 3, 4, tzinfo=UTC)


@pytest.fixture
def alerts_url(database_url):
    return create_tables(database_url)


@pytest.fixture
def database(alerts_url):
    opened = Database.open(alerts_url)
    yield opened
    opened.close()


@pytest.fixture
def clock():
    return ManualClock(NOW)


@pytest.fixture
async def post(database, clock):
    return Post(database, clock=clock)
