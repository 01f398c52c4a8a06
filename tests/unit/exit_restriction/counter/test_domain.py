"""What a counter is told of an application, from whoever has the number."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from services.codes.terms import end_of
from services.exit_restriction.counter.domain import (
    Applicant,
    Cause,
    Copied,
    CopyChange,
    Decision,
    decide,
    past_of,
    present,
)
from services.exit_restriction.domain import Ground, Released, Renewed
from services.exit_restriction.registry.domain import Subject
from services.exit_restriction.restrictions.domain import Step
from tests.unit.exit_restriction.told import DONGHU, LAST_DAY, NANCHANG, PHONE, file_of, record, renewal_by
from tests.unit.exit_restriction.travellers import NOW, person
from xiezhi.errors import Reason, XiezhiError
from xiezhi.exit_restriction.v1 import counter_pb2

WHO = person()
NUMBER = WHO.numbers[0]
ON_FILE = Subject.of(WHO)
NAMESAKE = Subject.of(person(2, numbers=(NUMBER,)))
APPLICANT = Applicant(NUMBER, WHO.names[0])
OPEN = file_of(record())
NONE = file_of()
LATER = NOW + timedelta(seconds=1)


def named(name=WHO.names[0], key=-5):
    return Subject(key, (name,), (NUMBER,), ())


@pytest.mark.parametrize(
    ("known", "decision", "name_differs"),
    [
        ([], Decision.PASS, False),
        ([(ON_FILE, NONE)], Decision.PASS, False),
        ([(ON_FILE, OPEN)], Decision.RESTRICTED, False),
        ([(named(), OPEN)], Decision.RESTRICTED, False),
        ([(named("别人"), OPEN)], Decision.MANUAL, True),
        ([(named("别人"), NONE)], Decision.MANUAL, True),
        ([(ON_FILE, NONE), (named("别人"), NONE)], Decision.PASS, False),
        # A court has named somebody else under this number, and nobody but the counter can say who is meant.
        ([(ON_FILE, NONE), (named("别人"), OPEN)], Decision.MANUAL, True),
        ([(ON_FILE, OPEN), (named("别人"), OPEN)], Decision.MANUAL, True),
        ([(ON_FILE, NONE), (named(), OPEN)], Decision.RESTRICTED, False),
    ],
)
def test_decisions(known, decision, name_differs):
    decided = decide(APPLICANT, known, now=LATER)
    assert (decided.decision, decided.name_differs, decided.as_of) == (decision, name_differs, LATER)
    assert bool(decided.causes) is (decision is Decision.RESTRICTED)


def test_a_name_that_is_not_on_file_is_checked_by_hand_whatever_is_in_force():
    other = Applicant(NUMBER, "别人")
    for known in ([(ON_FILE, NONE)], [(ON_FILE, OPEN)], [(ON_FILE, NONE), (named("别人"), NONE)]):
        decided = decide(other, known, now=LATER)
        assert (decided.decision, decided.causes) == (Decision.MANUAL, ())


def test_a_number_of_two_people_is_refused():
    with pytest.raises(XiezhiError) as caught:
        decide(APPLICANT, [(ON_FILE, OPEN), (NAMESAKE, NONE)], now=LATER)
    assert caught.value.reason is Reason.PERSON_AMBIGUOUS
    assert NUMBER not in str(caught.value)


def test_every_court_and_its_ground_is_told():
    foreign = record(
        court=NANCHANG, serial=2, at=NOW + timedelta(microseconds=1), ground=Ground.FOREIGNER_UNSETTLED_CASE
    )
    causes = decide(APPLICANT, [(ON_FILE, file_of(record(), foreign))], now=LATER).causes
    assert [(cause.court_code, cause.legal_basis) for cause in causes] == [
        (DONGHU, "出境入境管理法 art 12(3)"),
        (NANCHANG, "出境入境管理法 art 28(2)"),
    ]
    assert (causes[0].phone, causes[0].decision_number, causes[0].last_day) == (
        PHONE,
        "（2018）赣0102执1号之一",
        LAST_DAY,
    )


@pytest.mark.parametrize(
    ("moment", "decision"),
    [
        (end_of(LAST_DAY) - timedelta(microseconds=1), Decision.RESTRICTED),
        (end_of(LAST_DAY), Decision.PASS),
        # Another process's clock is ahead: what it has written down is in force.
        (NOW - timedelta(seconds=1), Decision.RESTRICTED),
    ],
)
def test_the_last_day_is_restricted_to_its_end(moment, decision):
    assert decide(APPLICANT, [(ON_FILE, OPEN)], now=moment).decision is decision


def test_one_release_leaves_other_restrictions():
    mine, other = record(), record(court=NANCHANG, serial=2)
    released = Step(Released(mine.restriction_id, NOW + timedelta(days=1)))
    decided = decide(APPLICANT, [(ON_FILE, file_of(mine, other, later=[released]))], now=NOW + timedelta(days=2))
    assert [cause.court_code for cause in decided.causes] == [NANCHANG]


def test_the_present_is_not_before_the_last_fact():
    assert present([], NOW) == NOW
    assert present([record(at=LATER).filed], NOW) == LATER


def test_a_copy_has_every_number_and_its_own_end():
    kept = record()
    (shown,) = file_of(kept).all_shown(NOW)
    copied = Copied.of(shown, CopyChange.FILED, ("A" * 18, NUMBER))
    assert copied.numbers == (NUMBER, "A" * 18)
    assert (copied.effective_from, copied.ends_at) == (NOW, end_of(LAST_DAY))


def test_a_copy_of_what_was_released_ends_with_the_release_and_before_its_beginning_is_never_in_force():
    for kept in (record(), record(start=date(2018, 12, 1))):
        file = file_of(kept, later=[Step(Released(kept.restriction_id, LATER))])
        (shown,) = file.all_shown(LATER)
        copied = Copied.of(shown, CopyChange.RELEASED, ())
        assert copied.ends_at == LATER
        assert copied.effective_from <= LATER
    assert copied.effective_from == LATER


def test_the_past_names_the_term_in_force_then():
    kept = record()
    renewed = Renewed(kept.restriction_id, NOW + timedelta(days=350), date(2020, 8, 3), "later")
    file = file_of(kept, later=[Step(renewed, renewal_by())])
    for days, expected in ((1, (date(2018, 8, 3), LAST_DAY)), (400, (date(2019, 8, 4), date(2020, 8, 3)))):
        moment = NOW + timedelta(days=days)
        (shown,) = file.all_shown(moment)
        past = past_of(shown, moment, name="restrictions/x")
        assert (past.start, past.last_day) == expected
    assert (past.rule_version, past.decision_number) == ("later", "（2019）之二")


def test_an_applicant_is_sent_to_the_judge_of_the_last_term():
    kept = record()
    renewed = Renewed(kept.restriction_id, NOW + timedelta(days=350), date(2020, 8, 3), "160-2018")
    file = file_of(kept, later=[Step(renewed, renewal_by("GAN0102-J002", phone="0791-86009999"))])
    phones = [Cause.of(file.all_shown(NOW + timedelta(days=days))[0]).phone for days in (1, 400)]
    assert phones == [PHONE, "0791-86009999"]


@pytest.mark.parametrize(
    ("ours", "contract", "prefix"),
    [
        (Decision, counter_pb2.ApplicationDecision, "APPLICATION_DECISION_"),
        (CopyChange, counter_pb2.CopyChange, "COPY_CHANGE_"),
    ],
)
def test_values_are_those_of_the_contract(ours, contract, prefix):
    assert {f"{prefix}{value.name}": int(value) for value in ours} == dict(contract.items()[1:])
