"""The commands of exit restriction and border control, each as a person calls it, on a running suite."""

from __future__ import annotations

import json
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

ABOUT = ("--as", SCENARIO.judge, "--case", SCENARIO.exit_case)
DEBTOR = ("--name", SCENARIO.debtor_name, "--number", SCENARIO.debtor_number)
SECOND = ("--name", SCENARIO.second_name, "--number", SCENARIO.second_number)
COUNTER = ("--as", SCENARIO.counter_officer)
BORDER = ("--as", SCENARIO.border_officer, "--port", "测试口岸")
ITEMS = 12


@pytest.fixture(scope="module")
def home(own_suite: Suite) -> Path:
    return own_suite.home.root


@pytest.fixture(scope="module")
def restricted(home: Path) -> dict[str, Any]:
    """The second debtor, pushed with a decision."""
    entry: dict[str, Any] = _order(home, "exit", "push", *ABOUT, *SECOND, "--draft")["entry"]
    assert entry["outcome"]["forwarding"] == "FORWARDING_FORWARDED"
    return entry


def _order(home: Path, *arguments: str) -> dict[str, Any]:
    """Submits an order, has the court above approve it and carries it out."""
    approval = run_command(home, *arguments, "--reason", "Enforcement.")["name"]
    approver = ("--as", SCENARIO.superior_approver, "--reason", "Agreed.", "--yes")
    run_command(home, "approvals", "approve", approval, *approver)
    answer: dict[str, Any] = run_command(home, *arguments[:2], *ABOUT[:2], "--approval", approval)["answer"]
    return answer


def _check(home: Path, *person: str) -> dict[str, Any]:
    answer: dict[str, Any] = run_command(home, "exit", "check", *COUNTER, *person)["answer"]
    return answer


def test_a_restriction_is_at_the_counter_in_copies_and_in_the_past(home: Path, restricted: dict[str, Any]) -> None:
    assert _check(home, *SECOND)["decision"] == "APPLICATION_DECISION_RESTRICTED"
    copied = run_command(home, "exit", "counter", *COUNTER, *SECOND[2:], "--number", SCENARIO.buyer_number)
    assert [one["decision"] for one in copied["verdicts"]] == ["RESTRICTED", "PASS"]
    assert copied["lease_end"]
    as_of = restricted["receive_time"].replace("Z", "+00:00")
    told = ("--as-of", as_of, "--purpose", "Test.")
    assert not run_command(home, "exit", "past", *COUNTER, *DEBTOR, *told)["answer"].get("measures")
    listed = run_command(home, "exit", "list", *ABOUT, *SECOND)["answer"]["restrictions"]
    assert [one["name"] for one in listed] == [restricted["outcome"]["restriction"]]


def test_an_entry_is_corrected_taken_off_and_its_restriction_released(home: Path, restricted: dict[str, Any]) -> None:
    name, restriction = restricted["name"], restricted["outcome"]["restriction"]
    changed = ("--draft", "--behaviour", "evasion")
    corrected = _order(home, "exit", "correct", name, *ABOUT, *SECOND, *changed)["entry"]
    assert corrected["record"]["behaviours"] == ["DISHONEST_BEHAVIOUR_EVASION"]
    removed = _order(home, "exit", "remove", name, *ABOUT, *SECOND)
    assert removed["proposed_releases"] == [restriction]
    assert _check(home, *SECOND)["decision"] == "APPLICATION_DECISION_RESTRICTED"
    released = _order(home, "exit", "release", restriction, *ABOUT, *SECOND, "--draft")["restriction"]
    assert released["state"] == "RESTRICTION_STATE_RELEASED_EARLY"
    assert _check(home, *SECOND)["decision"] == "APPLICATION_DECISION_PASS"
    kinds = [one["kind"] for one in run_command(home, "exit", "notices", "watch", *ABOUT[:2], "--once", "--ack")]
    assert "COURT_NOTICE_KIND_RELEASE_PROPOSED" in kinds


def test_a_file_is_staged_approved_and_pushed_and_goes_on_after_a_break(home: Path, tmp_path: Path) -> None:
    file, outcomes = tmp_path / "items.jsonl", tmp_path / "outcomes.jsonl"
    run_command(home, "exit", "bulk", "make", str(ITEMS), *ABOUT[:2], "--to", str(file))
    staged = run_command(home, "exit", "bulk", "stage", str(file), *ABOUT[:2])["upload"]
    assert staged["item_count"] == str(ITEMS)
    push = ("exit", "bulk", "push", str(file), *ABOUT[:2])
    approval = run_command(home, *push, "--reason", "The list.")["name"]
    approver = ("--as", SCENARIO.superior_approver)
    seen = run_command(home, "exit", "bulk", "review", staged["name"], *approver)["answer"]
    assert len(seen["items"]) == ITEMS
    assert seen["upload"]["sha256"] == staged["sha256"]
    run_command(home, "approvals", "approve", approval, *approver, "--reason", "Agreed.", "--yes")
    written = ("--approval", approval, "--outcomes", str(outcomes))
    pushed = run_command(home, *push, *written)["answer"]["upload"]
    assert pushed["pushed_count"] == str(ITEMS)
    lines = [json.loads(line) for line in outcomes.read_text(encoding="utf-8").splitlines()]
    assert [int(line["index"]) for line in lines] == list(range(ITEMS))
    again = run_command(home, *push)["answer"]["upload"]
    assert again["pushed_count"] == str(ITEMS)
    staged = run_command(home, "exit", "bulk", "stage", str(file), "--anew", *ABOUT[:2])["upload"]
    run_command(home, "exit", "bulk", "discard", staged["name"], *ABOUT[:2])
    afresh = run_command(home, "exit", "bulk", "stage", str(file), *ABOUT[:2])["upload"]
    assert (afresh["name"], afresh["item_count"]) == (staged["name"], str(ITEMS)), "what is discarded is staged anew"


def test_a_batch_is_handed_over_met_and_lifted(home: Path, tmp_path: Path) -> None:
    batch = tmp_path / "batch.json"
    people = [
        {"name": SCENARIO.buyer_name, "number": SCENARIO.buyer_number, "requirement": "monitor"},
        {"name": SCENARIO.debtor_name, "number": SCENARIO.debtor_number, "requirement": "detain"},
        {
            "name": SCENARIO.company_name,
            "number": SCENARIO.company_number,
            "requirement": "block-exit",
            "organisation": True,
        },
    ]
    batch.write_text(json.dumps({"items": people}), encoding="utf-8")
    outcomes = _order(home, "border", "file", str(batch), *ABOUT, "--draft")["outcomes"]
    assert [one.get("refused_reason", "") for one in outcomes] == ["", "", "NATURAL_PERSON_ONLY"]
    control = outcomes[1]["control"]["name"]
    shown = ("--document", SCENARIO.debtor_passport, "--direction", "exit")
    met = run_command(home, "border", "check", *BORDER, *shown)["answer"]
    assert met["action"] == "BORDER_ACTION_DETAIN"
    run_command(home, "border", "handled", met["hit"], *BORDER[:2], "--action", "detain", "--note", "Done.")
    numbers = tmp_path / "numbers.txt"
    numbers.write_text(f"E12345678\n{SCENARIO.buyer_former_passport}\n", encoding="utf-8")
    for packed in ((), ("--packed",)):
        found = run_command(home, "border", "stream", str(numbers), *BORDER, "--direction", "entry", *packed)
        assert found["checked"] == 2
        assert [(hit["index"], hit["action"]) for hit in found["hits"]] == [(1, "BORDER_ACTION_LET_PASS")]
    _order(home, "border", "lift", control, *ABOUT, *DEBTOR, "--draft")
    assert run_command(home, "border", "check", *BORDER, *shown)["answer"]["action"] == "BORDER_ACTION_NOTHING"
    listed = run_command(home, "border", "list", *ABOUT, *DEBTOR)["answer"]
    assert [one["state"] for one in listed["controls"]] == ["CONTROL_STATE_LIFTED"]
    assert [one["handled"] for one in listed["hits"]] == ["BORDER_ACTION_DETAIN"]


def test_a_counter_reads_numbers_as_they_are_typed_and_repeats_none(home: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "xiezhi.cli", "--home", str(home), "exit", "counter", *COUNTER],
        input=f"{SCENARIO.buyer_number}\n\n",
        capture_output=True,
        text=True,
        timeout=60,
        env=clean_environment(),
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    assert "PASS" in ended.stdout
    assert SCENARIO.buyer_number not in ended.stdout
