"""Which border controls are in force at which moment (domain sheet §16.2), and what holds for any facts."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given

from services.codes.terms import end_of
from services.exit_restriction.domain import ControlState, Lifted, Refiled, controls_at
from tests.unit.exit_restriction.domain.controlled import controls, placed
from tests.unit.exit_restriction.domain.restricted import DAY, START, TICK, at, few, instants, names

ACCEPTED, IN_FORCE, LIFTED, EXPIRED, REFILED = ControlState
END = end_of(date(2018, 11, 3))


def states(known, moment):
    return {s.placed.control_id: s.state for s in controls_at(known, moment)}


def test_a_control_is_in_force_from_its_receipt_to_the_end_of_its_last_day():
    known = [placed()]
    assert states(known, START - TICK) == {}
    assert states(known, START) == {"a": IN_FORCE}
    assert states(known, END - TICK) == {"a": IN_FORCE}
    assert states(known, END) == {"a": EXPIRED}
    assert controls_at(known, END)[0].ended_at == END


@pytest.mark.parametrize(
    ("start", "effective_from"),
    [(date(2018, 7, 1), START), (DAY, START), (date(2018, 8, 10), end_of(date(2018, 8, 9)))],
)
def test_a_start_may_lie_ahead_and_reaches_nothing_that_is_past(start, effective_from):
    known = [placed(start=start)]
    assert states(known, effective_from) == {"a": IN_FORCE}
    assert states(known, effective_from - TICK) in ({}, {"a": ACCEPTED})


def test_a_control_that_was_filed_again_stays_to_its_end():
    known = [placed(), Refiled("a", at(70), "z")]
    assert states(known, END - TICK) == {"a": IN_FORCE}
    found = controls_at(known, END)[0]
    assert (found.state, found.ended_at, found.successor_id) == (REFILED, END, "z")
    assert states([placed(), Lifted("a", at(5)), Refiled("a", at(6), "z")], END) == {"a": LIFTED}


def test_it_can_be_filed_again_when_its_successor_was_given_up():
    known = [placed(), Refiled("a", at(70), "z"), Refiled("a", at(71), "y")]
    assert controls_at(known, at(70))[0].successor_id == "z"
    assert controls_at(known, at(71))[0].successor_id == "y"


def test_one_that_is_lifted_is_lifted_although_it_was_filed_again():
    known = [placed(), Refiled("a", at(70), "z"), Lifted("a", at(75))]
    assert states(known, at(75)) == {"a": LIFTED}
    assert states(known, END) == {"a": LIFTED}


@pytest.mark.parametrize(
    "change",
    [
        Lifted("nobody", at(5)),
        Lifted("a", END),
        Refiled("nobody", at(5), "z"),
        Refiled("a", END, "z"),
        placed(moment=at(5), last_day=date(2020, 1, 1)),
    ],
    ids=lambda fact: f"{type(fact).__name__} {fact.control_id}",
)
def test_a_fact_that_the_state_does_not_admit_changes_nothing(change):
    for moment in (at(6), END):
        assert controls_at([placed(), change], moment) == controls_at([placed()], moment)


@few
@given(controls, instants)
def test_a_control_is_in_force_only_inside_its_term(known, moment):
    for found in controls_at(known, moment):
        if found.is_in_force:
            assert found.placed.at <= moment < found.placed.ends_at
            assert found.placed.start <= (moment + timedelta(hours=8)).date() <= found.placed.last_day


@few
@given(controls, instants, names)
def test_a_court_never_touches_what_another_one_controls(known, moment, name):
    def of(these):
        return [s for s in controls_at(these, moment) if s.placed.control_id == name]

    assert of(known) == of([fact for fact in known if fact.control_id == name])


@few
@given(controls, instants, instants)
def test_a_later_fact_never_changes_an_earlier_answer_and_what_has_ended_stays_so(known, moment, other):
    earlier, later = sorted((moment, other))
    before = controls_at(known, earlier)
    assert controls_at([fact for fact in known if fact.at <= later], earlier) == before
    after = {s.placed.control_id: s for s in controls_at(known, later)}
    assert all(after[s.placed.control_id].state is s.state for s in before if not s.is_open)
