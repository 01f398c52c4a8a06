"""The commands of disputes and of notices of coordination, each as a person calls it, on a running suite."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.synthetic import SCENARIO
from tests.e2e.command import run_command
from tests.e2e.referrals import Referrals
from tests.e2e.running import Suite

pytestmark = pytest.mark.long

JUDGE, HEAD, BODY = (("--as", officer) for officer in (SCENARIO.judge, SCENARIO.unit_head, SCENARIO.court_supervisor))


def test_a_dispute_from_the_command_line(suite: Suite, referrals: Referrals, tmp_path: Path) -> None:
    home = suite.home.root
    subject = referrals.send(referrals.dossier(*referrals.suspects())).name
    receipt = tmp_path / "receipt.json"
    opened = run_command(
        home,
        *("dispute", "open", subject, *JUDGE, "--topic", "delay", "--text", "逾期未答复。", "--receipt", str(receipt)),
    )["answer"]["dispute"]
    name = opened["name"]
    assert (opened["state"], opened["subject"]) == ("DISPUTE_STATE_OPEN", subject)
    assert run_command(home, "ledger", "verify", str(receipt))
    refused = run_command(home, "dispute", "consult", name, *HEAD, "--text", "电话15100000000", expected=1)
    assert refused["error"]["reason"] == "PERSONAL_DATA_IN_TEXT"
    run_command(home, "dispute", "consult", name, *HEAD, "--text", "正在补充调查。")
    run_command(home, "dispute", "position", name, *JUDGE, "--no-agreement", "--text", "期限不能再延。")
    early = run_command(home, "dispute", "escalate", name, *JUDGE, expected=1)
    assert early["error"]["reason"] == "CONSULTATION_NOT_OVER"
    came = run_command(home, "dispute", "position", name, *HEAD, "--no-agreement", "--text", "案情复杂。")
    assert came["answer"]["dispute"]["state"] == "DISPUTE_STATE_ESCALATED"
    draft, saved = tmp_path / "record.pdf", tmp_path / "sealed.pdf"
    run_command(home, "dispute", "draft", name, *BODY, "--text", "限五日内书面答复。", "--to", str(draft))
    settled = run_command(home, "dispute", "settle", name, *BODY, "--file", str(draft), "--dev-seals")
    assert settled["answer"]["dispute"]["state"] == "DISPUTE_STATE_SETTLED"
    run_command(home, "dispute", "show", name, *HEAD, "--save", str(saved))
    assert saved.read_bytes().startswith(b"%PDF-")
    assert saved.stat().st_mode & 0o077 == 0
    listed = run_command(home, "dispute", "list", *HEAD, "--state", "settled")["answer"]["disputes"]
    assert name in [one["name"] for one in listed]
    told = run_command(home, "coordination", "watch", *HEAD, "--once", "--ack")
    assert "COORDINATION_NOTICE_KIND_DISPUTE_SETTLED" in [one["kind"] for one in told if one.get("subject") == name]
    other = run_command(home, "dispute", "open", subject, *JUDGE, "--topic", "other", "--text", "另一问题。")
    withdrawn = run_command(
        home, "dispute", "withdraw", other["answer"]["dispute"]["name"], *JUDGE, "--text", "已解决。"
    )
    assert withdrawn["answer"]["dispute"]["state"] == "DISPUTE_STATE_WITHDRAWN"
    assert run_command(home, "coordination", "dead-letters", "--as", "POL360000-O001") == []
