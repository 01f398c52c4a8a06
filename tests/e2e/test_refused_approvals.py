"""What no approval covers, and which decisions do not count; each refused through the gateway, told and recorded."""

from __future__ import annotations

import asyncio
import dataclasses
import hashlib
import time
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gateway.approval.domain import Approval, Event, Kind, Submission
from gateway.approval.store import ApprovalStore
from services.chassis.db import Database
from services.chassis.policy import Contracts
from services.chassis.sealing import Keyring, Sealer
from services.chassis.watched import INTERVAL_SECONDS
from tests.e2e.players import APPROVALS, BATCH, LOOKUP, OTHER_CHIEF, SECOND_CHIEF, WHY, Players
from tests.e2e.running import Suite
from xiezhi.approval.v1 import approval_pb2
from xiezhi.cli.layout import database_url
from xiezhi.errors import Reason
from xiezhi.identity.v1 import identity_pb2
from xiezhi.pki.officers import OfficerRegister
from xiezhi.proof.statement import Decision, sign_statement

SPARE_CHIEF = "GAN0103-C001"


def _add_expired(players: Players, request: bytes) -> str:
    """Puts an approval that was given four days ago into the gateway's database, as it would lie there."""
    method = Contracts.load().method(LOOKUP)
    assert method is not None
    assert method.policy.approval is not None
    asked = identity_pb2.LookupHouseholdRequest.FromString(request).context
    then = datetime.now(UTC) - timedelta(days=4)
    approval = Approval(
        name=f"approvals/{uuid.uuid4()}",
        method=LOOKUP,
        request_sha256=hashlib.sha256(request).digest(),
        court_code=asked.court_code,
        case_number=asked.case_number,
        requester=players.cast.judge,
        requester_court=asked.court_code,
        submitted_at=then,
        expires_at=(then + method.policy.approval.max_validity).replace(microsecond=0),
        requirement=method.policy.approval,
        timeline=(
            Event(Kind.SUBMITTED, then, players.cast.judge, "0" * 32),
            Event(Kind.CONSENTED, then, players.cast.approver, "0" * 32),
        ),
    )

    async def add() -> None:
        database = Database.open(database_url(players.home, "gateway"))
        try:
            sealer = Sealer(Keyring.load(players.home.keys.keyring_file("gateway")))
            await ApprovalStore(database, sealer=sealer).add(
                Submission(approval, str(uuid.uuid4()), WHY, None, request)
            )
        finally:
            database.close()

    asyncio.run(add())
    return approval.name


@pytest.mark.clause("R-1.7")
def test_no_approval(players: Players) -> None:
    judge, request = players.cast.judge, players.question()
    players.refuse(Reason.APPROVAL_REQUIRED, judge, LOOKUP, request)
    for name in ("approvals/0", "approvals/" + "f" * 36, f"approvals/{uuid.uuid4()}", "x" * 5_000):
        players.refuse(Reason.APPROVAL_NOT_FOUND, judge, LOOKUP, request, approval=name)


def test_an_approval_that_still_waits(players: Players) -> None:
    request = players.question()
    players.refuse(Reason.APPROVAL_PENDING, players.cast.judge, LOOKUP, request, approval=players.submit(request))


def test_an_approval_that_was_rejected(players: Players) -> None:
    request = players.question()
    name = players.submit(request)
    players.decide(name, Decision.REJECT)
    players.refuse(Reason.APPROVAL_REJECTED, players.cast.judge, LOOKUP, request, approval=name)


def test_an_approval_that_was_withdrawn(players: Players) -> None:
    request = players.question()
    name = players.approved(request)
    withdrawal = approval_pb2.WithdrawApprovalRequest(
        request_id=str(uuid.uuid4()), name=name, reason="No longer needed."
    )
    players.call(players.cast.judge, f"{APPROVALS}WithdrawApproval", withdrawal)
    players.refuse(Reason.APPROVAL_WITHDRAWN, players.cast.judge, LOOKUP, request, approval=name)


@pytest.mark.clause("R-1.7")
def test_an_approval_that_was_revoked_answers_nothing_more(players: Players) -> None:
    request = players.question()
    name = players.approved(request)
    assert players.look(request, name).household.members
    players.decide(name, Decision.REVOKE)
    players.refuse(Reason.APPROVAL_REVOKED, players.cast.judge, LOOKUP, request, approval=name)


@pytest.mark.clause("R-1.7")
def test_an_approval_whose_time_is_over(players: Players) -> None:
    request = players.question().SerializeToString(deterministic=True)
    name = _add_expired(players, request)
    players.refuse(Reason.APPROVAL_EXPIRED, players.cast.judge, LOOKUP, request, approval=name)


def test_an_approval_of_another_request_case_or_method(players: Players) -> None:
    judge, request = players.cast.judge, players.question()
    name = players.approved(request)
    changed = identity_pb2.LookupHouseholdRequest()
    changed.CopyFrom(request)
    changed.include_historic_members = True
    players.refuse(Reason.APPROVAL_REQUEST_MISMATCH, judge, LOOKUP, changed, approval=name)
    # The same message in other bytes is another request: what was signed is bytes.
    other_bytes = request.SerializeToString(deterministic=True) + b"\x20\x00"
    assert identity_pb2.LookupHouseholdRequest.FromString(other_bytes) == request
    players.refuse(Reason.APPROVAL_REQUEST_MISMATCH, judge, LOOKUP, other_bytes, approval=name)
    elsewhere = players.question(case=players.cast.other_case)
    players.refuse(Reason.APPROVAL_CASE_MISMATCH, judge, LOOKUP, elsewhere, approval=name)
    batch = identity_pb2.BatchLookupHouseholdsRequest(
        context=request.context, debtors=[request.debtor], categories=request.categories
    )
    players.refuse(Reason.APPROVAL_METHOD_MISMATCH, judge, BATCH, batch, approval=name)


@pytest.mark.clause("R-1.7")
def test_nobody_approves_the_own_request(players: Players) -> None:
    judge = players.cast.judge
    name = players.submit(players.question())
    statement = players.sign(players.claims(name, officer=judge), officer=judge)
    deciding = (players.token(judge, permissions=("approval.decide",)),)
    players.refuse(Reason.APPROVER_IS_REQUESTER, judge, *players.step(name, statement), metadata=deciding)


@pytest.mark.clause("R-1.7")
def test_a_judge_or_the_chief_of_another_court_approves_nothing(players: Players) -> None:
    name = players.submit(players.question())
    claims = players.claims(name)
    for officer in (players.cast.colleague, OTHER_CHIEF):
        deciding = (players.token(officer, permissions=("approval.decide", "approval.read")),)
        step = players.step(name, players.sign(claims, officer=officer))
        players.refuse(Reason.APPROVER_NOT_ENTITLED, officer, *step, metadata=deciding)
        shown = approval_pb2.GetApprovalRequest(name=name)
        players.refuse(Reason.APPROVAL_NOT_FOUND, officer, f"{APPROVALS}GetApproval", shown, metadata=deciding)
    players.decide(name)


def test_a_decision_counts_once_and_only_while_it_is_due(players: Players) -> None:
    name = players.submit(players.question())
    claims = players.claims(name)
    consent = players.step(name, players.sign(claims))
    players.call(players.cast.approver, *consent)
    players.call(players.cast.approver, *consent)
    otherwise = players.sign(dataclasses.replace(claims, reason="For another reason."))
    players.refuse(Reason.ALREADY_DECIDED, players.cast.approver, *players.step(name, otherwise))
    second = players.step(name, players.sign(claims, officer=SECOND_CHIEF))
    players.refuse(Reason.APPROVAL_STATE, SECOND_CHIEF, *second)
    withdrawal = approval_pb2.WithdrawApprovalRequest(
        request_id=str(uuid.uuid4()), name=name, reason="No longer needed."
    )
    players.call(players.cast.judge, f"{APPROVALS}WithdrawApproval", withdrawal)
    revocation = dataclasses.replace(claims, decision=Decision.REVOKE)
    step = players.step(name, players.sign(revocation), Decision.REVOKE)
    players.refuse(Reason.APPROVAL_STATE, players.cast.approver, *step)


def test_a_statement_counts_for_its_approval_only(players: Players) -> None:
    chief = players.cast.approver
    request = players.question()
    first, second = players.submit(request), players.submit(request)
    claims = players.claims(first)
    players.refuse(Reason.STATEMENT_INVALID, chief, *players.step(second, players.sign(claims)))
    players.refuse(Reason.STATEMENT_INVALID, chief, *players.step(first, players.sign(claims), Decision.REJECT))
    for change in (
        {"request_sha256": bytes(32)},
        {"requester": players.cast.colleague},
        {"case_number": players.cast.other_case},
        {"method": BATCH},
        {"not_after": claims.not_after + timedelta(seconds=1)},
        {"not_after": claims.issued_at - timedelta(seconds=1)},
        {"issued_at": claims.issued_at + timedelta(hours=1)},
    ):
        forged = players.sign(dataclasses.replace(claims, **change))  # type: ignore[arg-type]
        players.refuse(Reason.STATEMENT_INVALID, chief, *players.step(first, forged))
    players.refuse(Reason.STATEMENT_INVALID, SECOND_CHIEF, *players.step(first, players.sign(claims)))
    for junk in ("a.b.c", "x", "。" * 100):
        players.refuse(Reason.STATEMENT_INVALID, chief, *players.step(first, junk))


def test_a_statement_under_a_self_made_authority_counts_for_nothing(players: Players, tmp_path: Path) -> None:
    chief = players.cast.approver
    name = players.submit(players.question())
    claims = players.claims(name)
    forger = OfficerRegister(tmp_path)
    forger.update([players.home.keys.officers.get(chief)], now=datetime.now(UTC))
    theirs = forger.signer(chief)
    forged = sign_statement(claims, key=theirs.key, chain=(theirs.certificate,))  # type: ignore[arg-type]
    players.refuse(Reason.STATEMENT_INVALID, chief, *players.step(name, forged))
    genuine = players.home.keys.officers.signer(chief).certificate
    borrowed = sign_statement(claims, key=Ed25519PrivateKey.generate(), chain=(genuine,))
    players.refuse(Reason.STATEMENT_INVALID, chief, *players.step(name, borrowed))


def test_a_revoked_certificate_approves_nothing_and_what_it_approved_is_void(suite: Suite, players: Players) -> None:
    officers = suite.home.keys.officers
    officers.reissue(SPARE_CHIEF, now=datetime.now(UTC))
    judge = "GAN0103-J001"
    number = players.cast.debtor_number
    case = players.register(number, handler=judge, court="赣0103", officer=_registrar(players, "赣0103"))
    request = players.question(judge, case=case)
    given, waiting = players.submit(request, officer=judge), players.submit(request, officer=judge)
    players.decide(given, officer=SPARE_CHIEF)
    assert players.look(request, given, officer=judge).household.members
    step = players.step(waiting, players.sign(players.claims(waiting, officer=SPARE_CHIEF), officer=SPARE_CHIEF))
    officers.revoke(SPARE_CHIEF, now=datetime.now(UTC))
    time.sleep(2 * INTERVAL_SECONDS)  # processes look at the list this often
    players.refuse(Reason.STATEMENT_REVOKED, SPARE_CHIEF, *step)
    players.refuse(Reason.APPROVALS_INSUFFICIENT, judge, LOOKUP, request, approval=given)


def _registrar(players: Players, court: str) -> str:
    """Adds the registrar of a court that has none in the province; returns the officer's id."""
    officers = players.home.keys.officers
    real = officers.get("GAN0102-R001")
    made = dataclasses.replace(real, officer_id=f"GAN{court[1:]}-R901", organisation=court)
    officers.update([made], now=datetime.now(UTC))
    return made.officer_id


def test_a_list_of_approvals_is_turned_by_its_own_pages_only(players: Players) -> None:
    judge, listing = players.cast.judge, approval_pb2.ListApprovalsRequest(page_size=1)
    answer = players.call(judge, f"{APPROVALS}ListApprovals", listing)
    token = approval_pb2.ListApprovalsResponse.FromString(answer.payload).next_page_token
    assert token
    for wrong in (
        approval_pb2.ListApprovalsRequest(page_token="bm9uZQ"),
        approval_pb2.ListApprovalsRequest(page_token="。"),
        approval_pb2.ListApprovalsRequest(page_token=token, state=approval_pb2.STATE_APPROVED),
    ):
        players.refuse(Reason.PAGE_TOKEN_INVALID, judge, f"{APPROVALS}ListApprovals", wrong)
    others = approval_pb2.ListApprovalsRequest(page_size=1, page_token=token)
    players.refuse(Reason.PAGE_TOKEN_INVALID, players.cast.approver, f"{APPROVALS}ListApprovals", others)
