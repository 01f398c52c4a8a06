"""Every row of bad input that the issue names: a reason of its own, told and recorded, nothing disclosed."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

import pytest

from services.synthetic.numbers import citizen_id
from tests.e2e.lines import Answer, Line, Refused
from tests.e2e.players import APPROVALS, BATCH, CASES, LOOKUP, REGISTRAR, Players
from tests.e2e.running import Suite, await_that
from xiezhi.approval.v1 import approval_pb2
from xiezhi.cli.household import Category
from xiezhi.client import Trace
from xiezhi.errors import Reason
from xiezhi.identity.v1 import identity_pb2
from xiezhi.ledger.v1 import ledger_pb2

MEBIBYTE = 1024 * 1024
SUBMIT = f"{APPROVALS}SubmitApproval"
NOBODY = citizen_id(date(1980, 1, 15), 999)
"""A number like any other that nobody has."""

RIGHT = "369901198001150011"
WRONG_NUMBERS = {
    "a bad check digit": RIGHT[:-1] + "2",
    "an X for a digit": RIGHT[:-1] + "X",
    "full-width digits": RIGHT.translate({ord(digit): ord(digit) - ord("0") + ord("０") for digit in "0123456789"}),
    "a trailing newline": RIGHT + "\n",
    "a leading space": " " + RIGHT,
    "15 digits": RIGHT[:6] + RIGHT[8:17],
    "a date that is none": citizen_id(date(1980, 1, 15), 1)[:10] + "13450011",
    "a birthday to come": citizen_id(date(2098, 1, 15), 1),
    "letters": RIGHT[:6] + "A" * 8 + RIGHT[14:],
}


@pytest.mark.parametrize("what", WRONG_NUMBERS)
def test_an_identity_number_with(players: Players, what: str) -> None:
    wrong = players.question(number=WRONG_NUMBERS[what])
    for method, request in ((LOOKUP, wrong), (SUBMIT, players.submission(wrong))):
        refused = players.refuse(Reason.FIELDS_INVALID, players.cast.judge, method, request)
        (violation,) = refused.error.violations
        assert violation.field == "debtor.id_number"
        assert violation.description
        assert WRONG_NUMBERS[what].strip() not in violation.description


def test_a_wrong_number_in_a_list_is_named_by_its_place(players: Players) -> None:
    one, other = players.question(), players.question(number=WRONG_NUMBERS["a bad check digit"])
    batch = identity_pb2.BatchLookupHouseholdsRequest(
        context=one.context, debtors=[one.debtor, other.debtor], categories=one.categories
    )
    refused = players.refuse(Reason.FIELDS_INVALID, players.cast.judge, BATCH, batch)
    assert [violation.field for violation in refused.error.violations] == ["debtors[1].id_number"]


def test_who_does_not_handle_a_case_learns_nothing_by_a_wrong_number(players: Players) -> None:
    colleague, number = players.cast.colleague, WRONG_NUMBERS["a bad check digit"]
    there, not_there = (
        players.refuse(
            Reason.NOT_HANDLING_JUDGE, colleague, LOOKUP, players.question(colleague, case=case, number=number)
        )
        for case in (players.cast.case, "（2018）赣0102执999999号")
    )
    assert there.shape == not_there.shape


def test_a_case_is_not_registered_with_a_number_that_is_none(players: Players) -> None:
    registration = players.registration("（2020）赣0102执400001号", RIGHT, WRONG_NUMBERS["a trailing newline"])
    refused = players.refuse(Reason.FIELDS_INVALID, REGISTRAR, f"{CASES}RegisterCase", registration)
    assert [violation.field for violation in refused.error.violations] == ["parties[1].id_number"]


def _answer(players: Players, request: identity_pb2.LookupHouseholdRequest) -> tuple[Answer, Trace]:
    approval = players.approved(request)
    answer = players.call(players.cast.judge, LOOKUP, request, approval=approval)
    kinds = [entry.kind for entry in players.book.of_trace(answer.trace)]
    assert kinds == [ledger_pb2.ENTRY_KIND_DISCLOSURE]
    return answer, answer.trace


@pytest.mark.clause("R-1.1")
def test_a_name_that_does_not_match_the_number_rolls_everything_back(players: Players) -> None:
    answer, _ = _answer(players, players.question(name="周砚之之"))
    told = identity_pb2.LookupHouseholdResponse.FromString(answer.payload).answer
    mismatch = (identity_pb2.RESULT_ROLLED_BACK, identity_pb2.RESULT_REASON_NAME_ID_MISMATCH)
    for section in (told.household_result, told.members_result, told.photos_result, told.exit_documents_result):
        assert (section.result, section.reason) == mismatch
    assert not told.HasField("household")
    assert not told.exit_documents
    assert players.cast.debtor_name.encode() not in answer.messages[0]


@pytest.mark.clause("R-1.1")
def test_a_person_not_on_file_is_an_answer(players: Players) -> None:
    case = players.register(NOBODY)
    answer, _ = _answer(players, players.question(case=case, name="无名氏", number=NOBODY))
    told = identity_pb2.LookupHouseholdResponse.FromString(answer.payload).answer
    assert told.household_result.result == identity_pb2.RESULT_NO_RECORD
    assert not told.HasField("household")
    assert not told.exit_documents


def test_bytes_that_are_no_message(players: Players) -> None:
    for method, junk in ((LOOKUP, b"\xff\xff\xff"), (BATCH, b"\x0a\x05ab"), (SUBMIT, b"\x0a\xff"), (LOOKUP, b"\x00")):
        players.refuse(Reason.MESSAGE_MALFORMED, players.cast.judge, method, junk)
    players.refuse(Reason.MESSAGE_MALFORMED, players.cast.judge, SUBMIT, players.submission(b"\xff\xff\xff"))


def test_fields_that_break_their_rules_are_named_without_their_values(players: Players) -> None:
    question = players.question()
    question.context.handler.phone = "12345"
    question.context.request_id = "secret-id"
    question.debtor.name = ""
    question.categories[:] = [1, 1]
    refused = players.refuse(Reason.FIELDS_INVALID, players.cast.judge, LOOKUP, question)
    fields = {violation.field for violation in refused.error.violations}
    assert fields == {"context.handler.phone", "context.request_id", "debtor.name", "categories"}
    assert b"12345" not in refused.details
    assert b"secret-id" not in refused.details
    players.refuse(Reason.FIELDS_INVALID, players.cast.judge, LOOKUP, b"")


def test_photos_without_the_household(players: Players) -> None:
    question = players.question(categories=(Category.PHOTOS,))
    approval = players.approved(question)
    refused = players.refuse(Reason.FIELDS_INVALID, players.cast.judge, LOOKUP, question, approval=approval)
    assert [violation.field for violation in refused.error.violations] == ["categories"]


@pytest.mark.parametrize(
    "number", ["（2015）赣0102执1号", "（2018）赣0102民初1号", "（2018）赣0103执1号", "2018赣0102执1号"]
)
def test_a_case_number_that_is_none_or_of_another_court(players: Players, number: str) -> None:
    question = players.question()
    question.context.case_number = number
    refused = players.refuse(Reason.FIELDS_INVALID, players.cast.judge, LOOKUP, question)
    assert [violation.field for violation in refused.error.violations] == ["context.case_number"]


def test_a_case_number_with_half_width_brackets_is_the_same_case(players: Players) -> None:
    question = players.question()
    question.context.case_number = question.context.case_number.replace("（", "(").replace("）", ")")
    assert players.look(question, players.approved(question)).household.members


def test_a_validity_that_the_policy_does_not_allow(players: Players) -> None:
    for validity in (timedelta(seconds=59), timedelta(days=4)):
        submission = players.submission(players.question(), validity=validity)
        players.refuse(Reason.FIELDS_INVALID, players.cast.judge, SUBMIT, submission)


def test_a_message_over_the_limit(players: Players) -> None:
    question = players.question().SerializeToString()
    padding = b"\x7a" + _varint(8 * MEBIBYTE) + bytes(8 * MEBIBYTE)
    refused = players.refuse(Reason.MESSAGE_TOO_LARGE, players.cast.judge, LOOKUP, question + padding)
    assert players.book.of_trace(refused.trace)[0].request_sha256


def test_a_message_so_long_that_the_transport_cuts_it_off(players: Players) -> None:
    trace = Trace.start()
    with pytest.raises(Refused) as caught:
        players.call(players.cast.judge, LOOKUP, bytes(17 * MEBIBYTE), trace=trace)
    assert (caught.value.code, caught.value.reason) == ("RESOURCE_EXHAUSTED", Reason.MESSAGE_TOO_LARGE)
    # The transport never reads it to its end, so there is no call that could be recorded.
    assert not players.book.of_trace(trace)


def test_a_deadline_that_is_past(suite: Suite, players: Players) -> None:
    """The caller's own library ends such a call; its metrics and the ledger say what the gateway made of it."""
    before = suite.count("gateway", LOOKUP, Reason.DEADLINE_TOO_SHORT)
    line = Line(players.home, system="courts")
    players.call(players.cast.judge, f"{APPROVALS}ListApprovals", b"", line=line)
    traces = [Trace.start() for _ in range(30)]
    for trace in traces:
        with pytest.raises(Refused) as caught:
            players.call(players.cast.judge, LOOKUP, players.question(), line=line, timeout=0.004, trace=trace)
        assert (caught.value.code, caught.value.reason) == ("DEADLINE_EXCEEDED", Reason.DEADLINE_TOO_SHORT)
    line.close()
    refused = suite.count("gateway", LOOKUP, Reason.DEADLINE_TOO_SHORT) - before
    assert 0 < refused <= len(traces)

    def recorded() -> list[str]:
        return [entry.reason for trace in traces for entry in players.book.of_trace(trace)]

    await_that(lambda: len(recorded()) == refused, "not every refusal is recorded", seconds=10)
    assert set(recorded()) == {Reason.DEADLINE_TOO_SHORT.value}


def test_a_name_that_has_not_the_form_of_an_approvals(players: Players) -> None:
    for name in ("", "approvals/1", f"approvals/{uuid.uuid4()}\n", f"approvals/{str(uuid.uuid4()).upper()}"):
        asked = approval_pb2.GetApprovalRequest(name=name)
        players.refuse(Reason.FIELDS_INVALID, players.cast.judge, f"{APPROVALS}GetApproval", asked)


def _varint(value: int) -> bytes:
    encoded = bytearray()
    while value >= 0x80:
        encoded.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes((*encoded, value))
