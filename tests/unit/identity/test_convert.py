"""Between messages and domain: what is refused, and that an answer says on the wire what the domain says."""

from __future__ import annotations

from datetime import date

import pytest

from services.codes.ages import AgeRule
from services.identity import convert
from services.identity.domain import (
    BatchItem,
    Category,
    DocumentStatus,
    DocumentView,
    HouseholdAnswer,
    HouseholdType,
    HouseholdView,
    Member,
    MemberStatus,
    NumberType,
    Photo,
    PhotoAbsence,
    Question,
    Result,
    ResultReason,
    Section,
    Sex,
)
from tests.unit.identity.people import AS_OF, household, passport, person
from xiezhi.common.v1 import case_pb2
from xiezhi.errors import InvalidArgument, Reason
from xiezhi.identity.v1 import identity_pb2

NATURAL, LEGAL = case_pb2.PARTY_TYPE_NATURAL, case_pb2.PARTY_TYPE_LEGAL_PERSON
CITIZEN, FOREIGN = (
    case_pb2.IDENTITY_NUMBER_TYPE_CITIZEN,
    case_pb2.IDENTITY_NUMBER_TYPE_FOREIGN_PERMANENT_RESIDENT,
)
PASSPORT = case_pb2.IDENTITY_NUMBER_TYPE_PASSPORT
CREDIT, ORGANISATION = (
    case_pb2.IDENTITY_NUMBER_TYPE_SOCIAL_CREDIT_CODE,
    case_pb2.IDENTITY_NUMBER_TYPE_ORGANISATION_CODE,
)
LICENCE = case_pb2.IDENTITY_NUMBER_TYPE_BUSINESS_LICENCE
GOOD = "36990119800115002X"


def party(number=GOOD, *, name="测试人", kind=NATURAL, id_type=CITIZEN):
    return case_pb2.Party(type=kind, name=name, id_type=id_type, id_number=number)


def read(asked):
    return convert.read_debtor(asked, field="debtor", on=AS_OF)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (Category, identity_pb2.Category),
        (Result, identity_pb2.Result),
        (ResultReason, identity_pb2.ResultReason),
        (PhotoAbsence, identity_pb2.PhotoAbsence),
        (HouseholdType, identity_pb2.HouseholdType),
        (MemberStatus, identity_pb2.MemberStatus),
        (DocumentStatus, identity_pb2.ExitDocumentStatus),
        (Sex, identity_pb2.Sex),
        (NumberType, case_pb2.IdentityNumberType),
    ],
)
def test_the_domain_counts_as_the_contract_does(ours, theirs):
    prefix = theirs.Name(0).removesuffix("UNSPECIFIED")
    named = {name.removeprefix(prefix): value for name, value in theirs.items()}
    for member in ours:
        assert named[member.name if member.value else "UNSPECIFIED"] == member.value
    assert {value for value in named.values() if value} == {member.value for member in ours if member.value}


def test_both_age_rules_are_on_the_wire():
    for rule in AgeRule:
        message = identity_pb2.HouseholdAnswer()
        convert.write_answer(message, NOTHING, question=QUESTION, rule=rule)
        assert identity_pb2.AgeRule.Name(message.age_rule) == f"AGE_RULE_{rule.name}"


@pytest.mark.parametrize(
    ("asked", "number"),
    [
        (party(), GOOD),
        (party(GOOD[:-1] + "x"), GOOD),
        (party("936840189001010017", id_type=FOREIGN), "936840189001010017"),
        (party("gbr123456789", id_type=PASSPORT), "GBR123456789"),
        (party("91360100MA35TRT701", kind=LEGAL, id_type=CREDIT), ""),
        (party("91360100MA35TRT701", kind=case_pb2.PARTY_TYPE_INDIVIDUAL_BUSINESS, id_type=CREDIT), ""),
        (party("369901600000007", kind=case_pb2.PARTY_TYPE_INDIVIDUAL_BUSINESS, id_type=LICENCE), ""),
    ],
)
def test_a_debtor_is_read(asked, number):
    assert read(asked).number == number
    assert read(asked).is_organisation == (not number)


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        (party("369901198001150029"), "debtor.id_number"),
        (party("369901198002300011"), "debtor.id_number"),
        (party("36990119800115００2X"), "debtor.id_number"),
        (party(GOOD + "\n"), "debtor.id_number"),
        (party("369901 19800115002X"), "debtor.id_number"),
        (party("369901800115002"), "debtor.id_number"),
        (party("369901600000007", id_type=LICENCE), "debtor.id_type"),
        (party("369901600000007", kind=LEGAL, id_type=LICENCE), "debtor.id_type"),
        (party("936840189001010018", id_type=FOREIGN), "debtor.id_number"),
        (party("CAN110180011501", id_type=PASSPORT), "debtor.id_number"),
        (party("CHNE12345678", id_type=PASSPORT), "debtor.id_number"),
        (party("GBR123456789", kind=LEGAL, id_type=PASSPORT), "debtor.id_type"),
        (party("91360100MA35TRT702", kind=LEGAL, id_type=CREDIT), "debtor.id_number"),
        (party("12345678", kind=LEGAL, id_type=ORGANISATION), "debtor.id_number"),
        (party(kind=LEGAL), "debtor.id_type"),
        (party("91360100MA35TRT701", id_type=CREDIT), "debtor.id_type"),
        (party(name="长" * 51), "debtor.name"),
        (party(name=" \u3000"), "debtor.name"),
    ],
)
def test_a_debtor_is_refused_by_field_and_never_by_value(asked, field):
    with pytest.raises(InvalidArgument) as refused:
        read(asked)
    assert refused.value.reason is Reason.FIELDS_INVALID
    (violation,) = refused.value.violations
    assert violation.field == field
    for told in (violation.description, refused.value.message):
        assert asked.id_number.strip() not in told
        assert not asked.name.strip() or asked.name not in told


def test_who_is_born_after_the_day_of_the_answer_is_refused():
    with pytest.raises(InvalidArgument):
        convert.read_debtor(party("369901201808010129"), field="debtor", on=date(2018, 7, 31))
    assert read(party("369901201808010129"))


def test_one_of_many_that_is_no_debtor_does_not_stop_the_others():
    read_in = list(convert.read_debtors([party(), party("1" * 18), party()], on=AS_OF))
    assert [isinstance(one, Reason) for one in read_in] == [False, True, False]
    assert read_in[1] is Reason.FIELDS_INVALID


def test_photos_need_the_household():
    request = identity_pb2.LookupHouseholdRequest(categories=[identity_pb2.CATEGORY_PHOTOS])
    with pytest.raises(InvalidArgument) as refused:
        convert.read_question(request, as_of=AS_OF)
    assert [v.field for v in refused.value.violations] == ["categories"]
    request.categories.append(identity_pb2.CATEGORY_HOUSEHOLD)
    assert convert.read_question(request, as_of=AS_OF).categories == {Category.HOUSEHOLD, Category.PHOTOS}


NONE = Section(Result.NO_RECORD)
NOTHING = HouseholdAnswer(NONE, NONE, NONE, NONE)
QUESTION = Question(frozenset(Category), include_historic=False, as_of=AS_OF)


def write(answer):
    message = identity_pb2.HouseholdAnswer()
    convert.write_answer(message, answer, question=QUESTION, rule=AgeRule.CIVIL_BIRTHDAY)
    return message


@pytest.mark.parametrize("reason", list(ResultReason))
@pytest.mark.parametrize("result", list(Result))
def test_every_answer_has_a_head_and_four_outcomes(result, reason):
    section = Section(result, reason)
    message = write(HouseholdAnswer(section, section, section, section))
    assert (message.as_of_date.year, message.as_of_date.month, message.as_of_date.day) == (2018, 8, 3)
    assert message.classification == convert.CLASSIFICATION
    assert message.age_rule == identity_pb2.AGE_RULE_CIVIL_BIRTHDAY
    for field in ("household_result", "members_result", "photos_result", "exit_documents_result"):
        outcome = getattr(message, field)
        assert (outcome.result, outcome.reason) == (result, reason)
    assert not message.HasField("household")
    assert not message.HasField("household_disclosed_in_item")


def test_a_whole_answer():
    debtor, child = person(1), person(2, born=None, numbers=())
    shown = Member(
        debtor, "02", is_debtor=True, status=MemberStatus.NORMAL, portrait=Photo(b"image", b"digest", b"other")
    )
    withheld = Member(child, "30", is_debtor=False, status=MemberStatus.MOVED, portrait=PhotoAbsence.AGE_UNKNOWN)
    hit = Section(Result.HIT)
    message = write(
        HouseholdAnswer(
            hit,
            hit,
            hit,
            hit,
            HouseholdView(household(), (shown, withheld)),
            (DocumentView(passport(date(2012, 1, 1)), DocumentStatus.VALID),),
            0,
        )
    )
    found = message.household
    assert (found.household_number, found.type) == ("000000001", identity_pb2.HOUSEHOLD_TYPE_FAMILY)
    assert (found.address.division, found.address.text) == ("360102", household().address)
    assert found.police_station == "360102000000"
    one, two = found.members
    assert (one.name, one.id_number, one.relation, one.is_debtor) == ("测试人1", person(1).numbers[0], "02", True)
    assert (one.birth_date.year, one.birth_date.month, one.birth_date.day) == (1980, 1, 15)
    assert (one.photo.jpeg, one.photo.sha256, one.photo.sm3) == (b"image", b"digest", b"other")
    assert two.WhichOneof("portrait") == "photo_absence"
    assert two.photo_absence == identity_pb2.PHOTO_ABSENCE_AGE_UNKNOWN
    assert (two.id_number, two.HasField("birth_date"), two.status) == ("", False, identity_pb2.MEMBER_STATUS_MOVED)
    (document,) = message.exit_documents
    assert (document.type, document.number, document.status) == ("414", "E00000001", 1)
    assert (document.issue_date.year, document.expiry_date.day) == (2012, 31)
    assert message.HasField("household_disclosed_in_item")


def test_an_item_has_either_an_answer_or_a_reason():
    for item in (BatchItem(3, NOTHING), BatchItem(3, None, "FIELDS_INVALID")):
        message = identity_pb2.BatchItem()
        convert.write_item(message, item, question=QUESTION, rule=AgeRule.CIVIL_BIRTHDAY)
        assert message.index == 3
        assert message.HasField("answer") == (not message.invalid_reason)
