"""Between messages and what is filed: what is read, and what is refused by field and never by value."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, timedelta

import pytest
from google.protobuf import timestamp_pb2
from google.type import date_pb2

from services.codes.numbers import NumberType
from services.filing import convert
from services.filing.domain import Author, Contact, Document, DocumentKind, Party
from tests.unit.filing.handed import CASE, COURT, sealed
from tests.unit.vehicle.orders import call, registration
from xiezhi.common.v1 import case_pb2
from xiezhi.errors import InvalidArgument, Reason

ON = date(2018, 8, 3)
NATURAL, LEGAL = case_pb2.PARTY_TYPE_NATURAL, case_pb2.PARTY_TYPE_LEGAL_PERSON
SOLE_TRADER = case_pb2.PARTY_TYPE_INDIVIDUAL_BUSINESS
LICENCE = "369901600000007"


def context(case_number="(2018)赣0102执1号", court_code=COURT):
    pdf = sealed(DocumentKind.REFERRAL_LETTER, "移送").pdf
    return case_pb2.CaseContext(
        request_id="2f1d7ad5-8a0c-4a7f-9c55-000000000001",
        court_code=court_code,
        case_number=case_number,
        handler=case_pb2.Handler(officer_id="J001", name="李承办", phone="0791-86001234"),
        documents=[
            case_pb2.LegalDocument(
                kind=case_pb2.DOCUMENT_KIND_REFERRAL_LETTER,
                document_number="移1号",
                issuing_court=COURT,
                sha256=hashlib.sha256(pdf).digest(),
            )
        ],
    )


def refused_field(read):
    with pytest.raises(InvalidArgument) as refused:
        read()
    assert refused.value.reason is Reason.FIELDS_INVALID
    (violation,) = refused.value.violations
    return violation.field


def test_a_filing_says_what_the_context_says():
    papers = [sealed(DocumentKind.REFERRAL_LETTER, "移送"), sealed(DocumentKind.OTHER, "证据")]
    made = call(registration())
    read = convert.read_filing(context(), made, papers=iter(papers))
    assert (read.key.court_code, read.key.request_id) == (COURT, context().request_id)
    assert (read.key.method, read.key.sha256) == (made.method.full_name, made.request_sha256)
    assert read.author == Author(COURT, CASE)
    assert read.handler == Contact("李承办", "0791-86001234")
    assert read.documents == (
        Document(DocumentKind.REFERRAL_LETTER, "移1号", COURT, hashlib.sha256(papers[0].pdf).digest()),
    )
    assert (read.papers, read.subject_key) == (tuple(papers), "")
    assert convert.read_filing(context(), made, papers=(), subject_key="person|1").subject_key == "person|1"


@pytest.mark.parametrize(
    ("number", "court"), [("(2018)赣0102执1", COURT), ("(2018)赣01执1号", COURT), ("(2018)赣0102执1号", "赣01")]
)
def test_a_case_that_is_none_or_anothers_is_refused(number, court):
    assert refused_field(lambda: convert.read_author(context(number, court))) == "context.case_number"


def party(number, id_type, *, kind=NATURAL, name="某某"):
    return case_pb2.Party(type=kind, name=name, id_type=id_type, id_number=number)


@pytest.mark.parametrize(
    ("message", "number"),
    [
        (party("36990119800115002x", NumberType.CITIZEN), "36990119800115002X"),
        (party("CAN110180011501", NumberType.FOREIGN_PERMANENT_RESIDENT), "CAN110180011501"),
        (party("gbr123456789", NumberType.PASSPORT), "GBR123456789"),
        (party("91360100MA35TRT701", NumberType.SOCIAL_CREDIT_CODE, kind=LEGAL), "91360100MA35TRT701"),
        (party("MA35TRT7-0", NumberType.ORGANISATION_CODE, kind=LEGAL), "MA35TRT70"),
        (party("92360100MA35TRT70X", NumberType.SOCIAL_CREDIT_CODE, kind=SOLE_TRADER), "92360100MA35TRT70X"),
        (party(LICENCE, NumberType.BUSINESS_LICENCE, kind=SOLE_TRADER), LICENCE),
    ],
)
def test_a_party_is_read(message, number):
    read = convert.read_party(message, field="debtor", on=ON)
    assert read == Party("某某", number, is_person=message.type == NATURAL)


@pytest.mark.parametrize(
    ("message", "field"),
    [
        (party("369901198001150029", NumberType.CITIZEN), "id_number"),
        (party("369901201808040124", NumberType.CITIZEN), "id_number"),
        (party("GB123", NumberType.PASSPORT), "id_number"),
        (party("GBR123456789", NumberType.PASSPORT, kind=LEGAL), "id_type"),
        (party("36990119800115002X", NumberType.CITIZEN, kind=LEGAL), "id_type"),
        (party("36990119800115002X", NumberType.CITIZEN, kind=SOLE_TRADER), "id_type"),
        (party(LICENCE, NumberType.BUSINESS_LICENCE), "id_type"),
        (party(LICENCE, NumberType.BUSINESS_LICENCE, kind=LEGAL), "id_type"),
        (party(LICENCE, NumberType.BUSINESS_LICENCE, kind=case_pb2.PARTY_TYPE_OTHER_ORGANISATION), "id_type"),
        (party(LICENCE, NumberType.CITIZEN), "id_number"),
        (party(LICENCE, NumberType.SOCIAL_CREDIT_CODE, kind=SOLE_TRADER), "id_number"),
        (party(LICENCE[:-1] + "8", NumberType.BUSINESS_LICENCE, kind=SOLE_TRADER), "id_number"),
        (party("36990119800115002X", NumberType.CITIZEN, name=" "), "name"),
    ],
)
def test_a_party_who_cannot_be_one_is_refused(message, field):
    assert refused_field(lambda: convert.read_party(message, field="entries[3]", on=ON)) == f"entries[3].{field}"


def test_a_number_alone_is_read():
    assert convert.read_identity(NumberType.PASSPORT, "deuC01X00T47", field="buyer", on=ON) == "DEUC01X00T47"
    assert refused_field(lambda: convert.read_identity(NumberType.CITIZEN, "1", field="buyer.id", on=ON)) == "buyer.id"


@pytest.mark.parametrize("day", [date(2018, 8, 3), date(2020, 2, 29), date(1, 1, 1), date(9999, 12, 31)])
def test_a_date_is_read_as_it_was_written(day):
    message = date_pb2.Date()
    convert.write_date(message, day)
    assert convert.read_date(message, field="day") == day


@pytest.mark.parametrize("parts", [(2018, 2, 29), (2018, 0, 0), (0, 8, 3), (10_000, 1, 1), (2018, 8, -3)])
def test_a_date_that_is_not_whole_or_not_there_is_refused(parts):
    year, month, day = parts
    assert (
        refused_field(lambda: convert.read_date(date_pb2.Date(year=year, month=month, day=day), field="day")) == "day"
    )


def test_an_instant_is_read_in_utc():
    message = timestamp_pb2.Timestamp(seconds=1_533_268_800, nanos=5_000)
    assert convert.read_instant(message, field="at") == datetime(2018, 8, 3, 4, 0, 0, 5, tzinfo=UTC)
    for seconds in (1 << 62, -(1 << 62)):
        wrong = timestamp_pb2.Timestamp(seconds=seconds)
        assert refused_field(lambda wrong=wrong: convert.read_instant(wrong, field="at")) == "at"


def test_a_list_is_of_now_or_before():
    asked, now = timestamp_pb2.Timestamp(), datetime(2018, 8, 3, 4, tzinfo=UTC)
    asked.FromDatetime(now)
    assert convert.read_as_of(None, now=now) == now
    assert convert.read_as_of(asked, now=now) == now
    with pytest.raises(InvalidArgument):
        convert.read_as_of(asked, now=now - timedelta(microseconds=1))
