"""What is let into the registry: each rule refuses, and no refusal repeats a value."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from services.identity.domain import (
    DocumentStatus,
    IntakeError,
    Membership,
    MemberStatus,
    check_household,
    check_person,
)
from tests.unit.identity.people import AS_OF, household, lives, number, passport, person, record

BORN = date(1980, 1, 15)


@pytest.mark.parametrize("address", ["一", "长" * 200, "𠮷田路1号"])
def test_a_household_is_let_in(address):
    check_household(household(address=address, division="440106", police_station="440106000000"))


@pytest.mark.parametrize(
    "changed",
    [
        {"household_id": 0},
        {"household_id": -1},
        {"household_id": 1 << 63},
        {"number": "12345678"},
        {"number": "１２３４５６７８９"},
        {"number": "123456789\n"},
        {"division": "3601"},
        {"division": "060102"},
        {"address": ""},
        {"address": "长" * 201},
        {"address": " 路"},
        {"address": "路\n号"},
        {"police_station": "36010200000"},
        {"police_station": "派出所"},
    ],
)
def test_a_household_is_refused(changed):
    with pytest.raises(IntakeError) as refused:
        check_household(household(**changed))
    (value,) = changed.values()
    assert not isinstance(value, str) or not value.strip() or value not in str(refused.value)


@pytest.mark.parametrize(
    "someone",
    [
        person(born=None, numbers=()),
        person(name="阿不都热合曼·买买提"),
        person(name="𠮷"),
        person(name="长" * 50),
        person(numbers=(number(BORN, 1), number(BORN, 2))),
        person(numbers=("CAN110180011501",)),
        person(numbers=("81000018900101001X",)),
        person(numbers=("936840189001010017",)),
        person(numbers=(number(date(1990, 1, 1)),)),
        person(born=AS_OF),
        person(photo=bytes(32)),
    ],
)
def test_a_person_is_let_in(someone):
    check_person(record(someone), on=AS_OF)


@pytest.mark.parametrize(
    "someone",
    [
        person(person_id=0, numbers=()),
        person(person_id=1 << 63, numbers=()),
        person(name=" 测试"),
        person(name="长" * 51),
        person(name="测\x00试"),
        person(numbers=(number(BORN), number(BORN))),
        person(numbers=("369901198001150012",)),
        person(numbers=("369901198001150",)),
        person(numbers=("３６９９０１１９８００１１５００１１",)),
        person(numbers=("36990119800115002x",)),
        person(numbers=(number(BORN) + "\n",)),
        person(numbers=(number(date(2030, 1, 1)),)),
        person(born=date(2030, 1, 1), numbers=()),
        person(photo=bytes(31)),
    ],
)
def test_a_person_is_refused(someone):
    with pytest.raises(IntakeError) as refused:
        check_person(record(someone), on=AS_OF)
    assert someone.name not in str(refused.value)
    assert not any(n in str(refused.value) for n in someone.numbers)


def test_a_person_without_a_name_is_refused():
    with pytest.raises(IntakeError):
        check_person(record(replace(person(), name="")), on=AS_OF)


ONE = person()
DAY = date(2012, 1, 1)


@pytest.mark.parametrize(
    "memberships",
    [
        (lives(ONE), lives(ONE, household_id=2)),
        (lives(ONE, until=date(2015, 1, 2)), lives(ONE, household_id=2, since=date(2015, 1, 1))),
        (lives(ONE, "00"),),
        (lives(ONE, "户主"),),
        (lives(person(2)),),
        (lives(ONE, since=DAY, until=DAY),),
        (Membership(1, 1, "02", DAY, AS_OF, None),),
        (Membership(1, 1, "02", DAY, None, MemberStatus.MOVED),),
        (Membership(1, 1, "02", DAY, AS_OF, MemberStatus.NORMAL),),
    ],
)
def test_memberships_are_refused(memberships):
    with pytest.raises(IntakeError):
        check_person(record(ONE, *memberships), on=AS_OF)


def test_who_moves_leaves_and_arrives_on_the_same_day():
    check_person(record(ONE, lives(ONE, until=DAY), lives(ONE, household_id=2, since=DAY)), on=AS_OF)


@pytest.mark.parametrize(
    "changed",
    [
        {"type": "999"},
        {"type": ""},
        {"number": ""},
        {"number": "E" * 21},
        {"authority": ""},
        {"authority": "厅" * 101},
        {"expiry_date": date(2011, 12, 31)},
        {"ended_on": AS_OF},
        {"ending": DocumentStatus.VOIDED},
        {"ended_on": date(2011, 1, 1), "ending": DocumentStatus.VOIDED},
        {"ended_on": AS_OF, "ending": DocumentStatus.EXPIRED},
        {"ended_on": AS_OF, "ending": DocumentStatus.VALID},
    ],
)
def test_documents_are_refused(changed):
    check_person(record(ONE, documents=(passport(DAY),)), on=AS_OF)
    with pytest.raises(IntakeError):
        check_person(record(ONE, documents=(passport(DAY, **changed),)), on=AS_OF)
