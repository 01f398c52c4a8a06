"""What `xiezhi doctor --config` finds of one process that an operator has configured."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from services.chassis.config import CONFIG_VARIABLE
from tests.unit.cli.conftest import Run, document
from xiezhi.cli.checks import Finding, State
from xiezhi.cli.configured import examine_configured
from xiezhi.cli.home import Home
from xiezhi.cli.layout import config_file
from xiezhi.cli.output import CommandError

LOOKUP = "/xiezhi.identity.v1.IdentityService/LookupHousehold"
AWAY = {"peer ledger"}
"""What is always found here, where nothing runs."""


def _examine(home: Home, process: str = "identity", *, later: timedelta = timedelta()) -> dict[str, Finding]:
    found = examine_configured(config_file(home, process), now=datetime.now(UTC) + later)
    return {finding.check: finding for finding in found}


def _failed(findings: dict[str, Finding]) -> set[str]:
    return {check for check, finding in findings.items() if finding.state is State.FAIL}


def _append(home: Home, text: str) -> None:
    file = config_file(home, "identity")
    file.write_text(f"{file.read_text(encoding='utf-8')}\n{text}\n", encoding="utf-8")


def test_of_processes_that_are_configured_well_only_their_peers_are_missed(suite: Home) -> None:
    for process in ("identity", "ledger", "gateway", "vehicle"):
        found = _examine(suite, process)
        assert _failed(found) == {check for check in found if check.startswith("peer ")}
        assert ("peer ledger" in found) == (process != "ledger")
        assert {"configuration", "database", "keyring", "tls.certificate", "trust.officer_revocations"} <= set(found)
    assert CONFIG_VARIABLE not in os.environ
    over = _examine(suite, later=timedelta(days=400))
    assert {"tls.certificate", "trust.officer_revocations"} <= _failed(over)


BROKEN: dict[str, tuple[Callable[[Home], object], str]] = {
    "a setting too many": (lambda home: _append(home, "[unknown]\na = 1"), "configuration"),
    "no TOML": (lambda home: _append(home, "]["), "configuration"),
    "a policy that is looser": (
        lambda home: _append(home, f'[approvals."{LOOKUP}"]\nmin_rank = "JUDGE"'),
        "configuration",
    ),
    "no keyring": (lambda home: home.keys.keyring_file("identity").unlink(), "keyring"),
    "a keyring that is none": (lambda home: home.keys.keyring_file("identity").write_text("{}"), "keyring"),
    "no key": (lambda home: home.keys.tls("identity").key.unlink(), "tls.key"),
    "no certificate": (lambda home: home.keys.tls("identity").certificate.write_text("none"), "tls.certificate"),
    "no revocations": (lambda home: home.keys.officers.revocation_file.unlink(), "trust.officer_revocations"),
    "a database that is none": (lambda home: (home.data / "identity.db").write_bytes(b"none" * 100), "database"),
    "no folder to write to": (lambda home: home.traces.rmdir() or home.run.rename(home.root / "x"), "ready_file"),
}


def test_what_is_wrong_is_named_by_its_setting_with_a_way_to_mend_it(suite: Home, tmp_path: Path) -> None:
    """One data folder, put back after each fault: to make one takes longer than to examine it."""
    shutil.copytree(suite.root, tmp_path / "whole")
    for what, (break_it, check) in BROKEN.items():
        break_it(suite)
        found = _examine(suite)
        assert _failed(found) - AWAY == {check}, what
        step = found[check].next_step
        assert step, what
        assert "xiezhi " not in step, what
        shutil.rmtree(suite.root)
        shutil.copytree(tmp_path / "whole", suite.root)


def test_the_environment_counts_as_it_does_for_the_process(suite: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XIEZHI_DATABASE_URL", "postgresql+psycopg://identity:secret@127.0.0.1:1/identity")
    found = _examine(suite)
    assert _failed(found) - AWAY == {"database"}
    assert "secret" not in found["database"].detail


def test_a_file_that_is_called_after_no_process_is_refused(suite: Home) -> None:
    with pytest.raises(CommandError, match="No process is called"):
        list(examine_configured(suite.config / "nobody.toml", now=datetime.now(UTC)))


def test_the_command_checks_one_process_only(run: Run, suite: Home) -> None:
    found = run("doctor", "--config", str(config_file(suite, "ledger")), "--json")
    assert (found.exit_code, document(found)["healthy"]) == (0, True)
    assert "disk" not in {finding["check"] for finding in document(found)["findings"]}
