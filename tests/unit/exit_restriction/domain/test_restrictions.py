"""Which restrictions are in force at which moment: cases of the domain sheet (§11, §16.1), and for any facts."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.codes.terms import end_of
from services.exit_restriction.domain import (
    Released,
    Renewed,
    RestrictionState,
    Superseded,
    standing_at,
)
from tests.unit.exit_restriction.domain.restricted import (
    AUTHORS,
    DAY,
    START,
    TICK,
    at,
    facts,
    few,
    filed,
    instants,
    names,
    noon,
    restrainers,
)

FILED, ACTIVE, RELEASED, EXPIRED, SUPERSEDED = RestrictionState
END = date(2019, 8, 3)
RENEWAL = Renewed("a", noon(date(2019, 7, 10)), date(2020, 8, 3), "160-2018")


def states(known, moment):
    return {s.filed.restriction_id: s.state for s in standing_at(known, moment)}


def test_a_restriction_is_in_force_from_its_receipt_to_the_end_of_its_last_day():
    known = [filed()]
    assert states(known, START - TICK) == {}
    assert states(known, START) == {"a": ACTIVE}
    assert states(known, end_of(END) - TICK) == {"a": ACTIVE}
    assert states(known, end_of(END)) == {"a": EXPIRED}
    found = standing_at(known, end_of(END))[0]
    assert (found.effective_from, found.ends_at, found.ended_at, found.last_day) == (
        START,
        end_of(END),
        end_of(END),
        END,
    )


@pytest.mark.parametrize(
    ("start", "effective_from"),
    [(date(2018, 8, 1), START), (date(2018, 8, 3), START), (date(2018, 8, 10), end_of(date(2018, 8, 9)))],
)
def test_a_start_may_lie_ahead_and_reaches_nothing_that_is_past(start, effective_from):
    known = [filed(start=start)]
    assert standing_at(known, START)[0].effective_from == effective_from
    assert states(known, effective_from) == {"a": ACTIVE}
    assert states(known, effective_from - TICK) in ({}, {"a": FILED})
    assert not restrainers(known, effective_from - TICK)


def test_a_renewal_follows_the_present_term_without_a_gap():
    known = [filed(), RENEWAL]
    assert states(known, RENEWAL.at - TICK) == {"a": ACTIVE}
    assert states(known, RENEWAL.at) == {"a": ACTIVE}
    assert states(known, end_of(END) - TICK) == {"a": ACTIVE}
    assert states(known, end_of(END)) == {"a": ACTIVE}
    assert states(known, end_of(date(2020, 8, 3))) == {"a": EXPIRED}
    found = standing_at(known, RENEWAL.at)[0].periods
    assert [(p.sequence, p.first_day, p.last_day) for p in found] == [
        (0, DAY, END),
        (1, date(2019, 8, 4), date(2020, 8, 3)),
    ]
    assert {p.rule_version for p in found} == {"160-2018"}


@pytest.mark.clause("R-1.13")
def test_two_courts_restrict_one_person_and_end_a_month_apart():
    """The fifth scenario of the domain sheet's §18."""
    known = [filed(), filed("b", at(31), start=date(2018, 9, 3), last_day=date(2019, 9, 3))]
    assert restrainers(known, START) == [AUTHORS["a"]]
    assert restrainers(known, at(31)) == [AUTHORS["a"], AUTHORS["b"]]
    assert restrainers(known, end_of(END)) == [AUTHORS["b"]]
    assert not restrainers(known, end_of(date(2019, 9, 3)))
    known.append(Released("b", at(60)))
    assert restrainers(known, at(60)) == [AUTHORS["a"]]
    assert states(known, at(60)) == {"a": ACTIVE, "b": RELEASED}


def test_one_that_is_released_before_its_start_never_was_in_force():
    known = [filed(start=date(2018, 9, 1)), Released("a", at(5))]
    found = standing_at(known, noon(date(2018, 9, 2)))[0]
    assert (found.state, found.effective_from, found.ended_at) == (RELEASED, None, at(5))


def test_one_of_the_wrong_person_names_its_successor():
    found = standing_at([filed(), Superseded("a", at(5), "z")], at(5))[0]
    assert (found.state, found.successor_id, found.ended_at, found.is_open) == (SUPERSEDED, "z", at(5), False)


@pytest.mark.parametrize(
    "change",
    [
        Renewed("a", at(5), date(2019, 8, 3), "160-2018"),
        Renewed("a", at(5), date(2019, 1, 1), "160-2018"),
        Renewed("a", end_of(END), date(2021, 1, 1), "160-2018"),
        Renewed("nobody", at(5), date(2021, 1, 1), "160-2018"),
        Released("nobody", at(5)),
        Released("a", end_of(END)),
        Superseded("a", end_of(END), "z"),
        filed(moment=at(5), last_day=date(2022, 1, 1)),
    ],
    ids=lambda fact: f"{type(fact).__name__} {fact.restriction_id}",
)
def test_a_fact_that_the_state_does_not_admit_changes_nothing(change):
    for moment in (at(6), end_of(END)):
        assert standing_at([filed(), change], moment) == standing_at([filed()], moment)


def test_a_second_renewal_of_one_term_changes_nothing():
    twice = Renewed("a", RENEWAL.at + TICK, date(2023, 8, 3), "160-2018")
    assert standing_at([filed(), RENEWAL, twice], at(400)) == standing_at([filed(), RENEWAL], at(400))


@few
@given(facts, instants)
def test_a_restriction_is_in_force_only_inside_its_terms(known, moment):
    for found in standing_at(known, moment):
        if found.is_in_force:
            assert found.filed.at <= found.effective_from <= moment < found.ends_at
            assert found.periods[0].first_day <= (moment + timedelta(hours=8)).date() <= found.last_day


@few
@given(facts, instants)
def test_terms_never_overlap_nor_leave_a_gap(known, moment):
    for found in standing_at(known, moment):
        assert [period.sequence for period in found.periods] == list(range(len(found.periods)))
        for present, following in pairwise(found.periods):
            assert following.first_day == present.last_day + timedelta(days=1)
            assert following.first_day <= following.last_day


@few
@given(facts, instants, names)
def test_a_court_never_touches_what_another_one_restricts(known, moment, name):
    def of(these):
        return [s for s in standing_at(these, moment) if s.filed.restriction_id == name]

    assert of(known) == of([fact for fact in known if fact.restriction_id == name])


@few
@given(facts, instants)
def test_a_person_is_restricted_exactly_while_any_court_restricts_them(known, moment):
    alone = [restrainers([f for f in known if f.restriction_id == n], moment) for n in "abc"]
    assert bool(restrainers(known, moment)) is any(alone)


@few
@given(facts, instants, instants)
def test_a_later_fact_never_changes_an_earlier_answer(known, moment, other):
    earlier, later = sorted((moment, other))
    assert standing_at([f for f in known if f.at <= later], earlier) == standing_at(known, earlier)


@few
@given(facts, instants, instants)
def test_what_has_ended_has_ended_for_good(known, moment, other):
    earlier, later = sorted((moment, other))
    before = {s.filed.restriction_id: s for s in standing_at(known, earlier) if not s.is_open}
    after = {s.filed.restriction_id: s for s in standing_at(known, later)}
    assert {name: after[name] for name in before} == before


@few
@given(facts, instants, st.randoms(use_true_random=False))
def test_the_order_in_which_facts_are_read_does_not_matter(known, moment, chance):
    unique = list({(f.restriction_id, f.at, type(f)): f for f in known}.values())
    expected = standing_at(unique, moment)
    chance.shuffle(unique)
    assert standing_at(unique, moment) == expected
