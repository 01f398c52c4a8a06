"""The story of criminal referral: two are referred, each is answered under seal, and both bodies sign."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from services.synthetic import SCENARIO
from tests.e2e.command import run_command
from tests.e2e.running import Suite
from xiezhi.cli.demo.dossier import Referring, court_lookout
from xiezhi.cli.demo.narrator import Narrator
from xiezhi.cli.demo.reference import FACTS, REASONS, play
from xiezhi.cli.demo.stage import Stage
from xiezhi.cli.output import Output
from xiezhi.cli.scenario import load_cast
from xiezhi.cli.sealed import read_sealed
from xiezhi.cli.session import Session
from xiezhi.errors import Reason, XiezhiError

pytestmark = pytest.mark.long

UNIT = "360102000000"
REFUSALS = {
    "A person and a company are referred": "REFERRAL_NOT_FOUND",
    "One is filed, and fed back under seal": "SEAL_OF_ANOTHER_UNIT",
    "One is not, for reasons": "REASONS_MISSING",
}


@pytest.fixture(scope="module")
def told(own_suite: Suite) -> list[dict[str, Any]]:
    """What the chapter of the demo says of itself, played in this process."""
    output = Output(as_json=True)
    narrator = Narrator(output)
    with (
        Stage(own_suite.home, load_cast(), output=output, traceparent=lambda: None) as stage,
        court_lookout(stage) as lookout,
    ):
        play(Referring(stage, narrator, lookout, lambda _: nullcontext(), own_suite.home.root))
    return narrator.told


def test_every_refusal_has_the_reason_that_is_told(told: list[dict[str, Any]]) -> None:
    assert {step["title"]: step["refused"] for step in told if "refused" in step} == REFUSALS


def test_the_court_hears_of_every_step_within_a_second(told: list[dict[str, Any]]) -> None:
    heard = [step["heard_after_seconds"] for step in told if "heard_after_seconds" in step]
    assert len(heard) == 4
    assert max(heard) < 1


def test_the_receipt_and_both_letters_verify_offline_and_a_changed_one_does_not(
    told: list[dict[str, Any]], own_suite: Suite
) -> None:
    session = Session(own_suite.home, Output(as_json=True))
    letters = [(Path(step["letter"]), step["sha256"]) for step in told if "letter" in step]
    assert [file.name for file, _ in letters] == ["receipt.pdf", "feedback.pdf", "opinion.pdf"]
    for file, digest in letters:
        found = read_sealed(session, file, organisation=UNIT)
        assert (found.signer, found.sha256.hex()) == (UNIT, digest)
    forged = own_suite.home.root / "forged.pdf"
    forged.write_bytes(letters[1][0].read_bytes().replace(b"(D:2", b"(D:3", 1))
    with pytest.raises(XiezhiError) as refused:
        read_sealed(session, forged, organisation=UNIT)
    assert refused.value.reason is Reason.DOCUMENT_ALTERED


def test_the_court_lists_what_became_of_each(told: list[dict[str, Any]], own_suite: Suite) -> None:
    assert told
    suspect = f"{SCENARIO.debtor_name}:{SCENARIO.debtor_number}"
    asked = ("--as", SCENARIO.judge, "--case", SCENARIO.referral_case, "--suspect", suspect)
    (referral,) = run_command(own_suite.home.root, "referral", "list", *asked)["answer"]["referrals"]
    states = [one["state"] for one in referral["suspects"]]
    assert states == ["REFERRAL_STATE_FEEDBACK_GIVEN", "REFERRAL_STATE_OPINION_GIVEN"]
    assert {duty["state"] for duty in referral["duties"]} == {"DUTY_STATE_DONE"}


def test_the_report_is_a_document_with_pages(told: list[dict[str, Any]]) -> None:
    report = Path(next(step["report"] for step in told if "report" in step))
    assert report.read_bytes().startswith(b"%PDF-")
    assert report.stat().st_mode & 0o077 == 0


def test_no_name_number_fact_or_reason_is_in_any_log(told: list[dict[str, Any]], own_suite: Suite) -> None:
    assert told
    secrets = (SCENARIO.debtor_name, SCENARIO.debtor_number, SCENARIO.company_name, FACTS, *REASONS)
    for process in ("gateway", "referral", "ledger"):
        log = own_suite.log(process)
        assert not [place for place, value in enumerate(secrets) if value in log]
