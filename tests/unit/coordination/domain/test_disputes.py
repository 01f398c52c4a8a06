"""How disputes stand: every path through the facts, and what is let in."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.coordination.domain.dispute_steps import (
    MOST_STEPS,
    consult,
    escalate,
    require_plain,
    settle,
    take_position,
    withdraw,
)
from services.coordination.domain.disputes import (
    ADMITTED,
    FINAL,
    Consulted,
    DisputeState,
    Opened,
    Position,
    Positioned,
    Side,
    dispute_at,
    same_terms,
)
from xiezhi.errors import Reason, XiezhiError

COURT, POLICE = Side.COURT, Side.POLICE
NOW = datetime(2026, 3, 2, 4, tzinfo=UTC)
SHA256 = bytes(32)
DAY = timedelta(days=1)


class Case:
    """A dispute that the court opened, into which facts are let in a minute apart."""

    def __init__(self, side=COURT):
        self.facts, self.now = [Opened(NOW, side)], NOW

    def do(self, let_in, *asked, **more):
        self.now += timedelta(minutes=1)
        self.facts.append(let_in(self.facts, *asked, **more, now=self.now))
        return self

    def agree(self, side, text="三日内书面答复"):
        return self.do(take_position, side, Position.AGREED, text=text)

    def differ(self, side):
        return self.do(take_position, side, Position.NO_AGREEMENT, text="不同意")

    def wait(self, **time):
        self.now += timedelta(**time)
        return self

    @property
    def dispute(self):
        return dispute_at(self.facts, self.now)

    @property
    def state(self):
        return self.dispute.state


def refused(let_in, *asked, **more):
    with pytest.raises(XiezhiError) as refusal:
        let_in(*asked, **more)
    return refusal.value


STATES = {
    DisputeState.OPEN: Case,
    DisputeState.AGREED: lambda: Case().agree(COURT).agree(POLICE),
    DisputeState.ESCALATED: lambda: Case().differ(POLICE).differ(COURT),
    DisputeState.SETTLED: lambda: Case().differ(POLICE).differ(COURT).do(settle, SHA256),
    DisputeState.WITHDRAWN: lambda: Case().do(withdraw, COURT),
}
STEPS = {
    "consult": (consult, (POLICE,), {}),
    "agree": (take_position, (COURT, Position.AGREED), {"text": "三日内书面答复"}),
    "differ": (take_position, (COURT, Position.NO_AGREEMENT), {"text": "不同意"}),
    "withdraw": (withdraw, (COURT,), {}),
    "settle": (settle, (SHA256,), {}),
}
LET_IN = {
    DisputeState.OPEN: {"consult", "agree", "differ", "withdraw"},
    DisputeState.ESCALATED: {"consult", "settle"},
}


@pytest.mark.parametrize("state", DisputeState)
@pytest.mark.parametrize("step", STEPS)
def test_each_state_lets_in_what_the_table_says(state, step):
    made, (let_in, asked, more) = STATES[state](), STEPS[step]
    assert made.state is state
    if step in LET_IN.get(state, ()):
        made.do(let_in, *asked, **more)
    else:
        refusal = refused(made.do, let_in, *asked, **more)
        assert refusal.reason is Reason.DISPUTE_STATE
        assert state.name in refusal.message


def test_final_states_are_those_that_nothing_names():
    assert {DisputeState.AGREED, DisputeState.SETTLED, DisputeState.WITHDRAWN} == FINAL
    assert not any(FINAL & states for states in ADMITTED.values())


def test_before_it_was_opened_there_is_none():
    assert dispute_at(Case().facts, NOW - DAY) is None


def test_both_agree_to_the_same_terms_whatever_their_layout():
    made = Case().agree(COURT, "三日内，书面答复（1份）")
    other = refused(made.do, take_position, POLICE, Position.AGREED, text="五日内书面答复")
    assert other.reason is Reason.DISPUTE_TERMS_DIFFER
    assert made.agree(POLICE, " 三日内，\n书面答复(１份)").state is DisputeState.AGREED
    assert same_terms("三日内\u200b 答复") == same_terms("三日内答复")


def test_a_side_may_change_its_position_while_it_is_open():
    made = Case().agree(COURT, "甲").differ(COURT).agree(COURT, "乙")
    assert made.state is DisputeState.OPEN
    assert made.agree(POLICE, "乙").state is DisputeState.AGREED


def test_no_agreement_on_both_sides_escalates_by_itself():
    assert Case().differ(COURT).state is DisputeState.OPEN
    assert Case().differ(COURT).differ(POLICE).state is DisputeState.ESCALATED


def test_silence_lasts_until_the_fifteenth_day_is_over():
    made = Case().differ(COURT)
    ends_at = made.dispute.silence_ends_at()
    assert ends_at == datetime(2026, 3, 17, 16, tzinfo=UTC)
    made.now = ends_at - timedelta(seconds=61)
    assert refused(made.do, escalate, COURT).reason is Reason.CONSULTATION_NOT_OVER
    assert "2026-03-17T16:00:00Z" in refused(escalate, made.facts, COURT, now=made.now).message
    assert refused(escalate, made.facts, POLICE, now=ends_at).reason is Reason.DISPUTE_STATE
    made.now = ends_at - timedelta(minutes=1)
    assert made.do(escalate, COURT).state is DisputeState.ESCALATED
    assert made.dispute.silence_ends_at() is None


def test_without_a_position_nobody_waits():
    made = Case().wait(days=100)
    assert refused(made.do, escalate, COURT).reason is Reason.DISPUTE_STATE
    assert made.agree(COURT).dispute.silence_ends_at() is None


def test_saying_no_again_changes_no_day_and_an_answer_does():
    made = Case().differ(COURT)
    ends_at = made.dispute.silence_ends_at()
    assert made.wait(days=3).differ(COURT).dispute.silence_ends_at() == ends_at
    assert made.do(consult, POLICE).dispute.silence_ends_at() == ends_at, "words are no position"
    assert made.agree(POLICE, "折中").dispute.silence_ends_at() is None
    later = made.wait(days=3).differ(COURT).dispute.silence_ends_at()
    assert later > ends_at
    assert made.agree(COURT, "折中").state is DisputeState.AGREED


def test_days_of_silence_are_configured():
    made = Case().differ(POLICE)
    assert made.dispute.silence_ends_at(days=1) == datetime(2026, 3, 3, 16, tzinfo=UTC)


def test_only_who_opened_it_withdraws_it():
    assert refused(Case().do, withdraw, POLICE).reason is Reason.DISPUTE_STATE
    assert Case(POLICE).do(withdraw, POLICE).state is DisputeState.WITHDRAWN


def test_words_without_end_are_not_let_in_and_the_way_out_stays_open():
    case = Case().do(consult, COURT)
    words, positions = MOST_STEPS[Consulted], MOST_STEPS[Positioned]
    case.facts += [replace(case.facts[-1], at=NOW + timedelta(seconds=n)) for n in range(words - len(case.facts))]
    assert refused(case.do, consult, POLICE).reason is Reason.DISPUTE_STATE
    case.differ(COURT)
    case.facts += [replace(case.facts[1], at=NOW + timedelta(seconds=n)) for n in range(positions - len(case.facts))]
    assert refused(case.differ, POLICE).reason is Reason.DISPUTE_STATE
    assert case.wait(days=16).do(escalate, COURT).dispute.state is DisputeState.ESCALATED


def test_a_text_with_numbers_is_refused_without_them():
    require_plain("逾期未立案（2026）赣0102执1号")
    refusal = refused(require_plain, "电话１５１ ００００ ００００")
    assert refusal.reason is Reason.PERSONAL_DATA_IN_TEXT
    assert "telephone" in refusal.message
    assert not any(part in refusal.message for part in ("151", "１５１"))


SIDES = st.sampled_from(Side)
MOVES = st.one_of(
    st.tuples(st.just(consult), st.tuples(SIDES), st.just({})),
    st.tuples(
        st.just(take_position),
        st.tuples(SIDES, st.sampled_from(Position)),
        st.fixed_dictionaries({"text": st.sampled_from(["甲", "乙"])}),
    ),
    st.tuples(st.just(escalate), st.tuples(SIDES), st.just({})),
    st.tuples(st.just(withdraw), st.tuples(SIDES), st.just({})),
    st.tuples(st.just(settle), st.tuples(st.just(SHA256)), st.just({})),
)


@settings(max_examples=150)
@given(SIDES, st.lists(st.tuples(MOVES, st.integers(0, 20)), max_size=14))
def test_no_path_leaves_a_final_state_and_no_side_alone_ends_it_for_both(opener, moves):
    made, acted, before = Case(opener), set(), DisputeState.OPEN
    for (let_in, asked, more), days in moves:
        made.wait(days=days)
        try:
            made.do(let_in, *asked, **more)
        except XiezhiError:
            assert made.state is before
            continue
        assert before not in FINAL
        if let_in is take_position:
            acted.add(asked[0])
        state = made.state
        if state is DisputeState.AGREED:
            assert acted == set(Side)
        if state is DisputeState.WITHDRAWN:
            assert asked == (opener,)
        if state is DisputeState.SETTLED:
            assert before is DisputeState.ESCALATED
        if state is DisputeState.ESCALATED and acted != set(Side):
            assert let_in is not take_position
        before = state
    assert dispute_at(reversed(made.facts), made.now) == made.dispute, "the order in which facts are read is no matter"
