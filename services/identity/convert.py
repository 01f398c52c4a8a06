"""Between the contract's messages and the domain: what is asked, and what is answered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from services.codes.ages import AgeRule
from services.filing.convert import invalid, read_party, write_date
from services.identity.domain import (
    BatchItem,
    Category,
    Debtor,
    DocumentView,
    HouseholdAnswer,
    HouseholdView,
    Member,
    Photo,
    Question,
    Section,
)
from xiezhi.common.v1 import case_pb2
from xiezhi.errors import Reason, XiezhiError
from xiezhi.identity.v1 import identity_pb2

CLASSIFICATION = "仅供本案承办法官使用，不得提供给其他人员（赣高法〔2018〕160号五.2）"
"""Printed with every copy: for the handling judge of the case only (notice 五.2, R-5.2)."""


def read_question(
    request: identity_pb2.LookupHouseholdRequest | identity_pb2.BatchLookupHouseholdsRequest, *, as_of: date
) -> Question:
    """Reads what is asked about a debtor.

    Args:
        request: The request.
        as_of: Legal date in Asia/Shanghai on which the request was accepted.

    Raises:
        InvalidArgument: FIELDS_INVALID where photos are asked for without the household.
    """
    categories = frozenset(map(Category, request.categories))
    if Category.PHOTOS in categories and Category.HOUSEHOLD not in categories:
        raise invalid("categories", "CATEGORY_PHOTOS needs CATEGORY_HOUSEHOLD")
    return Question(categories, request.include_historic_members, as_of)


def read_debtor(party: case_pb2.Party, *, field: str, on: date) -> Debtor:
    """Reads whom the court asks about.

    Args:
        party: The debtor as the court names them.
        field: Path of the field, for the error.
        on: Date after which nobody can have been born.

    Raises:
        InvalidArgument: FIELDS_INVALID, with what is wrong and never the value.
    """
    read = read_party(party, field=field, on=on)
    return Debtor(read.name, read.number if read.is_person else "")


def read_debtors(parties: Iterable[case_pb2.Party], *, on: date) -> Iterator[Debtor | Reason]:
    """Reads the debtors of a batch, each by itself: one that cannot be looked up does not stop the others."""
    for party in parties:
        try:
            yield read_debtor(party, field="debtor", on=on)
        except XiezhiError as failure:
            yield failure.reason


def write_answer(
    message: identity_pb2.HouseholdAnswer, answer: HouseholdAnswer, *, question: Question, rule: AgeRule
) -> None:
    """Writes an answer; what every answer says, it says whatever was found.

    Args:
        message: The message, empty.
        answer: What was found.
        question: What was asked.
        rule: When one is 16周岁以上.
    """
    write_date(message.as_of_date, question.as_of)
    message.age_rule = _AGE_RULES[rule.name]
    message.classification = CLASSIFICATION
    _write_section(message.household_result, answer.household_result)
    _write_section(message.members_result, answer.members_result)
    _write_section(message.photos_result, answer.photos_result)
    _write_section(message.exit_documents_result, answer.exit_documents_result)
    if answer.household is not None:
        _write_household(message.household, answer.household)
    for view in answer.exit_documents:
        _write_document(message.exit_documents.add(), view)
    if answer.household_disclosed_in_item is not None:
        message.household_disclosed_in_item = answer.household_disclosed_in_item


def write_item(message: identity_pb2.BatchItem, item: BatchItem, *, question: Question, rule: AgeRule) -> None:
    """Writes the outcome for one debtor of a batch; see `write_answer`."""
    message.index = item.index
    if item.answer is None:
        message.invalid_reason = item.invalid_reason
    else:
        write_answer(message.answer, item.answer, question=question, rule=rule)


_AGE_RULES = {
    "CIVIL_BIRTHDAY": identity_pb2.AGE_RULE_CIVIL_BIRTHDAY,
    "CRIMINAL_NEXT_DAY": identity_pb2.AGE_RULE_CRIMINAL_NEXT_DAY,
}


def _write_section(message: identity_pb2.SectionResult, section: Section) -> None:
    message.result = section.result  # type: ignore[assignment]
    if section.reason:
        message.reason = section.reason  # type: ignore[assignment]


def _write_household(message: identity_pb2.Household, view: HouseholdView) -> None:
    household = view.household
    message.household_number = household.number
    message.type = household.type  # type: ignore[assignment]
    message.address.division = household.division
    message.address.text = household.address
    message.police_station = household.police_station
    for member in view.members:
        _write_member(message.members.add(), member)


def _write_member(message: identity_pb2.Member, member: Member) -> None:
    person, portrait = member.person, member.portrait
    message.name = person.name
    if person.numbers:
        message.id_number = person.numbers[0]
    message.sex = person.sex  # type: ignore[assignment]
    if person.birth_date is not None:
        write_date(message.birth_date, person.birth_date)
    message.relation = member.relation
    message.is_debtor = member.is_debtor
    message.status = member.status  # type: ignore[assignment]
    if isinstance(portrait, Photo):
        message.photo.jpeg = portrait.jpeg
        message.photo.sha256 = portrait.sha256
        message.photo.sm3 = portrait.sm3
    else:
        message.photo_absence = portrait  # type: ignore[assignment]


def _write_document(message: identity_pb2.ExitDocument, view: DocumentView) -> None:
    document = view.document
    message.type = document.type
    message.number = document.number
    message.status = view.status  # type: ignore[assignment]
    write_date(message.issue_date, document.issue_date)
    write_date(message.expiry_date, document.expiry_date)
    message.authority = document.authority
