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

MONITOR, BLOCK_ENTRY, WITHHOLD_ENTRY, BLOCK, WITHHOLD, DETAIN = Requirement
NOTHING, LET_PASS, STOP, STOP_AND_WITHHOLD, DETAINED = Action
EXIT, ENTRY = Direction


def met(*facts, moment=START, direction=EXIT):
    return action_for(controls_at(facts, moment), direction)


def keys(response):
    return [standing.placed.control_id for standing in response.concerned]


@pytest.mark.parametrize(
    ("requirement", "on_exit", "on_entry"),
    [
        (MONITOR, LET_PASS, LET_PASS),
        (BLOCK, STOP, NOTHING),
        (WITHHOLD, STOP_AND_WITHHOLD, NOTHING),
        (BLOCK_ENTRY, NOTHING, STOP),
        (WITHHOLD_ENTRY, NOTHING, STOP_AND_WITHHOLD),
        (DETAIN, DETAINED, DETAINED),
    ],
)
def test_each_requirement_is_of_its_direction(requirement, on_exit, on_entry):
    for direction, action in ((EXIT, on_exit), (ENTRY, on_entry)):
        found = met(placed("a", requirement), direction=direction)
        assert found.action is action
        told = [standing.placed.author for standing in found.told]
        assert told == ([] if action is NOTHING else [AUTHORS["a"]])


def test_nobody_is_told_of_who_is_not_sought():
    assert met() == met(placed("a", BLOCK), direction=ENTRY)
    assert (met().action, met().told) == (NOTHING, ())


def test_the_strictest_demand_is_met_and_every_court_is_told_the_strictest_first():
    found = met(placed("a", MONITOR), placed("b", BLOCK), placed("c", BLOCK))
    assert (found.action, keys(found)) == (STOP, ["b", "c", "a"])
    assert [standing.placed.author for standing in found.told] == [AUTHORS["b"], AUTHORS["c"], AUTHORS["a"]]
    twice = met(placed("a", MONITOR), placed("b", MONITOR), replace(placed("a", BLOCK), control_id="d"))
    assert keys(twice) == ["d", "a", "b"]
    assert [standing.placed.control_id for standing in twice.told] == ["d", "b"]
    detained = met(placed("a", WITHHOLD), placed("b", DETAIN))
    assert (detained.action, keys(detained)) == (DETAINED, ["b", "a"])


@pytest.mark.parametrize(
    ("moment", "action"),
    [
        (START - TICK, NOTHING),
        (START, STOP),
        (end_of(date(2018, 11, 3)) - TICK, STOP),
        (end_of(date(2018, 11, 3)), NOTHING),
    ],
)
def test_nothing_is_done_outside_the_term(moment, action):
    found = met(placed(), moment=moment)
    assert (found.action, bool(found.told)) == (action, action is STOP)


def test_one_that_was_lifted_seconds_earlier_is_nothing():
    lifted = Lifted("a", at(1))
    assert met(placed(), lifted, moment=at(1, seconds=-1)).action is STOP
    assert met(placed(), lifted, moment=at(1, seconds=1)) == met()


@few
@given(controls, instants, st.sampled_from(Direction))
def test_another_control_never_makes_the_action_milder_nor_a_court_go_untold(known, moment, direction):
    in_force = [control for control in controls_at(known, moment) if control.is_in_force]
    found = action_for(in_force, direction)
    assert found == action_for(controls_at(known, moment), direction)
    alone = [(control, action_for([control], direction).action) for control in in_force]
    assert found.action is max((action for _, action in alone), default=NOTHING)
    told = {control.placed.author for control, action in alone if action is not NOTHING}
    assert {control.placed.author for control in found.told} == told
    assert len(found.told) == len(told)
