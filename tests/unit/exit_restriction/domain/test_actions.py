"""What is done when a person presents at a port, and who is told (R-2.8)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.codes.terms import end_of
from services.exit_restriction.domain import Action, Direction, Lifted, Requirement, action_for, controls_at
from tests.unit.exit_restriction.domain.controlled import controls, placed
from tests.unit.exit_restriction.domain.restricted import AUTHORS, START, TICK, at, few, instants

MONITOR, BLOCK, WITHHOLD, BLOCK_ENTRY, WITHHOLD_ENTRY, DETAIN = Requirement
EXIT, ENTRY = Direction


def met(*facts, moment=START, direction=EXIT):
    return action_for(controls_at(facts, moment), direction)


@pytest.mark.parametrize(
    ("requirement", "on_exit", "on_entry"),
    [
        (MONITOR, Action.PASS, Action.PASS),
        (BLOCK, Action.BLOCK, Action.PASS),
        (WITHHOLD, Action.BLOCK_AND_WITHHOLD, Action.PASS),
        (BLOCK_ENTRY, Action.PASS, Action.BLOCK),
        (WITHHOLD_ENTRY, Action.PASS, Action.BLOCK_AND_WITHHOLD),
        (DETAIN, Action.DETAIN, Action.DETAIN),
    ],
)
def test_each_requirement_is_of_its_direction(requirement, on_exit, on_entry):
    for direction, action in ((EXIT, on_exit), (ENTRY, on_entry)):
        found = met(placed("a", requirement), direction=direction)
        assert (found.action, found.notified) == (action, (AUTHORS["a"],))
        assert [s.placed.requirement for s in found.shown] == ([] if action is Action.PASS else [requirement])


def test_who_is_only_watched_looks_like_anybody_else():
    watched, nobody = met(placed("a", MONITOR)), met()
    assert (watched.action, watched.shown) == (nobody.action, nobody.shown) == (Action.PASS, ())
    assert (watched.notified, nobody.notified) == ((AUTHORS["a"],), ())


def test_the_strictest_demand_is_met_and_every_court_is_told():
    found = met(placed("a", MONITOR), placed("b", BLOCK), placed("c", BLOCK))
    assert found.action is Action.BLOCK
    assert [s.placed.control_id for s in found.shown] == ["b", "c"]
    assert found.notified == tuple(AUTHORS.values())
    twice = met(placed("a", BLOCK), placed("b", MONITOR), replace(placed("a", MONITOR), control_id="d"))
    assert twice.notified == (AUTHORS["a"], AUTHORS["b"])
    detained = met(placed("a", WITHHOLD), placed("b", DETAIN))
    assert (detained.action, [s.placed.control_id for s in detained.shown]) == (Action.DETAIN, ["b"])


@pytest.mark.parametrize(
    ("moment", "action"),
    [
        (START - TICK, Action.PASS),
        (START, Action.BLOCK),
        (end_of(date(2018, 11, 3)) - TICK, Action.BLOCK),
        (end_of(date(2018, 11, 3)), Action.PASS),
    ],
)
def test_nothing_is_done_outside_the_term(moment, action):
    found = met(placed(), moment=moment)
    assert (found.action, bool(found.notified)) == (action, action is Action.BLOCK)


def test_one_that_was_lifted_seconds_earlier_is_nothing():
    lifted = Lifted("a", at(1))
    assert met(placed(), lifted, moment=at(1, seconds=-1)).action is Action.BLOCK
    assert met(placed(), lifted, moment=at(1, seconds=1)) == met()


@few
@given(controls, instants, st.sampled_from(Direction))
def test_another_control_never_makes_the_action_milder_nor_a_court_go_untold(known, moment, direction):
    in_force = [control for control in controls_at(known, moment) if control.is_in_force]
    found = action_for(in_force, direction)
    assert found == action_for(controls_at(known, moment), direction)
    assert {control.placed.author for control in in_force} == set(found.notified)
    assert all(found.action >= action_for([control], direction).action for control in in_force)
    assert bool(found.shown) is (found.action is not Action.PASS)
