"""Configuration: what is needed, and what holds where nothing is said."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pydantic import ValidationError

from services.exit_restriction.domain import CURRENT_RULE, RULE_OF_1987, Requirement
from services.exit_restriction.settings import ExitRestrictionSettings, SpanSettings

FILES = {"authority": "/a", "certificate": "/c", "key": "/k"}
NEEDED = {
    "database_url": "sqlite:////tmp/exit_restriction.db",
    "keyring": "/k",
    "oversight_keyring": "/o",
    "spool": "/s",
    "tls": FILES,
    "trust": {"issuers": [], "officer_authorities": "/a", "officer_revocations": "/r"},
    "ledger": {"address": "localhost:1", "public_key": "/p", "witness": "/w"},
    "seals": {"authority": "/a", "revocations": "/r"},
}


def test_what_holds_where_nothing_is_said():
    settings = ExitRestrictionSettings(**NEEDED)
    assert settings.counter_lease == timedelta(minutes=15)
    assert settings.index_max_age == timedelta(seconds=5)
    rule = settings.border_rule
    assert rule.allowed == {"MONITOR", "BLOCK_EXIT", "BLOCK_EXIT_WITHHOLD", "DETAIN"}
    assert rule.limits["MONITOR"] == SpanSettings(months=12)
    assert {span.months for name, span in rule.limits.items() if name != "MONITOR"} == {3}
    assert "MONITOR" not in rule.usual
    assert {span.months for span in rule.usual.values()} == {1}


def test_another_rule_of_the_border_may_be_set():
    days = {name: {"days": 30} for name in ("MONITOR", "BLOCK_EXIT")}
    rule = {"version": "7.4-1987", "allowed": ["MONITOR", "BLOCK_EXIT"], "limits": days, "usual": {}}
    settings = ExitRestrictionSettings(**NEEDED, border_rule=rule)
    assert settings.border_rule.limits["BLOCK_EXIT"] == SpanSettings(days=30)


@pytest.mark.parametrize(
    "changed",
    [
        {"seals": None},
        {"seals": {"authority": "/a"}},
        {"counter_lease": timedelta(0)},
        {"border_rule": {"allowed": []}},
        {"border_rule": {"allowed": ["EXILE"]}},
        {"border_rule": {"limits": {"MONITOR": {"months": 12}}}},
        {"border_rule": {"limits": {"MONITOR": {}}}},
        {"border_rule": {"limits": {"MONITOR": {"months": 61}}}},
        {"unknown": 1},
    ],
)
def test_what_cannot_be(changed):
    with pytest.raises(ValidationError):
        ExitRestrictionSettings(**(NEEDED | changed))


def test_the_rule_is_that_of_the_domain_unless_it_is_set_otherwise():
    assert ExitRestrictionSettings(**NEEDED).border_rule.rule() == CURRENT_RULE
    days = {requirement.name: {"days": 30} for requirement in Requirement}
    rule = {"version": "7.4-1987", "limits": days, "usual": {}}
    assert ExitRestrictionSettings(**NEEDED, border_rule=rule).border_rule.rule() == RULE_OF_1987
