"""The life of an approval through its service: every step, and every step refused."""

import asyncio
import hashlib
import uuid
from datetime import UTC, timedelta

import pytest
from sqlalchemy import func, select

from gateway.approval import handlers
from gateway.approval.domain import Cause
from gateway.approval.tables import APPROVALS, EVENTS, REQUESTS
from gateway.settings import FRAMEWORK
from services.chassis.policy import ApprovalRequirement
from services.chassis.trust import OfficerTrust
from tests.store.gateway.conftest import RANKS
from xiezhi.approval.v1 import approval_pb2
from xiezhi.errors import Reason, XiezhiError
from xiezhi.proof.statement import Decision, Rank

REQUEST = b"the exact bytes of a request about nobody"


async def refused(work):
    with pytest.raises(XiezhiError) as caught:
        await work
    return caught.value.reason


async def count(database, table):
    return await database.read(lambda connection: connection.execute(select(func.count()).select_from(table)).scalar())


def state(approval):
    return approval_pb2.State.Name(approval.state).removeprefix("STATE_")


def kinds(approval):
    return [approval_pb2.TimelineEvent.Kind.Name(event.kind).removeprefix("KIND_") for event in approval.timeline]


async def use(bench, approval, *, spend=False):
    kept = await bench.store.get(approval.name)
    return await handlers.use(
        kept, spend=spend, actor=kept.requester, cause=Cause("ab" * 16), store=bench.store, clock=bench.clock
    )


async def test_a_submission_is_pending_and_says_what_was_submitted(bench, officers):
    approval = await bench.submit(reason="下落不明")
    assert state(approval) == "PENDING"
    assert (approval.requester, approval.requester_court) == (officers.judge, "赣0102")
    assert approval.request_sha256 == hashlib.sha256(REQUEST).digest()
    assert approval.reason == "下落不明"
    assert kinds(approval) == ["SUBMITTED"]
    assert approval.requirement.min_rank == Rank.DIVISION_CHIEF
    assert approval.expire_time.ToDatetime(UTC) == (bench.clock.now() + timedelta(days=3)).replace(microsecond=0)
    assert approval.request == b""


async def test_a_repeated_submission_is_the_same_approval(bench, database):
    request_id = str(uuid.uuid4())
    first = await bench.submit(request_id=request_id)
    bench.clock.advance(timedelta(minutes=5))
    again = await bench.submit(request_id=request_id.upper())
    assert again == first
    assert await count(database, APPROVALS) == 1


@pytest.mark.parametrize(
    "changed", [{"reason": "other"}, {"request": b"other"}, {"validity": {"seconds": 60}}, {"method": "/a.B/C"}]
)
async def test_a_request_id_counts_for_one_submission(bench, changed):
    request_id = str(uuid.uuid4())
    await bench.submit(request_id=request_id)
    assert await refused(bench.submit(request_id=request_id, **changed)) is Reason.REQUEST_ID_REUSED


async def test_request_ids_of_two_officers_do_not_meet(bench, officers):
    request_id = str(uuid.uuid4())
    one = await bench.submit(request_id=request_id)
    other = await bench.submit(officers.colleague, request_id=request_id, reason="other")
    assert one.name != other.name


@pytest.mark.parametrize("seconds", [59, 3 * 86_400 + 1])
async def test_a_validity_that_the_policy_does_not_allow_is_refused(bench, seconds):
    with pytest.raises(XiezhiError) as caught:
        await bench.submit(validity={"seconds": seconds})
    assert caught.value.reason is Reason.FIELDS_INVALID
    assert caught.value.violations[0].field == "validity"


async def test_an_approver_reads_the_bytes_and_consents(bench, officers):
    submitted = await bench.submit()
    read = (await bench.ask("GetApproval", officers.chief, name=submitted.name)).approval
    assert read.request == REQUEST
    approved = await bench.approve(submitted)
    assert state(approved) == "APPROVED"
    assert kinds(approved) == ["SUBMITTED", "CONSENTED"]
    consent = approved.timeline[1]
    assert (consent.actor, consent.reason) == (officers.chief, "审批人的理由")
    assert len(consent.statement_sha256) == 32


async def test_enough_different_people_must_consent(bench, officers):
    bench.requirement = ApprovalRequirement(2, Rank.DIVISION_CHIEF, 0, timedelta(days=1))
    submitted = await bench.submit()
    assert state(await bench.approve(submitted)) == "PENDING"
    assert await refused(bench.approve(submitted, reason="again")) is Reason.ALREADY_DECIDED
    assert await refused(bench.decide("Reject", officers.chief, submitted)) is Reason.ALREADY_DECIDED
    assert state(await bench.approve(submitted, officers.president)) == "APPROVED"


async def test_a_policy_that_changes_later_does_not_change_an_approval(bench):
    submitted = await bench.submit()
    bench.requirement = ApprovalRequirement(3, Rank.PRESIDENT, 3, timedelta(days=1))
    assert state(await bench.approve(submitted)) == "APPROVED"


async def test_an_approval_keeps_the_rules_under_which_it_was_asked_for(bench, officers):
    request_id, changed = str(uuid.uuid4()), bench.under("测试规则第二版")
    submitted = await bench.submit(request_id=request_id)
    assert submitted.framework_ref == FRAMEWORK
    assert (await changed.submit(request_id=request_id)).framework_ref == FRAMEWORK  # the same submission again
    assert (await changed.approve(submitted)).framework_ref == FRAMEWORK
    later = await changed.submit()
    listed = (await bench.ask("ListApprovals", officers.judge)).approvals
    assert {one.name: one.framework_ref for one in listed} == {
        submitted.name: FRAMEWORK,
        later.name: "测试规则第二版",
    }


async def test_an_approval_from_before_rules_were_kept_names_none_and_counts(bench, database, officers):
    former = await bench.under("").submit()
    kept = await database.read(lambda connection: connection.execute(select(APPROVALS.c.framework_ref)).scalar_one())
    assert kept is None
    assert state(await bench.approve(former)) == "APPROVED"
    await use(bench, former)
    reviewed = (await bench.ask("ReviewApproval", officers.stranger, name=former.name)).approval
    assert (reviewed.framework_ref, kinds(reviewed)) == ("", ["SUBMITTED", "CONSENTED", "USED"])


async def test_the_same_statement_sent_again_is_answered_the_same(bench, officers):
    submitted = await bench.submit()
    statement = bench.statement(officers.chief, submitted)
    first = await bench.ask("ApproveApproval", officers.chief, name=submitted.name, statement=statement)
    again = await bench.ask("ApproveApproval", officers.chief, name=submitted.name, statement=statement)
    assert again == first


@pytest.mark.parametrize(
    ("who", "reason"),
    [
        ("judge", Reason.APPROVER_IS_REQUESTER),
        ("colleague", Reason.APPROVER_NOT_ENTITLED),
        ("stranger", Reason.APPROVER_NOT_ENTITLED),
    ],
)
async def test_the_requester_and_those_of_lower_rank_or_another_court_cannot_consent(bench, officers, who, reason):
    submitted = await bench.submit()
    assert await refused(bench.approve(submitted, getattr(officers, who))) is reason
    assert kinds((await bench.ask("GetApproval", officers.judge, name=submitted.name)).approval) == ["SUBMITTED"]


async def test_a_court_below_the_one_that_the_policy_names_cannot_consent(bench, officers):
    bench.requirement = ApprovalRequirement(1, Rank.DIVISION_CHIEF, 2, timedelta(days=1))
    submitted = await bench.submit()
    assert await refused(bench.approve(submitted)) is Reason.APPROVER_NOT_ENTITLED
    assert state(await bench.approve(submitted, officers.president)) == "APPROVED"


@pytest.mark.parametrize(
    "changed",
    [
        {"approval": "approvals/00000000-0000-4000-8000-000000000001"},
        {"method": "/xiezhi.identity.v1.IdentityService/Other"},
        {"request_sha256": bytes(32)},
        {"court_code": "赣0103"},
        {"case_number": "（2026）赣0102执2号"},
        {"requester": "GAN0102-J002"},
        {"decision": Decision.REJECT},
    ],
)
async def test_a_statement_about_anything_else_is_refused(bench, officers, changed):
    submitted = await bench.submit()
    claims = bench.claims(submitted, Decision.CONSENT, **changed)
    statement = bench.sign(officers.chief, claims)
    attempt = bench.ask("ApproveApproval", officers.chief, name=submitted.name, statement=statement)
    assert await refused(attempt) is Reason.STATEMENT_INVALID


async def test_a_consent_never_counts_for_longer_than_its_approval(bench):
    submitted = await bench.submit()
    late = submitted.expire_time.ToDatetime(UTC) + timedelta(seconds=1)
    assert await refused(bench.approve(submitted, not_after=late)) is Reason.STATEMENT_INVALID


async def test_nobody_hands_in_another_officers_statement(bench, officers):
    submitted = await bench.submit()
    statement = bench.statement(officers.chief, submitted)
    attempt = bench.ask("ApproveApproval", officers.other_chief, name=submitted.name, statement=statement)
    assert await refused(attempt) is Reason.STATEMENT_INVALID


async def test_a_statement_under_a_revoked_certificate_is_refused(bench, officers, make_keys):
    keys = make_keys()
    keys.officers.revoke(officers.chief, now=bench.clock.now())
    bench.keys = keys
    bench.servicer._trust = OfficerTrust(keys.officers.authority_file, keys.officers.revocation_file)
    assert await refused(bench.approve(await bench.submit())) is Reason.STATEMENT_REVOKED


async def test_a_rejection_ends_it_and_erases_the_request(bench, officers, database):
    submitted = await bench.submit()
    rejected = await bench.decide("Reject", officers.chief, submitted)
    assert state(rejected) == "REJECTED"
    assert await count(database, REQUESTS) == 0
    assert (await bench.ask("GetApproval", officers.chief, name=submitted.name)).approval.request == b""
    assert await refused(bench.approve(submitted)) is Reason.ALREADY_DECIDED
    assert await refused(bench.approve(submitted, officers.other_chief)) is Reason.APPROVAL_STATE


async def test_a_withdrawal_ends_it(bench, officers, database):
    submitted = await bench.approved()
    asked = {"name": submitted.name, "reason": "不再需要"}
    withdrawn = (await bench.ask("WithdrawApproval", officers.judge, **asked)).approval
    assert state(withdrawn) == "WITHDRAWN"
    assert withdrawn.timeline[-1].reason == "不再需要"
    assert (await bench.ask("WithdrawApproval", officers.judge, **asked)).approval == withdrawn
    assert await count(database, REQUESTS) == 0
    assert await refused(use(bench, submitted)) is Reason.APPROVAL_WITHDRAWN


@pytest.mark.parametrize("who", ["chief", "colleague", "stranger"])
async def test_nobody_withdraws_what_is_anothers(bench, officers, who):
    submitted = await bench.submit()
    attempt = bench.ask("WithdrawApproval", getattr(officers, who), name=submitted.name, reason="mine")
    assert await refused(attempt) is Reason.APPROVAL_NOT_FOUND


async def test_a_revocation_counts_at_once(bench, officers, database):
    approval = await bench.approved()
    await use(bench, approval)
    revoked = await bench.decide("Revoke", officers.chief, approval)
    assert state(revoked) == "REVOKED"
    assert await refused(use(bench, approval)) is Reason.APPROVAL_REVOKED
    assert await count(database, REQUESTS) == 0


async def test_a_superior_may_revoke_too_and_nobody_revokes_what_was_not_approved(bench, officers):
    pending = await bench.submit()
    assert await refused(bench.decide("Revoke", officers.president, pending)) is Reason.APPROVAL_STATE
    await bench.approve(pending)
    assert state(await bench.decide("Revoke", officers.president, pending)) == "REVOKED"


@pytest.mark.clause("R-5.1")
async def test_an_approval_expires_by_itself_and_the_sweep_erases_its_request(bench, officers, database):
    approval = await bench.approved()
    bench.clock.advance(timedelta(days=3))
    read = (await bench.ask("GetApproval", officers.judge, name=approval.name)).approval
    assert (state(read), read.request) == ("EXPIRED", b"")
    assert await refused(use(bench, approval)) is Reason.APPROVAL_EXPIRED
    attempt = bench.ask("WithdrawApproval", officers.judge, name=approval.name, reason="late")
    assert await refused(attempt) is Reason.APPROVAL_STATE
    assert await count(database, REQUESTS) == 1
    assert await handlers.erase_ended(store=bench.store, clock=bench.clock) == 1
    assert await count(database, REQUESTS) == 0


async def test_the_sweep_leaves_what_lives(bench, database):
    await bench.approved()
    await bench.submit()
    assert await handlers.erase_ended(store=bench.store, clock=bench.clock) == 0
    assert await count(database, REQUESTS) == 2


async def test_what_is_not_there_and_what_is_anothers_look_the_same(bench, officers):
    approval = await bench.submit()
    missing = "approvals/00000000-0000-4000-8000-00000000dead"
    told = set()
    for officer in (officers.colleague, officers.stranger, officers.without_rank):
        for name in (approval.name, missing):
            with pytest.raises(XiezhiError) as caught:
                await bench.ask("GetApproval", officer, name=name)
            told.add((caught.value.reason, caught.value.message, caught.value.resource))
    assert {reason for reason, _, _ in told} == {Reason.APPROVAL_NOT_FOUND}
    assert len(told) == 1


async def test_an_overseer_reads_reasons_and_timeline_and_never_the_request(bench, officers):
    approval = await bench.approved()
    seen = (await bench.ask("GetApproval", officers.chief, name=approval.name)).approval
    assert seen.request == REQUEST
    reviewed = (await bench.ask("ReviewApproval", officers.stranger, name=approval.name)).approval
    assert kinds(reviewed) == ["SUBMITTED", "CONSENTED"]
    assert (reviewed.reason, reviewed.timeline[1].reason) == ("因执行需要", "审批人的理由")
    assert reviewed.request == b""
    seen.ClearField("request")
    assert reviewed == seen


async def test_an_overseers_view_names_the_approval_and_its_case_to_the_ledger(bench, officers):
    approval = await bench.submit()
    call = bench.call(officers.stranger, "ReviewApproval")
    await bench.servicer.ReviewApproval(approval_pb2.ReviewApprovalRequest(name=approval.name), call)
    assert (call.approval, call.court_code, call.case_number) == (
        approval.name,
        approval.court_code,
        approval.case_number,
    )
    none = f"approvals/{uuid.uuid4()}"
    assert await refused(bench.ask("ReviewApproval", officers.stranger, name=none)) is Reason.APPROVAL_NOT_FOUND


async def test_a_statement_about_something_else_finds_nothing_where_its_signer_has_no_part(bench, officers):
    approval = await bench.submit()
    for name in (approval.name, "approvals/00000000-0000-4000-8000-00000000dead"):
        statement = bench.statement(officers.stranger, approval, request_sha256=bytes(32))
        attempt = bench.ask("ApproveApproval", officers.stranger, name=name, statement=statement)
        assert await refused(attempt) is Reason.APPROVAL_NOT_FOUND


async def test_the_first_lookup_is_written_once(bench):
    approval = await bench.approved()
    first = await use(bench, approval)
    bench.clock.advance(timedelta(hours=1))
    again = await use(bench, approval)
    assert again.first_used_at == first.first_used_at == bench.clock.now() - timedelta(hours=1)
    assert [event.kind.name for event in again.timeline] == ["SUBMITTED", "CONSENTED", "USED"]


async def test_a_write_spends_and_its_repetition_is_known(bench, officers, database):
    approval = await bench.approved()
    spent = await use(bench, approval, spend=True)
    assert spent.state_at(bench.clock.now()).name == "SPENT"
    bench.clock.advance(timedelta(days=30))
    assert (await use(bench, approval, spend=True)).timeline == spent.timeline
    assert await refused(use(bench, approval)) is Reason.APPROVAL_SPENT
    revoked = bench.decide("Revoke", officers.chief, approval)
    assert await refused(revoked) is Reason.REVOCATION_CHECK_UNAVAILABLE
    assert await count(database, REQUESTS) == 0


async def test_nothing_is_used_before_it_is_approved(bench):
    approval = await bench.submit()
    assert await refused(use(bench, approval)) is Reason.APPROVAL_PENDING
    assert await refused(use(bench, approval, spend=True)) is Reason.APPROVAL_PENDING


async def test_timelines_do_not_run_back_when_a_clock_does(bench):
    approval = await bench.approved()
    bench.clock.advance(-timedelta(seconds=5))
    used = await use(bench, approval)
    times = [event.time for event in used.timeline]
    assert times == sorted(times)


async def test_nothing_personal_lies_open_in_the_database(bench, officers, database):
    approval = await bench.submit(reason="the reason of the judge", request=b"a number nobody may see")
    await bench.approve(approval, reason="the reason of the chief")
    await bench.ask("WithdrawApproval", officers.judge, name=approval.name, reason="the end")

    def dump(connection):
        return [
            str(tuple(row)).encode() + b"".join(bytes(v) for v in row if isinstance(v, bytes | memoryview))
            for table in (APPROVALS, EVENTS, REQUESTS)
            for row in connection.execute(select(table))
        ]

    rows = b"\n".join(await database.read(dump))
    for text in (b"the reason of", b"a number nobody", b"the end", b"x5c"):
        assert text not in rows


async def test_the_database_itself_refuses_to_change_a_timeline(bench, database):
    approval = await bench.approved()
    for statement in (
        EVENTS.update().values(actor="X"),
        EVENTS.delete(),
        APPROVALS.update().values(requester="X"),
        APPROVALS.delete(),
    ):
        with pytest.raises(Exception, match=r"only ever added to|RaiseException|P0001"):
            await database.write(lambda connection, statement=statement: connection.execute(statement))
    assert (await bench.store.get(approval.name)).version == 2


async def test_watching_ends_with_the_decision(bench, officers):
    approval = await bench.submit()
    seen, first = [], asyncio.Event()

    async def watch():
        request = approval_pb2.WatchApprovalRequest(name=approval.name)
        async for answer in bench.servicer.WatchApproval(request, bench.call(officers.judge, "WatchApproval")):
            seen.append(state(answer.approval))
            first.set()
            assert answer.approval.request == b""

    watching = asyncio.ensure_future(watch())
    await asyncio.wait_for(first.wait(), 5)
    started = asyncio.get_running_loop().time()
    await bench.approve(approval)
    await asyncio.wait_for(watching, 5)
    assert seen == ["PENDING", "APPROVED"]
    assert asyncio.get_running_loop().time() - started < 0.9


async def test_watching_what_is_anothers_is_refused(bench, officers):
    approval = await bench.submit()
    request = approval_pb2.WatchApprovalRequest(name=approval.name)
    answers = bench.servicer.WatchApproval(request, bench.call(officers.stranger, "WatchApproval"))
    assert await refused(anext(answers)) is Reason.APPROVAL_NOT_FOUND


async def test_an_officer_of_another_agency_with_the_same_id_is_somebody_else(bench, officers, monkeypatch):
    """Each agency gives out its own ids; an approval is of an officer and of an organisation."""
    approval = await bench.submit(request_id="7f4df0d5-9a4b-4f43-8d5f-6f1f7a1f2a3c")
    monkeypatch.setitem(RANKS, officers.judge, ("赣0103", Rank.JUDGE))
    for work in (
        bench.ask("GetApproval", officers.judge, name=approval.name),
        bench.ask("WithdrawApproval", officers.judge, name=approval.name, reason="不再需要"),
    ):
        assert await refused(work) is Reason.APPROVAL_NOT_FOUND
    assert not (await bench.ask("ListApprovals", officers.judge)).approvals
    again = bench.submit(request_id="7f4df0d5-9a4b-4f43-8d5f-6f1f7a1f2a3c")
    assert await refused(again) is Reason.REQUEST_ID_REUSED
