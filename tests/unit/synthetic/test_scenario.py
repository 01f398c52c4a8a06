"""The people of the test plan (domain sheet section 18), in every province."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from services.codes.ages import AgeRule
from services.identity import handlers
from services.identity.domain import (
    Category,
    Debtor,
    HouseholdType,
    MemberStatus,
    Photo,
    PhotoAbsence,
    Question,
    Result,
    ResultReason,
)
from services.synthetic import SCENARIO, Province
from services.synthetic.catalogue import LONGEST_NAME, MOVER, MOVING_DAY, ONE_HOUSEHOLD, WIFE
from services.synthetic.duty import PAPER_COURT, PAPER_DEPARTMENT
from services.synthetic.officers import COURT_LIAISONS, POLICE_LIAISONS
from services.synthetic.scenario import CATALOGUE_CASE
from tests.unit.codes.numbers import CITIZENS, FOREIGNER, RESIDENTS_OF_HONG_KONG_MACAU_AND_TAIWAN
from tests.unit.identity.fakes import MemoryRegistry
from tests.unit.synthetic.conftest import SEED

AS_OF = date(2018, 8, 3)
PLAN = (*CITIZENS, *RESIDENTS_OF_HONG_KONG_MACAU_AND_TAIWAN, FOREIGNER)


@pytest.fixture
def ask(catalogue):
    """Looks somebody of the scenario up, by their number and name on file."""
    registry = MemoryRegistry(catalogue.people, catalogue.households, Province(SEED).photos())
    names = {number: r.person.name for r in catalogue.people for number in r.person.numbers}

    async def ask(number, *, on=AS_OF, historic=False):
        question = Question(frozenset(Category), historic, on)
        debtor = Debtor(names[number], number)
        return await handlers.lookup_household(debtor, question, registry=registry, rule=AgeRule.CIVIL_BIRTHDAY)

    return ask


@pytest.mark.parametrize("number", PLAN)
def test_everybody_of_the_plan_is_there(by_number, number):
    assert by_number(number).person.name


def test_the_cast_is_on_file_and_party_to_both_cases(catalogue, by_number):
    assert by_number(SCENARIO.debtor_number).person.name == SCENARIO.debtor_name
    cases = {case.case_number: case for case in catalogue.cases}
    for number in (SCENARIO.case, SCENARIO.other_case):
        assert cases[number].handler == SCENARIO.judge
        assert SCENARIO.debtor_number in cases[number].parties


def test_the_cast_of_the_chapter_about_vehicles_is_there(catalogue, by_number):
    cases = {case.case_number: case for case in catalogue.cases}
    other = cases[SCENARIO.other_courts_case]
    assert other.handler == SCENARIO.other_judge
    assert SCENARIO.debtor_number in other.parties
    assert by_number(SCENARIO.buyer_number).person.name == SCENARIO.buyer_name
    owned = {
        f"{vehicle.plate}:{vehicle.plate_type}"
        for vehicle in catalogue.vehicles
        if vehicle.owner.certificate_number == SCENARIO.debtor_number
    }
    assert {SCENARIO.plain_car, SCENARIO.new_energy_car} <= owned


def test_the_cast_of_the_chapter_about_restrictions_is_there(catalogue, by_number):
    case = next(case for case in catalogue.cases if case.case_number == SCENARIO.exit_case)
    people = {
        SCENARIO.debtor_number: SCENARIO.debtor_name,
        SCENARIO.second_number: SCENARIO.second_name,
        SCENARIO.third_number: SCENARIO.third_name,
        SCENARIO.buyer_number: SCENARIO.buyer_name,
    }
    assert set(case.parties) == {*people, SCENARIO.company_number}
    assert case.handler == SCENARIO.judge
    assert {number: by_number(number).person.name for number in people} == people
    documents = {
        number: {document.number for document in by_number(number).documents}
        for number in (SCENARIO.debtor_number, SCENARIO.buyer_number)
    }
    assert SCENARIO.debtor_passport in documents[SCENARIO.debtor_number]
    assert SCENARIO.buyer_former_passport in documents[SCENARIO.buyer_number]


def test_the_cast_of_the_chapter_about_coordination_is_there(catalogue):
    cases = {case.case_number: case for case in catalogue.cases}
    officers = {officer.officer_id: officer for officer in Province(2018).officers()}
    assert cases[SCENARIO.colleagues_case].handler == SCENARIO.colleague
    assert SCENARIO.third_number in cases[SCENARIO.colleagues_case].parties
    on_paper = cases[SCENARIO.paper_case]
    assert (on_paper.court_code, on_paper.handler) == (PAPER_COURT, SCENARIO.paper_judge)
    assert SCENARIO.debtor_number in on_paper.parties
    assert {officers[one].organisation for one in (SCENARIO.paper_approver, SCENARIO.paper_liaison)} == {PAPER_COURT}
    assert POLICE_LIAISONS[SCENARIO.paper_carrier][1] == PAPER_DEPARTMENT
    assert COURT_LIAISONS[SCENARIO.court_liaison] == officers[SCENARIO.registrar].organisation
    assert SCENARIO.successor not in COURT_LIAISONS


@pytest.mark.parametrize(
    ("post", "permission"),
    [
        ("registrar", "liaison.appoint"),
        ("registrar", "credential.register"),
        ("paper_judge", "identity.household.lookup"),
        ("paper_carrier", "paper.perform"),
        ("other_judge", "vehicle.seizure.register"),
        ("other_approver", "approval.decide"),
        ("register_officer", "vehicle.check"),
        ("camera", "vehicle.check.stream"),
        ("window", "vehicle.violation.clear"),
        ("command_centre", "vehicle.sighting.watch"),
    ],
)
def test_who_acts_may_do_so(post, permission):
    officers = {officer.officer_id: officer for officer in Province(2018).officers()}
    assert permission in officers[getattr(SCENARIO, post)].permissions


def test_everybody_is_party_to_the_catalogues_case(catalogue):
    case = next(case for case in catalogue.cases if case.case_number == CATALOGUE_CASE)
    assert set(PLAN) <= set(case.parties)
    assert len(case.parties) == sum(bool(record.person.numbers) for record in catalogue.people)


async def test_a_household_of_five_with_15_16_and_17_year_olds(ask):
    answer = await ask(SCENARIO.debtor_number)
    portraits = {m.person.numbers[0]: m.portrait for m in answer.household.members}
    assert len(portraits) == 5
    ages = sorted((AS_OF - m.person.birth_date).days // 365.25 for m in answer.household.members)
    assert ages == [0, 15, 16, 17, 38]
    assert isinstance(portraits["36990120020803005X"], Photo)
    assert portraits["369901200208040071"] is PhotoAbsence.UNDER_16
    assert portraits["369901201808010129"] is PhotoAbsence.UNDER_16


@pytest.mark.parametrize("on", [AS_OF, date(2026, 11, 24), date(2034, 7, 31)])
async def test_the_story_has_photos_withheld_ones_and_documents_for_years(ask, on):
    answer = await ask(SCENARIO.debtor_number, on=on)
    portraits = [member.portrait for member in answer.household.members]
    assert any(isinstance(portrait, Photo) for portrait in portraits)
    assert PhotoAbsence.UNDER_16 in portraits
    kinds = {view.document.type for view in answer.exit_documents}
    assert {"414", "513", "517"} <= kinds


async def test_two_debtors_live_together(ask):
    first, second = [await ask(number) for number in ONE_HOUSEHOLD]
    members = [{m.person.person_id for m in answer.household.members} for answer in (first, second)]
    assert members[0] == members[1]
    assert next(m for m in second.household.members if m.is_debtor).relation != "02"


async def test_former_members_are_there_for_those_who_ask(ask):
    now, ever = await ask(WIFE), await ask(WIFE, historic=True)
    assert len(ever.household.members) == len(now.household.members) + 1
    assert MemberStatus.MOVED in {member.status for member in ever.household.members}


async def test_a_collective_household_of_300_is_suppressed(ask, catalogue):
    collective = next(h for h in catalogue.households if h.type is HouseholdType.COLLECTIVE)
    members = [r for r in catalogue.people for m in r.memberships if m.household_id == collective.household_id]
    assert len(members) == 300
    answer = await ask(members[7].person.numbers[0])
    assert answer.members_result.reason is ResultReason.COLLECTIVE_HOUSEHOLD


async def test_somebody_moves_on_the_day_of_the_notice(ask):
    before, after = await ask(MOVER, on=MOVING_DAY - timedelta(days=1)), await ask(MOVER, on=MOVING_DAY)
    assert before.household.household.household_id != after.household.household.household_id
    assert len(before.household.members) == len(after.household.members) == 2


async def test_a_household_out_of_the_province_is_not_disclosed(ask, catalogue):
    outside = next(h for h in catalogue.households if not h.division.startswith("36"))
    answer = await ask(_resident(catalogue, outside).person.numbers[0])
    assert answer.household_result.reason is ResultReason.OUT_OF_PROVINCE


async def test_the_odd_household_has_every_reason_to_withhold_a_photo(ask, catalogue):
    odd = next(record for record in catalogue.people if record.person.birth_date is None)
    answer = await ask(odd.person.numbers[0])
    assert {member.portrait for member in answer.household.members if not isinstance(member.portrait, Photo)} == {
        PhotoAbsence.AGE_UNKNOWN,
        PhotoAbsence.NO_PHOTO_ON_FILE,
        PhotoAbsence.QUARANTINED,
        PhotoAbsence.UNDER_16,
    }
    assert any(len(member.person.numbers) == 2 for member in answer.household.members)
    assert any(not member.person.numbers for member in answer.household.members)


async def test_those_from_outside_have_documents_and_no_household(ask):
    for number in ("81000018900101001X", "83000018900101003X", "936840189001010017"):
        answer = await ask(number)
        assert answer.household_result.result is Result.NO_RECORD
        assert answer.exit_documents_result.result is Result.HIT


async def test_divisions_have_the_codes_of_the_day(ask, catalogue):
    moved = {"360105": "360112", "361121": "361104", "360727": "360783"}
    for household in catalogue.households:
        if household.division in moved:
            number = _resident(catalogue, household).person.numbers[0]
            assert (await ask(number)).household.household.division == household.division
            later = await ask(number, on=date(2021, 1, 1))
            assert later.household.household.division == moved[household.division]


def _resident(catalogue, household):
    return next(r for r in catalogue.people for m in r.memberships if m.household_id == household.household_id)


def test_names_are_short_long_rare_and_dotted(catalogue):
    names = {record.person.name for record in catalogue.people}
    assert LONGEST_NAME in names
    assert len(LONGEST_NAME) == 50
    assert any(len(name) == 1 for name in names)
    assert any("·" in name and name != LONGEST_NAME for name in names)
    assert any(ord(character) > 0xFFFF for name in names for character in name)
