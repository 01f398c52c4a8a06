"""An overseer finds who asked about a person, by whom it was allowed and why; and is found in turn."""

from __future__ import annotations

import json
import subprocess
import sys
import uuid
from pathlib import Path
from typing import Any

from tests.e2e.players import APPROVALS, COURT, LOOKUP, WHY, Players
from tests.e2e.processes import clean_environment
from xiezhi.approval.v1 import approval_pb2
from xiezhi.cli.oversight.command import SERVICE
from xiezhi.errors import Reason
from xiezhi.ledger.v1 import ledger_pb2, oversight_pb2


def _run(players: Players, *arguments: str, typed: str = "") -> dict[str, Any]:
    """Runs a command of the auditor's, to which something is piped; returns what it printed."""
    command = (sys.executable, "-m", "xiezhi.cli", "--home", str(players.home.root), "--json", "oversight")
    ended = subprocess.run(
        [*command, *arguments, "--as", players.cast.auditor],
        input=typed,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=clean_environment(),
    )
    assert ended.returncode == 0, ended.stdout
    assert not (typed.strip() and typed.strip() in ended.stdout + ended.stderr), "the number is shown"
    found: dict[str, Any] = json.loads(ended.stdout)
    return found


def _search(players: Players, **about: Any) -> list[ledger_pb2.Entry]:
    """Searches as the auditor, past the command line."""
    request = oversight_pb2.SearchEntriesRequest(request_id=str(uuid.uuid4()), **about)
    answer = players.call(players.cast.auditor, f"{SERVICE}SearchEntries", request)
    page = oversight_pb2.SearchEntriesResponse.FromString(answer.payload)
    return [ledger_pb2.Entry.FromString(one.entry) for one in page.entries]


def test_an_overseer_finds_who_asked_about_a_person_and_is_found_in_turn(players: Players, tmp_path: Path) -> None:
    case = players.register()
    request = players.question(case=case)
    approval = players.approved(request)
    players.look(request, approval)
    # By the number, which is piped in: the disclosure is the newest, and proven.
    proofs = ("--limit", "1", "--proofs-dir", str(tmp_path))
    found = _run(players, "search", "--subject", "-", *proofs, typed=f"{players.cast.debtor_number}\n")
    (entry,) = found["entries"]
    assert (entry["kind"], entry["method"]) == ("DISCLOSURE", LOOKUP)
    assert (entry["actor"], entry["approval"]) == (players.cast.judge, approval)
    assert found["more"]
    assert [file.name for file in tmp_path.iterdir()] == [f"entry-{entry['leaf_index']}.json"]
    # By the case and the approval: its steps, and by whom it was consented to.
    by_case = _search(players, case=oversight_pb2.CaseKey(court_code=COURT, case_number=case))
    steps = {one.method.rpartition("/")[2] for one in by_case}
    assert {"RegisterCase", "SubmitApproval", "ApproveApproval", "LookupHousehold"} <= steps
    assert players.cast.approver in {one.actor for one in _search(players, approval=approval)}
    # Why, in their own words, and nothing of what was asked for.
    review = _run(players, "approval", approval)["answer"]["approval"]
    assert (review["reason"], review["timeline"][1]["reason"]) == (WHY, WHY)
    assert "request" not in review
    # The next who looks for the person sees who looked.
    newest = _search(players, subject_number=players.cast.debtor_number)[0]
    assert (newest.kind, newest.actor) == (ledger_pb2.ENTRY_KIND_ACCESS, players.cast.auditor)


def test_a_consent_that_came_at_once_is_asked_about(players: Players) -> None:
    approval = players.approved(players.question())
    found = _run(players, "patterns")["answer"]["findings"]
    quick = [one for one in found if one["kind"] == "FINDING_KIND_QUICK_CONSENT"]
    assert approval in {one["approval"] for one in quick}


def test_only_overseers_oversee(players: Players) -> None:
    search = oversight_pb2.SearchEntriesRequest(request_id=str(uuid.uuid4()), officer_id=players.cast.judge)
    review = approval_pb2.ReviewApprovalRequest(name=f"approvals/{uuid.uuid4()}")
    for officer in (players.cast.judge, players.cast.approver):
        players.refuse(Reason.PERMISSION_MISSING, officer, f"{SERVICE}SearchEntries", search)
        players.refuse(Reason.PERMISSION_MISSING, officer, f"{APPROVALS}ReviewApproval", review)
    players.refuse(Reason.APPROVAL_NOT_FOUND, players.cast.auditor, f"{APPROVALS}ReviewApproval", review)
    reasons = [one.reason for one in _search(players, officer_id=players.cast.judge)]
    assert reasons[:2] == ["PERMISSION_MISSING", "PERMISSION_MISSING"]
