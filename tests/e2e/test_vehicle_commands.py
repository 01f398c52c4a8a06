"""The commands of vehicle control, each as a person calls it, on a running suite."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import pytest

from services.synthetic import SCENARIO
from tests.e2e.command import run_command
from tests.e2e.processes import clean_environment
from tests.e2e.running import Suite

pytestmark = pytest.mark.long

PATIENCE = 30
DEBTOR = ("--name", SCENARIO.debtor_name, "--number", SCENARIO.debtor_number)
JUDGE = ("--as", SCENARIO.judge, "--case", SCENARIO.case, *DEBTOR)
OTHER_JUDGE = ("--as", SCENARIO.other_judge, "--case", SCENARIO.other_courts_case, *DEBTOR)
CENTRE = ("--as", SCENARIO.command_centre)
PLATE, _, TYPE = SCENARIO.plain_car.partition(":")


@pytest.fixture(scope="module")
def home(own_suite: Suite) -> Path:
    return own_suite.home.root


@pytest.fixture(scope="module")
def seized(home: Path) -> str:
    """The debtor's plain car, seized by one court and waited for by another; name of the first seizure."""
    request = ("--vehicle", SCENARIO.plain_car, "--draft")
    first = _order(home, "register", *request, judge=JUDGE, approver=SCENARIO.approver)
    assert [outcome["seizure"]["state"] for outcome in first["outcomes"]] == ["SEIZURE_STATE_EFFECTIVE"]
    second = _order(home, "register", *request, judge=OTHER_JUDGE, approver=SCENARIO.other_approver)
    assert second["outcomes"][0]["seizure"]["queue_position"] == 1
    return str(first["outcomes"][0]["seizure"]["name"])


class Watch:
    """`xiezhi watch`, running, whose notices are read as they come."""

    def __init__(self, home: Path, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "xiezhi.cli", "--home", str(home), "--json", "watch", *arguments],
            stdout=subprocess.PIPE,
            text=True,
            env=clean_environment() | {"PYTHONUNBUFFERED": "1"},
        )
        self._notices: SimpleQueue[dict[str, Any]] = SimpleQueue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def next(self) -> dict[str, Any]:
        """Returns the next notice."""
        return self._notices.get(timeout=PATIENCE)

    def end(self) -> int:
        """Ends it as Ctrl-C does; returns its exit code."""
        self.process.send_signal(signal.SIGINT)
        code = self.process.wait(PATIENCE)
        self._reader.join(PATIENCE)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return code

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._notices.put(json.loads(line))


def _order(home: Path, verb: str, *arguments: str, judge: tuple[str, ...], approver: str) -> dict[str, Any]:
    """Submits an order, has it approved and carries it out."""
    approval = run_command(home, "seizure", verb, *arguments, *judge, "--reason", "Enforcement.")["name"]
    run_command(home, "approvals", "approve", approval, "--as", approver, "--reason", "Agreed.", "--yes")
    answer: dict[str, Any] = run_command(home, "seizure", verb, *judge[:2], "--approval", approval)["answer"]
    return answer


def _check(home: Path, trigger: str, *arguments: str) -> dict[str, Any]:
    vehicle = ("--plate", PLATE, "--type", TYPE)
    found: dict[str, Any] = run_command(
        home, "vehicle", "check", "--as", SCENARIO.register_officer, "--trigger", trigger, *vehicle, *arguments
    )
    return found["answer"]


def test_a_lookup_is_submitted_approved_and_made_with_receipts(home: Path, tmp_path: Path) -> None:
    approval = run_command(home, "vehicle", "lookup", *JUDGE, "--reason", "Vehicles.")["name"]
    refused = run_command(home, "vehicle", "lookup", *JUDGE[:2], "--approval", approval, expected=1)
    assert refused["error"]["reason"] == "APPROVAL_PENDING"
    run_command(home, "approvals", "approve", approval, "--as", SCENARIO.approver, "--reason", "Agreed.", "--yes")
    receipt = tmp_path / "receipt.json"
    kept = ("--receipt", str(receipt))
    found = run_command(home, "vehicle", "lookup", *JUDGE[:2], "--approval", approval, *kept)["answer"]
    assert found["total"] == len(found["vehicles"]) > 1
    assert (PLATE, TYPE) in {(vehicle["plate"], vehicle["plate_type"]) for vehicle in found["vehicles"]}
    assert run_command(home, "ledger", "verify", str(receipt))["verified"]


def test_a_call_without_approval_or_reason_says_what_to_do(home: Path) -> None:
    refused = run_command(home, "vehicle", "lookup", *JUDGE, expected=1)["error"]
    assert "--reason" in refused["next_step"]


def test_whoever_waits_goes_on_once_it_is_approved_and_stops_when_it_is_rejected(home: Path) -> None:
    waiting = subprocess.Popen(
        [
            *(sys.executable, "-m", "xiezhi.cli", "--home", str(home), "--json", "vehicle", "lookup"),
            *(*JUDGE, "--reason", "Vehicles.", "--wait", "60s"),
        ],
        stdout=subprocess.PIPE,
        text=True,
        env=clean_environment(),
    )
    chief = ("--as", SCENARIO.approver)
    pending: list[dict[str, Any]] = []
    while not pending and waiting.poll() is None:
        pending = run_command(home, "approvals", "list", *chief, "--state", "pending")
    run_command(home, "approvals", "reject", pending[0]["name"], *chief, "--reason", "No.", "--yes")
    told, _ = waiting.communicate(timeout=PATIENCE)
    assert waiting.returncode == 1
    assert "REJECTED" in json.loads(told)["error"]["message"]


def test_seizures_are_listed_with_their_places(home: Path, seized: str) -> None:
    (own,) = run_command(home, "seizure", "list", *JUDGE)["answer"]["seizures"]
    assert (own["name"], own["state"]) == (seized, "SEIZURE_STATE_EFFECTIVE")
    past = run_command(home, "seizure", "list", *JUDGE, "--at", "2020-01-01T00:00:00+08:00")
    assert "seizures" not in past["answer"]


def test_registrations_are_refused_with_the_courts_and_an_inspection_is_not(home: Path, seized: str) -> None:
    assert seized
    for trigger in ("transfer", "registration"):
        refused = _check(home, trigger)
        assert refused["outcome"] == "CHECK_OUTCOME_REFUSED"
        assert [contact["court_code"] for contact in refused["contacts"]] == ["赣0102", "赣01"]
    recorded = _check(home, "inspection")
    assert recorded["outcome"] == "CHECK_OUTCOME_RECORDED"
    assert "contacts" not in recorded


@pytest.mark.parametrize("packed", [(), ("--packed",)], ids=["plates", "hashes"])
def test_a_file_of_plates_is_checked_as_a_camera_does(
    home: Path, seized: str, tmp_path: Path, packed: tuple[str, ...]
) -> None:
    assert seized
    file = tmp_path / "plates.txt"
    file.write_text("\n".join([*(f"赣A{number}" for number in range(60_000, 60_250)), PLATE]), encoding="utf-8")
    camera = ("--as", SCENARIO.camera, "--file", str(file), "--batch", "100")
    found = run_command(home, "vehicle", "check", *camera, *packed)
    assert found["checked"] == 251
    assert [hit["index"] for hit in found["hits"]] == [250]


def test_watching_goes_on_by_itself_when_the_gateway_was_killed(own_suite: Suite, home: Path, seized: str) -> None:
    assert seized
    watch = Watch(home, *CENTRE, "--ack")
    _check(home, "transfer", "--place", "before")
    seen = [watch.next()]
    while seen[-1]["sighting"]["trigger"] != "CHECK_TRIGGER_TRANSFER_REGISTRATION":
        seen.append(watch.next())
    own_suite.kill("gateway")
    own_suite.start("gateway")
    _check(home, "inspection", "--vin", "LTSTAA001M9900002", "--place", "after")
    while not seen[-1]["sighting"].get("clone_suspected"):
        seen.append(watch.next())
    assert watch.end() == 0
    ids = [notice["notice_id"] for notice in seen]
    assert len(set(ids)) == len(ids)


def test_what_waits_is_shown_once_and_then_acknowledged(home: Path, seized: str) -> None:
    assert seized
    run_command(home, "watch", *CENTRE, "--once", "--ack")
    assert run_command(home, "watch", *CENTRE, "--once", "--timeout", "1s") == []
    assert run_command(home, "watch", "--as", "GAN-L001", "--once", "--timeout", "1s") == []


def test_a_judge_may_not_watch(home: Path) -> None:
    refused = run_command(home, "watch", "--as", SCENARIO.judge, "--once", expected=1)
    assert refused["error"]["reason"] == "PERMISSION_MISSING"


def test_nothing_is_given_up_and_what_is_not_there_cannot_be_replayed(home: Path) -> None:
    operator = ("--as", "POL360000-O001")
    assert run_command(home, "events", "dead-letters", *operator) == []
    event = "7f4df0d5-9a4b-4f43-8d5f-6f1f7a1f2a3c"
    assert run_command(home, "events", "replay", event, *operator, expected=1)["error"]["reason"] == "NOT_FOUND"


def test_a_car_is_extended_lifted_sold_and_its_violations_cleared(home: Path, seized: str, tmp_path: Path) -> None:
    court = {"judge": JUDGE, "approver": SCENARIO.approver}
    other = {"judge": OTHER_JUDGE, "approver": SCENARIO.other_approver}
    draft = ("--draft", "--plate", PLATE)
    extended = _order(home, "extend", seized, "--months", "6", *draft, **court)["seizure"]
    assert extended["state"] == "SEIZURE_STATE_EFFECTIVE"
    lifted = _order(home, "lift", seized, *draft, **court)["seizures"][0]
    (promoted,) = run_command(home, "seizure", "list", *OTHER_JUDGE)["answer"]["seizures"]
    assert promoted["effective_time"] == lifted["end_time"]
    buyer = ("--buyer-name", SCENARIO.buyer_name, "--buyer-number", SCENARIO.buyer_number)
    numbers = ("--ruling-number", "R2", "--notice-number", "N2")
    sold = _order(home, "dispose", promoted["name"], *buyer, *numbers, *draft, **other)
    assert sold["seizure"]["state"] == "SEIZURE_STATE_EXTINGUISHED"
    copy = tmp_path / "copy.pdf"
    copy.write_bytes(b"%PDF-1.7\n%%EOF\n")
    window = ("--as", SCENARIO.window, *buyer, *numbers)
    shown = ("--ruling-original", "--notice-original", "--ruling-copy", str(copy), "--notice-copy", str(copy))
    clear = ("violations", "clear", SCENARIO.plain_car, *window)
    missing = run_command(home, *clear, *shown, expected=1)["error"]
    assert missing["reason"] == "CLEARING_ITEMS_MISSING"
    cleared = run_command(home, *clear, *shown, "--identity-card")["answer"]
    assert (cleared["outcome"], len(cleared["violations"])) == ("CLEARING_OUTCOME_EXEMPTED", 5)
    again = run_command(home, *clear, *shown, "--identity-card", expected=1)["error"]
    assert again["reason"] == "CLEARING_ALREADY_DONE"


def test_a_seizure_that_waits_is_withdrawn(home: Path) -> None:
    car = ("--vehicle", SCENARIO.new_energy_car, "--draft")
    _order(home, "register", *car, judge=JUDGE, approver=SCENARIO.approver)
    other = {"judge": OTHER_JUDGE, "approver": SCENARIO.other_approver}
    plate = SCENARIO.new_energy_car.partition(":")[0]
    name = _order(home, "register", *car, **other)["outcomes"][0]["seizure"]["name"]
    withdrawn = _order(home, "withdraw", name, "--draft", "--plate", plate, **other)["seizure"]
    assert withdrawn["state"] == "SEIZURE_STATE_WITHDRAWN"


def test_no_plate_or_name_is_in_any_log(own_suite: Suite) -> None:
    for process in ("gateway", "vehicle", "ledger"):
        log = own_suite.log(process)
        assert not any(value in log for value in (PLATE, SCENARIO.debtor_name, SCENARIO.debtor_number, "60100"))
