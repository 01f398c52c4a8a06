"""From a judge's draft to the judge's answer: export, show, import and open, and every break and forgery between."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from services.papers.content import normalise
from tests.unit.cli.bundles.conftest import (
    CARRIER,
    CASE,
    CHIEF,
    LIAISON,
    METHOD,
    NAME,
    NUMBER,
    OTHER_JUDGE,
    OTHER_UNIT,
    REFERENCE,
    STRANGER,
    UNIT,
    Carrying,
)
from tests.unit.cli.bundles.exchange import FakeExchange
from tests.unit.cli.conftest import JUDGE, Run, document
from xiezhi.cli.bundles import importing
from xiezhi.cli.bundles.drafts import DraftRequest
from xiezhi.cli.demo.coordination.machines import Machine
from xiezhi.cli.home import Home
from xiezhi.cli.receipt import check_receipt, receipt_document
from xiezhi.client import LogKey
from xiezhi.errors import Reason, error


def text_of(file: Path) -> str:
    pages = PdfReader(BytesIO(file.read_bytes())).pages
    return "".join(normalise("".join(page.extract_text() for page in pages)).split())


@pytest.mark.clause("R-4.1")
def test_from_the_judges_draft_to_the_judges_answer(carrying: Carrying, exchange: FakeExchange, run: Run) -> None:
    bundle = carrying.export(carrying.approved("one"), carrying.approved("two"))
    taken = document(carrying.take_in(bundle))
    assert (taken["count"], len(exchange.performed)) == (2, 2)
    answers = carrying.folder / "answers"
    opened = carrying.told("open", str(carrying.results), "--as", JUDGE.officer_id, "--out", str(answers))
    assert [one["answer"]["answer"]["household_result"]["result"] for one in opened["results"]] == ["RESULT_HIT"] * 2
    assert opened["of_others"] == 0
    for one in opened["results"]:
        answer, receipt = map(Path, one["files"])
        assert [file.stat().st_mode & 0o777 for file in (answer, receipt)] == [0o600, 0o600]
        assert document(run("ledger", "verify", str(receipt), "--json"))


def test_for_people_an_answer_is_a_tree_with_its_receipt(carrying: Carrying, exchange: FakeExchange, run: Run) -> None:
    carrying.take_in(carrying.export(carrying.approved()))
    shown = run("bundle", "open", str(carrying.results), "--as", JUDGE.officer_id)
    assert shown.exit_code == 0
    assert "result: HIT" in shown.output
    assert "eceipt" in shown.output


def test_a_bundle_says_nothing_to_whom_it_is_not_for(carrying: Carrying, run: Run) -> None:
    bundle = carrying.export(carrying.approved())
    for secret in (NUMBER, NAME, CASE):
        assert secret.encode() not in bundle.read_bytes()
    assert bundle.stat().st_mode & 0o777 == 0o600
    for officer in (STRANGER.officer_id, JUDGE.officer_id):
        refused = document(run("bundle", "show", str(bundle), "--as", officer, "--json"))
        assert refused["error"]["reason"] == "BUNDLE_OF_ANOTHER_RECIPIENT"


def test_show_lists_what_is_carried_and_no_data_subject(carrying: Carrying, run: Run) -> None:
    drafts = [carrying.approved(name) for name in ("one", "two", "three")]
    bundle = carrying.export(*drafts)
    shown = run("bundle", "show", str(bundle), "--as", CARRIER.officer_id, "--limit", "2")
    told = carrying.told("show", str(bundle), "--organisation", UNIT)
    assert [item["approval"] for item in told["items"]] == [DraftRequest.read(draft).approval for draft in drafts]
    assert told["sha256"] == hashlib.sha256(bundle.read_bytes()).hexdigest()
    assert (told["header"]["sender_officer"], told["header"]["recipient_organisation"]) == (LIAISON.officer_id, UNIT)
    assert "… and 1 more" in shown.output
    for output in (shown.output, json.dumps(told, ensure_ascii=False)):
        assert NUMBER not in output
        assert NAME not in output


def test_the_form_carries_the_digest_and_no_number_in_full(carrying: Carrying, run: Run) -> None:
    draft, out = carrying.approved(), carrying.folder / "printed.bundle"
    options = ("--reference", REFERENCE, "--out", str(out), "--json")
    told = document(run("bundle", "export", str(draft), "--as", LIAISON.officer_id, *options))
    text = text_of(Path(told["form"]))
    claims = DraftRequest.read(draft).signed().claims
    digests = (hashlib.sha256(out.read_bytes()).hexdigest(), claims.request_sha256.hex())
    for part in (
        *digests,
        "人工报送单",
        "查询户籍信息",
        CASE,
        REFERENCE,
        CHIEF.officer_id,
        JUDGE.officer_id,
        NUMBER[-4:],
    ):
        assert normalise(part) in text
    assert NUMBER not in text
    assert NAME not in text


def test_the_form_of_results_says_what_was_refused(carrying: Carrying, exchange: FakeExchange) -> None:
    exchange.refuse = lambda asked: error(Reason.CASE_CLOSED, "The case is closed.")
    told = document(carrying.take_in(carrying.export(carrying.approved()), form=True))
    text = text_of(Path(told["form"]))
    assert "人工反馈单" in text
    assert "CASE_CLOSED" in text


@pytest.mark.parametrize("ready", [False, True], ids=["without a consent", "to two organisations"])
def test_what_is_not_ready_stays_here(carrying: Carrying, run: Run, ready: bool) -> None:
    drafts = [carrying.draft()]
    if ready:
        other = carrying.draft("two", **{"--to": OTHER_UNIT})
        drafts = [carrying.approved(), other]
        assert run("bundle", "approve", str(other), "--as", CHIEF.officer_id, "--reason", "n", "--yes").exit_code == 0
    out = carrying.folder / "out"
    said = ("--reference", REFERENCE, "--out", str(out), "--no-form", "--json")
    result = run("bundle", "export", *map(str, drafts), "--as", LIAISON.officer_id, *said)
    assert result.exit_code == 1
    assert list(carrying.folder.glob("out*")) == []


def test_a_revoked_exchange_key_gets_nothing(carrying: Carrying, run: Run, home: Home) -> None:
    home.keys.exchange.revoke(UNIT, now=datetime.now(UTC))
    said = ("--reference", REFERENCE, "--out", str(carrying.folder / "out"), "--no-form", "--json")
    result = run("bundle", "export", str(carrying.approved()), "--as", LIAISON.officer_id, *said)
    assert "revoked" in document(result)["error"]["message"]


def test_a_certificate_of_somebody_else_gets_nothing(carrying: Carrying, run: Run, home: Home) -> None:
    certificate = home.keys.folder / "exchange" / "certificates" / f"{OTHER_UNIT}.crt"
    said = ("--reference", REFERENCE, "--out", str(carrying.folder / "out"), "--no-form", "--json")
    named = ("--recipient-certificate", str(certificate))
    result = run("bundle", "export", str(carrying.approved()), "--as", LIAISON.officer_id, *said, *named)
    assert OTHER_UNIT in document(result)["error"]["message"]


def test_keys_of_an_agencys_own_replace_the_development_ones(
    carrying: Carrying, run: Run, home: Home, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    bundle = carrying.export(carrying.approved())
    trust, keys = tmp_path / "trust", home.keys
    trust.mkdir()
    for name, register in (("courts", keys.officers), ("police", keys.carriers), ("exchange", keys.exchange)):
        (trust / f"{name}.crt").write_bytes(register.authority_file.read_bytes())
        (trust / f"{name}.crl").write_bytes(register.revocation_file.read_bytes())
    monkeypatch.setenv("XIEZHI_BUNDLE_TRUST", str(trust))
    monkeypatch.setenv("XIEZHI_EXCHANGE_KEY", str(keys.folder / "exchange" / "private" / f"{UNIT}.key"))
    elsewhere = ("--home", str(tmp_path / "nothing"))
    told = document(run(*elsewhere, "bundle", "show", str(bundle), "--organisation", UNIT, "--json"))
    assert told["count"] == 1
    monkeypatch.setenv("XIEZHI_EXCHANGE_KEY", str(trust / "courts.crt"))
    assert "X25519" in run(*elsewhere, "bundle", "show", str(bundle), "--organisation", UNIT).output
    monkeypatch.setenv("XIEZHI_BUNDLE_TRUST", str(tmp_path / "missing"))
    assert run(*elsewhere, "bundle", "show", str(bundle), "--organisation", UNIT).exit_code == 1


@pytest.mark.clause("R-4.1")
def test_an_import_that_was_broken_off_goes_on_and_performs_nothing_twice(
    carrying: Carrying, exchange: FakeExchange
) -> None:
    bundle = carrying.export(*(carrying.approved(name) for name in ("one", "two", "three")))
    away = error(Reason.BACKEND_UNAVAILABLE, "The service is away.")
    exchange.fail = lambda asked: away if len(exchange.performed) == 2 else None
    assert document(carrying.take_in(bundle))["error"]["reason"] == "BACKEND_UNAVAILABLE"
    assert not carrying.results.exists()
    exchange.fail = lambda asked: None
    assert document(carrying.take_in(bundle))["count"] == 3
    assert (len(exchange.performed), exchange.calls) == (3, 4)
    assert document(carrying.take_in(bundle))["count"] == 3
    assert exchange.calls == 4


def test_an_import_that_is_too_fast_waits_as_long_as_it_is_told(
    carrying: Carrying, exchange: FakeExchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []
    monkeypatch.setattr(importing.time, "sleep", waited.append)
    bundle = carrying.export(*(carrying.approved(name) for name in ("one", "two")))
    too_fast = error(Reason.RATE_LIMITED, "Too many calls.", retry_after=timedelta(seconds=0.25))
    exchange.fail = lambda asked: too_fast if exchange.calls in {2, 3} else None
    assert document(carrying.take_in(bundle))["count"] == 2
    assert (len(exchange.performed), waited) == (2, [0.25, 0.25])


@pytest.mark.parametrize("pause", [None, timedelta(hours=1)])
def test_an_import_does_not_wait_for_ever(carrying: Carrying, exchange: FakeExchange, pause: timedelta | None) -> None:
    exchange.fail = lambda asked: error(Reason.RATE_LIMITED, "Too many calls.", retry_after=pause)
    refused = document(carrying.take_in(carrying.export(carrying.approved())))
    assert refused["error"]["reason"] == "RATE_LIMITED"


@pytest.mark.parametrize("damage", [b"", b"\x00" * 5_000, b"\xff" * 40], ids=["cut", "zeros", "junk"])
def test_a_journal_that_a_crash_left_half_written_is_made_good(
    carrying: Carrying, exchange: FakeExchange, home: Home, damage: bytes
) -> None:
    bundle = carrying.export(carrying.approved("one"), carrying.approved("two"))
    carrying.take_in(bundle)
    (journal,) = (home.root / "paper" / "imports").glob("*/results")
    journal.write_bytes(journal.read_bytes()[:-20] + damage)
    carrying.results.unlink()
    assert document(carrying.take_in(bundle))["count"] == 2
    assert (len(exchange.performed), exchange.calls) == (2, 3)
    opened = carrying.told("open", str(carrying.results), "--as", JUDGE.officer_id)
    assert len(opened["results"]) == 2


def test_a_replayed_id_is_refused(carrying: Carrying, exchange: FakeExchange, home: Home) -> None:
    bundle = carrying.export(carrying.approved())
    carrying.take_in(bundle)
    (note,) = (home.root / "paper" / "imports").glob("*/bundle.json")
    note.write_text(json.dumps({"sha256": "00" * 32}), encoding="ascii")
    assert document(carrying.take_in(bundle))["error"]["reason"] == "BUNDLE_INVALID"
    assert exchange.calls == 1


def test_a_refusal_is_an_error_with_its_reason(carrying: Carrying, exchange: FakeExchange, run: Run) -> None:
    refused: dict[str, Any] = {"CASE_CLOSED": error(Reason.CASE_CLOSED, "The case is closed.")}
    exchange.refuse = lambda asked: refused["CASE_CLOSED"] if asked.paper_reference.endswith("one") else None
    exchange.fail = lambda asked: (
        error(Reason.STATEMENT_INVALID, "It is over.") if asked.paper_reference.endswith("two") else None
    )
    bundle = carrying.export(*(carrying.approved(name) for name in ("one", "two", "three")))
    assert carrying.take_in(bundle).exit_code == 0
    result = run("bundle", "open", str(carrying.results), "--as", JUDGE.officer_id, "--json")
    reasons = [one.get("error", {}).get("reason") for one in document(result)["results"]]
    assert (result.exit_code, reasons) == (1, ["CASE_CLOSED", "STATEMENT_INVALID", None])
    shown = run("bundle", "open", str(carrying.results), "--as", JUDGE.officer_id)
    assert "CASE_CLOSED: The case is closed." in shown.output


@pytest.mark.clause("R-5.2")
def test_results_of_other_judges_stay_closed(carrying: Carrying, exchange: FakeExchange, home: Home) -> None:
    mine, theirs = carrying.approved("one"), carrying.approved("two", judge=OTHER_JUDGE.officer_id)
    carrying.take_in(carrying.export(mine, theirs))
    kept = home.root / "paper" / "requests" / f"{DraftRequest.read(theirs).approval.removeprefix('approvals/')}.json"
    kept.rename(carrying.folder / "on-another-machine")
    opened = carrying.told("open", str(carrying.results), "--as", JUDGE.officer_id)
    assert ([one["approval"] for one in opened["results"]], opened["of_others"]) == (
        [DraftRequest.read(mine).approval],
        1,
    )


def test_an_answer_without_a_receipt_of_this_log_is_not_shown(
    carrying: Carrying, exchange: FakeExchange, run: Run, home: Home
) -> None:
    carrying.take_in(carrying.export(carrying.approved()))
    home.keys.ledger_key_file.unlink()
    home.keys.create(now=datetime.now(UTC))
    result = run("bundle", "open", str(carrying.results), "--as", JUDGE.officer_id, "--json")
    assert result.exit_code == 1
    assert document(result)["results"][0]["error"]["reason"] == "RECEIPT_INVALID"
    assert "HIT" not in result.output


def test_every_byte_of_a_bundle_counts(carrying: Carrying, exchange: FakeExchange) -> None:
    bundle = carrying.export(carrying.approved())
    content = bundle.read_bytes()
    for place in (0, 30, 100, len(content) // 2, len(content) - 1):
        bundle.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        reason = document(carrying.take_in(bundle))["error"]["reason"]
        assert reason in {"BUNDLE_INVALID", "BUNDLE_OF_ANOTHER_RECIPIENT"}
    bundle.write_bytes(content[:-1])
    assert document(carrying.take_in(bundle))["error"]["reason"] == "BUNDLE_INVALID"
    assert exchange.calls == 0


def test_a_revoked_liaison_brings_nothing(carrying: Carrying, exchange: FakeExchange, home: Home) -> None:
    bundle = carrying.export(carrying.approved())
    home.keys.officers.revoke(LIAISON.officer_id, now=datetime.now(UTC))
    assert document(carrying.take_in(bundle))["error"]["reason"] == "STATEMENT_REVOKED"
    assert exchange.calls == 0


@pytest.mark.clause("R-4.1")
def test_a_judge_who_was_revoked_on_the_way_does_not_hold_up_the_others(
    carrying: Carrying, exchange: FakeExchange, home: Home, run: Run
) -> None:
    mine, theirs = carrying.approved("one"), carrying.approved("two", judge=OTHER_JUDGE.officer_id)
    bundle = carrying.export(mine, theirs)
    home.keys.officers.revoke(OTHER_JUDGE.officer_id, now=datetime.now(UTC))
    revoked = error(Reason.STATEMENT_REVOKED, "The signer's certificate is revoked.")
    exchange.fail = lambda asked: revoked if asked.paper_reference.endswith("two") else None
    assert document(carrying.take_in(bundle))["count"] == 2
    opened = run("bundle", "open", str(carrying.results), "--as", JUDGE.officer_id, "--json")
    reasons = [one.get("error", {}).get("reason") for one in document(opened)["results"]]
    assert (len(exchange.performed), reasons) == (1, [None, "STATEMENT_REVOKED"])


def test_an_import_stops_at_a_list_that_is_out_of_date_and_goes_on_with_a_fresh_one(
    carrying: Carrying, exchange: FakeExchange
) -> None:
    bundle = carrying.export(*(carrying.approved(name) for name in ("one", "two")))
    stale = error(Reason.REVOCATION_CHECK_UNAVAILABLE, "The revocation list is out of date.")
    exchange.fail = lambda asked: stale if exchange.performed else None
    refused = document(carrying.take_in(bundle))["error"]
    assert (refused["reason"], len(exchange.performed)) == ("REVOCATION_CHECK_UNAVAILABLE", 1)
    exchange.fail = lambda asked: None
    assert document(carrying.take_in(bundle))["count"] == 2
    assert (len(exchange.performed), exchange.calls) == (2, 3)


def test_to_a_key_that_was_replaced_nothing_is_opened_and_it_is_sent_again(
    carrying: Carrying, exchange: FakeExchange, run: Run
) -> None:
    draft = carrying.approved()
    bundle = carrying.export(draft)
    assert run("keys", "replace-exchange", UNIT, "--json").exit_code == 0
    assert document(carrying.take_in(bundle))["error"]["reason"] == "BUNDLE_OF_ANOTHER_RECIPIENT"
    assert document(carrying.take_in(carrying.export(draft, name="again")))["count"] == 1
    unknown = run("keys", "replace-exchange", "360199000000", "--json")
    assert "no exchange key" in document(unknown)["error"]["message"]


def test_the_answers_to_ones_own_requests_are_given_with_their_receipts(
    carrying: Carrying, exchange: FakeExchange, home: Home
) -> None:
    mine, theirs = carrying.approved("one"), carrying.approved("two", judge=OTHER_JUDGE.officer_id)
    exchange.refuse = lambda asked: (
        error(Reason.CASE_CLOSED, "The case is closed.") if asked.paper_reference.endswith("three") else None
    )
    carrying.take_in(carrying.export(mine, theirs, carrying.approved("three")))
    kept = home.root / "paper" / "requests" / f"{DraftRequest.read(theirs).approval.removeprefix('approvals/')}.json"
    kept.unlink()
    (proven,) = Machine(home).prove(JUDGE.officer_id, carrying.results)
    check_receipt(receipt_document(proven), LogKey.from_pem(home.keys.log_key_file.read_bytes()))
    assert (proven.method, proven.request_sha256) == (METHOD, hashlib.sha256(DraftRequest.read(mine).request).digest())


def test_requests_are_not_opened_and_results_not_imported(carrying: Carrying, exchange: FakeExchange, run: Run) -> None:
    bundle = carrying.export(carrying.approved())
    carrying.take_in(bundle)
    opened = run("bundle", "open", str(bundle), "--as", CARRIER.officer_id, "--json")
    assert "holds requests" in document(opened)["error"]["message"]
    again = run(
        "bundle",
        "import",
        str(carrying.results),
        "--as",
        LIAISON.officer_id,
        "--reference",
        "R",
        "--out",
        "x",
        "--json",
    )
    assert "holds results" in document(again)["error"]["message"]


def test_a_file_that_is_not_there_is_named(carrying: Carrying, run: Run) -> None:
    assert "cannot be read" in run("bundle", "show", "nothing.bundle", "--as", CARRIER.officer_id).output
