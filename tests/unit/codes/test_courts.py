"""Courts of Jiangxi, their codes then and now, and who of them takes part."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from services.chassis.rules import Jurisdiction
from services.codes.courts import COURTS, FIRST_DAY, CourtLevel, find_court
from services.codes.divisions import codes_on, name_on
from services.codes.jurisdiction import Jiangxi
from xiezhi.policy.v1 import policy_pb2

NOTICE = date(2018, 8, 3)
IN_USE = [court for court in COURTS.values() if court.until is None]
FORMER = {"赣0427": "赣0483", "赣0721": "赣0704", "赣1029": "赣1003", "赣0421": "赣0404", "赣0622": "赣0603"}
OF_NO_DIVISION = {"赣0191", "赣0192", "赣7101"}


@pytest.fixture
def jurisdiction() -> Jurisdiction:
    return Jiangxi()


def test_levels_count_as_the_contract_does():
    for level in CourtLevel:
        assert policy_pb2.CourtLevel.Name(level) == f"COURT_LEVEL_{level.name}"


@pytest.mark.parametrize(
    ("level", "pattern", "number"),
    [
        (CourtLevel.HIGH, "赣", 1),
        (CourtLevel.INTERMEDIATE, "赣[0-9]{2}", 12),
        (CourtLevel.BASIC, "赣[0-9]{4}", 103),
    ],
)
def test_the_length_of_a_code_tells_the_level(level, pattern, number):
    found = [court for court in IN_USE if court.level is level]
    assert len(found) == number
    assert all(re.fullmatch(pattern, court.code) for court in found)


def test_every_court_is_in_the_table_under_its_code_with_a_court_above_it():
    for code, court in COURTS.items():
        assert court.code == code
        above = find_court(court.superior)
        assert (above is None) == (court.level is CourtLevel.HIGH)
        assert above is None or above.level == court.level + 1


def test_at_the_notice_every_division_has_its_court():
    divisions = {code for code in codes_on(NOTICE) if code != "360000"}
    courts = {court.code for court in IN_USE} - OF_NO_DIVISION - {"赣", "赣71"}
    assert {f"36{code.removeprefix('赣').ljust(4, '0')}" for code in courts} == divisions
    for division in divisions:
        court = find_court("赣" + (division[2:4] if division.endswith("00") else division[2:]), NOTICE)
        assert name_on(division, NOTICE) in court.name


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("赣", "江西省高级人民法院"),
        ("赣01", "南昌市中级人民法院"),
        ("赣0102", "南昌市东湖区人民法院"),
        ("赣0121", "南昌县人民法院"),
        ("赣0281", "乐平市人民法院"),
        ("赣0191", "南昌高新技术产业开发区人民法院"),
        ("赣71", "南昌铁路运输中级法院"),
        ("赣7101", "南昌铁路运输法院"),
    ],
)
def test_courts_have_their_names(code, name):
    assert find_court(code).name == name


@pytest.mark.parametrize(("former", "present"), FORMER.items())
def test_a_former_code_ends_where_the_present_one_begins(former, present):
    day = find_court(present).since
    assert find_court(former) is None
    assert find_court(former, FIRST_DAY).code == find_court(former, day - timedelta(days=1)).code == former
    assert find_court(present, day - timedelta(days=1)) is find_court(former, day) is None
    assert find_court(present, day).code == find_court(present, NOTICE).code == present


def test_there_are_no_such_codes_before_2016():
    assert find_court("赣", date(2015, 12, 31)) is None
    assert find_court("赣", date(2016, 1, 1)) is not None


@pytest.mark.parametrize(("division", "court"), [("361104", "赣1104"), ("360783", "赣0783"), ("360113", "赣0113")])
def test_codes_do_not_follow_when_a_division_changes_after_the_notice(division, court):
    assert division in codes_on(date(2026, 1, 1))
    assert find_court(court) is None


@pytest.mark.clause("R-5.4")
@pytest.mark.parametrize("organisation", [*(court.code for court in IN_USE), "360000000000", "360100000000"])
def test_courts_of_the_table_and_police_of_the_province_take_part(jurisdiction, organisation):
    assert jurisdiction.includes(organisation)


@pytest.mark.clause("R-5.4")
@pytest.mark.parametrize(
    "organisation",
    [
        *FORMER,
        "粤",
        "粤01",
        "京0105",
        "最高法",
        "赣99",
        "赣12",
        "赣00",
        "赣0100",
        "赣0199",
        "赣1",
        "赣010",
        "赣01021",
        "赣７1",
        "赣01\n",
        " 赣01",
        "贛01",
        "",
        "36",
        "360102",
        "36000000000",
        "3600000000000",
        "370100000000",
        "３６0100000000",
        "360100000000\n",
        "36010000000X",
    ],
)
def test_nobody_else_takes_part(jurisdiction, organisation):
    assert not jurisdiction.includes(organisation)
    assert jurisdiction.level(organisation) == 0
    assert not jurisdiction.is_same_or_superior(organisation, of="赣0102")
    assert not jurisdiction.is_same_or_superior("赣", of=organisation)
    assert not jurisdiction.is_same_or_superior(organisation, of=organisation)


@pytest.mark.parametrize(
    ("court", "of", "is_above"),
    [
        ("赣0102", "赣0102", True),
        ("赣01", "赣0102", True),
        ("赣", "赣0102", True),
        ("赣", "赣01", True),
        ("赣", "赣", True),
        ("赣01", "赣0191", True),
        ("赣71", "赣7101", True),
        ("赣", "赣7101", True),
        ("赣0103", "赣0102", False),
        ("赣02", "赣0102", False),
        ("赣0102", "赣01", False),
        ("赣01", "赣", False),
        ("赣01", "赣7101", False),
        ("赣71", "赣0102", False),
        ("360000000000", "360100000000", False),
        ("360100000000", "360100000000", False),
        ("赣", "360100000000", False),
    ],
)
def test_a_court_is_above_those_of_its_own_district(jurisdiction, court, of, is_above):
    assert jurisdiction.is_same_or_superior(court, of=of) is is_above


@pytest.mark.parametrize(("court", "level"), [("赣", 3), ("赣01", 2), ("赣71", 2), ("赣0102", 1), ("360000000000", 0)])
def test_a_police_unit_has_no_level(jurisdiction, court, level):
    assert jurisdiction.level(court) == level
