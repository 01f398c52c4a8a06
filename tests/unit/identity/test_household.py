"""Whom a household answer names (notice 一.1)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from services.identity.domain import Category, Debtor, HouseholdType, MemberStatus, Result, ResultReason, Section
from tests.unit.identity.fakes import MemoryRegistry
from tests.unit.identity.people import (
    AS_OF,
    DAUGHTER,
    HEAD,
    MOTHER,
    SON,
    SPOUSE,
    household,
    lives,
    number,
    person,
    photo,
    record,
)
from xiezhi.errors import Reason

HIT = Section(Result.HIT)
NO_RECORD = Section(Result.NO_RECORD)
HOME = household()
MOVED, DECEASED = MemberStatus.MOVED, MemberStatus.DECEASED


def family(*members, homes=(HOME,)):
    """A registry of people who all live in household 1, the first as its head."""
    relations = (HEAD, SPOUSE, SON, DAUGHTER, MOTHER)
    records = [record(p, lives(p, relation)) for p, relation in zip(members, relations, strict=False)]
    return MemoryRegistry(records, homes)


def names(answer):
    return [member.person.person_id for member in answer.household.members]


def sections(answer):
    return (answer.household_result, answer.members_result, answer.photos_result, answer.exit_documents_result)


@pytest.mark.clause("R-1.2")
async def test_a_household_of_five_is_five_members_with_their_relations(look_up):
    people = [person(i) for i in range(1, 6)]
    answer = await look_up(family(*people), people[1])
    assert answer.household_result == answer.members_result == HIT
    assert [(m.person.person_id, m.relation, m.is_debtor) for m in answer.household.members] == [
        (1, HEAD, False),
        (2, SPOUSE, True),
        (3, SON, False),
        (4, DAUGHTER, False),
        (5, MOTHER, False),
    ]
    assert {m.status for m in answer.household.members} == {MemberStatus.NORMAL}


@pytest.mark.clause("R-1.2")
async def test_a_single_person_has_no_co_members(look_up):
    alone = person()
    answer = await look_up(family(alone), alone)
    assert (answer.household_result, answer.members_result) == (HIT, NO_RECORD)
    assert names(answer) == [1]


@pytest.mark.clause("R-1.1")
async def test_who_is_not_on_file_has_no_record_and_nothing_is_read(look_up):
    registry = family(person(1))
    answer = await look_up(registry, person(2))
    not_on_file = Section(Result.NOT_APPLICABLE, ResultReason.DEBTOR_NOT_ON_FILE)
    assert sections(answer) == (NO_RECORD, not_on_file, not_on_file, NO_RECORD)
    assert answer.household is None
    assert not answer.exit_documents


@pytest.mark.parametrize("name", ["测试人", "测试人1 二", "测试人2", "", "测試人1"])
async def test_a_name_that_does_not_match_the_number_discloses_nothing(look_up, name):
    digest, image = photo()
    someone = person(photo=digest)
    registry = MemoryRegistry([record(someone)], [household()], [(digest, image)])
    answer = await look_up(registry, Debtor(name, someone.numbers[0]))
    assert set(sections(answer)) == {Section(Result.ROLLED_BACK, ResultReason.NAME_ID_MISMATCH)}
    assert answer.household is None
    assert not answer.exit_documents
    assert not (registry.opened_households)
    assert not (registry.opened_documents)
    assert not (registry.read_photos)


@pytest.mark.parametrize(
    ("on_file", "asked"),
    [
        ("吴 Ａ", "吴 Ａ"),
        ("Ame\u0301lie", "Am\u00e9lie"),
        ("𠮷田·阿不都", " 𠮷田·阿不都 "),
        ("一", "一"),
        ("长" * 50, "长" * 50),
    ],
)
async def test_a_name_is_the_same_however_it_is_composed(look_up, on_file, asked):
    someone = person(name=on_file)
    answer = await look_up(family(someone), Debtor(asked, someone.numbers[0]))
    assert answer.household_result == HIT


async def test_a_former_number_leads_to_the_same_person_and_the_present_one_is_first(look_up):
    former, present = number(date(1980, 1, 15), 7), number(date(1980, 1, 15), 8)
    someone = person(numbers=(present, former))
    answer = await look_up(family(someone), Debtor(someone.name, former))
    assert answer.household.members[0].person.numbers[0] == present


async def test_only_what_is_asked_for_is_answered_and_read(look_up):
    someone = person()
    registry = family(someone)
    not_requested = Section(Result.NOT_APPLICABLE, ResultReason.NOT_REQUESTED)
    answer = await look_up(registry, someone, categories={Category.EXIT_DOCUMENTS})
    assert sections(answer)[:3] == (not_requested,) * 3
    assert not registry.opened_households
    answer = await look_up(registry, someone, categories={Category.HOUSEHOLD})
    assert sections(answer)[2:] == (not_requested,) * 2
    assert registry.opened_documents == [1]
    for nobody in (Debtor("他人", someone.numbers[0]), person(2), Debtor("公司", "")):
        answer = await look_up(registry, nobody, categories={Category.HOUSEHOLD})
        assert sections(answer)[2:] == (not_requested,) * 2


@pytest.mark.clause("R-1.2")
async def test_an_organisation_has_no_household_and_the_registry_is_not_asked(look_up):
    registry = family(person())
    answer = await look_up(registry, Debtor("测试有限公司", ""))
    assert set(sections(answer)) == {Section(Result.NOT_APPLICABLE, ResultReason.ORGANISATION)}
    assert not registry.finds


@pytest.mark.clause("R-1.2")
async def test_a_collective_household_shows_the_debtor_only(look_up):
    people = [person(i) for i in range(1, 301)]
    home = household(type=HouseholdType.COLLECTIVE)
    registry = MemoryRegistry([record(p, lives(p, "99")) for p in people], [home])
    answer = await look_up(registry, people[7])
    assert answer.household_result == HIT
    assert answer.members_result == Section(Result.SUPPRESSED, ResultReason.COLLECTIVE_HOUSEHOLD)
    assert names(answer) == [8]


@pytest.mark.clause("R-5.4")
@pytest.mark.parametrize("division", ["440106", "110101", "820000"])
async def test_a_household_outside_jiangxi_is_not_disclosed(look_up, division):
    someone = person()
    answer = await look_up(family(someone, person(2), homes=[household(division=division)]), someone)
    out = Section(Result.NO_RECORD, ResultReason.OUT_OF_PROVINCE)
    assert sections(answer)[:3] == (out, out, out)
    assert answer.household is None


async def test_a_division_that_was_renumbered_has_the_code_of_the_day(look_up):
    someone = person()
    registry = family(someone, homes=[household(division="360721")])
    assert (await look_up(registry, someone)).household.household.division == "360704"
    assert (await look_up(registry, someone, as_of=date(2015, 1, 1))).household.household.division == "360721"


@pytest.mark.parametrize("ending", [MOVED, DECEASED])
async def test_former_members_are_shown_only_if_asked_for(look_up, ending):
    debtor, former = person(1), person(2)
    gone = lives(former, SPOUSE, until=date(2017, 5, 1), ending=ending)
    registry = MemoryRegistry([record(debtor), record(former, gone)], [household()])
    answer = await look_up(registry, debtor)
    assert (names(answer), answer.members_result) == ([1], NO_RECORD)
    answer = await look_up(registry, debtor, historic=True)
    assert [(m.person.person_id, m.status) for m in answer.household.members] == [(1, MemberStatus.NORMAL), (2, ending)]


async def test_a_membership_ends_before_its_last_day_and_begins_on_its_first(look_up):
    debtor, leaving, coming = person(1), person(2), person(3)
    registry = MemoryRegistry(
        [
            record(debtor),
            record(leaving, lives(leaving, SPOUSE, until=AS_OF)),
            record(coming, lives(coming, SON, since=AS_OF)),
        ],
        [household()],
    )
    assert names(await look_up(registry, debtor)) == [1, 3]
    assert names(await look_up(registry, debtor, as_of=AS_OF - timedelta(days=1))) == [1, 2]


async def test_who_moves_on_the_day_of_the_query_is_registered_in_the_new_household(look_up):
    debtor, left_behind, welcoming = person(1), person(2), person(3)
    registry = MemoryRegistry(
        [
            record(debtor, lives(debtor, until=AS_OF), lives(debtor, SON, 2, since=AS_OF)),
            record(left_behind, lives(left_behind, SPOUSE)),
            record(welcoming, lives(welcoming, HEAD, 2)),
        ],
        [household(1), household(2)],
    )
    answer = await look_up(registry, debtor)
    assert answer.household.household.household_id == 2
    assert names(answer) == [3, 1]
    answer = await look_up(registry, debtor, as_of=AS_OF - timedelta(days=1))
    assert names(answer) == [1, 2]


async def test_a_former_member_who_was_never_there_together_with_the_debtor_is_not_shown(look_up):
    debtor, earlier = person(1), person(2)
    registry = MemoryRegistry(
        [
            record(debtor, lives(debtor, since=date(2015, 1, 1))),
            record(earlier, lives(earlier, HEAD, since=date(2000, 1, 1), until=date(2015, 1, 1))),
        ],
        [household()],
    )
    assert names(await look_up(registry, debtor, historic=True)) == [1]


async def test_who_is_registered_nowhere_any_more_has_a_last_household_only_if_asked_for(look_up):
    gone = person(1)
    registry = MemoryRegistry([record(gone, lives(gone, until=date(2018, 1, 1), ending=DECEASED))], [household()])
    answer = await look_up(registry, gone)
    assert (answer.household_result, answer.members_result, answer.household) == (NO_RECORD, NO_RECORD, None)
    answer = await look_up(registry, gone, historic=True)
    assert answer.household.members[0].status is DECEASED


async def test_who_came_back_is_one_member(look_up):
    debtor, returned = person(1), person(2)
    twice = (lives(returned, SPOUSE, until=date(2014, 1, 1)), lives(returned, SPOUSE, since=date(2016, 1, 1)))
    registry = MemoryRegistry([record(debtor), record(returned, *twice)], [household()])
    answer = await look_up(registry, debtor, historic=True)
    assert [(m.person.person_id, m.status) for m in answer.household.members][1:] == [(2, MemberStatus.NORMAL)]


async def test_a_household_without_a_head_is_still_in_a_fixed_order(look_up):
    people = [person(i) for i in (3, 1, 2)]
    registry = MemoryRegistry([record(p, lives(p, SON)) for p in people], [household()])
    assert names(await look_up(registry, people[0])) == [1, 2, 3]


@pytest.mark.clause("R-1.2")
async def test_two_debtors_of_one_household_have_it_disclosed_once(look_up_many):
    digest, image = photo()
    one, two = person(1, photo=digest), person(2)
    other = person(3)
    registry = MemoryRegistry(
        [record(one), record(two, lives(two, SPOUSE)), record(other, lives(other, HEAD, 2))],
        [household(1), household(2)],
        [(digest, image)],
    )
    first, second, third = await look_up_many(registry, one, two, other)
    assert names(first.answer) == [1, 2]
    assert second.answer.household_disclosed_in_item == 0
    assert second.answer.household.members == ()
    assert (second.answer.household_result, second.answer.members_result) == (HIT, HIT)
    assert second.answer.photos_result == first.answer.photos_result == HIT
    assert third.answer.household_disclosed_in_item is None
    assert names(third.answer) == [3]


async def test_two_debtors_of_a_collective_household_are_each_shown(look_up_many):
    one, two = person(1), person(2)
    registry = MemoryRegistry(
        [record(one, lives(one, "99")), record(two, lives(two, "99"))],
        [household(type=HouseholdType.COLLECTIVE)],
    )
    items = await look_up_many(registry, one, two)
    assert [names(item.answer) for item in items] == [[1], [2]]
    assert not any(item.answer.household_disclosed_in_item for item in items)


async def test_each_of_many_has_its_own_outcome_in_the_order_asked(look_up_many):
    known, home = person(1), household()
    registry = MemoryRegistry([record(known)], [home])
    items = await look_up_many(
        registry, person(2), Reason.FIELDS_INVALID, Debtor("公司", ""), known, Debtor("他人", known.numbers[0])
    )
    assert [item.index for item in items] == [0, 1, 2, 3, 4]
    assert [item.answer and item.answer.household_result.result for item in items] == [
        Result.NO_RECORD,
        None,
        Result.NOT_APPLICABLE,
        Result.HIT,
        Result.ROLLED_BACK,
    ]
    assert [item.invalid_reason for item in items] == ["", "FIELDS_INVALID", "", "", ""]


async def test_many_are_read_in_chunks(look_up_many):
    people = [person(i) for i in range(1, 121)]
    registry = MemoryRegistry(
        [record(p, lives(p, household_id=p.person_id)) for p in people], map(household, range(121))
    )
    items = await look_up_many(registry, *people)
    assert [len(numbers) for numbers in registry.finds] == [50, 50, 20]
    assert all(item.answer.household_result == HIT for item in items)


async def test_a_co_member_who_is_a_party_too_is_disclosed_like_any(look_up):
    one, two = person(1), person(2)
    registry = family(one, replace(two, name="共同被执行人"))
    assert [m.is_debtor for m in (await look_up(registry, one)).household.members] == [True, False]
