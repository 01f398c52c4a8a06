"""What is to be done with who presents, and what an officer is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.exit_restriction.border.domain import Met, Presented, Sought, contacts_of, respond, strictest_first
from services.exit_restriction.domain import Action, Lifted, Requirement, action_for, controls_at
from services.filing.domain import Contact
from tests.unit.exit_restriction.sought import ENTRY, EXIT, control, file_of, meeting
from tests.unit.exit_restriction.told import DONGHU, NANCHANG
from tests.unit.exit_restriction.travellers import NOW, person

ONE, TWO = person(1), person(2)
HOUR, TICK = timedelta(hours=1), timedelta(microseconds=1)
MONITOR, BLOCK, DETAIN = Requirement.MONITOR, Requirement.BLOCK_EXIT, Requirement.DETAIN


def sought(direction=EXIT, *, at=NOW, is_dated=False):
    return Sought(1, meeting(direction, at=at), "E12345678", is_dated)


def test_alerts_are_looked_for_by_all_numbers_that_are_known():
    assert Presented(meeting(), "E12345678", "36990119800115001X").texts == ("E12345678", "36990119800115001X")
    assert Presented(meeting(), "", "E12345678").texts == ("E12345678",)
    assert Presented(meeting(), "E12345678", "E12345678").texts == ("E12345678",)
    assert "E12345678" not in repr(Presented(meeting(), "E12345678")) + repr(sought())


def test_the_predicate_decides_at_the_instant():
    first = control(ONE, BLOCK)
    file = file_of(ONE, first)
    assert respond(file, sought(), NOW).action is Action.STOP
    assert respond(file, sought(ENTRY), NOW).action is Action.NOTHING
    assert respond(file, sought(), first.placed.ends_at - TICK).action is Action.STOP
    assert respond(file, sought(), first.placed.ends_at).action is Action.NOTHING
    lifted = file.followed_by(Lifted(first.control_id, NOW + HOUR))
    assert respond(lifted, sought(), NOW + HOUR).action is Action.NOTHING


def test_what_is_written_down_has_happened_by_whatever_clock():
    first = control(ONE, BLOCK)
    file = file_of(ONE, first)
    assert respond(file, sought(), NOW - HOUR).action is Action.STOP
    lifted = file.followed_by(Lifted(first.control_id, NOW + HOUR))
    assert respond(lifted, sought(), NOW).action is Action.NOTHING


def test_of_who_was_met_before_only_controls_of_then_count():
    file = file_of(ONE, control(ONE, MONITOR), control(ONE, DETAIN, court=NANCHANG, at=NOW + HOUR))
    now = NOW + 2 * HOUR
    for moment, action in ((NOW - TICK, Action.NOTHING), (NOW, Action.LET_PASS), (NOW + HOUR, Action.DETAIN)):
        assert respond(file, sought(at=moment, is_dated=True), now).action is action
    assert respond(file, sought(at=NOW - TICK), now).action is Action.DETAIN


def met(someone, *records):
    file = file_of(someone, *records)
    return Met(file, respond(file, sought(), NOW))


def test_contacts_are_shown_of_who_is_stopped_only_the_strictest_first():
    watched = met(ONE, control(ONE, MONITOR))
    stopped = met(TWO, control(TWO, MONITOR, court=NANCHANG), control(TWO, BLOCK), control(TWO, DETAIN, serial=2))
    assert contacts_of([]) == contacts_of([watched]) == ()
    both = strictest_first([watched, stopped])
    assert both == [stopped, watched]
    assert [court for court, _ in contacts_of(both)] == [DONGHU, NANCHANG]
    # Later by a moment: of facts at one instant, which no two of a person are, nothing tells the first.
    later = control(TWO, BLOCK, at=NOW + TICK)
    again = replace(later, judge=replace(control().judge, contact=Contact("王承办", "0791-2")))
    assert [c.name for _, c in contacts_of([met(TWO, control(TWO, BLOCK), again)])] == ["李承办", "王承办"]


@settings(max_examples=50)
@given(
    st.lists(
        st.tuples(st.sampled_from(Requirement), st.sampled_from([DONGHU, NANCHANG]), st.integers(0, 3)), max_size=5
    ),
    st.sampled_from([EXIT, ENTRY]),
    st.integers(0, 4),
    st.booleans(),
)
def test_nobody_is_dealt_with_more_strictly_than_a_court_in_force_asks(controls, direction, hours, is_dated):
    file = file_of(
        ONE,
        *(control(ONE, r, court=court, at=NOW + wait * HOUR, serial=n) for n, (r, court, wait) in enumerate(controls)),
    )
    found = respond(file, sought(direction, at=NOW + hours * HOUR, is_dated=is_dated), NOW + 4 * HOUR)
    everything = action_for(controls_at(file.facts, NOW + 4 * HOUR), direction)
    assert found.action <= everything.action
    assert found.action is everything.action or is_dated
    assert {c.placed.author for c in found.told} == {c.placed.author for c in found.concerned}
    if is_dated:
        assert all(c.placed.effective_from <= NOW + hours * HOUR for c in found.concerned)


@pytest.mark.parametrize("action", [Action.NOTHING, Action.LET_PASS])
def test_who_passes_is_shown_no_court(action):
    records = [control(ONE, MONITOR)] if action is Action.LET_PASS else []
    one = met(ONE, *records)
    assert (one.response.action, contacts_of([one])) == (action, ())
