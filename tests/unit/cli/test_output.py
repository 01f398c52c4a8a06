"""With --json a command prints one document, whatever comes of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.cli.conftest import JUDGE, Run, document
from xiezhi.cli.home import Home


@pytest.mark.parametrize(
    "arguments",
    [
        ("keys", "show", "--json"),
        ("--json", "keys", "show"),
        ("token", "--as", JUDGE.officer_id, "--json"),
        ("down", "--json"),
    ],
    ids=" ".join,
)
def test_a_result_is_one_document(run: Run, arguments: tuple[str, ...]) -> None:
    result = run(*arguments)
    assert result.exit_code == 0, result.output
    assert isinstance(document(result), dict)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("trace", "0" * 32), "no trace"),
        (("trace", "no-trace-id"), "32 hexadecimal"),
        (("token", "--as", "GAN0102-J999"), "No officer GAN0102-J999"),
        (("token", "--as", JUDGE.officer_id, "--lifetime", "2h"), "one hour"),
        (("token", "--as", JUDGE.officer_id, "--lifetime", "soon"), "duration"),
        (("ledger", "head", "--as", JUDGE.officer_id), "No gateway"),
        (("ledger", "verify", "missing.json"), "cannot be read"),
        (("ledger", "verify", "--answer", "missing.bin"), "receipt"),
        (("lookup", "household", "--as", JUDGE.officer_id, "--approval", "x"), "No gateway"),
        (("submit", "--as", JUDGE.officer_id), "--method"),
        (("submit", "--method", "/no.Such/Method", "--file", "-", "--reason", "r"), "no"),
        (("approvals", "list", "--as", JUDGE.officer_id, "--state", "lost"), "no state"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_a_refusal_is_one_document_and_exit_code_one(run: Run, arguments: tuple[str, ...], words: str) -> None:
    result = run(*arguments, "--json")
    assert result.exit_code == 1, result.output
    told = document(result)["error"]
    assert words in told["message"]
    assert told["reason"] == "REFUSED"


def test_a_refusal_without_json_goes_to_standard_error(run: Run) -> None:
    result = run("trace", "0" * 32)
    assert result.exit_code == 1
    assert not result.stdout
    assert "no trace" in result.stderr


def test_private_keys_are_never_shown(run: Run, home: Home) -> None:
    shown = run("keys", "show", "--all", "--json").output + run("keys", "show", "--all").output
    private = [file.read_text(encoding="ascii").splitlines()[1] for file in home.keys.folder.rglob("*.key")]
    assert private
    assert not any(line in shown for line in private)


def test_a_request_of_another_form_is_refused_without_its_content(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "request.json"
    file.write_text('{"debtor": {"surname": "某某"}}', encoding="utf-8")
    method = "/xiezhi.identity.v1.IdentityService/LookupHousehold"
    result = run("submit", "--as", JUDGE.officer_id, "--method", method, "--file", str(file), "--reason", "r", "--json")
    assert result.exit_code == 1
    assert "LookupHouseholdRequest" in document(result)["error"]["message"]
    assert "某某" not in result.output
