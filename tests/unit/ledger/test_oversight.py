"""Oversight between the wire and the index: what is asked for, refused, and answered with."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import timedelta

import pytest

from services.chassis.recorder import plain
from services.chassis.sealing import BlindIndex, Keyring
from services.ledger.handlers import PAGE_BYTES
from services.ledger.oversight import convert, handlers
from services.ledger.oversight.domain import LATEST, By, Period, Search, Spot, Step, approval_key, approval_name
from services.ledger.oversight.indexer import Indexer
from services.ledger.oversight.patterns import Finding, FindingKind, Thresholds
from tests.unit.ledger.entries import (
    APPROVE,
    BEGIN,
    BEGIN_US,
    COURT,
    DAY,
    JUDGE,
    REFUSAL,
    SECOND,
    SUBMIT,
    WORKFLOW,
    approval,
    digest,
    entry,
    make_log,
)
from tests.unit.ledger.fakes import signer
from tests.unit.ledger.test_indexer import MemoryIndex
from xiezhi.errors import DataLoss, InvalidArgument, Reason
from xiezhi.ledger.v1 import ledger_pb2, oversight_pb2

RING = Keyring({1: bytes(32)}, {2: b"n" * 32, 1: b"o" * 32})
CASES, SUBJECTS = BlindIndex(RING, "oversight.case"), BlindIndex(RING, "oversight.subject")
READER = "AUDIT-A001"


def _request(**about: object) -> oversight_pb2.SearchEntriesRequest:
    return oversight_pb2.SearchEntriesRequest(request_id=str(uuid.uuid4()), **(about or {"officer_id": JUDGE}))  # type: ignore[arg-type]


def _read(request: oversight_pb2.SearchEntriesRequest, reader: str = READER) -> Search:
    return convert.read_search(request, reader, cases=CASES.all_of, subjects=SUBJECTS.all_of)


@pytest.mark.parametrize(
    ("method", "kind", "step"),
    [
        (SUBMIT, WORKFLOW, Step.SUBMISSION),
        (APPROVE, WORKFLOW, Step.CONSENT),
        (APPROVE, REFUSAL, Step.OTHER),
        (APPROVE, ledger_pb2.ENTRY_KIND_INTENT, Step.OTHER),
        ("/xiezhi.approval.v1.ApprovalService/RejectApproval", WORKFLOW, Step.OTHER),
    ],
)
def test_steps_of_approvals_are_told_apart(method: str, kind: ledger_pb2.EntryKind, step: Step) -> None:
    raw = entry(1.5, kind, method, about=3, case=4, subjects=(7, 8, 7)).SerializeToString()
    found = convert.read_indexed(9, raw)
    assert (found.leaf_index, found.time, found.step) == (9, BEGIN_US + 3 * SECOND // 2, step)
    assert (found.actor, found.organisation, found.case_index) == (JUDGE, COURT, digest(4))
    assert found.approval is not None
    assert approval_name(found.approval) == approval(3)
    assert found.subjects == (digest(7), digest(8))


def test_an_entry_of_nothing_is_indexed_by_nothing() -> None:
    odd = entry(actor="", court="")
    odd.time.seconds = 2**62
    found = convert.read_indexed(0, odd.SerializeToString())
    assert (found.approval, found.case_index, found.subjects, found.time) == (None, None, (), LATEST)


def test_bytes_that_are_no_entry_are_damage() -> None:
    with pytest.raises(DataLoss):
        convert.read_indexed(0, b"\xff\xff")


@pytest.mark.parametrize("written", ["（2018）赣0102执1234号", "(2018)赣0102执1234号", "（２０１８）赣0102执1234号"])
def test_cases_are_found_however_they_are_written_and_under_every_key(written: str) -> None:
    asked = _read(_request(case=oversight_pb2.CaseKey(court_code="赣0102", case_number=written)))
    recorded = f"{plain('赣0102')}|{plain('（2018）赣0102执1234号')}"
    assert (asked.by, asked.keys) == (By.CASE, CASES.all_of(recorded))
    assert asked.keys[0] == CASES.of(recorded)
    assert len(set(asked.keys)) == 2


def test_subjects_are_found_as_they_are_recorded() -> None:
    asked = _read(_request(subject_number=" gbr-123456789"))
    assert (asked.by, asked.keys) == (By.SUBJECT, SUBJECTS.all_of(plain("GBR123456789")))


def test_officers_and_approvals_are_found_by_themselves() -> None:
    asked = _read(_request(officer_id=JUDGE))
    assert (asked.by, asked.keys, asked.sought) == (By.ACTOR, (JUDGE,), SUBJECTS.all_of(plain(JUDGE)))
    asked = _read(_request(approval=approval(3)))
    assert (asked.by, asked.keys) == (By.APPROVAL, (approval_key(approval(3)),))
    assert asked.sought == ()


def test_a_page_is_of_twenty_unless_told_otherwise() -> None:
    assert _read(_request()).size == 20
    assert _read(_request(officer_id=JUDGE, page_size=7)).size == 7


def test_bounds_within_a_microsecond_round_up() -> None:
    request = _request()
    request.start_time.seconds, request.start_time.nanos = 10, 1
    request.end_time.seconds, request.end_time.nanos = 10, 2_000
    assert _read(request).period == Period(10_000_001, 10_000_002)


def test_a_period_that_ends_before_it_begins_is_refused() -> None:
    request = _request()
    request.start_time.seconds = request.end_time.seconds = 10
    with pytest.raises(InvalidArgument) as caught:
        _read(request)
    assert [violation.field for violation in caught.value.violations] == ["end_time"]


def _page(request: oversight_pb2.SearchEntriesRequest) -> oversight_pb2.SearchEntriesResponse:
    head = signer().sign(9, bytes(32), after=None)
    return convert.page_to_message(handlers.FoundPage((), head, Spot(-5, 8)), request, READER)


def test_a_token_leads_on_in_the_same_list_whatever_the_id_of_the_request() -> None:
    request = _request()
    again = _request(officer_id=JUDGE, page_token=_page(request).next_page_token, page_size=3)
    assert _read(again).after == Spot(-5, 8)


@pytest.mark.parametrize("change", ["about", "period", "reader", "text", "place"])
def test_a_token_of_another_list_is_refused(change: str) -> None:
    token = _page(_request()).next_page_token
    request = _request(officer_id="GAN0102-J002" if change == "about" else JUDGE, page_token=token)
    if change == "period":
        request.end_time.seconds = 10
    if change == "text":
        request.page_token = token[:-3]
    if change == "place":
        query = convert._query(request, READER)
        request.page_token = convert.paging.encode_token(f"5 {LATEST}", query=query)
    with pytest.raises(InvalidArgument) as caught:
        _read(request, "AUDIT-P001" if change == "reader" else READER)
    assert caught.value.reason is Reason.PAGE_TOKEN_INVALID


def _asked(days: float = 92, **thresholds: int) -> oversight_pb2.GetPatternsRequest:
    request = oversight_pb2.GetPatternsRequest(thresholds=oversight_pb2.Thresholds(**thresholds))  # type: ignore[arg-type]
    request.start_time.FromDatetime(BEGIN)
    request.end_time.FromDatetime(BEGIN + timedelta(days=days))
    return request


def test_thresholds_that_are_not_given_have_their_defaults() -> None:
    assert convert.read_report(_asked()) == (Period(BEGIN_US, BEGIN_US + 92 * DAY), Thresholds())
    given = _asked(volume_floor=7, volume_deviations=3, followed_within_days=30)
    given.thresholds.consent_within.seconds = 25
    _, read = convert.read_report(given)
    assert read == Thresholds(7, 3, timedelta(seconds=25), timedelta(days=30))


@pytest.mark.parametrize("days", [0, -1, 92.00001])
def test_a_period_of_a_report_is_bounded(days: float) -> None:
    with pytest.raises(InvalidArgument):
        convert.read_report(_asked(days))


def test_a_report_travels_whole_and_says_what_counted() -> None:
    finding = Finding(
        FindingKind.QUICK_CONSENT, 2, approval=approval(1), elapsed=timedelta(seconds=4), leaf_indexes=(3, 7)
    )
    head = signer().sign(9, bytes(32), after=None)
    report = handlers.Report((finding,), {FindingKind.UNFOLLOWED_LOOKUP: 5}, head)
    message = convert.report_to_message(report, Thresholds())
    assert message.findings[0].kind == oversight_pb2.FINDING_KIND_QUICK_CONSENT
    assert message.findings[0].elapsed.seconds == 4
    assert [*message.findings[0].leaf_indexes] == [3, 7]
    assert [(one.kind, one.count) for one in message.left_off] == [(oversight_pb2.FINDING_KIND_UNFOLLOWED_LOOKUP, 5)]
    assert (message.thresholds.volume_floor, message.thresholds.consent_within.seconds) == (50, 10)
    assert message.tree_head.tree_size == 9


class _LongEntries:
    """Finds entries of which four fit on a page."""

    def __init__(self, count: int = 10) -> None:
        self.count, self.read = count, 0

    async def find(self, search: Search, *, size: int) -> list[Spot]:
        return [Spot(place, place) for place in range(self.count - 1, -1, -1)][: search.size + 1]

    async def entries(self, places: Sequence[int]) -> dict[int, bytes]:
        self.read += len(places)
        return {place: bytes(PAGE_BYTES // 4) for place in places}


@pytest.mark.parametrize(("size", "found", "after"), [(3, 3, 7), (4, 4, 6), (10, 4, 6)])
async def test_a_page_ends_before_its_entries_are_too_long(size: int, found: int, after: int) -> None:
    log = await make_log(*(entry(number) for number in range(10)))
    asked = Search(By.ACTOR, (JUDGE,), Period(), size, None)
    page = await handlers.search(asked, log=log, indexer=Indexer(MemoryIndex(), log), index=_LongEntries())
    assert len(page.found) == found
    assert page.after == Spot(after, after)


async def test_no_more_long_entries_are_read_than_a_page_may_need() -> None:
    log, index = await make_log(*(entry(number) for number in range(60))), _LongEntries(60)
    asked = Search(By.ACTOR, (JUDGE,), Period(), 50, None)
    page = await handlers.search(asked, log=log, indexer=Indexer(MemoryIndex(), log), index=index)
    assert (len(page.found), page.after, index.read) == (4, Spot(56, 56), handlers.AT_ONCE)
