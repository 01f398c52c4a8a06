"""`xiezhi bundle draft` and `approve`: what a judge signs and an approver consents to, and what neither of them can."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.unit.cli.bundles.conftest import (
    CASE,
    CHIEF,
    METHOD,
    NAME,
    NUMBER,
    OTHER_JUDGE,
    REFERENCE,
    REQUEST,
    UNIT,
    Carrying,
)
from tests.unit.cli.conftest import JUDGE, Run, document
from xiezhi.cli.bundles.drafts import DraftRequest, recall
from xiezhi.cli.home import Home
from xiezhi.common.v1 import case_pb2
from xiezhi.identity.v1 import identity_pb2

WHY = ("--reason", "needed", "--json")


def test_a_draft_is_signed_over_its_bytes_and_says_it_goes_on_paper(carrying: Carrying) -> None:
    drafted = DraftRequest.read(carrying.draft())
    claims, request = drafted.signed().claims, identity_pb2.LookupHouseholdRequest.FromString(drafted.request)
    assert claims.request_sha256 == hashlib.sha256(drafted.request).digest()
    assert (claims.method, claims.unit, claims.case_number, claims.reason) == (METHOD, UNIT, CASE, "下落不明")
    assert (claims.work_card, claims.enforcement_card) == (JUDGE.work_card, JUDGE.enforcement_card)
    assert claims.not_after - claims.issued_at == timedelta(days=3)
    assert request.context.channel == case_pb2.CHANNEL_MANUAL
    assert request.context.handler.officer_id == JUDGE.officer_id
    assert len(request.context.request_id) == 36


def test_the_key_to_the_result_stays_in_the_data_folder_for_its_owner(carrying: Carrying, home: Home) -> None:
    file = carrying.draft()
    drafted = DraftRequest.read(file)
    asked = recall(home, drafted.approval)
    assert asked is not None
    assert asked.key.public_key().public_bytes_raw() == drafted.signed().claims.result_key
    assert asked.key.private_bytes_raw().hex() not in file.read_text(encoding="utf-8")
    kept = list((home.root / "paper" / "requests").iterdir())
    assert [one.stat().st_mode & 0o777 for one in (file, *kept)] == [0o600, 0o600]


def test_what_is_printed_of_a_draft_names_no_debtor(carrying: Carrying, run: Run) -> None:
    (carrying.folder / "r.json").write_text(json.dumps(REQUEST), encoding="utf-8")
    said = ("--to", UNIT, "--reference", REFERENCE, "--reason", "why", "--out", str(carrying.folder / "x"))
    printed = run("bundle", "draft", METHOD, "--as", JUDGE.officer_id, "--file", str(carrying.folder / "r.json"), *said)
    assert printed.exit_code == 0
    assert NUMBER not in printed.output
    assert NAME not in printed.output


def test_an_approver_sees_the_request_decoded_and_signs_its_digest(carrying: Carrying, run: Run) -> None:
    file = carrying.draft()
    shown = run("bundle", "approve", str(file), "--as", CHIEF.officer_id, "--reason", "needed", "--yes")
    digest = hashlib.sha256(DraftRequest.read(file).request).hexdigest()
    for text in (NUMBER, NAME, CASE, digest, JUDGE.officer_id, "Consent 1 of 1"):
        assert text in shown.output
    assert len(DraftRequest.read(file).consents) == 1


def test_nothing_is_signed_unseen(carrying: Carrying, run: Run) -> None:
    file = carrying.draft()
    before = file.read_bytes()
    assert "Nothing is signed unseen" in run("bundle", "approve", str(file), "--as", CHIEF.officer_id, *WHY).output
    assert run("bundle", "approve", str(file), "--as", CHIEF.officer_id, "--reason", "x").exit_code == 1
    assert file.read_bytes() == before


@pytest.mark.parametrize("times", [1, 2], ids=["the judge approves", "a chief approves twice"])
def test_nobody_signs_twice(carrying: Carrying, run: Run, times: int) -> None:
    file, officer = carrying.draft(), JUDGE.officer_id if times == 1 else CHIEF.officer_id
    results = [run("bundle", "approve", str(file), "--as", officer, "--yes", *WHY) for _ in range(times)]
    assert document(results[-1])["error"]["reason"] == "STATEMENT_INVALID"
    assert len(DraftRequest.read(file).consents) == times - 1


def test_a_request_changed_after_the_judge_signed_is_not_approved(carrying: Carrying, run: Run) -> None:
    file = carrying.draft()
    drafted = json.loads(file.read_text(encoding="utf-8"))
    request = identity_pb2.LookupHouseholdRequest.FromString(base64.b64decode(drafted["request"]))
    request.debtor.id_number = "369901189001010025"
    drafted["request"] = base64.b64encode(request.SerializeToString()).decode()
    file.write_text(json.dumps(drafted), encoding="utf-8")
    refused = document(run("bundle", "approve", str(file), "--as", CHIEF.officer_id, "--yes", *WHY))
    assert refused["error"]["reason"] == "STATEMENT_INVALID"


def test_a_revoked_judges_draft_is_not_approved(carrying: Carrying, run: Run, home: Home) -> None:
    file = carrying.draft()
    home.keys.officers.revoke(JUDGE.officer_id, now=datetime.now(UTC))
    refused = document(run("bundle", "approve", str(file), "--as", CHIEF.officer_id, "--yes", *WHY))
    assert refused["error"]["reason"] == "STATEMENT_REVOKED"


@pytest.mark.parametrize("text", ["{}", "[]", "x", '{"format": "xiezhi-draft/v1"}', '{"format": "other/v1"}'])
def test_what_is_no_draft_is_refused(carrying: Carrying, run: Run, text: str) -> None:
    file = carrying.folder / "no.draft.json"
    file.write_text(text, encoding="utf-8")
    assert run("bundle", "approve", str(file), "--as", CHIEF.officer_id, "--yes", *WHY).exit_code == 1


STREAM = "/xiezhi.vehicle.v1.VehicleRegistryService/LookupVehicles"
WRONG: dict[str, tuple[dict[str, str], str]] = {
    "a stream": ({"method": STREAM}, "METHOD_NOT_ON_PAPER"),
    "no approval needed": ({"method": "/xiezhi.ledger.v1.LedgerService/GetTreeHead"}, "METHOD_NOT_ON_PAPER"),
    "no such method": ({"method": "/xiezhi.x.v1.X/Y"}, "REFUSED"),
    "to a court": ({"--to": "赣0103"}, "REFUSED"),
    "for too long": ({"--validity": "4d"}, "REFUSED"),
    "without a reference": ({"--reference": ""}, "FIELDS_INVALID"),
    "with a reference that no paper has": ({"--reference": "报" * 101}, "FIELDS_INVALID"),
    "as the approver of somebody else's case": ({"--as": "GAN0102-J999"}, "REFUSED"),
}


@pytest.mark.parametrize(("changed", "reason"), WRONG.values(), ids=WRONG.keys())
def test_what_cannot_go_on_paper_is_refused_and_nothing_is_kept(
    carrying: Carrying, run: Run, home: Home, changed: dict[str, str], reason: str
) -> None:
    file = carrying.folder / "request.json"
    file.write_text(json.dumps(REQUEST), encoding="utf-8")
    said = {"--as": JUDGE.officer_id, "--to": UNIT, "--reference": REFERENCE, "--reason": "w"} | changed
    method = said.pop("method", METHOD)
    given = [part for pair in said.items() for part in pair]
    out = carrying.folder / "x"
    result = run("bundle", "draft", method, "--file", str(file), "--out", str(out), *given, "--json")
    assert (result.exit_code, document(result)["error"]["reason"]) == (1, reason)
    assert not out.exists()
    assert not (home.root / "paper").exists()


def test_a_request_that_breaks_the_contract_is_refused_without_its_values(carrying: Carrying, run: Run) -> None:
    file = carrying.folder / "request.json"
    broken = REQUEST | {"debtor": {"type": "PARTY_TYPE_NATURAL", "name": NAME * 50, "id_number": NUMBER}}
    file.write_text(json.dumps(broken), encoding="utf-8")
    said = ("--to", UNIT, "--reference", REFERENCE, "--reason", "w", "--json")
    result = run("bundle", "draft", METHOD, "--as", JUDGE.officer_id, "--file", str(file), *said)
    assert document(result)["error"]["reason"] == "FIELDS_INVALID"
    assert NAME not in result.output
    assert NUMBER not in result.output


def test_a_request_that_cannot_be_read_is_refused_without_its_values(carrying: Carrying, run: Run) -> None:
    file = carrying.folder / "request.json"
    file.write_text(json.dumps(REQUEST | {"debtor": {"type": NAME, "id_number": NUMBER}}), encoding="utf-8")
    said = ("--to", UNIT, "--reference", REFERENCE, "--reason", "w", "--json")
    result = run("bundle", "draft", METHOD, "--as", JUDGE.officer_id, "--file", str(file), *said)
    assert "LookupHouseholdRequest" in document(result)["error"]["message"]
    assert NAME not in result.output
    assert NUMBER not in result.output


def test_another_judges_case_is_not_signed(carrying: Carrying, run: Run) -> None:
    file = carrying.folder / "request.json"
    handler = {"officer_id": JUDGE.officer_id}
    asked = REQUEST | {"context": {"case_number": CASE, "court_code": "赣0103", "handler": handler}}
    file.write_text(json.dumps(asked), encoding="utf-8")
    said = ("--to", UNIT, "--reference", REFERENCE, "--reason", "w", "--json")
    result = run("bundle", "draft", METHOD, "--as", OTHER_JUDGE.officer_id, "--file", str(file), *said)
    assert result.exit_code == 1
    assert "at the court that has it" in result.output


def test_kept_files_are_named_by_uuids_only(home: Home) -> None:
    from xiezhi.cli.output import CommandError

    for name in ("approvals/../../../etc/passwd", "approvals/" + "." * 36, "approvals/"):
        with pytest.raises(CommandError):
            recall(home, name)
    assert recall(home, "approvals/00000000-0000-4000-8000-000000000001") is None
    assert not Path(home.root / "paper").exists()
