"""The commands of criminal referral, each as a person calls it, on a running suite."""

from __future__ import annotations

import base64
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from services.synthetic import SCENARIO
from tests.e2e.command import run_command
from tests.e2e.processes import clean_environment
from tests.e2e.running import Suite

pytestmark = pytest.mark.long

UNIT, FACTS = "360102000000", "有能力履行而拒不履行。"
INVESTIGATOR, HEAD, SUPERVISOR = (
    ("--as", officer) for officer in (SCENARIO.investigator, SCENARIO.unit_head, SCENARIO.court_supervisor)
)
SUSPECT = ("--suspect", f"{SCENARIO.debtor_name}:{SCENARIO.debtor_number}")
JUDGE = ("--as", SCENARIO.judge, "--case", SCENARIO.referral_case, *SUSPECT)


@pytest.fixture(scope="module")
def home(own_suite: Suite) -> Path:
    return own_suite.home.root


@pytest.fixture(scope="module")
def name(home: Path) -> str:
    """A referral of the debtor, received by the unit."""
    assert "referrals" not in run_command(home, "referral", "list", *JUDGE)["answer"]
    package = ("--unit", UNIT, "--facts", FACTS, "--evidence", "testimony:证人证言", "--draft")
    sent = _order(home, "send", *package, approver=SCENARIO.superior_approver)
    assert sent["state"] == "REFERRAL_STATE_SENT"
    waiting = run_command(home, "referral", "inbox", *INVESTIGATOR, "--state", "sent")["answer"]["referrals"]
    assert [one["name"] for one in waiting] == [sent["name"]]
    received = _step(home, "receive", sent["name"], "--number", "R2")
    assert [one["kind"].rpartition("_")[2] for one in received["documents"]] == ["LETTER", "ACCOUNT", "RECEIPT"]
    return str(sent["name"])


def test_what_is_due_tells_the_rule_and_the_calendar(home: Path, name: str) -> None:
    items = run_command(home, "due", *INVESTIGATOR, "--until", "2100-01-01")["answer"]["items"]
    own = [item for item in items if item["referral"] == name]
    assert own
    assert all(item["duty"]["rule_version"] and item["duty"]["calendar_versions"] for item in own)
    assert "items" not in run_command(home, "due", "--as", SCENARIO.other_investigator)["answer"]


def test_the_court_has_a_receipt_under_seal(home: Path, name: str, tmp_path: Path) -> None:
    (referral,) = run_command(home, "referral", "list", *JUDGE)["answer"]["referrals"]
    (digest,) = (one["sha256"] for one in referral["documents"] if one["kind"].endswith("RECEIPT"))
    saved = tmp_path / "receipt.pdf"
    run_command(home, "referral", "document", name, _hexadecimal(digest), *JUDGE, "--to", str(saved))
    assert run_command(home, "paper", "verify", str(saved), "--of", UNIT)["signer"] == UNIT


def test_a_receipt_that_was_sealed_elsewhere_says_when(home: Path, name: str, tmp_path: Path) -> None:
    own = ("referral", "receive", name, *INVESTIGATOR, "--number", "R2", "--letter", str(tmp_path / "none.pdf"))
    assert "--signed" in run_command(home, *own, expected=1)["error"]["next_step"]


def test_more_is_asked_for_and_sent(home: Path, name: str) -> None:
    asked = _step(home, "ask", name, "--missing", "房产登记资料")
    assert asked["state"] == "REFERRAL_STATE_SUPPLEMENT_REQUESTED"
    sent = _order(home, "supplement", name, "--evidence", "documentary:房产登记", "--draft", approver=SCENARIO.approver)
    assert [one["title"] for one in sent["evidence"]] == ["证人证言", "房产登记"]


def test_a_review_is_extended_by_whoever_may(home: Path, name: str) -> None:
    thirty = ("referral", "extend", name, "--to", "30", "--why", "重大")
    assert run_command(home, *thirty, *INVESTIGATOR, expected=1)["error"]["reason"] == "EXTENSION_NOT_ENTITLED"
    assert _step(home, "extend", name, "--to", "30", "--why", "重大", officer=HEAD)["state"]


def test_it_is_decided_answered_and_opened_again(home: Path, name: str, tmp_path: Path) -> None:
    decided = ("--suspect", "0", "--not-file", "--number", "N2")
    assert _step(home, "decide", name, *decided, officer=HEAD)["state"] == "REFERRAL_STATE_NOT_FILED"
    letter, saved = tmp_path / "letter.pdf", tmp_path / "saved.pdf"
    content = ("--suspect", "0", "--number", "O2", "--because", "证据不足")
    run_command(home, "referral", "letter", name, *INVESTIGATOR, *content, "--to", str(letter), "--unsealed")
    unsealed = ("referral", "opinion", name, *INVESTIGATOR, *content, "--letter", str(letter))
    assert run_command(home, *unsealed, expected=1)["error"]["reason"] == "DOCUMENT_UNSEALED"
    run_command(home, "referral", "letter", name, *INVESTIGATOR, *content, "--to", str(letter))
    given = _step(home, "opinion", name, *content, "--letter", str(letter))
    assert given["state"] == "REFERRAL_STATE_OPINION_GIVEN"
    (digest,) = (one["sha256"] for one in given["documents"] if one["kind"].endswith("OPINION"))
    hexadecimal = _hexadecimal(digest)
    for who in (JUDGE, INVESTIGATOR):
        run_command(home, "referral", "document", name, hexadecimal, *who, "--to", str(saved))
        assert saved.read_bytes() == letter.read_bytes()
    ground = ("--suspect", "0", "--ground", "new-evidence", "--text", "新证据")
    assert _step(home, "reopen", name, *ground, officer=HEAD)["state"] == "REFERRAL_STATE_REOPENED"
    filed = ("--suspect", "0", "--file", "--number", "F2")
    assert _step(home, "decide", name, *filed, officer=HEAD)["state"] == "REFERRAL_STATE_FILED"
    fed_back = _step(home, "feedback", name, "--suspect", "0", "--number", "B2", "--save", str(saved))
    assert fed_back["state"] == "REFERRAL_STATE_FEEDBACK_GIVEN"
    assert run_command(home, "paper", "verify", str(saved), "--of", UNIT)["signer"] == UNIT


def test_one_is_passed_on_and_withdrawn(home: Path, name: str) -> None:
    package = (
        "--unit",
        UNIT,
        "--facts",
        FACTS,
        "--evidence",
        "testimony:证人证言",
        "--draft",
        "--predecessor",
        name,
    )
    numbers = ("--letter-number", "L3", "--account-number", "A3")
    third = _order(home, "send", *package, *numbers, approver=SCENARIO.superior_approver)["name"]
    _step(home, "receive", third, "--number", "R3")
    assert _step(home, "transfer", third, "--unit", "360103000000", "--why", "住所地")["unit"] == "360103000000"
    gone = run_command(home, "referral", "show", third, *INVESTIGATOR, expected=1)["error"]
    assert gone["reason"] == "REFERRAL_NOT_FOUND"
    withdrawn = _order(home, "withdraw", third, "--why", "已履行完毕", approver=SCENARIO.approver)
    assert withdrawn["state"] == "REFERRAL_STATE_WITHDRAWN"


def test_a_campaign_counts_its_referrals(home: Path, name: str) -> None:
    days = ("--from", "2018-01-01", "--to", "2100-01-01")
    opened = run_command(home, "referral", "campaign", "open", *SUPERVISOR, "--title", "春雷行动", *days)
    campaign = opened["answer"]["campaign"]["name"]
    run_command(home, "referral", "campaign", "join", campaign, name, *SUPERVISOR)
    (listed,) = run_command(home, "referral", "campaign", "list", *SUPERVISOR)["answer"]["campaigns"]
    assert listed["referral_count"] == 1
    rows = run_command(home, "referral", "report", *SUPERVISOR, "--by", "campaign")["answer"]["rows"]
    assert [row["key"] for row in rows] == [campaign]


def test_a_list_of_key_cases_waits_for_the_second_signature(home: Path, name: str) -> None:
    proposed = run_command(home, "referral", "keycases", "propose", name, *SUPERVISOR, "--title", "清单二")
    lists = proposed["answer"]["list"]["name"]
    signed = run_command(home, "referral", "keycases", "sign", lists, *SUPERVISOR)["answer"]["list"]
    assert (signed["state"], signed["signed_by"]) == ("KEY_CASE_LIST_STATE_PENDING", ["赣"])
    assert "lists" not in run_command(home, "referral", "keycases", "list", *INVESTIGATOR)["answer"]
    police = ("--as", SCENARIO.police_supervisor)
    both = run_command(home, "referral", "keycases", "sign", lists, *police)["answer"]["list"]
    assert both["state"] == "KEY_CASE_LIST_STATE_PUBLISHED"
    (seen,) = run_command(home, "referral", "keycases", "list", *INVESTIGATOR)["answer"]["lists"]
    assert [case["referral"] for case in seen["cases"]] == [name]


def test_notices_wait_until_they_are_acknowledged(home: Path, name: str) -> None:
    watch = ("referral", "notices", "watch", *INVESTIGATOR, "--once", "--timeout", "1s")
    waiting = run_command(home, *watch)
    assert name in {notice["subject"] for notice in waiting}
    ids = [notice["notice_id"] for notice in waiting]
    assert run_command(home, "referral", "notices", "acknowledge", *ids, *INVESTIGATOR)["acknowledged_count"] > 0
    assert run_command(home, *watch) == []
    assert run_command(home, "referral", "notices", "dead-letters", "--as", "POL360000-O001") == []


def test_a_report_is_printed_as_csv(home: Path, name: str) -> None:
    assert name
    command = [sys.executable, "-m", "xiezhi.cli", "--home", str(home), "referral", "report", *SUPERVISOR, "--csv"]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, env=clean_environment(), check=True)
    first, *rows = ended.stdout.splitlines()
    assert first.startswith("key,referral_count,suspect_count")
    assert UNIT in {row.partition(",")[0] for row in rows}


def test_a_calendar_with_a_day_of_another_year_is_refused(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "calendar.json"
    file.write_text('{"year": 2031, "version": "V", "off": ["2032-01-01"], "work": []}', encoding="utf-8")
    refused = run_command(home, "calendar", "import", str(file), *SUPERVISOR, expected=1)["error"]
    assert refused["reason"] == "CALENDAR_INVALID"
    years = [one["year"] for one in run_command(home, "calendar", "list", *SUPERVISOR)["answer"]["calendars"]]
    assert years == sorted(years, reverse=True)


def _order(home: Path, verb: str, *arguments: str, approver: str) -> dict[str, Any]:
    """Submits a court's call, has it approved and makes it."""
    approval = run_command(home, "referral", verb, *arguments, *JUDGE, "--reason", "Refusal.")["name"]
    run_command(home, "approvals", "approve", approval, "--as", approver, "--reason", "Agreed.", "--yes")
    made = run_command(home, "referral", verb, *JUDGE[:2], "--approval", approval)
    referral: dict[str, Any] = made["answer"]["referral"]
    return referral


def _step(home: Path, verb: str, name: str, *arguments: str, officer: tuple[str, ...] = INVESTIGATOR) -> dict[str, Any]:
    referral: dict[str, Any] = run_command(home, "referral", verb, name, *officer, *arguments)["answer"]["referral"]
    return referral


def _hexadecimal(digest: str) -> str:
    """Writes bytes of protobuf's JSON form as commands take them."""
    return base64.b64decode(digest).hex()
