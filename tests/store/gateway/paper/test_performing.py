"""A request on paper is performed once, however often it is read, and whatever the process dies between."""

import asyncio
import uuid
from dataclasses import replace
from datetime import UTC, date, timedelta

import pytest
from google.rpc import status_pb2

from gateway.approval.domain import Kind, State, Step
from gateway.approval.views import Reader
from gateway.paper.convert import to_perform
from gateway.paper.reading import take_apart
from gateway.settings import FRAMEWORK
from services.chassis.policy import Contracts
from services.chassis.watched import INTERVAL_SECONDS
from tests.store.gateway.paper.conftest import (
    CHIEF,
    CONTRACTS,
    COURT,
    ELSEWHERE,
    JUDGE,
    LOOKUP,
    NUMBER,
    OTHER_NUMBER,
    PERFORM,
    PROVINCE,
    STRANGER,
    UNIT,
    WITHDRAW,
    Killed,
    request_of,
)
from xiezhi.errors import Reason, XiezhiError, error
from xiezhi.errors.status import STATUS_KEY, from_status
from xiezhi.proof.statement import Decision, Rank

BATCH = Contracts.load().method("/xiezhi.identity.v1.IdentityService/BatchLookupHouseholds")
METHODS = pytest.mark.parametrize("method", [LOOKUP, WITHDRAW], ids=["lookup", "write"])


async def refused(work):
    with pytest.raises(XiezhiError) as caught:
        await work
    return caught.value.reason


def told(answer):
    """The reason of a refusal that travels back."""
    assert answer.sealed_answer == b""
    assert status_pb2.Status.FromString(answer.status).message
    return from_status("UNKNOWN", "", ((STATUS_KEY, answer.status),)).reason


@METHODS
async def test_the_judge_alone_reads_what_was_asked_on_paper(desk, method):
    handed = desk.paper(method)
    answer = await desk.bring(handed)
    assert handed.open(answer) == b"answer 1"
    assert (answer.approval, answer.status, answer.is_repeated) == (handed.approval, b"", False)
    assert b"answer" not in answer.sealed_answer
    (call,) = desk.service.calls
    assert (call.officer.officer_id, call.officer.organisation) == (JUDGE, COURT)
    assert [s.signer.officer_id for s in call.grant.statements] == [CHIEF]


@METHODS
async def test_read_again_it_gets_the_same_answer_and_has_one_effect(make_desk, method):
    desk = make_desk()
    handed = desk.paper(method)
    first = await desk.bring(handed)
    desk.clock.advance(timedelta(days=5))
    again = await make_desk().bring(handed)
    assert again.is_repeated
    again.is_repeated = False
    assert again == first
    assert len(desk.service.calls) == 1


async def test_in_another_bundle_it_is_the_same_request(desk):
    handed = desk.paper()
    first = await desk.bring(handed)
    handed.request.bundle_id, handed.request.bundle_sha256 = "00000000-0000-4000-8000-00000000000b", b"b" * 32
    assert (await desk.bring(handed)).sealed_answer == first.sealed_answer


async def test_of_many_at_once_all_get_the_answer_that_was_kept_first(make_desk):
    desk, other = make_desk(), make_desk()
    other.service.effects = desk.service.effects
    handed = desk.paper(WITHDRAW)
    answers = await asyncio.gather(*(one.bring(handed) for one in (desk, other, desk, other, desk)))
    assert len({answer.sealed_answer for answer in answers}) == 1
    assert sum(not answer.is_repeated for answer in answers) == 1
    assert len(desk.service.effects) == 1


@METHODS
async def test_the_approval_is_kept_as_any_other(desk, method):
    handed = desk.paper(method)
    await desk.bring(handed)
    approval = await desk.approvals.get(handed.approval)
    assert approval.state_at(desk.clock.now()) is (State.SPENT if method.side_effects else State.APPROVED)
    last = Kind.SPENT if method.side_effects else Kind.USED
    assert [(e.kind, e.actor) for e in approval.timeline] == [
        (Kind.SUBMITTED, JUDGE),
        (Kind.CONSENTED, CHIEF),
        (last, JUDGE),
    ]
    assert [desk.clock.now() - e.time for e in approval.timeline] == [timedelta(hours=h) for h in (2, 1, 0)]
    assert approval.framework_ref == FRAMEWORK
    reader = Reader(CHIEF, COURT, rank=Rank.DIVISION_CHIEF, level=1, courts=(COURT,))
    (view,) = await desk.approvals.page(reader, state=None, after=None, limit=10, now=desk.clock.now())
    assert (view.approval.name, view.reason) == (handed.approval, "被执行人下落不明")
    assert view.reasons[1] == "被执行人下落不明"


# --- killed in between ------------------------------------------------------------------------------------------------


PLACES = [
    ("papers", "begin", False),
    ("papers", "begin", True),
    ("approvals", "add_decided", False),
    ("approvals", "add_decided", True),
    ("approvals", "append", True),
    ("papers", "finish", False),
    ("papers", "finish", True),
]


@METHODS
@pytest.mark.parametrize(("store", "step", "after"), PLACES)
async def test_killed_between_two_steps_it_is_performed_once_when_read_again(make_desk, method, store, step, after):
    desk = make_desk()
    handed = desk.paper(method)
    with pytest.MonkeyPatch.context() as patched:
        owner = getattr(desk, store)
        whole = getattr(owner, step)

        async def dies(*args, **given):
            if after:
                await whole(*args, **given)
            raise Killed

        patched.setattr(owner, step, dies)
        with pytest.raises(Killed):
            await desk.bring(handed)
    next_one = make_desk()
    next_one.service.effects = desk.service.effects
    first = await next_one.bring(handed)
    assert handed.open(first) == b"answer 1"
    assert (await next_one.bring(handed)).sealed_answer == first.sealed_answer
    assert len(desk.service.effects) == int(method.side_effects)


@METHODS
async def test_killed_after_the_service_has_done_it_the_service_does_it_no_second_time(make_desk, method):
    desk = make_desk()
    handed = desk.paper(method)
    desk.service.dies = True
    with pytest.raises(Killed):
        await desk.bring(handed)
    next_one = make_desk()
    next_one.service.effects = desk.service.effects
    answer = await next_one.bring(handed)
    assert handed.open(answer) == b"answer 1"
    assert len(desk.service.effects) == int(method.side_effects)


# --- refusals that travel back ----------------------------------------------------------------------------------------


ANSWERED = [
    pytest.param(
        {"request": request_of(LOOKUP, number=OTHER_NUMBER), "case_number": OTHER_NUMBER}, None, id="other-case"
    ),
    pytest.param({"request": request_of(LOOKUP, debtor="369901198001150039")}, Reason.FIELDS_INVALID, id="no-number"),
    pytest.param({"request": request_of(LOOKUP, debtor="369901198001150070")}, Reason.SUBJECT_NOT_PARTY, id="no-party"),
    pytest.param({"request": request_of(LOOKUP, work_card_number="W-2")}, Reason.CREDENTIALS_REQUIRED, id="other-card"),
    pytest.param({"request": request_of(LOOKUP, officer_id=STRANGER)}, Reason.NOT_HANDLING_JUDGE, id="other-handler"),
    pytest.param({"request": b"\xff\xff"}, Reason.MESSAGE_MALFORMED, id="no-message"),
    pytest.param({"work_card": "W-2"}, Reason.CREDENTIALS_REQUIRED, id="statement-shows-another-card"),
]


@pytest.mark.parametrize(("said", "reason"), ANSWERED)
async def test_a_refusal_of_the_request_itself_is_its_answer_for_good(desk, said, reason):
    handed = desk.paper(**said)
    answer = await desk.bring(handed)
    if reason is None:
        assert handed.open(answer) == b"answer 1"
        return
    assert told(answer) is reason
    assert desk.recorded == [(JUDGE, LOOKUP, reason)]
    again = await desk.bring(handed)
    assert (again.status, again.perform_time, again.is_repeated) == (answer.status, answer.perform_time, True)
    assert (len(desk.recorded), desk.service.calls) == (1, [])
    assert await desk.approvals.get(handed.approval) is None


async def test_what_the_service_refuses_is_the_answer_as_the_service_said_it(desk):
    desk.service.refusal = error(Reason.SEIZURE_NOT_FOUND, "The court has no seizure of this name.")
    handed = desk.paper(WITHDRAW)
    answer = await desk.bring(handed)
    assert told(answer) is Reason.SEIZURE_NOT_FOUND
    desk.service.refusal = None
    assert (await desk.bring(handed)).status == answer.status
    assert (desk.recorded, desk.service.effects) == ([], {})


async def test_what_passes_is_no_answer(desk):
    handed = desk.paper(WITHDRAW)
    desk.service.refusal = error(Reason.LEDGER_UNAVAILABLE, "The ledger does not answer.")
    assert await refused(desk.bring(handed)) is Reason.LEDGER_UNAVAILABLE
    desk.service.refusal = None
    assert handed.open(await desk.bring(handed)) == b"answer 1"


async def test_what_was_begun_is_not_told_to_be_refused(desk):
    handed = desk.paper(WITHDRAW)
    desk.service.dies = True
    with pytest.raises(Killed):
        await desk.bring(handed)
    desk.register_cards(revoked_at=desk.clock.now())
    assert await refused(desk.bring(handed)) is Reason.APPROVAL_SPENT
    desk.register_cards()
    desk.service.dies = False
    assert handed.open(await desk.bring(handed)) == b"answer 1"


@METHODS
async def test_what_was_begun_and_is_over_is_not_told_to_be_undone(desk, method):
    handed = desk.paper(method)
    desk.service.dies = True
    with pytest.raises(Killed):
        await desk.bring(handed)
    desk.clock.advance(timedelta(days=1))
    desk.renew()
    told_so = Reason.APPROVAL_SPENT if method.side_effects else Reason.STATEMENT_INVALID
    assert await refused(desk.bring(handed)) is told_so
    assert (await desk.papers.find(handed.approval)).answer is None


async def test_what_the_service_no_longer_takes_is_not_told_to_be_undone(desk):
    handed = desk.paper(WITHDRAW)
    desk.service.refusal = error(Reason.APPROVAL_EXPIRED, "A consent's time is over.")
    assert await refused(desk.bring(handed)) is Reason.APPROVAL_SPENT


async def test_a_lookup_that_was_begun_may_still_be_refused(desk):
    handed = desk.paper()
    desk.service.dies = True
    with pytest.raises(Killed):
        await desk.bring(handed)
    desk.register_cards(revoked_at=desk.clock.now())
    assert told(await desk.bring(handed)) is Reason.CREDENTIALS_REQUIRED


# --- refusals of who brings it ----------------------------------------------------------------------------------------


BROUGHT = [
    pytest.param({"unit": PROVINCE}, Reason.BUNDLE_OF_ANOTHER_RECIPIENT, id="for-another-unit"),
    pytest.param({"method": BATCH}, Reason.METHOD_NOT_ON_PAPER, id="a-stream"),
    pytest.param({"approval": "approvals/x"}, Reason.STATEMENT_INVALID, id="no-name"),
    pytest.param(
        {"approval": f"approvals/{'A' * 8}-0000-4000-8000-{'0' * 12}"}, Reason.STATEMENT_INVALID, id="capitals"
    ),
    pytest.param({"request_sha256": bytes(32)}, Reason.STATEMENT_INVALID, id="other-bytes"),
    pytest.param({"case_number": OTHER_NUMBER}, Reason.STATEMENT_INVALID, id="another-case"),
    pytest.param({"signer": STRANGER}, Reason.STATEMENT_INVALID, id="signer-of-another-court"),
    pytest.param({"consent": {"decision": Decision.REJECT}}, Reason.STATEMENT_INVALID, id="a-refusal"),
    pytest.param({"consent": {"requester": STRANGER}}, Reason.STATEMENT_INVALID, id="for-another-requester"),
    pytest.param({"approver": JUDGE}, Reason.APPROVER_IS_REQUESTER, id="approves-the-own-request"),
    pytest.param({"approver": STRANGER}, Reason.APPROVER_NOT_ENTITLED, id="approver-of-another-court"),
    pytest.param({"consent": {"request_sha256": bytes(32)}}, Reason.APPROVAL_REQUEST_MISMATCH, id="for-other-bytes"),
    pytest.param({"request": b"\xff", "approver": STRANGER}, Reason.APPROVER_NOT_ENTITLED, id="consents-come-first"),
]


@pytest.mark.parametrize(("said", "reason"), BROUGHT)
async def test_what_cannot_be_brought_leaves_nothing_behind(desk, said, reason):
    handed = desk.paper(**said)
    assert await refused(desk.bring(handed)) is reason
    assert await desk.papers.find(handed.approval) is None
    assert (desk.service.calls, desk.recorded) == ([], [])


@METHODS
async def test_whoever_drops_a_consent_does_not_use_the_approval_up(desk, method):
    handed = desk.paper(method)
    consents = list(handed.request.consents)
    del handed.request.consents[:]
    assert await refused(desk.bring(handed)) is Reason.APPROVALS_INSUFFICIENT
    handed.request.consents.extend(consents)
    assert handed.open(await desk.bring(handed)) == b"answer 1"


async def test_who_makes_a_statement_up_learns_nothing_and_names_no_case(desk, other_keys):
    known = desk.paper()
    await desk.bring(known)
    desk.keys = other_keys
    for approval in (known.approval, f"approvals/{uuid.uuid4()}"):
        call = desk.call(PERFORM, UNIT)
        made_up = desk.paper(approval=approval)
        assert await refused(desk.servicer.PerformPaper(made_up.request, call)) is Reason.STATEMENT_INVALID
        assert (call.approval, call.court_code, call.case_number) == ("", "", "")


async def test_a_unit_of_another_place_takes_nothing_in(desk):
    handed = desk.paper(unit=ELSEWHERE)
    assert await refused(desk.bring(handed, organisation=ELSEWHERE)) is Reason.BUNDLE_OF_ANOTHER_RECIPIENT
    assert await refused(desk.bring(desk.paper(), organisation=PROVINCE)) is Reason.BUNDLE_OF_ANOTHER_RECIPIENT
    handed = desk.paper(unit=PROVINCE)
    assert handed.open(await desk.bring(handed, organisation=PROVINCE)) == b"answer 1"


@METHODS
async def test_with_a_list_that_is_out_of_date_nothing_is_performed_and_nothing_is_lost(make_desk, other_keys, method):
    desk = make_desk(other_keys)
    desk.clock.advance(timedelta(days=25))
    desk.renew()
    handed = desk.paper(method)
    assert await refused(desk.bring(handed)) is Reason.REVOCATION_CHECK_UNAVAILABLE
    assert (await desk.papers.find(handed.approval), desk.recorded) == (None, [])
    other_keys.create((), now=desk.clock.now())
    await asyncio.sleep(INTERVAL_SECONDS)
    assert handed.open(await desk.bring(handed)) == b"answer 1"


async def test_a_request_whose_time_is_over_is_not_performed(desk):
    handed = desk.paper()
    desk.clock.advance(timedelta(days=1))
    desk.renew()
    assert await refused(desk.bring(handed)) is Reason.STATEMENT_INVALID


async def test_cards_hold_when_the_judge_signs_and_when_it_is_performed(desk):
    desk.register_cards(last=date(2026, 11, 24))
    handed, late = desk.paper(), desk.paper(not_after=desk.clock.now() + timedelta(days=2))
    assert handed.open(await desk.bring(handed)) == b"answer 1"
    desk.clock.advance(timedelta(hours=9))
    desk.renew()
    assert told(await desk.bring(late)) is Reason.CREDENTIALS_REQUIRED
    assert told(await desk.bring(desk.paper())) is Reason.CREDENTIALS_REQUIRED


async def test_nothing_is_performed_by_a_directory_that_is_out_of_date(desk):
    handed = desk.paper()
    desk.clock.advance(timedelta(seconds=60))
    assert await refused(desk.bring(handed)) is Reason.DIRECTORY_STALE
    desk.renew()
    assert handed.open(await desk.bring(handed)) == b"answer 1"


HOURS = [
    pytest.param(-3, None, Reason.CHANNEL_OPERATIONAL, id="operational-when-signed"),
    pytest.param(-1, None, None, id="operational-since"),
    pytest.param(-9, (-3, -1), None, id="out-when-signed"),
    pytest.param(-9, (-1, 1), Reason.CHANNEL_OPERATIONAL, id="out-only-since"),
]


@pytest.mark.parametrize(("start", "outage", "reason"), HOURS)
async def test_paper_counts_by_how_the_exchange_was_when_the_judge_signed(desk, start, outage, reason):
    now = desk.clock.now()
    out = None if outage is None else tuple(now + timedelta(hours=hour) for hour in outage)
    desk.declare(now + timedelta(hours=start), outage=out)
    handed = desk.paper()
    if reason is None:
        assert handed.open(await desk.bring(handed)) == b"answer 1"
    else:
        assert await refused(desk.bring(handed)) is reason
        assert await desk.papers.find(handed.approval) is None


async def test_what_says_that_it_came_over_the_platform_is_not_taken_from_paper(desk):
    assert await refused(desk.bring(desk.paper(request=request_of(LOOKUP, manual=False)))) is Reason.CHANNEL_OPERATIONAL


# --- one name, one content --------------------------------------------------------------------------------------------


async def test_a_name_stands_for_one_content_and_a_reference_for_one_request(desk):
    handed = desk.paper(paper_reference="报1号")
    await desk.bring(handed)
    same_name = desk.paper(approval=handed.approval)
    same_reference = desk.paper(paper_reference="报1号")
    for other in (same_name, same_reference):
        assert await refused(desk.bring(other)) is Reason.PAPER_REFERENCE_REUSED
    # The judge signed the reference: whoever carries the request can give it no other, and use none up with it.
    handed.request.paper_reference = "报2号"
    assert await refused(desk.bring(handed)) is Reason.STATEMENT_INVALID
    await desk.bring(desk.paper(request=b"\xff\xff", paper_reference="报2号"))
    assert len(desk.service.calls) == 1


async def test_a_refusal_uses_a_reference_up_as_well(desk):
    await desk.bring(desk.paper(request=b"\xff\xff", paper_reference="报1号"))
    assert await refused(desk.bring(desk.paper(paper_reference="报1号"))) is Reason.PAPER_REFERENCE_REUSED
    assert (
        await refused(desk.bring(desk.paper(request=b"\xff", paper_reference="报1号"))) is Reason.PAPER_REFERENCE_REUSED
    )


async def test_the_name_of_another_approval_cannot_be_borrowed(desk, monkeypatch):
    first = desk.paper(WITHDRAW)
    await desk.bring(first)

    async def none(name):
        return None

    monkeypatch.setattr(desk.papers, "find", none)
    borrowed = desk.paper(approval=first.approval)
    assert await refused(desk.bring(borrowed)) is Reason.PAPER_REFERENCE_REUSED


async def test_withdrawn_on_the_platform_meanwhile_it_is_not_performed(desk):
    handed = desk.paper()
    desk.service.refusal = error(Reason.LEDGER_UNAVAILABLE, "The ledger does not answer.")
    assert await refused(desk.bring(handed)) is Reason.LEDGER_UNAVAILABLE
    approval = await desk.approvals.get(handed.approval)
    event = replace(approval.timeline[-1], kind=Kind.WITHDRAWN, time=desk.clock.now())
    await desk.approvals.append(handed.approval, lambda current: Step(event))
    assert told(await desk.bring(handed)) is Reason.APPROVAL_WITHDRAWN


def test_what_was_brought_shows_nothing_of_it(desk):
    command = to_perform(desk.paper().request)
    shown = repr(
        take_apart(command, importer=desk.call(PERFORM, UNIT).officer, contracts=CONTRACTS, now=desk.clock.now())
    )
    assert not any(
        text in shown for text in (repr(command.request), command.statement, *command.consents, "W-1", "下落")
    )


# --- lists ------------------------------------------------------------------------------------------------------------


async def test_a_court_lists_what_it_filed_and_the_police_what_they_took_in(desk):
    brought = []
    for said in ({}, {"request": b"\xff\xff"}, {"unit": PROVINCE}):
        handed = desk.paper(**said)
        await desk.bring(handed, organisation=said.get("unit", UNIT))
        brought.insert(0, handed.approval)
        desk.clock.advance(timedelta(seconds=1))
    listed = (await desk.list(COURT)).items
    assert [item.approval for item in listed] == brought
    assert [item.reason for item in listed] == ["", "MESSAGE_MALFORMED", ""]
    assert {(item.court_code, item.method) for item in listed} == {(COURT, LOOKUP.full_name)}
    assert listed[2].sign_time.ToDatetime(UTC) == listed[2].perform_time.ToDatetime(UTC) - timedelta(hours=2)
    assert [item.approval for item in (await desk.list(UNIT)).items] == brought[1:]
    assert [item.approval for item in (await desk.list(PROVINCE)).items] == brought[:1]
    for stranger in ("赣0102", ELSEWHERE):
        assert not (await desk.list(stranger)).items


async def test_pages_follow_one_another(desk):
    for _ in range(3):
        await desk.bring(desk.paper())
    first = await desk.list(COURT, page_size=2)
    rest = await desk.list(COURT, page_size=2, page_token=first.next_page_token)
    assert (len(first.items), len(rest.items), rest.next_page_token) == (2, 1, "")
    assert len({item.approval for item in (*first.items, *rest.items)}) == 3
    assert await refused(desk.list(UNIT, page_token=first.next_page_token)) is Reason.PAGE_TOKEN_INVALID


async def test_what_is_not_finished_is_listed_without_an_end(desk):
    desk.service.refusal = error(Reason.LEDGER_UNAVAILABLE, "The ledger does not answer.")
    await refused(desk.bring(desk.paper()))
    (item,) = (await desk.list(UNIT)).items
    assert not item.HasField("perform_time")
    assert NUMBER not in str(item)
