"""Which seizures stand at which moment: cases of the domain sheet (§9.2, §11, §16.3), and what holds for any facts."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.codes.legal_time import legal_date
from services.codes.terms import corresponding_day, end_of
from services.vehicle.domain import (
    Disposed,
    Extended,
    Lifted,
    SeizureState,
    Withdrawn,
    next_change_after,
    standing_at,
    statuses_with,
)
from tests.unit.vehicle.domain.seized import START, at, facts, instants, served

MOMENT = timedelta(microseconds=1)
EFFECTIVE, WAITING, LIFTED, LAPSED, EXTINGUISHED, VOID, WITHDRAWN = SeizureState


def states(known, moment):
    return {s.seizure.seizure_id: s.state for s in standing_at(known, moment)}


def standing(known, moment, name):
    return next(s for s in standing_at(known, moment) if s.seizure.seizure_id == name)


@pytest.mark.parametrize(
    ("day", "months", "document", "last_day"),
    [
        (date(2018, 8, 3), 24, None, date(2020, 8, 3)),
        (date(2020, 2, 29), 24, None, date(2022, 2, 28)),
        (date(2018, 8, 3), 24, date(2020, 8, 2), date(2020, 8, 2)),
        (date(2018, 8, 3), 24, date(2030, 1, 1), date(2020, 8, 3)),
        (date(2018, 8, 3), 6, None, date(2019, 2, 3)),
        (date(2018, 8, 3), 24, date(2018, 8, 3), date(2018, 8, 3)),
    ],
)
def test_a_seizure_is_in_force_from_service_to_the_end_of_its_last_day(day, months, document, last_day):
    moment = end_of(day) - timedelta(hours=1)
    known = [served("a", moment, term_months=months, last_day=document)]
    assert states(known, moment - MOMENT) == {}
    found = standing(known, moment, "a")
    assert (found.state, found.place, found.effective_from, found.last_day) == (EFFECTIVE, 0, moment, last_day)
    assert found.ends_at == end_of(last_day)
    assert states(known, end_of(last_day) - MOMENT) == {"a": EFFECTIVE}
    assert states(known, end_of(last_day)) == {"a": LAPSED}
    assert standing(known, end_of(last_day), "a").ended_at == end_of(last_day)


def test_the_first_of_three_courts_is_lifted_the_next_lapses_and_the_last_disposes():
    """The fourth scenario of the domain sheet's §18."""
    known = [served("a"), served("b", at(1)), served("c", at(2)), Lifted("a", at(100))]
    assert states(known, at(99)) == {"a": EFFECTIVE, "b": WAITING, "c": WAITING}
    assert [s.place for s in standing_at(known, at(99))] == [0, 1, 2]
    assert states(known, at(100)) == {"a": LIFTED, "b": EFFECTIVE, "c": WAITING}
    assert [s.place for s in standing_at(known, at(100))] == [None, 0, 1]
    second = standing(known, at(100), "b")
    assert second.last_day == corresponding_day(legal_date(at(100)), 24)
    lapse = end_of(second.last_day)
    assert states(known, lapse) == {"a": LIFTED, "b": LAPSED, "c": EFFECTIVE}
    third = standing(known, lapse, "c")
    assert (third.effective_from, third.last_day) == (lapse, corresponding_day(legal_date(lapse), 24))
    known.append(Disposed("c", lapse + timedelta(days=30)))
    assert states(known, lapse + timedelta(days=30)) == {"a": LIFTED, "b": LAPSED, "c": EXTINGUISHED}
    assert statuses_with(standing_at(known, lapse + timedelta(days=30)), frozenset("K")) == frozenset("A")


def test_the_first_of_three_courts_disposes_and_those_that_wait_are_void():
    known = [served("a"), served("b", at(1)), served("c", at(2)), Disposed("a", at(10))]
    assert states(known, at(10)) == {"a": EXTINGUISHED, "b": VOID, "c": VOID}
    assert states(known, at(10) - MOMENT) == {"a": EFFECTIVE, "b": WAITING, "c": WAITING}
    known.append(served("d", at(20)))
    assert states(known, at(20))["d"] is EFFECTIVE


def test_of_two_served_at_one_instant_the_platform_took_the_first():
    known = [served("b", sequence=1), served("a", sequence=2)]
    assert states(known, START) == {"b": EFFECTIVE, "a": WAITING}
    assert [s.seizure.seizure_id for s in standing_at(known, START)] == ["b", "a"]


def test_a_seizure_that_waits_has_no_running_term():
    known = [served("a"), served("b", at(1), term_months=1), Lifted("a", at(500))]
    found = standing(known, at(400), "b")
    assert (found.state, found.effective_from, found.ends_at) == (WAITING, None, None)
    assert standing(known, at(500), "b").effective_from == at(500)


def test_one_whose_last_day_is_over_before_its_turn_never_takes_effect():
    last_day = date(2018, 9, 1)
    known = [served("a"), served("b", at(1), last_day=last_day), served("c", at(2)), Lifted("a", at(100))]
    assert states(known, end_of(last_day) - MOMENT) == {"a": EFFECTIVE, "b": WAITING, "c": WAITING}
    assert states(known, end_of(last_day)) == {"a": EFFECTIVE, "b": LAPSED, "c": WAITING}
    assert standing(known, end_of(last_day), "c").place == 1
    assert states(known, at(100)) == {"a": LIFTED, "b": LAPSED, "c": EFFECTIVE}
    assert standing(known, at(100), "b").ended_at == end_of(last_day)
    assert standing(known, at(100), "b").effective_from is None
    assert standing(known, at(100), "c").effective_from == at(100)


def test_one_whose_last_day_is_over_is_not_void_by_a_later_disposal():
    known = [served("a"), served("b", at(1), last_day=date(2018, 9, 1)), Disposed("a", at(100))]
    assert states(known, at(100)) == {"a": EXTINGUISHED, "b": LAPSED}


def test_an_extension_follows_the_present_term():
    known = [served("a"), Extended("a", at(700))]
    assert standing(known, at(699), "a").last_day == date(2020, 8, 3)
    assert standing(known, at(700), "a").last_day == date(2022, 8, 3)
    assert states(known, end_of(date(2022, 8, 3)) - MOMENT) == {"a": EFFECTIVE}
    assert states(known, end_of(date(2022, 8, 3))) == {"a": LAPSED}


def test_an_extension_ends_on_the_day_that_its_notice_names():
    assert standing([served("a"), Extended("a", at(700), 24, date(2021, 1, 1))], at(700), "a").last_day == date(
        2021, 1, 1
    )


def test_one_that_was_withdrawn_is_passed_over():
    known = [served("a"), served("b", at(1)), served("c", at(2)), Withdrawn("b", at(3)), Lifted("a", at(4))]
    assert states(known, at(3)) == {"a": EFFECTIVE, "b": WITHDRAWN, "c": WAITING}
    assert states(known, at(4)) == {"a": LIFTED, "b": WITHDRAWN, "c": EFFECTIVE}


@pytest.mark.parametrize(
    "change",
    [
        Withdrawn("a", at(5)),
        Lifted("b", at(5)),
        Disposed("b", at(5)),
        Extended("b", at(5)),
        Lifted("nobody", at(5)),
        Extended("a", at(5), 24, date(2018, 8, 10)),
        served("b", at(5)),
    ],
    ids=lambda fact: f"{type(fact).__name__} {fact.seizure_id}",
)
def test_a_fact_that_the_state_does_not_admit_changes_nothing(change):
    known = [served("a"), served("b", at(1))]
    assert standing_at([*known, change], at(6)) == standing_at(known, at(6))


def test_a_lifting_after_the_term_changes_nothing():
    known = [served("a", term_months=1), Lifted("a", at(100))]
    assert states(known, at(100)) == {"a": LAPSED}


def test_a_fact_of_the_instant_at_which_the_term_is_over_finds_it_over():
    end = end_of(date(2018, 9, 3))
    known = [served("a", term_months=1), served("b", at(1)), Lifted("a", end), Extended("a", end)]
    assert states(known, end) == {"a": LAPSED, "b": EFFECTIVE}


def test_the_next_change_is_the_first_end_that_comes_by_itself():
    known = [served("a", term_months=2), served("b", at(1), last_day=date(2018, 9, 1)), Lifted("a", at(10))]
    assert next_change_after([], START) is None
    assert next_change_after(known, START - MOMENT) is None
    assert next_change_after(known, START) == end_of(date(2018, 10, 3))
    assert next_change_after(known, at(1)) == end_of(date(2018, 9, 1))
    assert next_change_after(known, at(10)) == end_of(date(2018, 9, 1))
    assert next_change_after(known, end_of(date(2018, 9, 1))) is None


@pytest.mark.clause("R-2.2")
@pytest.mark.parametrize(
    ("on_file", "seized", "free"),
    [("A", "K", "A"), ("G", "GK", "G"), ("GK", "GK", "G"), ("K", "K", "A"), ("EG", "EGK", "EG")],
)
def test_the_register_shows_seized_exactly_while_one_is_in_force(on_file, seized, free):
    known = [served("a", term_months=1), served("b", at(1), term_months=1)]
    ends = next_change_after(known, at(1)), end_of(date(2018, 10, 4))
    for moment in (START, ends[0] - MOMENT, ends[0], ends[1] - MOMENT):
        assert statuses_with(standing_at(known, moment), frozenset(on_file)) == frozenset(seized)
    for moment in (START - MOMENT, ends[1]):
        assert statuses_with(standing_at(known, moment), frozenset(on_file)) == frozenset(free)


def test_thousands_of_facts_are_no_trouble():
    many = [served(f"n{n:05d}", at(seconds=n), sequence=n, last_day=date(2018, 8, 4)) for n in range(5000)]
    many += [Withdrawn(f"n{n:05d}", at(seconds=6000 + n)) for n in range(1, 5000, 2)]
    many.append(served("z", at(seconds=20_000), sequence=9999))
    random.Random(1).shuffle(many)
    end = end_of(date(2018, 8, 4))
    assert sum(s.is_open for s in standing_at(many, end - MOMENT)) == 2501
    assert [s.seizure.seizure_id for s in standing_at(many, end) if s.is_open] == ["z"]
    assert standing(many, end, "z").effective_from == end


@given(facts, instants)
def test_at_most_one_is_in_force_and_it_is_the_first_served_of_those_open(known, moment):
    found = [s for s in standing_at(known, moment) if s.is_open]
    assert [s.state for s in found] == [EFFECTIVE, *[WAITING] * (len(found) - 1)][: len(found)]
    assert [s.place for s in found] == list(range(len(found)))
    keys = [(s.seizure.at, s.seizure.sequence) for s in found]
    assert keys == sorted(keys)


@given(facts, instants)
def test_one_is_in_force_only_within_its_terms(known, moment):
    for found in standing_at(known, moment):
        if found.state is not EFFECTIVE:
            continue
        assert found.seizure.at <= found.effective_from <= moment < found.ends_at
        extensions = [f for f in known if isinstance(f, Extended) and f.seizure_id == found.seizure.seizure_id]
        longest = corresponding_day(legal_date(found.effective_from), found.seizure.term_months)
        for extension in sorted(extensions, key=lambda f: f.at):
            longest = corresponding_day(longest, extension.term_months)
        assert found.last_day <= longest
        if found.seizure.last_day is not None and not extensions:
            assert found.last_day <= found.seizure.last_day


@given(facts, instants)
def test_the_next_takes_effect_at_the_very_instant_at_which_the_one_before_ends(known, moment):
    found = standing_at(known, moment)
    spans = sorted(
        (s.effective_from, s.ended_at or datetime.max.replace(tzinfo=UTC)) for s in found if s.effective_from
    )
    for (_, end), (begin, _) in pairwise(spans):
        assert end <= begin
    for later in found:
        if later.effective_from is None or later.effective_from == later.seizure.at:
            continue
        assert any(s.ended_at == later.effective_from for s in found if s.effective_from is not None)
    for waiting in (s for s in found if s.state is WAITING):
        for begin, end in spans:
            assert not (end <= waiting.seizure.at < begin), "nothing is in force although one waits"
        assert any(begin <= waiting.seizure.at < end for begin, end in spans)


@given(facts, instants, instants)
def test_an_earlier_moment_never_depends_on_later_facts(known, moment, other):
    earlier, later = sorted((moment, other))
    assert standing_at([f for f in known if f.at <= later], earlier) == standing_at(known, earlier)


@given(facts, instants, instants)
def test_what_has_ended_has_ended_for_good(known, moment, other):
    earlier, later = sorted((moment, other))
    before = {s.seizure.seizure_id: s for s in standing_at(known, earlier) if not s.is_open}
    after = {s.seizure.seizure_id: s for s in standing_at(known, later)}
    assert {name: after[name] for name in before} == before


@given(facts, instants, st.randoms(use_true_random=False))
def test_the_order_in_which_facts_are_read_does_not_matter(known, moment, chance):
    unique = {(f.seizure_id, f.at, type(f)): f for f in known}
    mixed = list(unique.values())
    expected = standing_at(mixed, moment)
    chance.shuffle(mixed)
    assert {s.seizure: s for s in standing_at(mixed, moment)} == {s.seizure: s for s in expected}


@given(facts, instants)
def test_nothing_changes_before_the_next_change_and_something_does_then(known, moment):
    known = [fact for fact in known if fact.at <= moment]
    change = next_change_after(known, moment)
    if change is None:
        assert states(known, moment + timedelta(days=9999)) == states(known, moment)
        return
    assert change > moment
    assert standing_at(known, change - MOMENT) == standing_at(known, moment)
    assert states(known, change) != states(known, moment)
