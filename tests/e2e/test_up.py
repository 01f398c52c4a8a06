"""`xiezhi up` with real processes: the newcomer's and the operator's way."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.command import run_command
from tests.e2e.processes import clean_environment, suite_processes
from xiezhi.cli.suite import PROCESSES

PEOPLE = "200"
PATIENCE = 180


def _await(claim: Callable[[], bool], what: str) -> None:
    ends = time.monotonic() + PATIENCE
    while not claim():
        assert time.monotonic() < ends, what
        time.sleep(0.05)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("operator")


@pytest.fixture(scope="module")
def told(home: Path) -> Iterator[dict[str, Any]]:
    """A running suite, and what `up --detach` says of it."""
    yield run_command(home, "up", "--people", PEOPLE, "--detach")
    run_command(home, "down")


def test_the_suite_is_called_as_it_says(home: Path, told: dict[str, Any]) -> None:
    assert {process["name"] for process in told["processes"]} == {*PROCESSES}
    assert suite_processes(home) == {process["name"]: process["pid"] for process in told["processes"]}
    for process in told["processes"]:
        with urllib.request.urlopen(process["metrics"], timeout=10) as page:
            assert b"xiezhi_" in page.read()


def test_a_person_gets_from_the_request_to_the_verified_receipt(
    home: Path, told: dict[str, Any], tmp_path: Path
) -> None:
    from xiezhi.cli.scenario import load_cast

    cast = load_cast()
    judge, chief = ("--as", cast.judge), ("--as", cast.approver)
    asked = ("--case", cast.case, "--name", cast.debtor_name, "--number", cast.debtor_number)
    approval = run_command(home, "submit", "household", *judge, *asked, "--reason", "Whereabouts.")["name"]
    refused = run_command(home, "lookup", "household", *judge, "--approval", approval, expected=1)
    assert refused["error"]["reason"] == "APPROVAL_PENDING"
    shown = run_command(home, "approvals", "show", approval, *chief)
    assert shown["request_decoded"]["context"]["case_number"] == cast.case
    assert (
        run_command(home, "approvals", "approve", approval, *chief, "--reason", "Needed.", "--yes")["state"]
        == "STATE_APPROVED"
    )
    receipt, photos = tmp_path / "receipt.json", tmp_path / "photos"
    answer = tmp_path / "answer.bin"
    files = ("--receipt", str(receipt), "--photos-dir", str(photos), "--answer", str(answer))
    found = run_command(home, "lookup", "household", *judge, "--approval", approval, *asked, *files)
    assert found["answer"]["household"]["members"]
    assert all(Path(photo).is_file() for photo in found["photos"].values())
    verified = run_command(home, "ledger", "verify", str(receipt), "--answer", str(answer))
    assert verified["answer_verified"] is True
    index = str(verified["leaf_index"])
    auditor = ("--as", cast.auditor)
    assert run_command(home, "ledger", "prove", index, *auditor)["leaf_index"] == int(index)
    first = run_command(home, "ledger", "verify", *auditor)
    second = run_command(home, "ledger", "verify", *auditor)
    assert first["consistent_with"] is None
    assert second["consistent_with"] == first["tree_size"]
    assert {"DISCLOSURE", "REFUSAL", "WORKFLOW"} <= set(second["kinds"])
    _await(lambda: _has_trace(home, found["trace_id"]), "the spans are not written")
    assert {span["service"] for span in run_command(home, "trace", found["trace_id"])} >= {
        "gateway",
        "identity",
        "ledger",
    }


@pytest.mark.long
def test_a_person_asks_about_a_list_of_debtors_under_one_approval(
    home: Path, told: dict[str, Any], tmp_path: Path
) -> None:
    from xiezhi.cli.scenario import load_cast

    cast = load_cast()
    judge, debtors = ("--as", cast.judge), tmp_path / "debtors.csv"
    people = ((cast.debtor_name, cast.debtor_number), (cast.second_name, cast.second_number), ("错", cast.third_number))
    debtors.write_text("".join(f"{name},{number}\n" for name, number in people), encoding="utf-8")
    asked = ("--case", cast.exit_case, "--file", str(debtors), "--reason", "Whereabouts.")
    approval = run_command(home, "lookup", "households", *judge, *asked)["name"]
    run_command(home, "approvals", "approve", approval, "--as", cast.approver, "--reason", "Needed.", "--yes")
    files = ("--photos-dir", str(tmp_path / "photos"), "--receipt", str(tmp_path / "receipt.json"))
    found = run_command(home, "lookup", "households", *judge, "--approval", approval, *files)["answer"]["items"]
    results = [item["answer"]["household_result"]["result"] for item in found]
    assert results == ["RESULT_HIT", "RESULT_HIT", "RESULT_ROLLED_BACK"]
    assert list((tmp_path / "photos" / "debtor-00001").glob("*.jpg"))
    assert run_command(home, "ledger", "verify", str(tmp_path / "receipt.json"))["verified"] is True


def test_the_doctor_finds_a_running_suite_healthy(home: Path, told: dict[str, Any]) -> None:
    examined = run_command(home, "doctor")
    assert examined["healthy"], examined
    assert {f["state"] for f in examined["findings"]} <= {"OK", "WARN"}


def test_a_second_up_is_refused_and_says_what_to_do(home: Path, told: dict[str, Any]) -> None:
    refused = run_command(home, "up", expected=1)["error"]
    assert "runs already" in refused["message"]
    assert "xiezhi down" in refused["next_step"]


@pytest.mark.parametrize("name", PROCESSES)
def test_a_killed_process_is_started_again_where_it_was(home: Path, told: dict[str, Any], name: str) -> None:
    address = next(process["address"] for process in told["processes"] if process["name"] == name)
    killed = suite_processes(home)[name]
    os.kill(killed, signal.SIGKILL)
    _await(lambda: suite_processes(home).get(name, killed) != killed, f"{name} is not started again")
    _await(lambda: _run_doctor(home), "the suite does not recover")
    assert (home / "run" / f"{name}.address").read_text(encoding="ascii").strip() == address


def test_an_interrupted_up_leaves_nothing_running(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "xiezhi.cli", "--home", str(tmp_path), "up", "--people", "0"]
    log = (tmp_path / "up.txt").open("wb")
    with log:
        running = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, env=clean_environment())
    _await(lambda: (tmp_path / "run" / "suite.json").exists() or running.poll() is not None, "up does not serve")
    running.send_signal(signal.SIGINT)
    assert running.wait(60) == 0
    assert not suite_processes(tmp_path)
    assert not (tmp_path / "run" / "suite.json").exists()


def test_what_a_killed_up_left_running_is_told_and_stopped(tmp_path: Path) -> None:
    run_command(tmp_path, "up", "--people", "0", "--detach")
    supervisor = int((tmp_path / "run" / "suite.lock").read_text(encoding="ascii"))
    os.kill(supervisor, signal.SIGKILL)
    _await(lambda: _is_gone(supervisor), "the supervisor lives")
    assert suite_processes(tmp_path).keys() == {*PROCESSES}
    refused = run_command(tmp_path, "up", expected=1)["error"]
    assert "left running" in refused["message"]
    assert set(run_command(tmp_path, "down")["stopped"]) == {*PROCESSES}
    assert not suite_processes(tmp_path)


def test_a_process_that_cannot_start_is_told_with_the_end_of_its_log(tmp_path: Path) -> None:
    run_command(tmp_path, "keys", "create")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "identity.db").write_bytes(b"this is no database" * 100)
    refused = run_command(tmp_path, "up", "--people", "0", expected=1)["error"]
    assert "identity process ended" in refused["message"]
    assert "identity.log" in refused["next_step"]
    log = (tmp_path / "logs" / "identity.log").read_text(encoding="utf-8")
    assert "STORE_UNAVAILABLE" in log
    assert "Traceback" not in log
    assert not suite_processes(tmp_path)


def _run_doctor(home: Path) -> bool:
    ended = subprocess.run(
        [sys.executable, "-m", "xiezhi.cli", "--home", str(home), "--json", "doctor"],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        env=clean_environment(),
        check=False,
    )
    return ended.returncode == 0


def _has_trace(home: Path, trace_id: str) -> bool:
    return any(trace_id in file.read_text(encoding="utf-8") for file in (home / "traces").glob("ledger.*.jsonl"))


def _is_gone(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return True
    return False
