"""The servicer: the date of the answer, and how a batch is cut into messages."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

import pytest

from services.chassis.call import Call, Peer
from services.chassis.policy import Contracts
from services.codes.ages import AgeRule
from services.identity.domain import Category, Result
from services.identity.server import MAX_BYTES, MAX_ITEMS, IdentityServicer
from tests.unit.identity.fakes import MemoryRegistry
from tests.unit.identity.people import household, lives, person, photo, province, record
from xiezhi.common.v1 import case_pb2
from xiezhi.errors import InvalidArgument
from xiezhi.identity.v1 import identity_pb2

CONTRACTS = Contracts.load()
HOUSEHOLD, PHOTOS = identity_pb2.CATEGORY_HOUSEHOLD, identity_pb2.CATEGORY_PHOTOS
ACCEPTED = datetime(2018, 8, 3, 4, 0, tzinfo=UTC)


def call(method="LookupHousehold", accepted_at=ACCEPTED):
    return Call(
        method=CONTRACTS.method(f"/xiezhi.identity.v1.IdentityService/{method}"),
        received_at=accepted_at,
        trace_id=uuid.uuid4().hex,
        metadata={},
        peer=Peer("gateway", bytes(32)),
        accepted_at=accepted_at,
    )


def party(someone, **changed):
    values = {
        "type": case_pb2.PARTY_TYPE_NATURAL,
        "name": someone.name,
        "id_type": case_pb2.IDENTITY_NUMBER_TYPE_CITIZEN,
        "id_number": someone.numbers[0],
    }
    return case_pb2.Party(**(values | changed))


async def look_up(registry, someone, *, rule=AgeRule.CIVIL_BIRTHDAY, accepted_at=ACCEPTED):
    request = identity_pb2.LookupHouseholdRequest(debtor=party(someone), categories=[HOUSEHOLD, PHOTOS])
    response = await IdentityServicer(registry, rule=rule).LookupHousehold(request, call(accepted_at=accepted_at))
    assert not response.HasField("receipt")
    return response.answer


async def look_up_many(registry, *parties, categories=(HOUSEHOLD,)):
    request = identity_pb2.BatchLookupHouseholdsRequest(debtors=parties, categories=categories)
    servicer = IdentityServicer(registry, rule=AgeRule.CIVIL_BIRTHDAY)
    return [part async for part in servicer.BatchLookupHouseholds(request, call("BatchLookupHouseholds"))]


@pytest.mark.parametrize(
    ("accepted_at", "day", "absence"),
    [
        (datetime(2018, 8, 2, 15, 59, 59, 999_999, tzinfo=UTC), 2, identity_pb2.PHOTO_ABSENCE_UNDER_16),
        (datetime(2018, 8, 2, 16, 0, tzinfo=UTC), 3, 0),
    ],
)
async def test_the_answer_is_of_the_day_in_beijing_on_which_it_was_accepted(accepted_at, day, absence):
    digest, image = photo()
    someone = person(born=datetime(2002, 8, 3, tzinfo=UTC).date(), photo=digest)
    registry = MemoryRegistry([record(someone)], [household()], [(digest, image)])
    answer = await look_up(registry, someone, accepted_at=accepted_at)
    assert answer.as_of_date.day == day
    assert answer.household.members[0].photo_absence == absence


async def test_the_age_rule_is_a_switch():
    digest, image = photo()
    someone = person(born=datetime(2002, 8, 3, tzinfo=UTC).date(), photo=digest)
    registry = MemoryRegistry([record(someone)], [household()], [(digest, image)])
    civil = await look_up(registry, someone)
    criminal = await look_up(registry, someone, rule=AgeRule.CRIMINAL_NEXT_DAY)
    shown = civil.household.members[0].photo
    assert (shown.jpeg, shown.sha256, shown.sm3) == (image.jpeg, digest, image.sm3)
    assert criminal.household.members[0].photo_absence == identity_pb2.PHOTO_ABSENCE_UNDER_16
    assert (civil.age_rule, criminal.age_rule) == (1, 2)


async def test_a_foreigner_who_is_known_by_passport_only_is_somebody_unknown():
    someone = person()
    registry = MemoryRegistry([record(someone)], [household()])
    passport = {"id_type": case_pb2.IDENTITY_NUMBER_TYPE_PASSPORT, "id_number": "GBR123456789"}
    unknown = party(someone, id_number="36990119800115002X")
    assert someone.numbers[0] != unknown.id_number
    (part,) = await look_up_many(registry, party(someone, **passport), unknown, categories=list(Category))
    named, other = (item.answer for item in part.message.items)
    assert named == other
    assert named.household_result.result == named.exit_documents_result.result == Result.NO_RECORD


@pytest.mark.clause("R-1.1")
async def test_a_repeated_question_has_the_same_answer_byte_for_byte():
    someone = person()
    registry = MemoryRegistry([record(someone)], [household()])
    first, second = [await look_up(registry, someone) for _ in range(2)]
    assert first.SerializeToString() == second.SerializeToString()


async def test_a_wrong_number_refuses_a_lookup_before_the_registry_is_asked():
    registry = MemoryRegistry()
    with pytest.raises(InvalidArgument):
        await look_up(registry, person(numbers=("369901198001150012",)))
    assert not registry.finds


async def test_a_batch_of_ten_thousand_is_answered_in_order_and_in_messages_of_many():
    records, homes = province(10_000)
    parts = await look_up_many(MemoryRegistry(records[:0], homes), *(party(r.person) for r in records))
    assert [item.index for part in parts for item in part.message.items] == list(range(10_000))
    assert {len(part.message.items) for part in parts} == {MAX_ITEMS}


async def test_each_message_names_the_subjects_it_is_about():
    records, homes = province(MAX_ITEMS + 2)
    parties = [party(r.person) for r in records]
    parties[1].id_number = "369901198001150012"
    first, last = await look_up_many(MemoryRegistry(records, [*homes, household(13)]), *parties)
    assert first.subjects == tuple(p.id_number for p in parties[:MAX_ITEMS])
    assert last.subjects == tuple(p.id_number for p in parties[MAX_ITEMS:])
    assert first.message.items[1].invalid_reason == "FIELDS_INVALID"
    assert not first.message.items[1].HasField("answer")


async def test_messages_with_photos_are_cut_by_their_length():
    people, photos = [], []
    for place in range(1, 31):
        digest, stored = photo(place, size=60_000)
        photos.append((digest, stored))
        someone = person(place, photo=digest)
        people.append(record(someone, lives(someone, household_id=place)))
    registry = MemoryRegistry(people, map(household, range(1, 31)), photos)
    parts = await look_up_many(registry, *(party(r.person) for r in people), categories=(HOUSEHOLD, PHOTOS))
    assert len(parts) == 2
    assert all(part.message.ByteSize() < MAX_BYTES + 70_000 for part in parts)
    assert sum(len(part.message.items) for part in parts) == 30


async def test_a_batch_that_is_given_up_lets_go_of_the_rest():
    records, homes = province(400)
    registry = MemoryRegistry(records, homes)
    request = identity_pb2.BatchLookupHouseholdsRequest(
        debtors=[party(r.person) for r in records], categories=[HOUSEHOLD]
    )
    servicer = IdentityServicer(registry, rule=AgeRule.CIVIL_BIRTHDAY)
    answers = servicer.BatchLookupHouseholds(request, call("BatchLookupHouseholds"))
    await anext(answers)
    await answers.aclose()
    assert len(registry.finds) <= 2
