"""How a referral stands for each suspect: the domain sheet's §16.4, and what holds for any facts."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.referral.domain import (
    ADMITTED,
    Decision,
    Extended,
    FeedbackGiven,
    Ground,
    OpinionGiven,
    Received,
    ReferralState,
    Reopened,
    Review,
    Supplemented,
    SupplementRequested,
    Transferred,
    Withdrawn,
    referral_at,
)
from tests.unit.referral.domain.referred import (
    OTHER_UNIT,
    TICK,
    UNIT,
    at,
    facts,
    filed,
    instants,
    not_filed,
    on,
    received,
    referred,
    sent,
)

SENT, RECEIVED, REQUESTED, FILED, FEEDBACK, NOT_FILED, OPINION, REOPENED, WITHDRAWN = ReferralState
AFTER = at("2018-12-01")


def states(known, moment=AFTER):
    return [s.state for s in referral_at(known, moment).suspects]


@pytest.mark.parametrize(
    ("later", "state"),
    [
        ([], RECEIVED),
        ([SupplementRequested(at("2018-08-07"))], REQUESTED),
        ([SupplementRequested(at("2018-08-07")), Supplemented(at("2018-08-08"))], RECEIVED),
        ([SupplementRequested(at("2018-08-07")), filed("2018-08-08")], FILED),
        ([filed("2018-08-08")], FILED),
        ([filed("2018-08-08"), FeedbackGiven(at("2018-08-09"), "a")], FEEDBACK),
        ([not_filed("2018-08-08")], NOT_FILED),
        ([not_filed("2018-08-08"), OpinionGiven(at("2018-08-09"), "a")], OPINION),
        ([not_filed("2018-08-08"), Reopened(at("2018-08-10"), "a", Ground.PROSECUTOR, "D")], REOPENED),
        ([Withdrawn(at("2018-08-07"))], WITHDRAWN),
        ([Supplemented(at("2018-08-07"))], RECEIVED),
        ([Transferred(at("2018-08-07"), OTHER_UNIT)], SENT),
        ([Transferred(at("2018-08-07"), OTHER_UNIT), Received(at("2018-08-08"), at("2018-08-08"), "R2")], RECEIVED),
        ([Transferred(at("2018-08-07"), OTHER_UNIT), Withdrawn(at("2018-08-08"))], WITHDRAWN),
        ([SupplementRequested(at("2018-08-07")), Transferred(at("2018-08-08"), OTHER_UNIT)], SENT),
    ],
)
def test_each_state_follows_from_the_facts(later, state):
    assert states([*referred(), *later]) == [state]


def test_before_it_is_sent_there_is_none_and_before_the_receipt_it_is_sent():
    known = referred()
    assert referral_at(known, at("2018-08-06", 9) - TICK) is None
    assert states(known, at("2018-08-06", 9)) == [SENT]
    assert states(known, at("2018-08-06", 10)) == [RECEIVED]
    assert states([sent(), Withdrawn(at("2018-08-06", 11)), received("2018-08-07")]) == [WITHDRAWN]


def test_suspects_are_decided_differently_and_go_their_own_ways():
    known = [*referred("2018-08-06", "a", "b", "c"), filed("2018-08-07", "a"), not_filed("2018-08-08", "b")]
    assert states(known) == [FILED, NOT_FILED, RECEIVED]
    assert referral_at(known, AFTER).state is RECEIVED
    known += [FeedbackGiven(at("2018-08-09"), "b"), OpinionGiven(at("2018-08-10"), "b"), filed("2018-08-11", "c")]
    assert states(known) == [FILED, OPINION, FILED]
    known += [FeedbackGiven(at("2018-08-12"), "a")]
    found = referral_at(known, AFTER)
    assert (found.state, found.is_closed) == (FILED, False)
    found = referral_at([*known, FeedbackGiven(at("2018-08-13"), "c")], AFTER)
    assert (found.state, found.is_closed) == (OPINION, True)


def test_what_was_not_filed_is_reopened_and_filed():
    known = [
        *referred(),
        not_filed("2018-08-07"),
        OpinionGiven(at("2018-08-08"), "a"),
        Reopened(at("2018-09-03"), "a", Ground.PROSECUTOR, "D"),
        filed("2018-09-04"),
    ]
    found = referral_at(known, AFTER).find("a")
    assert found.state is FILED
    assert [r.decided.decision for r in found.rounds] == [Decision.NOT_FILED, Decision.FILED]
    assert [r.opened_on for r in found.rounds] == [on("2018-08-06"), on("2018-09-03")]


def test_a_request_is_over_when_all_is_decided_and_does_not_come_back():
    known = [
        *referred("2018-08-06", "a", "b"),
        SupplementRequested(at("2018-08-07")),
        not_filed("2018-08-08", "a"),
    ]
    assert states(known) == [NOT_FILED, REQUESTED]
    known += [not_filed("2018-08-09", "b"), Reopened(at("2018-08-10"), "a", Ground.NEW_EVIDENCE, "D")]
    assert states(known) == [REOPENED, NOT_FILED]
    request = referral_at(known, AFTER).requests[0]
    assert (request.supplied_at, request.ended_at) == (None, at("2018-08-09", 12))


def test_the_unit_is_the_one_that_has_it_at_the_moment():
    found = referral_at([*referred(), Transferred(at("2018-08-06", 20), OTHER_UNIT)], AFTER)
    assert found.unit_at(at("2018-08-06", 20) - TICK) == UNIT
    assert found.unit_at(at("2018-08-06", 20)) == OTHER_UNIT


@pytest.mark.parametrize(
    "fact",
    [
        sent("2018-08-06", "z"),
        Received(at("2018-08-20"), at("2018-08-20"), "R2"),
        Supplemented(at("2018-08-20")),
        SupplementRequested(at("2018-08-20")),
        Transferred(at("2018-08-20"), OTHER_UNIT),
        Extended(at("2018-08-20"), Review.COMPLEX),
        not_filed("2018-08-20"),
        OpinionGiven(at("2018-08-20"), "a"),
        Reopened(at("2018-08-20"), "a", Ground.PROSECUTOR, "D"),
        Withdrawn(at("2018-08-20")),
        filed("2018-08-20", "nobody"),
    ],
    ids=lambda fact: type(fact).__name__,
)
def test_a_fact_that_the_state_does_not_admit_changes_nothing(fact):
    known = [*referred(), filed("2018-08-08")]
    assert referral_at([*known, fact], AFTER) == referral_at(known, AFTER)


def test_before_the_receipt_only_the_court_and_the_receipt_are_admitted():
    admitted = {kind for kind, states_then in ADMITTED.items() if SENT in states_then}
    assert admitted == {Received, Supplemented, Withdrawn}
    known = [sent(), filed("2018-08-08"), Extended(at("2018-08-08"), Review.COMPLEX)]
    assert states(known) == [SENT]


@settings(max_examples=40)
@given(facts, instants, st.randoms(use_true_random=False))
def test_neither_the_order_of_reading_nor_later_facts_matter(known, moment, chance):
    mixed = list(known)
    chance.shuffle(mixed)
    assert referral_at(mixed, moment) == referral_at(known, moment)
    assert referral_at([f for f in known if f.at <= moment], moment) == referral_at(known, moment)


_NEXT = {
    SENT: {RECEIVED, WITHDRAWN},
    RECEIVED: {SENT, REQUESTED, FILED, NOT_FILED, WITHDRAWN},
    REQUESTED: {SENT, RECEIVED, REOPENED, FILED, NOT_FILED, WITHDRAWN},
    FILED: {FEEDBACK},
    FEEDBACK: set(),
    NOT_FILED: {OPINION, REOPENED, REQUESTED},
    OPINION: {REOPENED, REQUESTED},
    REOPENED: {REQUESTED, FILED, NOT_FILED},
    WITHDRAWN: set(),
}


@settings(max_examples=40)
@given(facts)
def test_states_follow_each_other_only_as_the_sheet_has_it(known):
    moments = sorted(f.at for f in known)
    for suspect in ("a", "b"):
        seen = [found.find(suspect) for m in moments if (found := referral_at(known, m)) is not None]
        for before, after in pairwise(seen):
            assert after.state is before.state or after.state in _NEXT[before.state]
            assert len(after.rounds) >= len(before.rounds)


def test_many_facts_are_no_trouble():
    suspects = [f"s{n}" for n in range(100)]
    known = [*referred("2018-08-06", *suspects), *(filed("2018-08-07", s) for s in suspects)]
    random.Random(1).shuffle(known)
    assert set(states(known)) == {FILED}
