"""Orders of courts about controls as they come over the wire."""

from __future__ import annotations

from datetime import date

import pytest

from services.exit_restriction.controls import convert
from services.exit_restriction.controls.domain import Item
from services.exit_restriction.domain import Action, Author, ControlOrder, Requirement
from services.exit_restriction.hits.domain import Handling, Hit, ShownHit
from services.filing.domain import DocumentKind
from tests.unit.exit_restriction.handed_over import BLOCK, CONTROLS, MONITOR, filing, item, lifting, listing, party
from tests.unit.exit_restriction.sought import control, meeting
from tests.unit.exit_restriction.told import DONGHU, call
from tests.unit.exit_restriction.travellers import NOW, TODAY, passport, person
from xiezhi.common.v1 import case_pb2
from xiezhi.errors import Reason, XiezhiError
from xiezhi.exit_restriction.v1 import hit_pb2

ONE = person(1)
FOREIGNER = person(5, names=("TEST PERSON",), numbers=())
AUTHOR = Author(DONGHU, f"（2018）{DONGHU}执1号")


def read(*items):
    return convert.read_items(items, AUTHOR, on=TODAY)


def test_a_person_is_read_with_what_is_ordered():
    documents = ["e-1234 5678", "E12345678", "W87654321"]
    (read_one,) = read(item(ONE, term_months=2, last_day=date(2018, 9, 9), document_numbers=documents))
    assert isinstance(read_one, Item)
    assert read_one.order == ControlOrder(AUTHOR, Requirement.BLOCK_EXIT, 2, date(2018, 9, 9))
    assert read_one.person.numbers == (*ONE.numbers, "E12345678", "W87654321")
    assert read_one.person.named.numbers == ONE.numbers


def test_a_foreigner_is_read_by_the_passport():
    named = party(FOREIGNER, id_type=case_pb2.IDENTITY_NUMBER_TYPE_PASSPORT, id_number="gbr123456789")
    (read_one,) = read(item(ONE, MONITOR, person=named))
    assert isinstance(read_one, Item)
    assert (read_one.order.months, read_one.order.last_day) == (0, None)
    assert read_one.person.named.numbers == ()
    assert read_one.person.named.document_numbers == ("GBR123456789",)


def sole_trader(kind):
    licence = case_pb2.IDENTITY_NUMBER_TYPE_BUSINESS_LICENCE
    return party(ONE, type=kind, id_type=licence, id_number="369901600000007")


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (item(ONE, person=party(ONE, type=case_pb2.PARTY_TYPE_LEGAL_PERSON)), Reason.NATURAL_PERSON_ONLY),
        (item(ONE, person=sole_trader(case_pb2.PARTY_TYPE_INDIVIDUAL_BUSINESS)), Reason.NATURAL_PERSON_ONLY),
        (item(ONE, person=sole_trader(case_pb2.PARTY_TYPE_NATURAL)), Reason.FIELDS_INVALID),
        (item(ONE, person=party(ONE, id_number="360102198001150000")), Reason.FIELDS_INVALID),
        (item(ONE, person=party(ONE, name=" ")), Reason.FIELDS_INVALID),
        (item(ONE, person=party(ONE, id_type=case_pb2.IDENTITY_NUMBER_TYPE_SOCIAL_CREDIT_CODE)), Reason.FIELDS_INVALID),
        (item(ONE, document_numbers=["护照12345"]), Reason.FIELDS_INVALID),
    ],
)
def test_one_that_cannot_be_read_stops_nobody_else(bad, reason):
    first, second = read(bad, item(ONE))
    assert first is reason
    assert isinstance(second, Item)


def test_a_day_that_the_calendar_has_not_is_refused():
    bad = item(ONE, last_day=date(2018, 9, 30))
    bad.last_date.day = 31
    assert read(bad) == (Reason.FIELDS_INVALID,)


def test_papers_are_the_notice_and_the_document_that_restricts_liberty():
    request = filing(item(ONE), detained=ONE.numbers)
    papers = convert.read_filing(request, call(request, CONTROLS)).papers
    assert [paper.kind for paper in papers] == [DocumentKind.ASSISTANCE_NOTICE, DocumentKind.OTHER]
    request = filing(item(ONE))
    assert len(convert.read_filing(request, call(request, CONTROLS)).papers) == 1
    request.notice_pdf = b""
    with pytest.raises(XiezhiError) as refusal:
        convert.read_filing(request, call(request, CONTROLS))
    assert refusal.value.reason is Reason.MISSING_ASSISTANCE_NOTICE


def test_people_whose_controls_are_lifted_are_read_by_their_numbers():
    request = lifting(persons=[party(ONE), party(FOREIGNER, id_number="GBR123456789")])
    request.persons[1].id_type = case_pb2.IDENTITY_NUMBER_TYPE_PASSPORT
    assert convert.read_numbers(request.persons, on=TODAY) == {*ONE.numbers, "GBR123456789"}
    request.persons[1].id_number = "x"
    with pytest.raises(XiezhiError) as refusal:
        convert.read_numbers(request.persons, on=TODAY)
    assert refusal.value.violations[0].field == "persons[1].id_number"


def test_a_judge_is_read_with_the_officer_id():
    judge = convert.read_judge(listing(ONE).context)
    assert (judge.officer_id, judge.contact.name) == ("GAN0102-J001", "李承办")


@pytest.mark.parametrize("handled", [None, Action.DETAIN])
def test_a_court_is_shown_a_hit_as_its_own(handled):
    record = control(ONE, Requirement.MONITOR)
    controls = (record.control_id,)
    hit = Hit("h", 1, meeting(), Action.STOP, controls, frozenset(controls), NOW)
    handling = handled and Handling("h", handled, "备注", "P007", NOW)
    message = hit_pb2.BorderHit()
    convert.write_hit(message, ShownHit(hit, record.control_id, handling), record)
    assert (message.name, message.requirement, message.action) == ("hits/h", MONITOR, hit_pb2.BORDER_ACTION_STOP)
    assert (message.person_name, message.note) == (ONE.names[0], "备注" if handled else "")
    assert message.handled == (handled or 0)
    assert message.notify_time.ToDatetime(NOW.tzinfo) == NOW
    assert BLOCK != MONITOR
    assert passport(1).number not in str(message)
