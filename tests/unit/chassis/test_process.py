"""Tests of how a process ends when it cannot go on."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator

import pytest

from services.chassis import process
from services.chassis.config import ProcessSettings
from services.chassis.migrations import MigrationError
from services.chassis.policy import PolicyError
from services.chassis.sealing import KeyringError
from xiezhi.errors import Reason, error

SECRET = "张伟 36990119900307123X"


@pytest.fixture(autouse=True)
def configured(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    interval = sys.getswitchinterval()
    monkeypatch.setattr(process, "read_settings", lambda kind: None)
    yield
    sys.setswitchinterval(interval)


def _end_with(failure: Exception) -> SystemExit:
    async def run(settings: ProcessSettings) -> None:
        raise failure

    with pytest.raises(SystemExit) as ended:
        process.main("identity", run, ProcessSettings)
    return ended.value


@pytest.mark.parametrize(
    ("failure", "told"),
    [
        (KeyringError("identity.keys cannot be read"), "identity.keys cannot be read"),
        (MigrationError("The database is newer."), "The database is newer."),
        (PolicyError("approvals.X: looser"), "approvals.X: looser"),
        (error(Reason.STORE_UNAVAILABLE, "It is no database."), "STORE_UNAVAILABLE: It is no database."),
    ],
)
def test_why_a_process_cannot_start_is_told_in_a_sentence(
    failure: Exception, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _end_with(failure).code == told
    assert capsys.readouterr().err == ""


def test_whatever_else_ends_a_process_is_logged_without_its_words(capsys: pytest.CaptureFixture[str]) -> None:
    ended = _end_with(ValueError(SECRET))
    assert ended.code == 1
    assert ended.__suppress_context__
    written = capsys.readouterr().err
    line = json.loads(written)
    assert (line["event"], line["service"]) == ("process.crashed", "identity")
    assert line["exception"] == ["builtins.ValueError"]
    for word in SECRET.split():
        assert word not in written
