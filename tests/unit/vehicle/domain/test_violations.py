"""Clearing without demerit points: each condition, once only, and which policy decides (R-2.4 to R-2.6)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.vehicle.domain import (
    NOTICE_POLICY,
    ClearingOutcome,
    Item,
    PointsPolicy,
    Sale,
    Violation,
    Visit,
    clear,
    policy_on,
)
from tests.unit.vehicle.domain.seized import START, at
from xiezhi.errors import CLASS_OF, Reason, XiezhiError

BUYER, AGENT = "36990119800115002X", "369901198001150011"
PERSONAL = frozenset(Item) - {Item.AUTHORISATION}
SALE = Sale(BUYER, buyer_is_organisation=False, disposed_at=START, division="360121")
OLD, OLDER, NEW = Violation("old", at(-1)), Violation("older", at(-2)), Violation("new", at(1))
CRIME, AT_SALE = Violation("crime", at(-3), is_crime=True), Violation("at sale", START)
VIOLATIONS = (OLD, NEW, CRIME, OLDER, AT_SALE)
VISIT = Visit(BUYER, PERSONAL, "360100000123", frozenset(v.violation_id for v in VIOLATIONS))
RECORDING = PointsPolicy("163-2022", date(2022, 4, 1), must_record=True)
AFTER = at(30)
POLICIES = (NOTICE_POLICY, RECORDING)


def cleared(visit=VISIT, sale=SALE, *, policies=POLICIES, now=AFTER):
    return clear(visit, sale, VIOLATIONS, policies=policies, now=now)


def refused(reason, visit=VISIT, sale=SALE):
    with pytest.raises(XiezhiError) as caught:
        cleared(visit, sale)
    assert caught.value.reason is reason
    assert type(caught.value) is CLASS_OF[reason]
    assert not any(number in caught.value.message for number in (BUYER, AGENT, "360100000123"))
    return caught.value.message


def test_all_that_was_committed_before_the_disposal_is_cleared_without_points():
    found = cleared()
    assert found.outcome is ClearingOutcome.EXEMPTED
    assert found.cleared == ("older", "old")
    assert found.left == ("at sale", "crime", "new")
    assert found.policy_version == NOTICE_POLICY.version


def test_only_what_is_listed_is_cleared():
    found = cleared(replace(VISIT, listed=frozenset({"old", "somebody else's"})))
    assert (found.cleared, found.left) == (("old",), ("somebody else's",))


@pytest.mark.parametrize("listed", [frozenset(), {"new"}, {"at sale"}, {"crime"}, {"somebody else's"}])
def test_a_visit_that_would_clear_nothing_does_not_use_up_the_one_time(listed):
    refused(Reason.CLEARING_NOTHING_OPEN, replace(VISIT, listed=frozenset(listed)))


@pytest.mark.parametrize(
    ("item", "name"),
    [
        (Item.BUYER_ID, "identity card"),
        (Item.RULING_ORIGINAL, "the ruling (执行裁定书), original"),
        (Item.RULING_COPY, "the ruling, copy"),
        (Item.NOTICE_ORIGINAL, "the assistance notice (协助执行通知书), original"),
        (Item.NOTICE_COPY, "the assistance notice, copy"),
    ],
)
def test_each_item_must_be_there(item, name):
    message = refused(Reason.CLEARING_ITEMS_MISSING, replace(VISIT, items=PERSONAL - {item}))
    assert name in message
    assert message.count(";") == 0


def test_all_that_is_missing_is_listed_at_once():
    assert refused(Reason.CLEARING_ITEMS_MISSING, replace(VISIT, items=frozenset())).count(";") == len(PERSONAL) - 1


def test_for_an_organisation_somebody_comes_who_is_authorised():
    sale = replace(SALE, buyer_is_organisation=True)
    assert "authorisation" in refused(Reason.CLEARING_ITEMS_MISSING, sale=sale)
    assert cleared(replace(VISIT, items=frozenset(Item)), sale).outcome is ClearingOutcome.EXEMPTED


@pytest.mark.parametrize("items", [PERSONAL, frozenset(Item)])
def test_an_agent_is_not_the_buyer(items):
    refused(Reason.CLEARING_NOT_BUYER, replace(VISIT, shown_number=AGENT, items=items))


@pytest.mark.parametrize("window", ["360700000123", "360000000000", "440100000000", "361100000000"])
def test_another_citys_window_refuses(window):
    refused(Reason.CLEARING_WRONG_WINDOW, replace(VISIT, window=window))


@pytest.mark.parametrize("window", ["360100000000", "360121000000", "360102990000"])
def test_any_window_of_the_city_does_it(window):
    assert cleared(replace(VISIT, window=window)).cleared


def test_it_is_done_once():
    refused(Reason.CLEARING_ALREADY_DONE, sale=replace(SALE, is_cleared=True))


@pytest.mark.parametrize(
    ("now", "outcome", "version"),
    [
        (datetime(2022, 3, 31, 15, 59, 59, tzinfo=UTC), ClearingOutcome.EXEMPTED, "160-2018"),
        (datetime(2022, 3, 31, 16, 0, tzinfo=UTC), ClearingOutcome.POINTS_APPLIED_BY_POLICY, "163-2022"),
        (datetime(2024, 1, 1, tzinfo=UTC), ClearingOutcome.POINTS_APPLIED_BY_POLICY, "163-2022"),
    ],
)
def test_the_day_of_processing_decides_about_points(now, outcome, version):
    found = cleared(now=now)
    assert (found.outcome, found.policy_version) == (outcome, version)


def test_a_policy_can_be_rolled_back():
    back = PointsPolicy("160-again", date(2023, 1, 1), must_record=False)
    policies = (back, *POLICIES)
    assert cleared(policies=policies, now=datetime(2022, 12, 31, tzinfo=UTC)).policy_version == "163-2022"
    assert cleared(policies=policies, now=datetime(2023, 1, 1, tzinfo=UTC)).outcome is ClearingOutcome.EXEMPTED
    on_one_day = replace(back, version="corrected", must_record=True)
    assert policy_on((back, on_one_day), date(2023, 1, 1)) == on_one_day


@pytest.mark.parametrize("policies", [(), (RECORDING,)])
def test_without_a_policy_nothing_is_decided(policies):
    with pytest.raises(ValueError, match="no policy"):
        cleared(policies=policies, now=datetime(2018, 9, 1, tzinfo=UTC))


def test_values_of_people_are_not_shown():
    assert BUYER not in repr((VISIT, SALE))


@given(st.frozensets(st.sampled_from(Item)), st.booleans(), st.integers(-5, 5))
def test_nothing_of_the_buyers_own_is_ever_cleared(items, is_organisation, days):
    sale = replace(SALE, buyer_is_organisation=is_organisation, disposed_at=START + timedelta(days=days))
    if not items >= (frozenset(Item) if is_organisation else PERSONAL):
        refused(Reason.CLEARING_ITEMS_MISSING, replace(VISIT, items=items), sale)
        return
    if days <= -2:
        refused(Reason.CLEARING_NOTHING_OPEN, replace(VISIT, items=items), sale)
        return
    found = cleared(replace(VISIT, items=items), sale)
    by_id = {v.violation_id: v for v in VIOLATIONS}
    assert all(by_id[name].committed_at < sale.disposed_at and not by_id[name].is_crime for name in found.cleared)
    assert sorted((*found.cleared, *found.left)) == sorted(VISIT.listed)
