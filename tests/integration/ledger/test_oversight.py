"""Oversight over the wire: what is found is proven, and whoever looks is seen."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import grpc
import pytest

from services.chassis.process import CASE_INDEX, SUBJECT_INDEX
from services.chassis.recorder import plain
from services.chassis.sealing import BlindIndex, Keyring
from tests.integration.ledger.process import AUDITOR, Ledger, new_entry
from xiezhi.cli.oversight.found import prove
from xiezhi.errors import InvalidArgument, Reason
from xiezhi.ledger.v1 import ledger_pb2, oversight_pb2
from xiezhi.proof.receipt import split_receipt, verify_receipt, verify_tree_head

OVERSIGHT = "/xiezhi.ledger.v1.OversightService/"
COURT, CASE, NUMBER = "赣0102", "（2018）赣0102执1234号", "369901198001150011"
APPROVAL = "approvals/7f4df0d5-9a4b-4f43-8d5f-6f1f7a1f2a3c"
JUDGE = "GAN0102-J009"


@pytest.fixture
async def gateway(ledger: Ledger) -> AsyncIterator[grpc.aio.Channel]:
    async with ledger.channel("gateway") as channel:
        yield channel


@pytest.fixture(scope="module")
def lookup(ledger: Ledger) -> ledger_pb2.Entry:
    """A lookup as a service records it."""
    ring = Keyring.load(ledger.site.keys.keyring_file("oversight"))
    entry = new_entry()
    entry.actor, entry.approval = JUDGE, APPROVAL
    entry.case_index = BlindIndex(ring, CASE_INDEX).of(f"{plain(COURT)}|{plain(CASE)}")
    entry.subject_indexes[:] = [BlindIndex(ring, SUBJECT_INDEX).of(plain(NUMBER))]
    return entry


@pytest.fixture(autouse=True)
async def _recorded(ledger: Ledger, lookup: ledger_pb2.Entry) -> None:
    """Appends the lookup; again is harmless."""
    async with ledger.channel("identity") as channel:
        writer = ledger.writer(channel)
        await writer.append(lookup)
        await writer.close()


async def _search(
    ledger: Ledger, gateway: grpc.aio.Channel, **about: object
) -> tuple[list[ledger_pb2.Entry], ledger_pb2.Entry]:
    """Searches as the auditor; returns what is found, proven, and the search's own entry."""
    request = oversight_pb2.SearchEntriesRequest(request_id=str(uuid.uuid4()), **about)  # type: ignore[arg-type]
    raw = await ledger.call(gateway, f"{OVERSIGHT}SearchEntries", request)
    payload, receipt = split_receipt(raw)
    assert receipt is not None
    own = verify_receipt(receipt, ledger.site.log_key)
    answer = oversight_pb2.SearchEntriesResponse.FromString(payload)
    assert len(answer.entries) or not answer.next_page_token
    return [one.entry for one in prove(answer, ledger.site.log_key)], own


async def test_a_lookup_is_found_by_all_that_it_is_about(
    ledger: Ledger, gateway: grpc.aio.Channel, lookup: ledger_pb2.Entry
) -> None:
    for about in (
        {"case": oversight_pb2.CaseKey(court_code=COURT, case_number="(2018)赣0102执1234号")},
        {"subject_number": NUMBER},
        {"approval": APPROVAL},
        {"officer_id": JUDGE},
    ):
        found, _ = await _search(ledger, gateway, **about)
        assert lookup in found, [*about]
        # Who looked for it before is there too, in whatever name.
        assert {entry.method for entry in found} <= {lookup.method, f"{OVERSIGHT}SearchEntries"}


async def test_whoever_searches_is_found_by_the_next_who_searches(
    ledger: Ledger, gateway: grpc.aio.Channel, lookup: ledger_pb2.Entry
) -> None:
    _, by_number = await _search(ledger, gateway, subject_number=NUMBER)
    _, by_case = await _search(ledger, gateway, case=oversight_pb2.CaseKey(court_code=COURT, case_number=CASE))
    _, by_approval = await _search(ledger, gateway, approval=APPROVAL)
    _, by_officer = await _search(ledger, gateway, officer_id=JUDGE)
    for own in (by_number, by_case, by_approval, by_officer):
        assert (own.kind, own.actor) == (ledger_pb2.ENTRY_KIND_ACCESS, AUDITOR.officer_id)
    assert [*by_number.subject_indexes] == [*lookup.subject_indexes]
    assert by_case.case_index == lookup.case_index
    assert by_approval.approval == APPROVAL
    # Whoever searched for a case searched for nobody.
    assert ([*by_case.subject_indexes], len(by_officer.subject_indexes)) == ([], 1)
    for own, about in (
        (by_number, {"subject_number": NUMBER}),
        (by_case, {"case": oversight_pb2.CaseKey(court_code=COURT, case_number=CASE)}),
        (by_approval, {"approval": APPROVAL}),
        (by_officer, {"officer_id": JUDGE}),
    ):
        found, _ = await _search(ledger, gateway, **about)
        assert found[0] == own


async def test_a_refused_search_is_recorded_with_whom_it_was_for(
    ledger: Ledger, gateway: grpc.aio.Channel, lookup: ledger_pb2.Entry
) -> None:
    with pytest.raises(InvalidArgument) as caught:
        await _search(ledger, gateway, subject_number=NUMBER, page_token="none")
    assert caught.value.reason is Reason.PAGE_TOKEN_INVALID
    found, _ = await _search(ledger, gateway, subject_number=NUMBER)
    assert (found[0].kind, found[0].reason) == (ledger_pb2.ENTRY_KIND_REFUSAL, "PAGE_TOKEN_INVALID")
    assert found[0].subject_indexes == lookup.subject_indexes


async def test_a_report_is_answered_up_to_a_signed_head_and_recorded(ledger: Ledger, gateway: grpc.aio.Channel) -> None:
    request = oversight_pb2.GetPatternsRequest()
    now = datetime.now(UTC)
    request.start_time.FromDatetime(now - timedelta(days=91))
    request.end_time.FromDatetime(now)
    payload, receipt = split_receipt(await ledger.call(gateway, f"{OVERSIGHT}GetPatterns", request))
    answer = oversight_pb2.GetPatternsResponse.FromString(payload)
    verify_tree_head(answer.tree_head, ledger.site.log_key)
    assert (answer.thresholds.volume_floor, answer.thresholds.followed_within_days) == (50, 90)
    assert receipt is not None
    entry = verify_receipt(receipt, ledger.site.log_key)
    assert (entry.kind, entry.method) == (ledger_pb2.ENTRY_KIND_ACCESS, f"{OVERSIGHT}GetPatterns")


async def test_what_names_nothing_or_too_long_a_period_is_refused(ledger: Ledger, gateway: grpc.aio.Channel) -> None:
    with pytest.raises(InvalidArgument):
        await _search(ledger, gateway)
    request = oversight_pb2.GetPatternsRequest()
    request.start_time.seconds, request.end_time.seconds = 0, 93 * 86_400
    with pytest.raises(InvalidArgument):
        await ledger.call(gateway, f"{OVERSIGHT}GetPatterns", request)
