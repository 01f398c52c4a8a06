"""Lists of key cases: two signatures, several lists a year, cases carried over (R-3.5)."""

from __future__ import annotations

import random

import pytest

from services.referral.domain.key_cases import Body, ListState, Proposed, Signed, carried_over, lists_at, propose, sign
from tests.unit.referral.domain.referred import TICK, at
from tests.unit.referral.domain.refusing import refused
from xiezhi.errors import Reason

COURT, POLICE = Body
PROPOSED = Proposed(at("2018-09-03"), "l1", 2018, "第一批", COURT, ("r1", "r2"))
SIGNATURES = [Signed(at("2018-09-04"), "l1", POLICE), Signed(at("2018-09-05"), "l1", COURT)]
PUBLISHED = [PROPOSED, *SIGNATURES]
LATER = at("2019-06-03")


def test_a_list_is_pending_until_both_have_signed():
    for moment in (PROPOSED.at, SIGNATURES[0].at, SIGNATURES[1].at - TICK):
        (found,) = lists_at(PUBLISHED, moment)
        assert (found.state, found.published_at) == (ListState.PENDING, None)
        assert [found.is_shown_to(body) for body in (COURT, POLICE, None)] == [True, True, False]
    (found,) = lists_at(PUBLISHED, SIGNATURES[1].at)
    assert (found.state, found.published_at) == (ListState.PUBLISHED, SIGNATURES[1].at)
    assert found.is_shown_to(None)
    assert lists_at(PUBLISHED, PROPOSED.at - TICK) == ()


@pytest.mark.parametrize("first", Body)
def test_either_body_signs_first_and_each_signs_once(first):
    (second,) = set(Body) - {first}
    known = [propose([], "l1", ("r1",), year=2018, title="第一批", body=COURT, now=at("2018-09-03"))]
    known.append(sign(known, "l1", first, now=at("2018-09-04")))
    refused(Reason.KEY_CASE_LIST_STATE, sign, known, "l1", first, now=at("2018-09-05"))
    assert lists_at(known, LATER)[0].state is ListState.PENDING
    known.append(sign(known, "l1", second, now=at("2018-09-05")))
    assert lists_at(known, LATER)[0].state is ListState.PUBLISHED
    for body in Body:
        assert "further one" in refused(Reason.KEY_CASE_LIST_STATE, sign, known, "l1", body, now=LATER)
    refused(Reason.KEY_CASE_LIST_NOT_FOUND, sign, known, "l9", first, now=LATER)


def test_two_signatures_of_one_body_publish_nothing():
    known = [PROPOSED, Signed(at("2018-09-04"), "l1", COURT), Signed(at("2018-09-05"), "l1", COURT)]
    assert lists_at(known, LATER)[0].state is ListState.PENDING
    assert lists_at([Signed(at("2018-09-04"), "l9", COURT)], LATER) == ()


def test_a_year_has_several_lists():
    made = propose(PUBLISHED, "l2", ("r3",), year=2018, title="第二批", body=POLICE, now=LATER)
    assert [(f.proposed.list_id, f.proposed.year) for f in lists_at([*PUBLISHED, made], LATER)] == [
        ("l1", 2018),
        ("l2", 2018),
    ]


@pytest.mark.parametrize("referrals", [(), ("r1", "r1")])
def test_a_list_has_each_case_once_and_any(referrals):
    refused(Reason.FIELDS_INVALID, propose, [], "l1", referrals, year=2018, title="第一批", body=COURT, now=LATER)


def test_a_case_is_carried_over_from_a_published_list_of_an_earlier_year():
    made = propose(PUBLISHED, "l2", ("r2", "r3"), year=2019, title="第一批", body=POLICE, now=LATER)
    lists = lists_at([*PUBLISHED, made], made.at)
    assert carried_over(lists, lists[1]) == {"r2"}
    assert carried_over(lists, lists[0]) == frozenset()
    pending = lists_at([PROPOSED, made], made.at)
    assert carried_over(pending, pending[1]) == frozenset()


def test_facts_never_share_an_instant_and_their_order_does_not_matter():
    assert sign([PROPOSED], "l1", POLICE, now=PROPOSED.at).at == PROPOSED.at + TICK
    expected = lists_at(PUBLISHED, LATER)
    mixed = list(PUBLISHED)
    random.Random(1).shuffle(mixed)
    assert lists_at(mixed, LATER) == expected
