"""A court to which the exchange does not run yet asks on paper, until it does: nothing twice, nothing is read."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from typer.main import get_command

from services.chassis.watched import INTERVAL_SECONDS
from services.synthetic.duty import PAPER_COURT
from services.synthetic.officers import PROVINCIAL_POLICE
from tests.e2e.lines import Refused
from tests.e2e.papers import CARRIER, CHIEF, CITY_CARRIER, JUDGE, LIAISON, PAPERS, SUPERIOR, Handed, Papers
from tests.e2e.players import APPROVALS, BATCH, COURT, LOOKUP, WHY, Players
from tests.e2e.running import Suite, await_that
from tests.e2e.vehicles import Vehicles
from xiezhi.approval.v1 import approval_pb2
from xiezhi.cli import build_app
from xiezhi.cli.bundles.drafts import DraftRequest
from xiezhi.common.v1 import case_pb2
from xiezhi.errors import Reason
from xiezhi.errors.status import STATUS_KEY, from_status
from xiezhi.identity.v1 import identity_pb2
from xiezhi.ledger.v1 import ledger_pb2
from xiezhi.paper.v1 import paper_pb2
from xiezhi.policy.v1 import policy_pb2
from xiezhi.proof.receipt import split_receipt
from xiezhi.vehicle.v1 import seizure_pb2

PERFORM = f"{PAPERS}PerformPaper"


@pytest.fixture(scope="module")
def papers(own_suite: Suite) -> Iterator[Papers]:
    players = Players(own_suite.home)
    yield Papers(players)
    players.close()


@pytest.fixture
def players(papers: Papers) -> Players:
    return papers.players


def _entries(papers: Papers, approval: str, kind: ledger_pb2.EntryKind = ledger_pb2.ENTRY_KIND_DISCLOSURE) -> list[Any]:
    return [e for e in papers.players.book.read() if e.approval == approval and e.kind == kind]


def _is_taken(players: Players, case: str) -> bool:
    """Whether the judge can ask over the platform."""
    try:
        return bool(players.submit(players.question(JUDGE, case=case), officer=JUDGE))
    except Refused:
        return False


def _brought(papers: Papers, handed: Handed) -> paper_pb2.PerformPaperResponse | None:
    """Hands a request in; None while the gateway has not heard that the exchange is out."""
    try:
        return papers.bring(handed)
    except Refused as refused:
        if refused.reason is not Reason.CHANNEL_OPERATIONAL:
            raise
        return None


def _told(answer: paper_pb2.PerformPaperResponse) -> Reason:
    assert answer.sealed_answer == b""
    return from_status("UNKNOWN", "", ((STATUS_KEY, answer.status),)).reason


@pytest.mark.clause("R-4.1", "R-5.2")
def test_from_the_judge_s_desk_to_the_police_and_back(papers: Papers, players: Players, tmp_path: Path) -> None:
    command_line, root = get_command(build_app()), ("--home", str(players.home.root), "--json", "bundle")

    def run(*arguments: str, expected: int = 0) -> Any:
        ended = CliRunner().invoke(command_line, [*root, *arguments])
        assert ended.exit_code == expected, ended.output
        return json.loads(ended.stdout)

    asked, draft, bundle, results = (tmp_path / name for name in ("q.json", "one.draft.json", "one.bundle", "results"))
    debtor = papers.question().debtor
    question = {
        "context": {"case_number": papers.case},
        "debtor": {
            "type": "PARTY_TYPE_NATURAL",
            "name": debtor.name,
            "id_type": "IDENTITY_NUMBER_TYPE_CITIZEN",
            "id_number": debtor.id_number,
        },
        "categories": ["CATEGORY_HOUSEHOLD"],
    }
    asked.write_text(json.dumps(question, ensure_ascii=False), encoding="utf-8")
    to = ("--to", PROVINCIAL_POLICE, "--reference", "（2026）赣1121执报1号", "--reason", WHY)
    run("draft", LOOKUP, "--file", str(asked), "--as", JUDGE, *to, "--out", str(draft))
    run("approve", str(draft), "--as", CHIEF, "--reason", WHY, "--yes")
    run("export", str(draft), "--as", LIAISON, "--reference", "报1号", "--out", str(bundle), "--no-form")
    back = ("--as", CARRIER, "--reference", "反馈1号", "--out", str(results), "--no-form")
    forged = tmp_path / "forged.bundle"
    forged.write_bytes(bundle.read_bytes()[:-1] + b"?")
    refused = run("import", str(forged), *back, expected=1)
    assert refused["error"]["reason"] == Reason.BUNDLE_INVALID
    run("import", str(bundle), *back)
    # The court's liaison finds that it was taken in, though no result may have come back yet.
    listed = run("list", "--as", LIAISON)["answer"]["items"][0]
    assert ("reason" in listed, listed["approval"]) == (False, DraftRequest.read(draft).approval)
    opened = run("open", str(results), "--as", JUDGE)
    (result,) = opened["results"]
    assert debtor.name in json.dumps(result, ensure_ascii=False)
    # Brought once more, past what the police's machine remembers: the same answer, and nothing more in the ledger.
    drafted = DraftRequest.read(draft)
    request = paper_pb2.PerformPaperRequest(
        bundle_id=opened["header"]["bundle_id"],
        bundle_sha256=bytes(32),
        paper_reference=drafted.paper_reference,
        method=drafted.method,
        request=drafted.request,
        request_statement=drafted.statement,
        consents=drafted.consents,
    )
    again = paper_pb2.PerformPaperResponse.FromString(players.call(CARRIER, PERFORM, request).payload)
    assert again.is_repeated
    assert debtor.name.encode() not in again.SerializeToString()
    (entry,) = _entries(papers, drafted.approval)
    assert (entry.method, entry.actor, entry.actor_organisation) == (LOOKUP, JUDGE, PAPER_COURT)
    # The approval is one as any other to the judge and the approver.
    review = players.review(drafted.approval, officer=CHIEF)
    assert (review.approval.requester, review.approval.reason) == (JUDGE, WHY)
    assert [event.actor for event in review.approval.timeline] == [JUDGE, CHIEF, JUDGE]


def test_brought_in_twice_it_is_asked_once(papers: Papers) -> None:
    handed = papers.handed()
    first, second = papers.bring(handed), papers.bring(handed)
    payload, receipt = split_receipt(handed.open(first))
    assert receipt is not None
    answer = identity_pb2.LookupHouseholdResponse.FromString(payload).answer
    assert answer.ByteSize()
    assert (second.sealed_answer, second.perform_time, second.is_repeated) == (
        first.sealed_answer,
        first.perform_time,
        True,
    )
    assert len(_entries(papers, handed.approval)) == 1
    performed = _entries(papers, handed.approval, ledger_pb2.ENTRY_KIND_WORKFLOW)
    assert {(entry.method, entry.actor) for entry in performed} == {(PERFORM, CARRIER)}


@pytest.mark.clause("R-4.1")
def test_over_the_platform_nothing_is_asked_where_it_does_not_run(papers: Papers, players: Players) -> None:
    question = players.question(JUDGE, case=papers.case)
    players.refuse(Reason.CHANNEL_NOT_OPERATIONAL, JUDGE, f"{APPROVALS}SubmitApproval", players.submission(question))
    players.refuse(Reason.CHANNEL_NOT_OPERATIONAL, JUDGE, LOOKUP, question)


@pytest.mark.clause("R-4.1")
def test_on_paper_nothing_is_asked_where_the_exchange_runs(papers: Papers, players: Players) -> None:
    request = papers.question(judge=players.cast.judge)
    request.context.case_number, request.context.court_code = players.cast.case, "赣0102"
    handed = papers.handed(request, approver=players.cast.approver)
    players.refuse(Reason.CHANNEL_OPERATIONAL, CARRIER, PERFORM, handed.request)


@pytest.mark.clause("R-4.1")
def test_while_the_exchange_is_out_a_seizure_on_paper_is_registered_once(papers: Papers, players: Players) -> None:
    order = Vehicles(players).order().register(Vehicles.cars(), months=0, last_day="")
    order.context.channel = case_pb2.CHANNEL_MANUAL
    papers.declare_outage(COURT, policy_pb2.DEPARTMENT_TRAFFIC)
    handed = papers.handed(order, approver=players.cast.approver)
    await_that(lambda: _brought(papers, handed), "the gateway does not hear that the exchange is out")
    answer = papers.bring(handed)
    payload, _ = split_receipt(handed.open(answer))
    (outcome,) = seizure_pb2.RegisterSeizureResponse.FromString(payload).outcomes
    assert outcome.seizure.name
    assert not outcome.refused_reason
    assert answer.is_repeated
    assert len(_entries(papers, handed.approval, ledger_pb2.ENTRY_KIND_MEASURE)) == 1
    approval = approval_pb2.GetApprovalResponse.FromString(
        players.call(
            players.cast.judge, f"{APPROVALS}GetApproval", approval_pb2.GetApprovalRequest(name=handed.approval)
        ).payload
    ).approval
    assert approval.state == approval_pb2.STATE_SPENT


@pytest.mark.long
def test_a_gateway_that_was_killed_gives_the_answer_that_it_gave(papers: Papers, own_suite: Suite) -> None:
    handed = papers.handed()
    first = papers.bring(handed)
    own_suite.kill("gateway")
    own_suite.start("gateway")
    again = papers.bring(handed)
    assert (again.sealed_answer, again.perform_time, again.is_repeated) == (
        first.sealed_answer,
        first.perform_time,
        True,
    )


def test_what_cannot_be_brought_in(papers: Papers, players: Players) -> None:
    rows = {
        Reason.METHOD_NOT_ON_PAPER: papers.handed(method=BATCH),
        Reason.BUNDLE_OF_ANOTHER_RECIPIENT: papers.handed(unit="360100000000"),
    }
    for reason, handed in rows.items():
        players.refuse(reason, CARRIER, PERFORM, handed.request)
    players.refuse(Reason.BUNDLE_OF_ANOTHER_RECIPIENT, CITY_CARRIER, PERFORM, papers.handed().request)
    players.refuse(Reason.PERMISSION_MISSING, JUDGE, PERFORM, papers.handed().request)
    tampered = papers.handed()
    tampered.request.request = papers.question(phone="13900000000").SerializeToString()
    players.refuse(Reason.STATEMENT_INVALID, CARRIER, PERFORM, tampered.request)
    handed = papers.handed()
    papers.bring(handed)
    other = papers.handed(paper_reference=handed.request.paper_reference)
    players.refuse(Reason.PAPER_REFERENCE_REUSED, CARRIER, PERFORM, other.request)
    handed.request.paper_reference += "之一"
    players.refuse(Reason.STATEMENT_INVALID, CARRIER, PERFORM, handed.request)


def test_no_consent_of_a_revoked_approver_counts(papers: Papers, players: Players) -> None:
    handed = papers.handed(approver=SUPERIOR)
    players.home.keys.officers.revoke(SUPERIOR, now=players.now())
    time.sleep(2 * INTERVAL_SECONDS)
    players.refuse(Reason.STATEMENT_REVOKED, CARRIER, PERFORM, handed.request)


def test_while_nobody_knows_who_is_revoked_nothing_is_performed_and_nothing_is_lost(
    papers: Papers, players: Players
) -> None:
    handed, listed = papers.handed(), players.home.keys.officers.revocation_file
    kept = listed.read_bytes()
    listed.write_bytes(b"nothing")
    time.sleep(2 * INTERVAL_SECONDS)
    players.refuse(Reason.REVOCATION_CHECK_UNAVAILABLE, CARRIER, PERFORM, handed.request)
    listed.write_bytes(kept)
    time.sleep(2 * INTERVAL_SECONDS)
    assert not papers.bring(handed).is_repeated


@pytest.mark.clause("R-4.5")
def test_a_judge_whose_card_has_expired_is_told_so_on_paper(papers: Papers, players: Players) -> None:
    papers.give_expired_card("GZZ-1121-OLD")
    handed = papers.handed(papers.question(work_card_number="GZZ-1121-OLD"))
    answer = papers.bring(handed)
    assert _told(answer) is Reason.CREDENTIALS_REQUIRED
    assert papers.bring(handed).status == answer.status
    refusals = [
        (entry.method, entry.actor, entry.reason)
        for entry in _entries(papers, handed.approval, ledger_pb2.ENTRY_KIND_REFUSAL)
    ]
    assert refusals == [(LOOKUP, JUDGE, Reason.CREDENTIALS_REQUIRED.value)]
    (listed,) = [item for item in papers.list(CARRIER) if item.approval == handed.approval]
    assert (listed.reason, listed.court_code) == (Reason.CREDENTIALS_REQUIRED.value, PAPER_COURT)
    assert handed.approval in {item.approval for item in papers.list(JUDGE)}
    assert handed.approval not in {item.approval for item in papers.list(CITY_CARRIER)}


@pytest.mark.clause("R-4.1")
def test_after_the_cut_over_what_was_on_paper_is_not_asked_once_more(papers: Papers, players: Players) -> None:
    handed = papers.handed()
    first = papers.bring(handed)
    papers.cut_over()
    await_that(lambda: _is_taken(players, papers.case), "the gateway does not hear that the exchange runs now")
    # The very bytes that were on paper are not taken over the platform, with the paper's approval or a new one.
    content = handed.request.request
    players.refuse(Reason.CHANNEL_OPERATIONAL, JUDGE, LOOKUP, content, approval=handed.approval)
    players.refuse(Reason.CHANNEL_OPERATIONAL, JUDGE, f"{APPROVALS}SubmitApproval", players.submission(content))
    soon = players.now().replace(microsecond=0) + timedelta(seconds=1)
    players.refuse(Reason.CHANNEL_OPERATIONAL, CARRIER, PERFORM, papers.handed(issued_at=soon).request)
    again = papers.bring(handed)
    assert (again.sealed_answer, again.is_repeated) == (first.sealed_answer, True)
    assert len(_entries(papers, handed.approval)) == 1
    asked = approval_pb2.GetApprovalRequest(name=handed.approval)
    assert players.call(CHIEF, f"{APPROVALS}GetApproval", asked).payload
