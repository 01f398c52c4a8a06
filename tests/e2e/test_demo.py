"""The demo, run for real as a newcomer runs it."""

from __future__ import annotations

import html
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.processes import clean_environment, suite_processes
from tests.reports import needs_node, proofs_of, verdicts
from xiezhi.cli.receipt import read_receipt
from xiezhi.cli.waterfall import read_trace

PEOPLE = "200"
PATIENCE = 240

REFUSALS = {
    "No approval, no answer": "APPROVAL_REQUIRED",
    "Submitted is not approved": "APPROVAL_PENDING",
    "Another judge is refused": "NOT_HANDLING_JUDGE",
    "A changed byte is refused": "APPROVAL_REQUEST_MISMATCH",
    "The approval counts for its case only": "APPROVAL_CASE_MISMATCH",
    "Nobody goes around the gateway": "CALLER_NOT_ALLOWED",
}
VEHICLE_REFUSALS = {
    "A forged ruling is refused": "DOCUMENT_ALTERED",
    "The buyer's violations are cleared, once": "CLEARING_ALREADY_DONE",
}
EXIT_REFUSALS = {"A year is beyond a basic court": "TERM_EXCEEDS_LEVEL"}
REFERRAL_REFUSALS = {
    "A person and a company are referred": "REFERRAL_NOT_FOUND",
    "One is filed, and fed back under seal": "SEAL_OF_ANOTHER_UNIT",
    "One is not, for reasons": "REASONS_MISSING",
}
COORDINATION_REFUSALS = {
    "Two liaisons a court, and a third only to hand over": "LIAISON_LIMIT",
    "A card is revoked, and the next call is refused": "CREDENTIALS_REQUIRED",
    "The court disputes what the unit decided": "PERSONAL_DATA_IN_TEXT",
    "Both sides consult, and find no agreement": "DISPUTE_NOT_FOUND",
    "Both provincial bodies settle it, and no clock moved": "SETTLEMENT_NOT_JOINT",
    "Not over the platform yet": "CHANNEL_NOT_OPERATIONAL",
    "Imported twice, performed once": "BUNDLE_INVALID",
    "The platform runs, and paper ends": "CHANNEL_OPERATIONAL",
}
ALL_REFUSALS = REFUSALS | VEHICLE_REFUSALS | EXIT_REFUSALS | REFERRAL_REFUSALS | COORDINATION_REFUSALS


def _demo(home: Path, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "xiezhi.cli", "--home", str(home), "demo", "--people", PEOPLE, *arguments]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the demo says of itself with --json."""
    home = tmp_path_factory.mktemp("newcomer")
    ended = subprocess.run(
        _demo(home, "--json"),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        env=clean_environment(),
        check=False,
    )
    assert ended.returncode == 0, ended.stdout[-4000:] + ended.stderr[-4000:]
    assert not suite_processes(home)
    document: dict[str, Any] = json.loads(ended.stdout)
    return document


def test_every_refusal_has_the_reason_that_is_told(told: dict[str, Any]) -> None:
    refused = {step["title"]: step["refused"] for step in told["steps"] if "refused" in step}
    assert refused == ALL_REFUSALS


@pytest.mark.clause("R-1.3")
def test_photos_and_receipt_are_where_it_says(told: dict[str, Any]) -> None:
    step = next(step for step in told["steps"] if "photos" in step)
    assert step["photos"]
    assert all(Path(photo).read_bytes().startswith(b"\xff\xd8\xff") for photo in step["photos"])
    assert Path(step["receipt"]).is_file()


def test_the_receipt_verifies_with_nothing_but_the_public_key(told: dict[str, Any], tmp_path: Path) -> None:
    receipt = next(step["receipt"] for step in told["steps"] if "receipt" in step)
    key = Path(told["folder"]) / "keys" / "ledger" / "log.pub"
    ended = subprocess.run(
        [sys.executable, "-m", "xiezhi.cli", "ledger", "verify", receipt, "--log-key", str(key), "--json"],
        capture_output=True,
        text=True,
        timeout=30,
        cwd=tmp_path,
        env=clean_environment(),
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout)["verified"] is True


def test_one_trace_leads_through_all_processes(told: dict[str, Any]) -> None:
    spans = told["trace"]
    assert {span["service"] for span in spans} == {"demo", "gateway", "identity", "ledger"}
    assert {span["trace_id"] for span in spans} == {told["trace_id"]}
    assert [span["name"] for span in spans if not span["parent_id"]] == ["demo.story"]
    assert {span["reason"] for span in spans if span["service"] == "gateway"} >= set(REFUSALS.values()) - {
        "CALLER_NOT_ALLOWED"
    }
    assert "CALLER_NOT_ALLOWED" in {span["reason"] for span in spans if span["service"] == "identity"}


@pytest.mark.clause("R-2.3")
def test_whoever_is_told_hears_within_a_second_and_the_command_centre_acknowledges(told: dict[str, Any]) -> None:
    heard = [step for step in told["steps"] if "heard_after_seconds" in step]
    assert len(heard) > 3
    assert all(step["heard_after_seconds"] < 1 for step in heard)
    assert [step["acknowledged"] for step in heard if "acknowledged" in step] == [1, 1, 1]


def test_a_camera_hits_one_plate_of_a_thousand(told: dict[str, Any]) -> None:
    step = next(step for step in told["steps"] if "checked" in step)
    assert (step["checked"], len(step["hits"])) == (1_000, 1)


def test_the_chapter_about_vehicles_has_a_trace_of_its_own(told: dict[str, Any]) -> None:
    spans = read_trace(Path(told["folder"]) / "traces", told["vehicles_trace_id"])
    assert {span.service for span in spans} == {"demo", "gateway", "vehicle", "ledger"}
    assert {span.reason for span in spans if span.service == "vehicle"} >= set(VEHICLE_REFUSALS.values())


@pytest.mark.clause("R-1.13")
def test_after_a_year_only_what_was_renewed_goes_on(told: dict[str, Any]) -> None:
    steps = {step["title"]: step for step in told["steps"]}
    assert steps["What a counter knew is forgotten"]["copy"] == "MANUAL"
    assert steps["Nobody is held a second longer"]["decisions"] == ["RESTRICTED", "PASS", "PASS"]
    assert steps["A batch for the border"]["refused_reasons"] == ["", "", "NATURAL_PERSON_ONLY"]
    assert steps["And all of it can be proven"]["receipts"] == 7


def test_the_chapter_about_restrictions_is_one_trace_over_two_lives_of_the_suite(told: dict[str, Any]) -> None:
    spans = read_trace(Path(told["folder"]) / "traces", told["exits_trace_id"])
    assert {span.service for span in spans} == {"demo", "gateway", "exit_restriction", "ledger"}


def test_the_chapter_about_referral_has_a_trace_of_its_own_and_its_letters(told: dict[str, Any]) -> None:
    spans = read_trace(Path(told["folder"]) / "traces", told["referral_trace_id"])
    assert {span.service for span in spans} == {"demo", "gateway", "referral", "ledger"}
    letters = [Path(step["letter"]) for step in told["steps"] if "letter" in step]
    assert [letter.name for letter in letters] == ["receipt.pdf", "feedback.pdf", "opinion.pdf"]
    assert all(letter.read_bytes().startswith(b"%PDF-") for letter in letters)


def test_the_chapter_about_coordination_has_a_trace_of_its_own(told: dict[str, Any]) -> None:
    spans = read_trace(Path(told["folder"]) / "traces", told["coordination_trace_id"])
    services = {"demo", "gateway", "coordination", "exit_restriction", "referral", "identity", "ledger"}
    assert {span.service for span in spans} == services
    by_coordination = {"LIAISON_LIMIT", "PERSONAL_DATA_IN_TEXT", "DISPUTE_NOT_FOUND", "SETTLEMENT_NOT_JOINT"}
    assert {span.reason for span in spans if span.service == "coordination"} >= by_coordination
    by_gateway = {"CREDENTIALS_REQUIRED", "CHANNEL_NOT_OPERATIONAL", "CHANNEL_OPERATIONAL"}
    assert {span.reason for span in spans if span.service == "gateway"} >= by_gateway


@pytest.mark.clause("R-4.2", "R-4.3", "R-4.5")
def test_liaisons_hand_over_requests_find_theirs_and_a_revoked_card_counts_at_once(told: dict[str, Any]) -> None:
    steps = {step["title"]: step for step in told["steps"]}
    assert steps["Two liaisons a court, and a third only to hand over"]["liaisons"] == 3
    route = steps["Where a lookup goes"]
    assert (route["department"], route["organisation"]) == ("PUBLIC_ORDER", "360102000000")
    assert steps["Where nobody is appointed"]["courts_without_liaisons"] > 0
    assert steps["A card is revoked, and the next call is refused"]["refused_after_seconds"] < 1


@pytest.mark.clause("R-4.1")
def test_what_goes_on_paper_is_performed_once_and_opened_by_the_judge(told: dict[str, Any]) -> None:
    steps = {step["title"]: step for step in told["steps"]}
    packed = steps["Written, approved and packed without a network"]
    assert Path(packed["bundle"]).read_bytes().startswith(b"age-encryption.org/v1")
    assert Path(packed["form"]).read_bytes().startswith(b"%PDF-")
    assert steps["Imported twice, performed once"]["imported"] == 2
    opened = steps["Opened by the judge alone"]
    assert opened["disclosures"] == 1
    assert all(Path(file).is_file() for file in opened["answers"])


@pytest.mark.clause("R-5.2")
def test_who_asked_about_the_debtor_is_found_the_searches_too(told: dict[str, Any]) -> None:
    steps = {step["title"]: step for step in told["steps"]}
    assert {"GAN0102-J001", "GAN1121-J001"} <= set(steps["Who asked about the debtor"]["askers"])
    assert steps["What a person should look at"]["quick_consents"] > 0
    assert steps["The search itself is found"]["searches"] > 0


def test_the_report_tells_every_step_and_draws_every_chapter(told: dict[str, Any]) -> None:
    page = Path(told["report"])
    text = html.unescape(page.read_text(encoding="utf-8"))
    assert all(step["title"] in text for step in told["steps"])
    assert len(list(page.parent.glob("trace-*.svg"))) == 5


@needs_node
def test_every_receipt_of_the_report_verifies(told: dict[str, Any], tmp_path: Path) -> None:
    proofs = proofs_of(Path(told["report"]))
    assert len(proofs["receipts"]) > 30
    assert set(verdicts(proofs, tmp_path)) == {""}
    # What came back on paper has its row too.
    (opened,) = (step for step in told["steps"] if step["title"] == "Opened by the judge alone")
    on_paper = read_receipt(json.loads(Path(opened["answers"][1]).read_text(encoding="utf-8")))
    assert on_paper.entry.hex() in {one["entry"] for one in proofs["receipts"]}


def test_it_takes_less_than_three_minutes(told: dict[str, Any]) -> None:
    assert told["seconds"] < 180


def test_a_person_reads_the_story_and_nothing_is_left_running(tmp_path: Path) -> None:
    ended = subprocess.run(
        _demo(tmp_path),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        env=clean_environment() | {"COLUMNS": "140"},
        check=False,
    )
    assert ended.returncode == 0, ended.stdout[-4000:] + ended.stderr[-4000:]
    for reason in ALL_REFUSALS.values():
        assert reason in ended.stdout
    assert "Trace" in ended.stdout
    assert "came out as told" in ended.stdout
    assert not suite_processes(tmp_path)


def test_an_interrupted_demo_stops_what_it_started(tmp_path: Path) -> None:
    running = subprocess.Popen(
        _demo(tmp_path), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=clean_environment()
    )
    ends = time.monotonic() + PATIENCE
    while not suite_processes(tmp_path) and time.monotonic() < ends and running.poll() is None:
        time.sleep(0.05)
    assert suite_processes(tmp_path)
    os.kill(running.pid, signal.SIGINT)
    assert running.wait(60) == 130
    assert not suite_processes(tmp_path)


def test_a_folder_that_is_not_the_demos_is_left_alone(tmp_path: Path) -> None:
    mine = tmp_path / "demo" / "thesis.txt"
    mine.parent.mkdir()
    mine.write_text("not yours", encoding="ascii")
    ended = subprocess.run(
        _demo(tmp_path, "--json"), capture_output=True, text=True, timeout=30, env=clean_environment(), check=False
    )
    assert ended.returncode == 1
    assert "left alone" in json.loads(ended.stdout)["error"]["message"]
    assert mine.read_text(encoding="ascii") == "not yours"
