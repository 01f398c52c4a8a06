"""Liaisons: who acts, who may be appointed, and what is missing since when."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.directory.liaisons import (
    DEPARTMENTS,
    Appointment,
    Days,
    Fault,
    FaultKind,
    Post,
    acting,
    find_faults,
    require_admissible,
)
from xiezhi.errors import Reason, XiezhiError

COURT, TRAFFIC = Post("赣0102"), Post("360102000000", 4)
DAY = date(2026, 11, 24)


def day(offset):
    return DAY + timedelta(days=offset)


def days(first, last=None):
    return Days(day(first), None if last is None else day(last))


def liaison(key, first=-100, last=None, *, post=COURT, leaves=(), **changed):
    made = Appointment(
        key, post, f"OFFICER-{key}", is_deputy=False, on_establishment=True, days=days(first, last), leaves=leaves
    )
    return replace(made, **changed)


def deputy(key, **changed):
    return liaison(key, is_deputy=True, **changed)


A, B = liaison("a"), liaison("b")
AWAY = liaison("b", leaves=(days(-2, 2),))
LAST = liaison("n", days=Days(date.max - timedelta(days=7), date.max))


@pytest.mark.parametrize(
    ("appointments", "expected"),
    [
        ((A, B), "ab"),
        ((A, liaison("b", last=-1)), "a"),
        ((A, liaison("b", last=0)), "ab"),
        ((A, liaison("b", first=1)), "a"),
        ((A, liaison("b", first=0)), "ab"),
        ((A, AWAY), "a"),
        ((A, AWAY, deputy("d")), "ad"),
        ((A, AWAY, deputy("d"), deputy("e")), "ad"),
        ((A, B, deputy("d")), "ab"),
        ((A, AWAY, deputy("d", leaves=(days(0, 0),))), "a"),
        ((A, AWAY, deputy("d", leaves=(days(0, 0),)), deputy("e")), "ae"),
        ((A, liaison("b", leaves=(days(-9, -1), days(1, 9)))), "ab"),
        ((deputy("d"),), ""),
        ((), ""),
    ],
)
def test_who_acts(appointments, expected):
    assert "".join(one.key for one in acting(appointments, DAY)) == expected


def refusal(new, at_post=(), of_officer=()):
    try:
        require_admissible(new, at_post=at_post, of_officer=of_officer)
    except XiezhiError as failure:
        return failure.reason
    return None


@pytest.mark.parametrize(
    ("new", "at_post", "reason"),
    [
        (liaison("n", 0), (A,), None),
        (liaison("n", 0), (A, B), Reason.LIAISON_LIMIT),
        (liaison("n", 0), (A, liaison("b", last=30)), None),
        (liaison("n", 0), (A, liaison("b", last=31)), Reason.LIAISON_LIMIT),
        (liaison("n", 0), (A, liaison("b", last=-1)), None),
        (liaison("n", 0, 20), (A, liaison("b", first=21)), None),
        (liaison("n", 0), (A, liaison("b", first=21)), Reason.LIAISON_LIMIT),
        (liaison("n", 0, 51), (A, liaison("b", first=21)), None),
        (liaison("n", 0, 20), (A, liaison("b", last=10), liaison("c", first=11)), None),
        (liaison("n", 0, 41), (A, liaison("c", first=11)), None),
        (liaison("n", 0, 42), (A, liaison("c", first=11)), Reason.LIAISON_LIMIT),
        (liaison("n", 0, 5), (A, B), Reason.LIAISON_LIMIT),
        (liaison("n", 0, 9), [liaison(key, 0, 9) for key in "abc"], None),
        (liaison("n", 0, 9), [liaison(key, 0, 9) for key in "abcd"], Reason.LIAISON_LIMIT),
        (LAST, (), None),
        (LAST, (replace(LAST, key="m"), A), None),
        (LAST, (A, B), Reason.LIAISON_LIMIT),
        (deputy("n", days=days(0)), (A, B), None),
        (liaison("n", 0), (A, deputy("b"), deputy("c")), None),
        (liaison("n", 0, post=TRAFFIC), (liaison("a", post=TRAFFIC),), Reason.LIAISON_LIMIT),
        (liaison("n", 0, post=TRAFFIC), (liaison("a", post=TRAFFIC, last=7),), None),
        (
            liaison("n", 0, post=TRAFFIC),
            (liaison("a", post=TRAFFIC, last=7), liaison("b", -3, 9, post=TRAFFIC)),
            Reason.LIAISON_LIMIT,
        ),
        (liaison("n", 0, on_establishment=False), (), Reason.LIAISON_NOT_ESTABLISHED),
        (deputy("n", on_establishment=False), (), Reason.LIAISON_NOT_ESTABLISHED),
        (liaison("n", 0, post=TRAFFIC, on_establishment=False), (), None),
        (liaison("n", 0, 9, lost_on=day(9)), (), Reason.LIAISON_NOT_ESTABLISHED),
        (liaison("n", 0, 9, lost_on=day(10)), (), None),
        (liaison("n", 0, lost_on=day(10)), (), Reason.LIAISON_NOT_ESTABLISHED),
    ],
)
def test_who_may_be_appointed(new, at_post, reason):
    assert refusal(new, at_post) is reason


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        (liaison("o", post=Post("赣0103")), Reason.LIAISON_EXISTS),
        (deputy("o"), Reason.LIAISON_EXISTS),
        (liaison("o", last=0, post=Post("赣0103")), Reason.LIAISON_EXISTS),
        (liaison("o", last=-1, post=Post("赣0103")), None),
    ],
)
def test_one_person_serves_one_organisation(other, reason):
    assert refusal(liaison("n", 0), of_officer=(other,)) is reason


@pytest.mark.parametrize(
    ("appointments", "expected"),
    [
        ((A, B), []),
        ((A,), [(FaultKind.GAP, 1, None)]),
        ((), [(FaultKind.GAP, 0, None)]),
        ((A, liaison("b", last=-5)), [(FaultKind.GAP, 1, -4)]),
        ((A, replace(B, lost_on=day(0))), [(FaultKind.NOT_ESTABLISHED, 1, 0)]),
        ((A, replace(B, lost_on=day(-7))), [(FaultKind.NOT_ESTABLISHED, 1, -7)]),
        ((A, replace(B, lost_on=day(1))), []),
        ((A, B, liaison("c", first=-50)), [(FaultKind.EXCESS, 3, -50)]),
        ((A, liaison("b", last=5), liaison("c", first=-10)), []),
        ((A, liaison("b", last=50), liaison("c", first=-10)), [(FaultKind.EXCESS, 3, -10)]),
        ([liaison(key, -3, 9) for key in "abcd"], []),
        ([liaison(key, -3, 9) for key in "abcde"], [(FaultKind.EXCESS, 5, -3)]),
        ((A, LAST, liaison("o", leaves=(LAST.days,))), []),
        ((A, AWAY), [(FaultKind.ON_LEAVE, 1, -2)]),
        ((A, AWAY, deputy("d")), []),
        ((A, replace(B, on_establishment=False)), [(FaultKind.NOT_ESTABLISHED, 1, -100)]),
        ((A, liaison("b", last=-50), liaison("c", first=-49)), []),
        ((A, liaison("b", last=-50), liaison("c", first=-40, last=-3)), [(FaultKind.GAP, 1, -2)]),
    ],
)
def test_what_is_missing_and_since_when(appointments, expected):
    found = find_faults(COURT, appointments, DAY)
    assert [(f.kind, f.have, f.since and (f.since - DAY).days) for f in found] == expected


@pytest.mark.clause("R-4.4")
def test_a_department_needs_one():
    assert find_faults(TRAFFIC, (), DAY) == (Fault(FaultKind.GAP, TRAFFIC, 0),)
    assert find_faults(TRAFFIC, (liaison("a", post=TRAFFIC),), DAY) == ()
    assert len(DEPARTMENTS) == 6


spans = st.tuples(st.integers(0, 60), st.none() | st.integers(0, 60)).map(
    lambda span: days(span[0], None if span[1] is None else span[0] + span[1])
)


@settings(max_examples=150)
@given(st.lists(spans, max_size=8), st.integers(0, 150))
def test_of_admitted_liaisons_no_more_act_than_wanted_but_for_a_handover(asked, offset):
    admitted = []
    for number, span in enumerate(asked):
        new = replace(liaison(f"{number:02}"), days=span)
        if refusal(new, admitted) is None:
            admitted.append(new)
    kinds = {fault.kind for fault in find_faults(COURT, admitted, day(offset))}
    assert FaultKind.EXCESS not in kinds
    assert (FaultKind.GAP in kinds) == (sum(day(offset) in one.days for one in admitted) < COURT.wanted)
