"""Which orders about border controls are let in, one by one and in batches (R-2.7, domain sheet §7.4)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.codes.terms import end_of
from services.exit_restriction.domain import (
    CURRENT_RULE,
    OBJECTIONS,
    RULE_OF_1987,
    ControlRule,
    ControlState,
    Lifted,
    Note,
    Requirement,
    Span,
    controls_at,
    lift,
    place,
    repeated_in,
)
from tests.unit.exit_restriction.domain.controlled import demanded, placed
from tests.unit.exit_restriction.domain.restricted import (
    AUTHORS,
    DAY,
    START,
    TICK,
    at,
    few,
    noon,
    refused,
)
from xiezhi.errors import CLASS_OF, Reason, XiezhiError

MONITOR, BLOCK_ENTRY, WITHHOLD_ENTRY, BLOCK, WITHHOLD, DETAIN = Requirement
A, B = AUTHORS["a"], AUTHORS["b"]


def let_in(order=None, known=(), *, now=START, name="z", rule=CURRENT_RULE):
    return place(order or demanded(), known, control_id=name, rule=rule, now=now)


@pytest.mark.parametrize(
    ("start", "span", "last_day"),
    [
        (date(2018, 11, 30), Span(months=3), date(2019, 2, 28)),
        (date(2018, 8, 31), Span(months=1), date(2018, 9, 30)),
        (date(2018, 8, 3), Span(days=30), date(2018, 9, 2)),
        (date(2018, 8, 3), Span(months=1, days=1), date(2018, 9, 4)),
    ],
)
def test_terms_end_as_the_domain_sheet_has_them(start, span, last_day):
    assert span.last_day_from(start) == last_day


def until(*day, **more):
    return demanded(last_day=date(*day), **more)


@pytest.mark.parametrize(
    ("order", "rule", "last_day"),
    [
        (demanded(), CURRENT_RULE, date(2018, 9, 3)),
        (demanded(months=2), CURRENT_RULE, date(2018, 10, 3)),
        (demanded(months=3), CURRENT_RULE, date(2018, 11, 3)),
        (demanded(requirement=MONITOR), CURRENT_RULE, date(2019, 8, 3)),
        (demanded(requirement=WITHHOLD), CURRENT_RULE, date(2018, 9, 3)),
        (demanded(requirement=DETAIN, has_liberty_document=True), CURRENT_RULE, date(2018, 9, 3)),
        (until(2018, 8, 3), CURRENT_RULE, date(2018, 8, 3)),
        (until(2018, 8, 20, months=3), CURRENT_RULE, date(2018, 8, 20)),
        (until(2019, 8, 3, requirement=MONITOR), CURRENT_RULE, date(2019, 8, 3)),
        (demanded(), RULE_OF_1987, date(2018, 9, 2)),
        (until(2018, 9, 2), RULE_OF_1987, date(2018, 9, 2)),
        (
            demanded(requirement=BLOCK_ENTRY),
            replace(CURRENT_RULE, allowed=frozenset(Requirement)),
            date(2018, 9, 3),
        ),
    ],
)
def test_an_order_is_let_in_to_its_last_day(order, rule, last_day):
    found = let_in(order, rule=rule)
    assert (found.placed.start, found.placed.last_day) == (DAY, last_day)
    assert (found.refiled, found.placed.rule_version) == (None, rule.version)


@pytest.mark.parametrize(
    ("order", "rule", "expected"),
    [
        (demanded(months=4), CURRENT_RULE, Reason.TERM_TOO_LONG),
        (until(2018, 11, 4), CURRENT_RULE, Reason.TERM_TOO_LONG),
        (until(2018, 9, 4, months=1), CURRENT_RULE, Reason.TERM_TOO_LONG),
        (until(2018, 8, 4, months=4), CURRENT_RULE, Reason.TERM_TOO_LONG),
        (demanded(requirement=MONITOR, months=13), CURRENT_RULE, Reason.TERM_TOO_LONG),
        (until(2019, 8, 4, requirement=MONITOR), CURRENT_RULE, Reason.TERM_TOO_LONG),
        (demanded(requirement=BLOCK_ENTRY), CURRENT_RULE, Reason.REQUIREMENT_NOT_ALLOWED),
        (demanded(requirement=WITHHOLD_ENTRY), CURRENT_RULE, Reason.REQUIREMENT_NOT_ALLOWED),
        (demanded(requirement=DETAIN), CURRENT_RULE, Reason.LIBERTY_DOCUMENT_MISSING),
        (until(2018, 8, 2), CURRENT_RULE, Reason.TERM_ENDS_BEFORE_START),
        (until(2018, 9, 3), RULE_OF_1987, Reason.TERM_TOO_LONG),
        (demanded(months=1), RULE_OF_1987, Reason.TERM_TOO_LONG),
        (demanded(), replace(CURRENT_RULE, allowed=frozenset({MONITOR})), Reason.REQUIREMENT_NOT_ALLOWED),
    ],
)
def test_an_order_is_within_what_a_court_may_have(order, rule, expected):
    refused(expected, let_in, order, rule=rule)


@pytest.mark.parametrize(
    ("order", "is_long"),
    [
        (demanded(), False),
        (demanded(months=1), False),
        (until(2018, 9, 3), False),
        (until(2018, 9, 4), True),
        (demanded(months=3), True),
        (demanded(requirement=MONITOR, months=12), False),
    ],
)
def test_a_court_is_told_that_a_term_is_unusual(order, is_long):
    assert let_in(order).notes == ((Note.LONG_TERM,) if is_long else ())


def test_a_rule_gives_an_end_to_all_that_a_court_may_have():
    with pytest.raises(ValueError, match="limit for every requirement"):
        ControlRule("open", limits={MONITOR: Span(months=12)}, usual={})


def test_every_objection_has_a_sentence():
    assert all(reason in CLASS_OF and sentence.endswith(".") for reason, sentence in OBJECTIONS.items())


def test_a_case_has_one_control_with_one_requirement_and_others_may_have_it_too():
    known = [placed()]
    assert "2018-10-03" in refused(Reason.CONTROL_EXISTS, let_in, known=known, now=at(5))
    for order in (demanded("b"), demanded(requirement=MONITOR)):
        found = let_in(order, known, now=at(5))
        assert (found.placed.at, found.refiled) == (at(5), None)
    assert let_in(known=[*known, Lifted("a", at(2))], now=at(5)).refiled is None


@pytest.mark.parametrize(
    ("now", "order", "last_day"),
    [
        (end_of(date(2018, 10, 2)), demanded(), date(2018, 12, 3)),
        (noon(date(2018, 10, 10)), demanded(months=3), date(2019, 2, 3)),
        (noon(date(2018, 10, 10)), until(2019, 2, 3), date(2019, 2, 3)),
        (end_of(date(2018, 11, 3)) - TICK, until(2018, 11, 4), date(2018, 11, 4)),
    ],
)
def test_a_control_filed_again_in_its_last_month_begins_when_it_ends(now, order, last_day):
    known = [placed()]
    found = let_in(order, known, now=now)
    assert (found.placed.start, found.placed.last_day) == (date(2018, 11, 4), last_day)
    assert Note.REFILED in found.notes
    facts, change = [*known, found.placed, found.refiled], end_of(date(2018, 11, 3))
    for moment, states in (
        (found.placed.at, (ControlState.IN_FORCE, ControlState.ACCEPTED)),
        (change - TICK, (ControlState.IN_FORCE, ControlState.ACCEPTED)),
        (change, (ControlState.REFILED, ControlState.IN_FORCE)),
        (end_of(last_day), (ControlState.REFILED, ControlState.EXPIRED)),
    ):
        assert tuple(s.state for s in controls_at(facts, moment)) == states
    assert controls_at(facts, change)[0].successor_id == "z"


@pytest.mark.parametrize(
    ("order", "reason"),
    [
        (until(2018, 11, 3), Reason.TERM_ENDS_BEFORE_START),
        (until(2019, 2, 4), Reason.TERM_TOO_LONG),
        (demanded(months=4), Reason.TERM_TOO_LONG),
    ],
)
def test_the_term_of_one_filed_again_is_counted_from_the_end_of_the_first(order, reason):
    refused(reason, let_in, order, [placed()], now=noon(date(2018, 10, 10)))


def test_a_control_cannot_be_filed_again_twice():
    known = [placed()]
    now = noon(date(2018, 10, 10))
    found = let_in(demanded(), known, now=now)
    facts = [*known, found.placed, found.refiled]
    refused(Reason.CONTROL_EXISTS, let_in, demanded(), facts, now=now, name="y")


def test_a_lifting_is_a_fact_about_one_control_only():
    known = [placed()]
    now = noon(date(2018, 10, 10))
    found = let_in(demanded(), known, now=now)
    facts = [*known, found.placed, found.refiled]
    facts.append(lift("a", A, facts, now=now + timedelta(days=1)))
    assert [s.state for s in controls_at(facts, facts[-1].at)] == [ControlState.LIFTED, ControlState.ACCEPTED]
    assert [s.is_in_force for s in controls_at(facts, end_of(date(2018, 11, 3)))] == [False, True]
    again = lift("z", A, facts, now=now + timedelta(days=2))
    assert not any(s.is_open for s in controls_at([*facts, again], again.at))


def test_a_lifting_takes_effect_at_its_receipt():
    known = [placed(), placed("b", MONITOR)]
    found = lift("a", A, known, now=at(5))
    assert [s.is_in_force for s in controls_at([*known, found], at(5) - TICK)] == [True, True]
    assert [s.is_in_force for s in controls_at([*known, found], at(5))] == [False, True]


@pytest.mark.parametrize(
    ("name", "author", "now", "reason"),
    [
        ("a", B, at(5), Reason.CONTROL_NOT_FOUND),
        ("nobody", A, at(5), Reason.CONTROL_NOT_FOUND),
        ("a", A, end_of(date(2018, 11, 3)), Reason.CONTROL_ENDED),
    ],
)
def test_only_its_own_court_and_only_before_its_end_lifts_a_control(name, author, now, reason):
    refused(reason, lift, name, author, [placed(), placed("b")], now=now)


def test_of_a_batch_everybody_counts_once():
    """The ninth scenario of the domain sheet's §18, as far as persons are concerned."""
    items = [frozenset({f"k{n}"}) for n in range(50)]
    items[20] = frozenset({"passport", "k3"})
    items[30] = frozenset({"passport"})
    repeated = repeated_in(items)
    assert [n for n, is_one in enumerate(repeated) if is_one] == [20, 30]
    assert repeated_in(()) == ()


_actions = st.lists(
    st.tuples(
        st.sampled_from((True, True, True, False)),
        st.sampled_from("ab"),
        st.sampled_from((MONITOR, BLOCK)),
        st.integers(0, 45),
        st.integers(0, 3),
    ),
    min_size=3,
    max_size=12,
)


@few
@given(_actions)
def test_whatever_is_let_in_takes_effect_and_each_case_has_it_once(actions):
    known, now = [], START
    for places, name, requirement, wait, months in actions:
        now += timedelta(days=wait)
        try:
            if places:
                order = demanded(name, requirement, months=months)
                found = let_in(order, known, now=now, name=f"{name}{len(known)}")
                added = [found.placed] if found.refiled is None else [found.refiled, found.placed]
            else:
                control_id = next((f.control_id for f in reversed(known) if f.control_id[0] == name), "none")
                added = [lift(control_id, AUTHORS[name], known, now=now)]
        except XiezhiError:
            continue
        assert controls_at([*known, *added], added[0].at) != controls_at(known, added[0].at)
        known += added
        for moment in (added[0].at, *(f.ends_at for f in known if hasattr(f, "ends_at"))):
            in_force = [s.placed for s in controls_at(known, moment) if s.is_in_force]
            cases = [(control.author, control.requirement) for control in in_force]
            assert len(cases) == len(set(cases))
