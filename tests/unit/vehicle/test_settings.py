"""Configuration: what is needed, and what holds where nothing is said."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from pydantic import ValidationError

from services.vehicle.domain import NOTICE_POLICY, PointsPolicy
from services.vehicle.settings import VehicleSettings

FILES = {"authority": "/a", "certificate": "/c", "key": "/k"}
NEEDED = {
    "database_url": "sqlite:////tmp/vehicle.db",
    "keyring": "/k",
    "oversight_keyring": "/o",
    "spool": "/s",
    "tls": FILES,
    "trust": {"issuers": [], "officer_authorities": "/a", "officer_revocations": "/r"},
    "ledger": {"address": "localhost:1", "public_key": "/p", "witness": "/w"},
    "seals": {"authority": "/a", "revocations": "/r"},
}


def test_what_holds_where_nothing_is_said():
    settings = VehicleSettings(**NEEDED)
    assert settings.acknowledge_within == timedelta(minutes=30)
    assert settings.sighting_window == timedelta(minutes=10)
    assert [PointsPolicy(**p.model_dump()) for p in settings.points_policy] == [NOTICE_POLICY]


def test_a_policy_may_be_added():
    later = {"version": "163-2022", "effective_from": date(2022, 4, 1), "must_record": True}
    assert VehicleSettings(**NEEDED, points_policy=[later]).points_policy[0].must_record


@pytest.mark.parametrize(
    "changed",
    [
        {"seals": None},
        {"seals": {"authority": "/a"}},
        {"index_max_age": timedelta(0)},
        {"points_policy": [{"version": "", "effective_from": "2018-08-03", "must_record": False}]},
        {"points_policy": []},
        {"unknown": 1},
    ],
)
def test_what_cannot_be(changed):
    with pytest.raises(ValidationError):
        VehicleSettings(**(NEEDED | changed))
