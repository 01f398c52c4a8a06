"""Which orders about border controls are let in, one by one and in batches (R-2.7, domain sheet §7.4)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.codes.legal_time import legal_date
from services.codes.terms import end_of
from services.exit_restriction.domain import (
    CURRENT_RULE,
    OBJECTIONS,
    RULE_OF_1987,
    BatchItem,
    ControlRule,
    ControlState,
    ItemVerdict,
    Lifted,
    Note,
    Requirement,
    Span,
    check_batch,
    controls_at,
    lift,
    place,
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

MONITOR, BLOCK, WITHHOLD, BLOCK_ENTRY, WITHHOLD_ENTRY, DETAIN = Requirement
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


@pytest.mark.parametrize(
    ("order", "rule", "expected"),
    [
        (demanded(), CURRENT_RULE, ()),
        (demanded(last_day=date(2018, 9, 4)), CURRENT_RULE, (Note.LONGER_THAN_USUAL,)),
        (demanded(last_day=date(2018, 11, 3)), CURRENT_RULE, (Note.LONGER_THAN_USUAL,)),
        (demanded(last_day=date(2018, 11, 4)), CURRENT_RULE, Reason.TERM_TOO_LONG),
        (demanded(requirement=MONITOR, last_day=date(2019, 8, 3)), CURRENT_RULE, ()),
        (demanded(requirement=MONITOR, last_day=date(2019, 8, 4)), CURRENT_RULE, Reason.TERM_TOO_LONG),
        (demanded(requirement=WITHHOLD), CURRENT_RULE, ()),
        (demanded(requirement=BLOCK_ENTRY), CURRENT_RULE, Reason.REQUIREMENT_NOT_ALLOWED),
        (demanded(requirement=WITHHOLD_ENTRY), CURRENT_RULE, Reason.REQUIREMENT_NOT_ALLOWED),
        (demanded(requirement=DETAIN), CURRENT_RULE, Reason.LIBERTY_DOCUMENT_MISSING),
        (demanded(requirement=DETAIN, has_liberty_document=True), CURRENT_RULE, ()),
        (demanded(last_day=DAY), CURRENT_RULE, ()),
        (demanded(last_day=date(2018, 8, 2)), CURRENT_RULE, Reason.TERM_ENDS_BEFORE_START),
        (demanded(start=date(2018, 7, 1), last_day=date(2018, 8, 2)), CURRENT_RULE, Reason.TERM_ENDS_BEFORE_START),
        (demanded(start=date(2018, 9, 4)), CURRENT_RULE, Reason.TERM_ENDS_BEFORE_START),
        (demanded(start=date(2018, 9, 1), last_day=date(2018, 12, 1)), CURRENT_RULE, (Note.LONGER_THAN_USUAL,)),
        (demanded(start=date(2018, 7, 1), last_day=date(2018, 10, 2)), CURRENT_RULE, Reason.TERM_TOO_LONG),
        (demanded(last_day=date(2018, 9, 2)), RULE_OF_1987, ()),
        (demanded(), RULE_OF_1987, Reason.TERM_TOO_LONG),
        (demanded(requirement=MONITOR), RULE_OF_1987, Reason.TERM_TOO_LONG),
        (demanded(), replace(CURRENT_RULE, allowed=frozenset({MONITOR})), Reason.REQUIREMENT_NOT_ALLOWED),
        (demanded(requirement=BLOCK_ENTRY), replace(CURRENT_RULE, allowed=frozenset(Requirement)), ()),
    ],
)
def test_an_order_is_within_what_a_court_may_have(order, rule, expected):
    item = BatchItem(frozenset({"k"}), is_natural_person=True, order=order)
    (verdict,) = check_batch([item], rule=rule, today=DAY)
    if isinstance(expected, Reason):
        refused(expected, let_in, order, rule=rule)
        assert verdict == ItemVerdict((expected,))
    else:
        found = let_in(order, rule=rule)
        assert (found.notes, found.refiled, found.placed.rule_version) == (expected, (), rule.version)
        assert verdict == ItemVerdict((), expected)


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
        assert (found.placed.at, found.refiled) == (at(5), ())
    assert let_in(known=[*known, Lifted("a", at(2))], now=at(5)).refiled == ()


@pytest.mark.parametrize(
    ("now", "start"),
    [
        (end_of(date(2018, 10, 2)), None),
        (noon(date(2018, 10, 10)), None),
        (noon(date(2018, 10, 10)), date(2018, 11, 4)),
        (end_of(date(2018, 11, 3)) - TICK, None),
    ],
)
def test_a_control_filed_again_in_its_last_month_leaves_no_gap(now, start):
    known = [placed()]
    found = let_in(demanded(start=start, last_day=date(2018, 11, 30)), known, now=now)
    facts = [*known, found.placed, *found.refiled]
    change = found.placed.effective_from
    for moment in (now, change - TICK, change, change + TICK):
        assert any(standing.is_in_force for standing in controls_at(facts, moment))
    before, after = (s.state for s in controls_at(facts, change))
    assert before in {ControlState.REFILED, ControlState.EXPIRED}
    assert after is ControlState.IN_FORCE
    assert controls_at(facts, change)[0].successor_id == "z"


def test_a_control_cannot_be_filed_again_twice():
    known = [placed()]
    now = noon(date(2018, 10, 10))
    found = let_in(demanded(start=date(2018, 11, 4), last_day=date(2018, 11, 30)), known, now=now)
    facts = [*known, found.placed, *found.refiled]
    refused(Reason.CONTROL_EXISTS, let_in, demanded(last_day=date(2018, 11, 30)), facts, now=now, name="y")


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


def test_a_bad_item_keeps_none_of_the_others_out():
    """The ninth scenario of the domain sheet's §18."""

    def item(*keys, person=True, **order):
        return BatchItem(frozenset(keys), is_natural_person=person, order=demanded(**order))

    items = [item(f"k{n}") for n in range(50)]
    items[10] = item("k10", person=False)
    items[20] = item("passport", "k3")
    items[30] = item("k10", person=False, requirement=DETAIN, last_day=date(2018, 8, 1))
    verdicts = check_batch(items, rule=CURRENT_RULE, today=DAY)
    assert {n: v.objections for n, v in enumerate(verdicts) if v.objections} == {
        10: (Reason.NATURAL_PERSON_ONLY,),
        20: (Reason.BATCH_DUPLICATE,),
        30: (
            Reason.NATURAL_PERSON_ONLY,
            Reason.BATCH_DUPLICATE,
            Reason.LIBERTY_DOCUMENT_MISSING,
            Reason.TERM_ENDS_BEFORE_START,
        ),
    }
    assert "passport" not in repr(items[20])
    assert check_batch((), rule=CURRENT_RULE, today=DAY) == ()


_actions = st.lists(
    st.tuples(
        st.sampled_from((True, True, True, False)),
        st.sampled_from("ab"),
        st.sampled_from((MONITOR, BLOCK)),
        st.integers(0, 30),
        st.none() | st.integers(-5, 20),
        st.integers(0, 60),
    ),
    min_size=3,
    max_size=12,
)


@few
@given(_actions)
def test_whatever_is_let_in_takes_effect_and_each_case_has_it_once(actions):
    known, now = [], START
    for places, name, requirement, wait, ahead, length in actions:
        now += timedelta(days=wait)
        try:
            if places:
                start = None if ahead is None else legal_date(now) + timedelta(days=ahead)
                order = demanded(name, requirement, start=start, last_day=legal_date(now) + timedelta(days=length))
                found = let_in(order, known, now=now, name=f"{name}{len(known)}")
                added = [*found.refiled, found.placed]
            else:
                control_id = next((f.control_id for f in reversed(known) if f.control_id[0] == name), "none")
                added = [lift(control_id, AUTHORS[name], known, now=now)]
        except XiezhiError:
            continue
        assert controls_at([*known, *added], added[0].at) != controls_at(known, added[0].at)
        known += added
        for moment in (added[0].at, *(f.gives_way_at for f in added if hasattr(f, "gives_way_at"))):
            in_force = [s.placed for s in controls_at(known, moment) if s.is_in_force]
            cases = [(control.author, control.requirement) for control in in_force]
            assert len(cases) == len(set(cases))
