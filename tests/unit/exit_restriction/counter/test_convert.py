"""Messages of counters: numbers of either kind, moments that have been, and copies under the leased key."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.alerts.hashing import ANY_TEXT, TextHasher
from services.chassis.feed import read_cursor
from services.exit_restriction.counter import convert
from services.exit_restriction.counter.copies import ADDRESSEE, read_copied, write_copied
from services.exit_restriction.counter.domain import Copied, CopyChange
from services.exit_restriction.counter.keys import PersonHasher
from services.exit_restriction.counter.stream import Told
from tests.unit.exit_restriction.told import file_of, record
from tests.unit.exit_restriction.travellers import NOW, TODAY, number, person
from xiezhi.client.counter import CounterCopy, Decision
from xiezhi.errors import Reason, XiezhiError
from xiezhi.exit_restriction.v1 import counter_pb2

KEY = bytes(range(16))
WHO = person()
(SHOWN,) = file_of(record(WHO)).all_shown(NOW)
COPIED = Copied.of(SHOWN, CopyChange.PRESENT, WHO.numbers)


@pytest.mark.parametrize(
    ("typed", "read"), [(number(1), number(1)), (number(1).lower(), number(1)), ("gbr110081010101", "GBR110081010101")]
)
def test_numbers_of_citizens_and_permanent_residents_are_read(typed, read):
    applicant = convert.read_applicant(counter_pb2.PersonKey(id_number=typed, name="测试1"), on=TODAY)
    assert (applicant.number, applicant.name) == (read, "测试1")


WRONG = number(1)[:-1] + ("1" if number(1).endswith("0") else "0")


@pytest.mark.parametrize("typed", ["369901800115001", WRONG, "E" * 16])
def test_what_is_no_number_is_refused_without_being_repeated(typed):
    with pytest.raises(XiezhiError) as caught:
        convert.read_applicant(counter_pb2.PersonKey(id_number=typed, name="测试1"), on=TODAY)
    assert caught.value.reason is Reason.FIELDS_INVALID
    assert typed not in str(caught.value)


def test_only_what_has_been_can_be_asked():
    request = counter_pb2.AskPastRequest()
    request.as_of_time.FromDatetime(NOW)
    assert convert.read_moment(request, now=NOW) == NOW
    with pytest.raises(XiezhiError) as caught:
        convert.read_moment(request, now=NOW - timedelta(microseconds=1))
    assert caught.value.reason is Reason.FIELDS_INVALID


def test_what_is_kept_is_read_back():
    assert read_copied(write_copied(COPIED)) == COPIED


def test_a_hash_is_the_whole_of_which_alerts_keep_the_first_half():
    whole = PersonHasher(KEY).hash(number(1))
    assert len(whole) == 16
    assert int.from_bytes(whole[:8], "little") == TextHasher(KEY, alphabet=ANY_TEXT).hash(number(1))


def test_an_answer_is_what_a_counters_copy_understands():
    told = Told((COPIED,), 7, NOW + timedelta(minutes=15), is_complete=True)
    response = convert.write_told(told, PersonHasher(KEY))
    assert read_cursor(response.cursor, addressee=ADDRESSEE) == 7
    assert WHO.numbers[0].encode() not in response.SerializeToString()
    copy = CounterCopy()
    copy.use_key(KEY)
    copy.begin()
    assert copy.apply(response, NOW)
    verdict = copy.decide(WHO.numbers[0], NOW)
    assert verdict.decision is Decision.RESTRICTED
    assert verdict.grounds[0].court_code == COPIED.cause.court_code
    assert copy.decide(number(9), NOW).decision is Decision.PASS


def test_a_part_of_a_snapshot_has_no_cursor_and_who_is_behind_no_new_lease():
    part = convert.write_told(Told((COPIED,), None, NOW), PersonHasher(KEY))
    assert (part.cursor, part.snapshot_complete, part.HasField("lease_end_time")) == ("", False, True)
    assert not convert.write_told(Told((COPIED,), 1, None), PersonHasher(KEY)).HasField("lease_end_time")
