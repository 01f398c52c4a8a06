"""How long a counter's copy of a restriction may be trusted."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.codes.terms import end_of
from services.exit_restriction.domain import Released, lease, restricted_at, standing_at
from tests.unit.exit_restriction.domain.restricted import START, TICK, at, facts, few, filed, instants

HOUR = timedelta(hours=1)
END = end_of(date(2019, 8, 3))


def copied(*more, now, duration=HOUR, **restriction):
    return lease(standing_at([filed(**restriction), *more], now)[0], duration=duration, now=now)


@pytest.mark.parametrize(
    ("now", "until"), [(START, START + HOUR), (END - 2 * HOUR, END - HOUR), (END - HOUR / 2, END), (END - TICK, END)]
)
def test_a_copy_ends_with_its_lease_or_with_the_restriction(now, until):
    found = copied(now=now)
    assert (found.restriction_id, found.valid_until) == ("a", until)
    assert found.restricts_at(now)
    assert found.restricts_at(until - TICK)
    assert not found.restricts_at(until)


def test_a_copy_of_one_that_is_still_to_begin_restricts_when_that_does():
    begins = end_of(date(2018, 8, 3))
    found = copied(now=START, duration=timedelta(days=3), start=date(2018, 8, 4))
    assert (found.restricts_at(begins - TICK), found.restricts_at(begins)) == (False, True)
    early = copied(now=START, start=date(2018, 9, 1))
    assert not any(early.restricts_at(moment) for moment in (START, early.valid_until, early.effective_from))


def test_there_is_no_copy_of_one_that_has_ended():
    assert copied(now=END) is None
    assert copied(Released("a", at(1)), now=at(1)) is None


def test_a_lease_without_duration_is_a_mistake():
    with pytest.raises(ValueError, match="longer than nothing"):
        copied(now=START, duration=timedelta())


@few
@given(facts, instants, instants, st.timedeltas(TICK, timedelta(days=40)))
def test_a_copy_never_says_more_than_the_facts_it_was_made_of(known, now, moment, duration):
    made_of = [fact for fact in known if fact.at <= now]
    for standing in standing_at(made_of, now):
        copy = lease(standing, duration=duration, now=now)
        if copy is not None and moment >= now and copy.restricts_at(moment):
            assert moment < now + duration
            assert restricted_at([f for f in made_of if f.restriction_id == copy.restriction_id], moment).is_restricted
