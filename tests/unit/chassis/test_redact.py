"""Tests of what is shown of a message: nothing personal, of no message of any contract."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator

import pytest
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from google.type.date_pb2 import Date

from services.chassis.policy import Contracts
from services.chassis.redact import MOST_ITEMS, describe, personal_values
from services.chassis.shown import HIDDEN
from xiezhi.approval.v1 import approval_pb2
from xiezhi.common.v1 import case_pb2
from xiezhi.identity.v1 import identity_pb2
from xiezhi.policy.v1 import policy_pb2

METHODS = {method.full_name: method for method in Contracts.load()}


@pytest.fixture
def request_message() -> identity_pb2.LookupHouseholdRequest:
    return identity_pb2.LookupHouseholdRequest(
        context=case_pb2.CaseContext(
            case_number="(2026)赣0102执1号",
            court_code="赣0102",
            handler=case_pb2.Handler(officer_id="GAN0102-J001", name="李判", phone="13900001234"),
            documents=[case_pb2.LegalDocument(issue_date=Date(year=2026, month=5, day=3))],
        ),
        debtor=case_pb2.Party(name="张伟", id_number="36990119900307123X"),
        categories=[identity_pb2.CATEGORY_HOUSEHOLD],
        include_historic_members=True,
    )


def test_personal_fields_are_hidden_and_the_rest_is_shown(
    request_message: identity_pb2.LookupHouseholdRequest,
) -> None:
    shown = describe(request_message)
    assert shown["debtor"] == {"name": HIDDEN, "id_number": HIDDEN}
    assert shown["context"]["handler"] == {"officer_id": "GAN0102-J001", "name": HIDDEN, "phone": HIDDEN}
    assert shown["context"]["case_number"] == "(2026)赣0102执1号"
    assert shown["context"]["documents"] == [{"issue_date": "2026-05-03"}]
    assert shown["categories"] == ["CATEGORY_HOUSEHOLD"]
    assert shown["include_historic_members"] is True


def test_for_a_log_officers_and_cases_are_hidden_too(request_message: identity_pb2.LookupHouseholdRequest) -> None:
    shown = describe(request_message, official=False)
    assert shown["context"]["case_number"] == shown["context"]["handler"]["officer_id"] == HIDDEN
    assert shown["categories"] == ["CATEGORY_HOUSEHOLD"]


def test_the_values_that_must_be_found_nowhere(request_message: identity_pb2.LookupHouseholdRequest) -> None:
    assert set(personal_values(request_message)) == {"张伟", "36990119900307123X", "李判", "13900001234"}


def test_dates_and_bytes_are_among_them() -> None:
    member = identity_pb2.Member(
        birth_date=Date(year=1990, month=3, day=7), photo=identity_pb2.Photo(jpeg=b"\xff\xd8\xff")
    )
    assert set(personal_values(member)) == {"1990-03-07", "ffd8ff"}
    assert describe(member) == {"birth_date": HIDDEN, "photo": {"jpeg": HIDDEN}}


def test_a_field_that_declares_nothing_counts_as_personal() -> None:
    approval = approval_pb2.Approval(name="approvals/1")
    approval.requirement.count = 2
    shown = describe(approval)
    assert shown["requirement"] == {"count": 2}, "a contract's own words are about no person"
    file = descriptor_pb2.FileDescriptorProto(
        name="undeclared.proto",
        package="xiezhi.undeclared.v1",
        message_type=[
            descriptor_pb2.DescriptorProto(
                name="Undeclared",
                field=[
                    descriptor_pb2.FieldDescriptorProto(
                        name="text", number=1, type=FieldDescriptor.TYPE_STRING, label=FieldDescriptor.LABEL_OPTIONAL
                    )
                ],
            )
        ],
    )
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    made = message_factory.GetMessageClass(pool.FindMessageTypeByName("xiezhi.undeclared.v1.Undeclared"))
    assert describe(made(text="张伟")) == {"text": HIDDEN}


def test_a_long_list_is_cut() -> None:
    many = identity_pb2.BatchLookupHouseholdsRequest(debtors=[case_pb2.Party(name="张伟")] * (MOST_ITEMS + 3))
    shown = describe(many)["debtors"]
    assert len(shown) == MOST_ITEMS + 1
    assert shown[-1] == "and 3 more"


@pytest.mark.parametrize("method", sorted(METHODS))
@pytest.mark.parametrize("official", [True, False])
def test_no_message_of_any_contract_shows_a_personal_value(method: str, *, official: bool) -> None:
    info = METHODS[method]
    for kind in (info.input_class, info.output_class):
        message = kind()
        _fill(message, itertools.count(1), depth=0)
        shown = json.dumps(describe(message, official=official), ensure_ascii=False)
        for value in personal_values(message):
            assert value not in shown
        allowed = {policy_pb2.DATA_CLASS_OPERATIONAL} | ({policy_pb2.DATA_CLASS_OFFICIAL} if official else set())
        for value, data in _marks(message):
            assert (value in shown) is (data in allowed)


def _fill(message: Message, numbers: Iterator[int], *, depth: int) -> None:
    """Gives every text field of a message a value that is found nowhere else."""
    for field in message.DESCRIPTOR.fields:
        if field.message_type is not None:
            if field.message_type.full_name.startswith("xiezhi.") and depth < 5:
                inner = getattr(message, field.name)
                _fill(inner.add() if field.is_repeated else inner, numbers, depth=depth + 1)
        elif field.type == FieldDescriptor.TYPE_STRING:
            value = f"mark{next(numbers):04}end"
            if field.is_repeated:
                getattr(message, field.name).append(value)
            else:
                setattr(message, field.name, value)


def _marks(message: Message) -> Iterator[tuple[str, int]]:
    for field, value in message.ListFields():
        for item in value if field.is_repeated else [value]:
            if isinstance(item, Message):
                yield from _marks(item)
            elif isinstance(item, str):
                yield item, field.GetOptions().Extensions[policy_pb2.field].data
